//! Which registry a host belongs to, so that the form can say what it wants and the network knows where a secret may go.

mod advice;
mod companion;
mod paste;
mod personal_token;
mod preset;

pub use advice::{Advice, UsernameRule};
pub use paste::{paste_doubt, paste_warning, username_doubt};
pub use personal_token::PersonalToken;
pub use preset::{PRESETS, Preset};

use super::registry::RegistryHost;

/// The hosts of Google Container Registry (requirements/001): one key is commonly stored for several of them.
pub const GOOGLE_HOSTS: [&str; 4] = ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"];

super::words! {
    /// The registries whose rules are known, and `SelfHosted` for all others.
    pub enum RegistryKind {
        DockerHub = "docker-hub", "Docker Hub";
        DockerHardened = "docker-hardened", "Docker Hardened Images";
        Ghcr = "ghcr", "GitHub Container Registry";
        GitLab = "gitlab", "GitLab Container Registry";
        Google = "google", "Google Artifact Registry";
        Ecr = "ecr", "Amazon ECR";
        EcrPublic = "ecr-public", "Amazon ECR Public";
        Acr = "acr", "Azure Container Registry";
        Quay = "quay", "Quay";
        Harbor = "harbor", "Harbor";
        Nvidia = "nvidia", "NVIDIA NGC";
        Ibm = "ibm", "IBM Cloud Container Registry";
        Heroku = "heroku", "Heroku";
        Scaleway = "scaleway", "Scaleway";
        DigitalOcean = "digitalocean", "DigitalOcean";
        Oracle = "oracle", "Oracle Cloud Infrastructure Registry";
        SelfHosted = "self-hosted", "Self-hosted registry";
    }
}

impl RegistryKind {
    /// The kind of a host: exact names, and suffixes on label borders only.
    ///
    /// A host with a port of its own is never one of the public registries, since a secret may go to their companions.
    pub fn recognise(host: &RegistryHost) -> Self {
        let host = host.as_str();
        match host {
            "docker.io" => Self::DockerHub,
            "dhi.io" => Self::DockerHardened,
            "ghcr.io" => Self::Ghcr,
            "registry.gitlab.com" => Self::GitLab,
            "public.ecr.aws" | "ecr-public.aws.com" => Self::EcrPublic,
            "quay.io" => Self::Quay,
            "nvcr.io" => Self::Nvidia,
            "registry.heroku.com" => Self::Heroku,
            "registry.digitalocean.com" => Self::DigitalOcean,
            _ if is_google(host) => Self::Google,
            _ if is_at(host, "icr.io") => Self::Ibm,
            _ if is_ecr(host) => Self::Ecr,
            _ if is_below(host, &["azurecr.io", "azurecr.cn", "azurecr.us", "azurecr.de"]) => {
                Self::Acr
            }
            _ if host.starts_with("rg.") && is_below(host, &["scw.cloud"]) => Self::Scaleway,
            _ if is_oracle(host) => Self::Oracle,
            // Only a guess by the customary name, which is safe: Harbor has no companions and no fixed user name.
            _ if host.starts_with("harbor.") || is_below(host, &["goharbor.io"]) => Self::Harbor,
            _ => Self::SelfHosted,
        }
    }

    /// Whether it accepts a Google service account key as the password.
    pub fn takes_key_file(self) -> bool {
        self == Self::Google
    }
}

fn is_below(host: &str, suffixes: &[&str]) -> bool {
    let above = |suffix: &&str| host.strip_suffix(*suffix).and_then(|rest| rest.strip_suffix('.'));
    suffixes.iter().any(|suffix| above(suffix).is_some_and(|labels| !labels.is_empty()))
}

fn is_at(host: &str, name: &str) -> bool {
    host == name || is_below(host, &[name])
}

/// `gcr.io` and what is below it, `LOCATION-docker.pkg.dev`, and the same in Google's sovereign cloud.
fn is_google(host: &str) -> bool {
    let location = host
        .strip_suffix("-docker.pkg.dev")
        .or_else(|| host.strip_suffix("-docker.s3nsregistry.fr"));
    is_at(host, "gcr.io") || location.is_some_and(|name| !name.is_empty() && !name.contains('.'))
}

/// `REGION.ocir.io` and `ocir.REGION.oci.oraclecloud.com`.
fn is_oracle(host: &str) -> bool {
    is_below(host, &["ocir.io"])
        || host.starts_with("ocir.") && is_below(host, &["oci.oraclecloud.com"])
}

/// The host pattern of Amazon's own credential helper (protocols.md 4.1), written out.
fn is_ecr(host: &str) -> bool {
    const PARTITIONS: [&str; 15] = [
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "on.aws",
        "on.amazonwebservices.com.cn",
        "sc2s.sgov.gov",
        "c2s.ic.gov",
        "cloud.adc-e.uk",
        "csp.hci.ic.gov",
        "on.amazonwebservices.eu",
        "on.aws.ic.gov",
        "on.aws.scloud",
        "scloud.adc-e.uk",
        "on.cloud-aws.adc-e.uk",
        "on.aws.hci.ic.gov",
    ];
    let Some((account, rest)) = host.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("dkr.ecr").or_else(|| rest.strip_prefix("dkr-ecr"));
    let rest = rest.map(|rest| rest.strip_prefix("-fips").unwrap_or(rest));
    let Some((region, partition)) =
        rest.and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && region.starts_with(|c: char| c.is_ascii_alphanumeric())
        && PARTITIONS.contains(&partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_recognised_on_label_borders_and_without_a_port() {
        for (host, kind) in [
            ("docker.io", RegistryKind::DockerHub),
            ("dhi.io", RegistryKind::DockerHardened),
            ("dhi.io:8443", RegistryKind::SelfHosted),
            ("acme.dhi.io", RegistryKind::SelfHosted),
            ("ghcr.io", RegistryKind::Ghcr),
            ("registry.gitlab.com", RegistryKind::GitLab),
            ("gcr.io", RegistryKind::Google),
            ("asia.gcr.io", RegistryKind::Google),
            ("us-docker.pkg.dev", RegistryKind::Google),
            ("europe-west1-docker.pkg.dev", RegistryKind::Google),
            ("u-france-east1-docker.s3nsregistry.fr", RegistryKind::Google),
            ("public.ecr.aws", RegistryKind::EcrPublic),
            ("acme.azurecr.de", RegistryKind::Acr),
            ("acme.azurecr.io", RegistryKind::Acr),
            ("quay.io", RegistryKind::Quay),
            ("harbor.example.com:8443", RegistryKind::Harbor),
            ("demo.goharbor.io", RegistryKind::Harbor),
            ("nvcr.io", RegistryKind::Nvidia),
            ("de.icr.io", RegistryKind::Ibm),
            ("registry.heroku.com", RegistryKind::Heroku),
            ("rg.fr-par.scw.cloud", RegistryKind::Scaleway),
            ("registry.digitalocean.com", RegistryKind::DigitalOcean),
            ("iad.ocir.io", RegistryKind::Oracle),
            ("ocir.us-ashburn-1.oci.oraclecloud.com", RegistryKind::Oracle),
            ("registry.example.com:5000", RegistryKind::SelfHosted),
            ("ghcr.io:8443", RegistryKind::SelfHosted),
            ("acme.azurecr.io:8443", RegistryKind::SelfHosted),
            ("acme.ghcr.io", RegistryKind::SelfHosted),
            ("ghcr.io.example.com", RegistryKind::SelfHosted),
            ("notgcr.io", RegistryKind::SelfHosted),
            ("azurecr.io", RegistryKind::SelfHosted),
            ("acmeazurecr.io", RegistryKind::SelfHosted),
            ("npm.pkg.dev", RegistryKind::SelfHosted),
            ("acme.us-docker.pkg.dev", RegistryKind::SelfHosted),
            ("api.scw.cloud", RegistryKind::SelfHosted),
        ] {
            let host = RegistryHost::stored(host).unwrap();
            assert_eq!(RegistryKind::recognise(&host), kind, "{host}");
        }
    }

    #[test]
    fn ecr_hosts_are_those_of_amazons_helper() {
        for (host, expected) in [
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", true),
            ("123456789012.dkr-ecr.eu-west-1.on.aws", true),
            ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", true),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", true),
            ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", true),
            ("123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu", true),
            ("12345678901.dkr.ecr.eu-west-1.amazonaws.com", false),
            ("1234567890123.dkr.ecr.eu-west-1.amazonaws.com", false),
            ("acme.dkr.ecr.eu-west-1.amazonaws.com", false),
            ("123456789012.dkr.ecr.amazonaws.com", false),
            ("123456789012.dkr.ecr.eu.west.amazonaws.com", false),
            ("123456789012.dkrxecr.eu-west-1.amazonaws.com", false),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com", false),
        ] {
            let host = RegistryHost::stored(host).unwrap();
            assert_eq!(RegistryKind::recognise(&host) == RegistryKind::Ecr, expected, "{host}");
        }
    }
}
