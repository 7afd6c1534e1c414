//! The readers: one file for each system, and one row here.

mod azure;
mod bake;
mod bitbucket;
mod circleci;
mod cloudbuild;
mod common;
mod compose;
mod dependabot;
mod devcontainer;
mod dockerfile;
mod drone;
mod github;
mod gitlab;
mod helm;
mod jenkins;
mod kubernetes;
mod kustomize;
pub(crate) mod quadlet;
mod steps;
mod tekton;
mod woodpecker;

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
    Reader { system: System::Azure, read: azure::read, origin: azure::origin },
    Reader { system: System::Bake, read: bake::read, origin: bake::origin },
    Reader { system: System::Bitbucket, read: bitbucket::read, origin: bitbucket::origin },
    Reader { system: System::CircleCi, read: circleci::read, origin: circleci::origin },
    Reader { system: System::CloudBuild, read: cloudbuild::read, origin: cloudbuild::origin },
    Reader { system: System::Compose, read: compose::read, origin: compose::origin },
    Reader { system: System::Dependabot, read: dependabot::read, origin: dependabot::origin },
    Reader { system: System::Devcontainer, read: devcontainer::read, origin: devcontainer::origin },
    Reader { system: System::Dockerfile, read: dockerfile::read, origin: dockerfile::origin },
    Reader { system: System::Drone, read: drone::read, origin: drone::origin },
    Reader { system: System::GithubActions, read: github::read, origin: github::origin },
    Reader { system: System::GitlabCi, read: gitlab::read, origin: gitlab::origin },
    Reader { system: System::Helm, read: helm::read, origin: helm::origin },
    Reader { system: System::Jenkins, read: jenkins::read, origin: jenkins::origin },
    Reader { system: System::Kubernetes, read: kubernetes::read, origin: kubernetes::origin },
    Reader { system: System::Kustomize, read: kustomize::read, origin: kustomize::origin },
    Reader { system: System::Quadlet, read: quadlet::read, origin: quadlet::origin },
    Reader { system: System::Tekton, read: tekton::read, origin: tekton::origin },
    Reader { system: System::Woodpecker, read: woodpecker::read, origin: woodpecker::origin },
];

/// The reader of the system, if there is one.
pub fn reader(system: System) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.system == system)
}
