//! Dockerfiles and Containerfiles.

use crate::dockerfile::{self, Build};
use crate::found::Findings;
use crate::source::Source;
use crate::yaml::Script;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let place = source.at(1);
    dockerfile::read(Script::file(&source.text), &place, &Build::default(), found);
}

pub(super) fn origin(variable: &str) -> &'static str {
    match variable {
        "BUILDPLATFORM" | "BUILDOS" | "BUILDARCH" | "BUILDVARIANT" | "TARGETPLATFORM"
        | "TARGETOS" | "TARGETARCH" | "TARGETVARIANT" | "TARGETSTAGE" => "the builder",
        _ => "a build argument",
    }
}
