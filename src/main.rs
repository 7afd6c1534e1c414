//! Starts: reads the command line and hands it to the room that does what it asks for.

use clap::Parser;
use mimalloc::MiMalloc;
use regcred::commands::{Arguments, run};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is wiped: `ring` does not wipe its keys, nor does anybody the buffers that a secret
/// goes through. A quarter of the time of a delivery went into the allocator of the system.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

/// How long what is still under way may keep the process when all is done: asking for the address of
/// a name, for one, cannot be broken off.
const LEFT_OVER: Duration = Duration::from_secs(1);

fn main() -> std::io::Result<ExitCode> {
    let runtime = Runtime::new()?;
    let code = runtime.block_on(run(Arguments::parse()));
    runtime.shutdown_timeout(LEFT_OVER);
    Ok(code)
}
