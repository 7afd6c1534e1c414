//! `docker-credential-regcred`: how docker, podman, buildah and the kubelet get registry
//! credentials from Regcred.

mod address;
mod api;
mod bounded;
mod environment;
mod failure;
#[cfg(test)]
mod fuzz;
mod identity;
mod image;
mod json;
mod kubelet;
mod program;
mod protocol;
mod proxy;
mod report;
mod run;
mod secret;
mod server_url;
mod settings;
#[cfg(test)]
mod stub;
mod web;

use environment::Variables;
use protocol::Streams;
use std::alloc::System;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is wiped: the HTTP and JSON crates do not wipe their buffers.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut streams =
        Streams { input: &mut io::stdin(), out: &mut io::stdout(), err: &mut io::stderr() };
    ExitCode::from(protocol::serve(&arguments, &Variables::of_process(), &mut streams))
}
