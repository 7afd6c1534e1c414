//! Addresses that people copy from a browser.

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
            "https://artifactory.example.com/ui/repos/tree/General/zebra",
            Website::RegistryPage,
            "Repository path",
        ),
        (
            "https://artifactory.example.com/artifactory/api/docker/zebra/v2/",
            Website::Artifactory,
            "Repository path",
        ),
        (
            "https://zebra.jfrog.io/artifactory/docker-local/",
            Website::Artifactory,
            "Repository path",
        ),
        ("https://gitea.example.com/zebra/-/packages", Website::RegistryPage, "Repository path"),
        ("https://auth.docker.io/token", Website::DockerTokens, "docker.io"),
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
        "https://registry.example.com/artifactory/docker-local",
        "acme.jfrog.io/docker-local/api",
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
