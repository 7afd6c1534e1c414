//! The readers: one file for each system, and one row here.

mod azure;
mod bitbucket;
mod circleci;
mod cloudbuild;
mod common;
mod compose;
mod dockerfile;
mod jenkins;

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
    Reader { system: System::Bitbucket, read: bitbucket::read, origin: bitbucket::origin },
    Reader { system: System::CircleCi, read: circleci::read, origin: circleci::origin },
    Reader { system: System::CloudBuild, read: cloudbuild::read, origin: cloudbuild::origin },
    Reader { system: System::Compose, read: compose::read, origin: compose::origin },
    Reader { system: System::Dockerfile, read: dockerfile::read, origin: dockerfile::origin },
    Reader { system: System::Jenkins, read: jenkins::read, origin: jenkins::origin },
];

/// The reader of the system, if there is one.
pub fn reader(system: System) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.system == system)
}
