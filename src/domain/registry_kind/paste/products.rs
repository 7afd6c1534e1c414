//! Tokens of products: code hosts, registries, and services that have no registry at all.

use super::super::RegistryKind::{
    DigitalOcean, DockerHardened, DockerHub, Ghcr, GitLab, Heroku, Nvidia,
};
use super::{JOB, Pasted, Verdict};

/// Tokens that no container registry takes, and whose they are.
const OF_NO_REGISTRY: &[(&[&str], &str)] = &[
    (&["npm_"], "This looks like an npm token, which is not a password for a container registry."),
    (&["pypi-"], "This looks like a PyPI token, which is not a password for a container registry."),
    (
        &[
            "xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-",
            "xoxs-", "xapp-",
        ],
        "This looks like a Slack token, which is not a password for a container registry.",
    ),
    (
        &["hvs.", "hvb."],
        "This looks like a Vault token, which is not a password for a container registry.",
    ),
    (
        &["rgc_"],
        "This looks like a pipeline token of Regcred, which no registry accepts. Enter the password or token of the registry.",
    ),
    (&["ocid1."], "This looks like an OCID, which is a name. The registry expects an auth token."),
];

/// GitLab's tokens for other things than its registry.
const OTHER_GITLAB: [&str; 10] = [
    "glrt-",
    "glrtr-",
    "GR1348941",
    "glptt-",
    "glft-",
    "glimt-",
    "glagent-",
    "glsoat-",
    "gloas-",
    "glffct-",
];

impl Pasted<'_> {
    pub(super) fn of_products(&self) -> Verdict {
        let of_none = OF_NO_REGISTRY.iter().find(|(prefixes, _)| self.starts(prefixes));
        if let Some((_, warning)) = of_none {
            return Some(Some(*warning));
        }
        self.github().or_else(|| self.gitlab()).or_else(|| self.registries())
    }

    fn github(&self) -> Verdict {
        if self.starts(&["ghr_"]) {
            return Some(Some(
                "This looks like a GitHub refresh token, which is not a password for any registry.",
            ));
        }
        if !self.starts(&["ghp_", "gho_", "ghs_", "ghu_", "github_pat_"]) {
            return None;
        }
        if self.kind == Ghcr && self.starts(&["github_pat_"]) {
            return Some(Some(
                "This looks like a fine-grained GitHub token, which this registry does not accept. Create a classic one.",
            ));
        }
        if (self.kind == Ghcr || self.may_be_any()) && self.starts(&["ghs_", "ghu_"]) {
            return Some(Some(
                "This looks like the GitHub token of a job or an app. It expires within hours.",
            ));
        }
        self.fits(&[Ghcr], "This looks like a GitHub token, but the registry is not GitHub's.")
    }

    fn gitlab(&self) -> Verdict {
        if self.starts(&OTHER_GITLAB) {
            return Some(Some(
                "This looks like a GitLab token for something other than its registry. The registry takes a deploy token, or a personal, group or project access token.",
            ));
        }
        if !self.starts(&["glpat-", "gldt-", "glcbt-"]) {
            return None;
        }
        if (self.kind == GitLab || self.may_be_any()) && self.starts(&["glcbt-"]) {
            return Some(Some(JOB));
        }
        self.fits(&[GitLab], "This looks like a GitLab token, but the registry is not GitLab's.")
    }

    fn registries(&self) -> Verdict {
        if self.starts(&["dckr_pat_", "dckr_oat_"]) {
            // Nobody runs Docker Hub at a host of their own.
            let is_dockers = matches!(self.kind, DockerHub | DockerHardened);
            let warning = "This looks like a Docker Hub token, but the registry is not Docker's.";
            return Some((!is_dockers).then_some(warning));
        }
        let is_long = self.secret.len() > 40;
        if is_long && self.starts(&["AKCp", "cmVmdGtu"]) {
            let warning = "This looks like a JFrog token, but the registry is not JFrog's.";
            return self.fits(&[], warning);
        }
        if self.starts(&["zak_"]) {
            return self.fits(
                &[],
                "This looks like an API key of a zot registry, but this registry is not zot.",
            );
        }
        if self.starts(&["nvapi-"]) {
            let warning = "This looks like an NVIDIA API key, but the registry is not NVIDIA's.";
            return self.fits(&[Nvidia], warning);
        }
        if self.starts(&["dop_v1_", "doo_v1_"]) {
            let warning =
                "This looks like a DigitalOcean token, but the registry is not DigitalOcean's.";
            return self.fits(&[DigitalOcean], warning);
        }
        if self.starts(&["HRKU-"]) {
            let warning = "This looks like a Heroku token, but the registry is not Heroku's.";
            return self.fits(&[Heroku], warning);
        }
        None
    }
}
