//! Starts: reads the command line and hands it to the room that does what it asks for.

use clap::Parser;
use regcred::commands::{Arguments, run};
use std::alloc::System;
use std::process::ExitCode;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is wiped: `ring` does not wipe its keys, nor does anybody the buffers that a secret
/// goes through.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

#[tokio::main]
async fn main() -> ExitCode {
    run(Arguments::parse()).await
}
