//! The readers: one file for each system, and one row here.

mod bake;
mod compose;
mod dependabot;
mod devcontainer;
mod dockerfile;
mod github;
mod gitlab;
mod drone;
mod steps;
mod woodpecker;
mod helm;
mod kubernetes;
mod kustomize;
pub(crate) mod quadlet;
mod tekton;

use crate::files::System;
use crate::found::Findings;
use crate::source::Source;

/// How the files of a system are read.
pub struct Reader {
    pub system: System,
    /// Adds what the file names. What cannot be read is a finding, too: it never fails.
    pub read: fn(&mut Source<'_>, &mut Findings),
    /// Where a variable's value would come from, to be put behind "from": "the environment or the .env file".
    pub origin: fn(&str) -> &'static str,
}

/// Every system that is read.
pub const READERS: &[Reader] = &[
    Reader { system: System::Bake, read: bake::read, origin: bake::origin },
    Reader { system: System::Compose, read: compose::read, origin: compose::origin },
    Reader { system: System::Dependabot, read: dependabot::read, origin: dependabot::origin },
    Reader { system: System::Devcontainer, read: devcontainer::read, origin: devcontainer::origin },
    Reader { system: System::Dockerfile, read: dockerfile::read, origin: dockerfile::origin },
    Reader { system: System::GithubActions, read: github::read, origin: github::origin },
    Reader { system: System::GitlabCi, read: gitlab::read, origin: gitlab::origin },
    Reader { system: System::Drone, read: drone::read, origin: drone::origin },
    Reader { system: System::Woodpecker, read: woodpecker::read, origin: woodpecker::origin },
    Reader { system: System::Helm, read: helm::read, origin: helm::origin },
    Reader { system: System::Kubernetes, read: kubernetes::read, origin: kubernetes::origin },
    Reader { system: System::Kustomize, read: kustomize::read, origin: kustomize::origin },
    Reader { system: System::Quadlet, read: quadlet::read, origin: quadlet::origin },
    Reader { system: System::Tekton, read: tekton::read, origin: tekton::origin },
];

/// The reader of the system, if there is one.
pub fn reader(system: System) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.system == system)
}
