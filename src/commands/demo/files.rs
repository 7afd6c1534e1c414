//! What the pipelines of the demo keep in their repositories, as far as a scan reads it.

use super::pipelines::{NOT_DELIVERED, TIED};

/// The host that one of them names and that is public.
pub(super) const PUBLIC: &str = "mcr.microsoft.com";

/// A file: of which pipeline, its path and its text.
pub(super) type File = (&'static str, &'static str, &'static str);

pub(super) const FILES: [File; 5] = [
    // It pushes to GitHub all the same.
    ("api-build", "Dockerfile", "FROM acme/base:3\nRUN make\n"),
    ("billing-build", ".drone.yml", WITH_PASSWORD),
    ("docs-build", "Dockerfile", WITHOUT_CREDENTIAL),
    (TIED, "Dockerfile", "FROM acme/base:3 AS build\nRUN make\nFROM ghcr.io/acme/runtime:2\n"),
    (NOT_DELIVERED, "compose.yaml", NOT_FETCHED),
];

const WITH_PASSWORD: &str = "\
kind: pipeline
type: docker
name: billing
steps:
- name: publish
  image: plugins/docker
  settings:
    repo: ghcr.io/acme/billing
    registry: ghcr.io
    username: acme-bot
    password: made-up words, not a password
";

const WITHOUT_CREDENTIAL: &str = "\
FROM acme/base:3 AS build
RUN make
FROM mcr.microsoft.com/playwright:v1.55.0 AS test
FROM registry.partner.example.com/shared/fonts:2 AS fonts
FROM ghcr.io/acme/runtime:2
";

const NOT_FETCHED: &str = "\
services:
  scanner:
    image: quay.io/acme/web:4
  samples:
    image: registry.gitlab.com/acme/samples:1
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_one_holds_a_password() {
        let reports = FILES.map(|(_, path, text)| regcred_scan::scan_text(path, text));
        for report in &reports {
            assert!(report.files.len() == 1 && report.unread.is_empty(), "{report:?}");
            assert!(!report.found.is_empty(), "{report:?}");
        }
        assert_eq!(reports.iter().map(|report| report.passwords.len()).sum::<usize>(), 1);
    }
}
