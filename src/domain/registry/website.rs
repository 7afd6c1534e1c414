//! Websites that people copy an address from where the registry is at another one, and what to use instead.

#[cfg(test)]
mod tests;

use thiserror::Error;

use super::address::{self, MAX_INPUT, Scheme};
use super::host_problem::HostProblem;

const DOCKER_WEBSITES: [&str; 6] = [
    "hub.docker.com",
    "app.docker.com",
    "cloud.docker.com",
    "store.docker.com",
    "www.docker.com",
    "docker.com",
];

const WEBSITES: [(&str, Website); 25] = [
    ("auth.docker.io", Website::DockerTokens),
    ("github.com", Website::GitHub),
    ("gitlab.com", Website::GitLab),
    ("console.cloud.google.com", Website::Google),
    ("console.aws.amazon.com", Website::Amazon),
    ("aws.amazon.com", Website::Amazon),
    ("gallery.ecr.aws", Website::AmazonGallery),
    ("portal.azure.com", Website::Azure),
    ("azurecr.io", Website::AzureWithoutName),
    ("azurecr.cn", Website::AzureWithoutName),
    ("azurecr.us", Website::AzureWithoutName),
    ("azurecr.de", Website::AzureWithoutName),
    ("pkg.dev", Website::GoogleWithoutLocation),
    ("docker.pkg.dev", Website::GoogleWithoutLocation),
    ("ngc.nvidia.com", Website::Nvidia),
    ("org.ngc.nvidia.com", Website::Nvidia),
    ("catalog.ngc.nvidia.com", Website::Nvidia),
    ("cloud.digitalocean.com", Website::DigitalOcean),
    ("dashboard.heroku.com", Website::Heroku),
    ("console.scaleway.com", Website::Scaleway),
    ("cloud.ibm.com", Website::Ibm),
    ("cloud.oracle.com", Website::Oracle),
    ("catalog.redhat.com", Website::RedHat),
    ("access.redhat.com", Website::RedHat),
    ("artifacthub.io", Website::RegistryPage),
];

/// A website that is no registry. The text says what to use; it never repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Website {
    #[error(
        "That is the service that issues tokens for Docker Hub, not its registry: use docker.io."
    )]
    DockerTokens,
    #[error(
        "That is an address of Artifactory's API or of its files, and the names of images have no such part. Enter the registry's host alone, and its repository under Repository path, for example docker-local."
    )]
    Artifactory,
    #[error("That is the website of GitHub, not its registry: use ghcr.io.")]
    GitHub,
    #[error(
        "That is the website of GitHub Enterprise, not its registry. The registry's host has containers. before that name, for example containers.acme.ghe.com."
    )]
    GitHubEnterprise,
    #[error("That is the website of GitLab, not its registry: use registry.gitlab.com.")]
    GitLab,
    #[error(
        "That is a page of GitLab, not its registry. Enter the host from the docker login command on that page, for example registry.example.com."
    )]
    GitLabPage,
    #[error(
        "That is a page for people, not a repository. Enter the registry's host alone, and the repository under Repository path, for example acme/api."
    )]
    RegistryPage,
    #[error(
        "That is the website of Google Cloud, not a registry. Use the registry's own host, for example europe-docker.pkg.dev."
    )]
    Google,
    #[error(
        "That is the website of AWS, not a registry. Use the registry's own host, for example 123456789012.dkr.ecr.eu-west-1.amazonaws.com."
    )]
    Amazon,
    #[error(
        "That is the website of Amazon's public registry, not the registry: use public.ecr.aws."
    )]
    AmazonGallery,
    #[error(
        "That is the website of Azure, not a registry. Use the registry's login server, for example acme.azurecr.io."
    )]
    Azure,
    #[error(
        "Every Azure registry has a name of its own before azurecr.io. Enter the whole login server, for example acme.azurecr.io."
    )]
    AzureWithoutName,
    #[error(
        "Every Google Artifact Registry host begins with its location. Enter the whole host, for example europe-docker.pkg.dev."
    )]
    GoogleWithoutLocation,
    #[error("That is the website of NVIDIA, not its registry: use nvcr.io.")]
    Nvidia,
    #[error(
        "That is the website of DigitalOcean, not its registry: use registry.digitalocean.com."
    )]
    DigitalOcean,
    #[error("That is the website of Heroku, not its registry: use registry.heroku.com.")]
    Heroku,
    #[error(
        "That is the website of Scaleway, not its registry. Use the registry's own host, for example rg.fr-par.scw.cloud."
    )]
    Scaleway,
    #[error(
        "That is the website of IBM Cloud, not its registry. Use the registry's own host, for example de.icr.io."
    )]
    Ibm,
    #[error(
        "That is the website of Oracle Cloud, not its registry. Use the registry's own host, for example iad.ocir.io."
    )]
    Oracle,
    #[error("That is the website of Red Hat, not its registry: use registry.redhat.io.")]
    RedHat,
}

pub(super) fn is_docker_website(host: &str) -> bool {
    DOCKER_WEBSITES.contains(&host)
}

/// What is wrong with an address that was copied from a website; `None` for every other text, whatever it is.
///
/// It is asked before `?` and `#` are refused: without that part the address of a page is no better.
pub(super) fn page(input: &str) -> Option<HostProblem> {
    if input.len() > MAX_INPUT {
        return None;
    }
    let (scheme, text) = address::without_scheme(input.trim(), &mut Vec::new()).ok()?;
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (authority, rest) = text.split_at(end);
    let host = address::canonical_host(authority, scheme == Scheme::Http, &mut Vec::new()).ok()?;
    let name = host.strip_suffix(":80").unwrap_or(&host);
    if is_docker_website(name) {
        return Some(HostProblem::DockerWebsite);
    }
    // Without the scheme of a browser it may be the name of an image.
    let is_address = matches!(scheme, Scheme::Http | Scheme::Https);
    by_name(name).or_else(|| by_path(name, rest).filter(|_| is_address)).map(HostProblem::Website)
}

fn by_name(name: &str) -> Option<Website> {
    let bare = name.strip_prefix("www.").unwrap_or(name);
    let known = WEBSITES.iter().find(|(website, _)| *website == bare).map(|(_, website)| *website);
    let is_region = bare.ends_with(".console.aws.amazon.com");
    // The name of a company's own GitHub is one label, and its registry's has one more before it.
    let is_company = bare.strip_suffix(".ghe.com").is_some_and(|label| !label.contains('.'));
    known
        .or(is_region.then_some(Website::Amazon))
        .or(is_company.then_some(Website::GitHubEnterprise))
}

/// Pages of products that people run themselves, on hosts of any name.
fn by_path(name: &str, rest: &str) -> Option<Website> {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let parts: Vec<&str> = rest[..end].split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        // No repository has a part of one hyphen. What Gitea and Forgejo show behind it is at the same host.
        [.., "-", "packages", _, _] | [.., "-", "packages", _, _, _] => Some(Website::RegistryPage),
        // All packages of an owner there. Before the hyphen of GitLab's page there are two parts at least.
        [_, "-", "packages"] => Some(Website::RegistryPage),
        _ if parts.contains(&"-") => Some(Website::GitLabPage),
        [_, _, .., "container_registry"] => Some(Website::GitLabPage),
        ["harbor", "projects" | "sign-in", ..] => Some(Website::RegistryPage),
        ["ui", ..] if name.ends_with(".jfrog.io") => Some(Website::RegistryPage),
        ["ui", "repos" | "native" | "packages", _, ..] => Some(Website::RegistryPage),
        ["artifactory", "api", "docker", ..] => Some(Website::Artifactory),
        ["artifactory", _, ..] if name.ends_with(".jfrog.io") => Some(Website::Artifactory),
        _ => None,
    }
}
