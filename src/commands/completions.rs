//! `regcred completions`.

use super::Arguments;
use super::failure::Failure;
use clap::CommandFactory;
use clap_complete::aot;
use std::io::{self, Write};
use std::process::ExitCode;

/// Print shell completions
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred completions bash > /etc/bash_completion.d/regcred
  regcred completions zsh > \"${fpath[1]}/_regcred\"
  regcred completions fish > ~/.config/fish/completions/regcred.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let shell = match self.shell {
            Shell::Bash => aot::Shell::Bash,
            Shell::Zsh => aot::Shell::Zsh,
            Shell::Fish => aot::Shell::Fish,
        };
        let mut script = Vec::new();
        aot::generate(shell, &mut Arguments::command(), "regcred", &mut script);
        io::stdout().lock().write_all(&script).map_err(Failure::Output)?;
        Ok(ExitCode::SUCCESS)
    }
}
