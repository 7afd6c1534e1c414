//! Websites that people copy an address from where the registry is at another one, and what to use instead.

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

const WEBSITES: [(&str, Website); 24] = [
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
        _ if parts.contains(&"-") => Some(Website::GitLabPage),
        [_, _, .., "container_registry"] => Some(Website::GitLabPage),
        ["harbor", "projects" | "sign-in", ..] => Some(Website::RegistryPage),
        ["ui", ..] if name.ends_with(".jfrog.io") => Some(Website::RegistryPage),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::RegistryHost;
    use super::*;

    fn refused(typed: &str) -> Option<HostProblem> {
        RegistryHost::parse(typed).err()
    }

    #[test]
    fn the_address_of_a_page_is_refused_with_the_host_to_use() {
        for (typed, website, instead) in [
            ("https://github.com/orgs/zebra/packages/container/api", Website::GitHub, "ghcr.io"),
            ("https://github.com/zebra/api/pkgs/container/api?tag=1.2", Website::GitHub, "ghcr.io"),
            ("github.com/zebra/api", Website::GitHub, "ghcr.io"),
            ("www.GitHub.com", Website::GitHub, "ghcr.io"),
            ("http://github.com:80/zebra", Website::GitHub, "ghcr.io"),
            ("github.com:443", Website::GitHub, "ghcr.io"),
            ("https://zebra.ghe.com/acme/api", Website::GitHubEnterprise, "containers."),
            ("https://gitlab.com/zebra/api", Website::GitLab, "registry.gitlab.com"),
            (
                "https://gitlab.com/zebra/api/container_registry#x",
                Website::GitLab,
                "registry.gitlab.com",
            ),
            (
                "https://gitlab.example.com/zebra/api/container_registry",
                Website::GitLabPage,
                "docker login",
            ),
            (
                "https://gitlab.example.com/zebra/api/-/container_registry/12?orderBy=NAME",
                Website::GitLabPage,
                "docker login",
            ),
            (
                "https://gitlab.example.com/groups/zebra/-/container_registries",
                Website::GitLabPage,
                "docker login",
            ),
            (
                "https://gitea.example.com/zebra/-/packages/container/api/latest",
                Website::RegistryPage,
                "Repository path",
            ),
            (
                "https://harbor.example.com/harbor/projects/3/repositories/zebra/artifacts-tab",
                Website::RegistryPage,
                "Repository path",
            ),
            (
                "https://zebra.jfrog.io/ui/repos/tree/General/docker-local",
                Website::RegistryPage,
                "Repository path",
            ),
            (
                "https://console.cloud.google.com/artifacts/docker/zebra/europe/api?project=zebra",
                Website::Google,
                "europe-docker.pkg.dev",
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/1/zebra?region=x",
                Website::Amazon,
                "dkr.ecr",
            ),
            ("https://gallery.ecr.aws/zebra/api", Website::AmazonGallery, "public.ecr.aws"),
            ("https://portal.azure.com/#@zebra/resource", Website::Azure, "azurecr.io"),
            ("azurecr.io/zebra", Website::AzureWithoutName, "acme.azurecr.io"),
            ("https://pkg.dev", Website::GoogleWithoutLocation, "europe-docker.pkg.dev"),
            ("docker.pkg.dev/zebra", Website::GoogleWithoutLocation, "europe-docker.pkg.dev"),
            ("https://catalog.ngc.nvidia.com/orgs/zebra", Website::Nvidia, "nvcr.io"),
            (
                "https://cloud.digitalocean.com/registry",
                Website::DigitalOcean,
                "registry.digitalocean.com",
            ),
        ] {
            let problem = refused(typed);
            assert_eq!(problem, Some(HostProblem::Website(website)), "{typed}");
            let sentence = problem.unwrap().to_string();
            assert!(sentence.contains(instead) && !sentence.contains("zebra"), "{sentence}");
        }
        for typed in [
            "hub.docker.com:80",
            "http://hub.docker.com",
            "https://hub.docker.com/r/acme/api?tab=tags",
            "https://hub.docker.com/repository/docker/acme/api/general",
            "https://app.docker.com:443/#x",
        ] {
            assert_eq!(refused(typed), Some(HostProblem::DockerWebsite), "{typed}");
        }
    }

    #[test]
    fn a_registry_is_no_website_whatever_its_paths_are_called() {
        for typed in [
            "ghcr.io/acme/harbor/projects",
            "ghcr.io/acme/api/container_registry",
            "https://ghcr.io/acme/container_registry",
            "https://demo.goharbor.io/harbor/api",
            "https://registry.example.com/ui/api",
            "containers.acme.ghe.com/acme/api",
            "registry.gitlab.com/acme/api",
            "docker.pkg.github.com/acme/api",
            "github.com.example.com",
            "github.com:5000",
        ] {
            assert!(refused(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn a_row_of_before_is_still_read_and_a_token_service_may_be_at_a_website() {
        assert!(RegistryHost::stored("github.com").is_some());
        assert!(RegistryHost::read("https://gitlab.com").is_ok());
        assert_eq!(RegistryHost::read("hub.docker.com"), Err(HostProblem::DockerWebsite));
    }

    #[test]
    fn what_may_be_an_attack_is_told_first() {
        for (typed, problem) in [
            ("https://zebra:zebra@github.com/", HostProblem::UserInfo),
            ("github.com@zebra.example.com", HostProblem::UserInfo),
            ("git hub.com", HostProblem::InnerSpace),
            (format!("github.com/{}", "a".repeat(3000)).as_str(), HostProblem::TooLong),
        ] {
            assert_eq!(refused(typed), Some(problem), "{typed}");
        }
    }
}
