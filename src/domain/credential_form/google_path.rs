//! The paths of a key that is stored for another of Google's hosts. On gcr.io a path is a project and
//! an image, on pkg.dev a project, a repository and an image: below the project they say different
//! things.

use crate::domain::registry::RegistryHost;

/// The paths on `to` for those on `from`: their projects. `None` where both hosts have the same paths.
pub fn mapped(paths: &[String], from: &RegistryHost, to: &RegistryHost) -> Option<Vec<String>> {
    if has_repositories(from) == has_repositories(to) {
        return None;
    }
    let mut projects: Vec<String> = Vec::new();
    for project in paths.iter().map(|path| project_of(path)) {
        if !projects.iter().any(|other| other == project) {
            projects.push(project.to_owned());
        }
    }
    (projects != paths).then_some(projects)
}

/// Whether an image is in a repository of a project there, and not directly in the project.
fn has_repositories(host: &RegistryHost) -> bool {
    let host = host.as_str();
    host != "gcr.io" && !host.ends_with(".gcr.io")
}

/// A project of a domain has the domain before its name.
fn project_of(path: &str) -> &str {
    let is_domain = path.split('/').next().is_some_and(|first| first.contains('.'));
    let parts = if is_domain { 2 } else { 1 };
    let end = path.match_indices('/').nth(parts - 1).map_or(path.len(), |(at, _)| at);
    &path[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_project_on_a_host_that_has_others_below_it() {
        let host = |text| RegistryHost::stored(text).unwrap();
        let (old, new) = (host("gcr.io"), host("europe-west4-docker.pkg.dev"));
        let paths = |list: &[&str]| list.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        let typed = paths(&["acme-prod/images", "acme-prod/tools", "example.com/acme/api"]);
        let projects = Some(paths(&["acme-prod", "example.com/acme"]));
        assert_eq!(mapped(&typed, &new, &old), projects);
        assert_eq!(mapped(&typed, &old, &new), projects);
        assert_eq!(mapped(&typed, &old, &host("eu.gcr.io")), None);
        assert_eq!(mapped(&typed, &new, &host("us-docker.pkg.dev")), None);
        assert_eq!(mapped(&paths(&["acme-prod"]), &new, &old), None);
        assert_eq!(mapped(&[], &new, &old), None);
    }
}
