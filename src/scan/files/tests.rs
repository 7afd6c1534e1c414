//! Which files are found, and whose they are.

use super::*;
use std::fs;

#[test]
fn a_file_is_known_by_its_place() {
    for (path, system) in [
        (".github/workflows/build.yml", Some(System::GithubActions)),
        ("actions/x/action.yaml", Some(System::GithubActions)),
        (".gitlab-ci.yml", Some(System::GitlabCi)),
        ("ci/build.gitlab-ci.yml", Some(System::GitlabCi)),
        (".woodpecker.yml", Some(System::Woodpecker)),
        (".woodpecker/build.yaml", Some(System::Woodpecker)),
        (".drone.yml", Some(System::Drone)),
        ("overlays/kustomization.yaml", Some(System::Kustomize)),
        ("Kustomization", Some(System::Kustomize)),
        ("compose.yaml", Some(System::Compose)),
        ("docker-compose.prod.yml", Some(System::Compose)),
        ("Dockerfile", Some(System::Dockerfile)),
        ("build/Dockerfile.dev", Some(System::Dockerfile)),
        ("api.Dockerfile", Some(System::Dockerfile)),
        ("Containerfile", Some(System::Dockerfile)),
        ("Dockerfile.dockerignore", None),
        ("Dockerfile.md", None),
        ("Jenkinsfile", Some(System::Jenkins)),
        (".circleci/config.yml", Some(System::CircleCi)),
        ("azure-pipelines.yml", Some(System::Azure)),
        ("bitbucket-pipelines.yml", Some(System::Bitbucket)),
        ("api.Jenkinsfile", Some(System::Jenkins)),
        ("ci/azure-pipelines-release.yaml", Some(System::Azure)),
        ("deploy.cloudbuild.yaml", Some(System::CloudBuild)),
        ("cloudbuild.json", Some(System::CloudBuild)),
        ("composer.json", None),
        ("README.md", None),
    ] {
        assert_eq!(System::by_name(path), system, "{path}");
    }
}

#[test]
fn other_yaml_is_known_by_what_is_in_it() {
    for (text, system) in [
        ("apiVersion: v1\nkind: Pod\n", Some(System::Kubernetes)),
        ("{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\"}", Some(System::Kubernetes)),
        ("# a\n---\nkind: Task\napiVersion: tekton.dev/v1\n", Some(System::Tekton)),
        (
            "apiVersion: \"kustomize.config.k8s.io/v1beta1\"\nkind: Component\n",
            Some(System::Kustomize),
        ),
        ("# a\nservices:\n  web:\n    image: nginx\n", Some(System::Compose)),
        ("services:\n  - nginx\n", None),
        ("services:\n  web:\n    image: nginx\nsteps:\n  - x\n", None),
        ("a: b\n", None),
        ("pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: make\n", Some(System::Azure)),
        (
            "steps:\n- name: 'gcr.io/cloud-builders/docker'\n  args: [version]\n",
            Some(System::CloudBuild),
        ),
    ] {
        assert_eq!(System::of("x.yaml", text), system, "{text}");
        assert_eq!(System::of("x.toml", text), None);
    }
}

#[test]
fn folders_of_others_and_links_are_not_entered() {
    let folder = std::env::temp_dir().join(format!("regcred-scan-walk-{}", std::process::id()));
    for inside in ["app", "node_modules/x", ".git", "target", "vendor"] {
        fs::create_dir_all(folder.join(inside)).unwrap();
        fs::write(folder.join(inside).join("Dockerfile"), "FROM nginx\n").unwrap();
    }
    fs::write(folder.join("app/compose.yaml"), "services:\n\tweb: 1\n").unwrap();
    fs::write(folder.join("app/data.json"), [0xff, 0xfe]).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("app/again")).unwrap();
    let report = scan(&[folder.clone(), folder.join("nowhere"), folder.join("app/data.json")]);
    fs::remove_dir_all(&folder).unwrap();
    let name = |path: &str| folder.join(path).display().to_string();
    assert_eq!(
        report.to_lines(),
        [
            format!("{}:1  pulls  docker.io/library/nginx  0", name("app/Dockerfile")),
            format!(
                "{}:2  cannot be read  A tab is used for indentation. YAML takes spaces only.",
                name("app/compose.yaml")
            ),
            format!("{}  cannot be read  The file is not text in UTF-8.", name("app/data.json")),
            format!("{}  cannot be read  The file cannot be opened.", name("nowhere")),
        ]
    );
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn a_text_is_read_under_the_name_it_is_given() {
    let report = scan_text("Dockerfile", "FROM nginx:1.27\n");
    assert_eq!(report.to_lines(), ["Dockerfile:1  pulls  docker.io/library/nginx:1.27  0"]);
    assert_eq!(scan_text("notes.txt", "hello").exit_code(), 1);
}
