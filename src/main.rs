//! Starts: reads the command and calls the room that does it.

use clap::{Parser, Subcommand};
use regcred::server::{config::Config, serve};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Keeps a team's container registry credentials and hands them to its pipelines.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and pipelines until stopped
    Serve(Box<Config>),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Serve(config) = Arguments::parse().command;
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).unwrap_or_default();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match serve(&config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Nothing is left to do when even this cannot be written.
            let _ = writeln!(std::io::stderr(), "{problem}");
            // EX_CONFIG of sysexits: starting again without a change is useless.
            ExitCode::from(78)
        }
    }
}
