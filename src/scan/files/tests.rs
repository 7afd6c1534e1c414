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
        (".gitlab-ci/build.yml", Some(System::GitlabCi)),
        ("gitlab-ci-base.yaml", Some(System::GitlabCi)),
        (".woodpecker.yml", Some(System::Woodpecker)),
        (".woodpecker/build.yaml", Some(System::Woodpecker)),
        ("site/.woodpecker/deploy.yml", Some(System::Woodpecker)),
        (".woodpecker/manifests/deploy.yml", None),
        (".drone.yml", Some(System::Drone)),
        (".drone.windows.yml", Some(System::Drone)),
        (".drone.jsonnet", Some(System::Drone)),
        (".drone.star", Some(System::Drone)),
        ("drone.yml", None),
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
        ("docker-compose.yml.j2", Some(System::Compose)),
        ("compose.yaml.tmpl", Some(System::Compose)),
        ("Jenkinsfile", Some(System::Jenkins)),
        ("tests/jenkinsfile.bats", None),
        (".circleci/config.yml", Some(System::CircleCi)),
        ("azure-pipelines.yml", Some(System::Azure)),
        ("bitbucket-pipelines.yml", Some(System::Bitbucket)),
        ("api.Jenkinsfile", Some(System::Jenkins)),
        ("ci/azure-pipelines-release.yaml", Some(System::Azure)),
        ("deploy.cloudbuild.yaml", Some(System::CloudBuild)),
        ("cloudbuild.json", Some(System::CloudBuild)),
        ("docker-bake.hcl", Some(System::Bake)),
        ("docker-bake.override.json", Some(System::Bake)),
        ("bake.release.hcl", Some(System::Bake)),
        ("main.hcl", None),
        (".github/dependabot.yml", Some(System::Dependabot)),
        (".devcontainer/api/devcontainer.json", Some(System::Devcontainer)),
        (".devcontainer.json", Some(System::Devcontainer)),
        (".gitea/workflows/a.yml", Some(System::GithubActions)),
        (".github/workflows/docker-compose.yml", Some(System::GithubActions)),
        (".woodpecker/values.yaml", Some(System::Woodpecker)),
        (".circleci/docker-compose.yml", Some(System::Compose)),
        ("composer.json", None),
        ("charts/api/Chart.yaml", Some(System::Helm)),
        ("charts/api/values-prod.yaml", Some(System::Helm)),
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
        ("---\nkind: pipeline\nsteps:\n- name: a\n", Some(System::Drone)),
        ("kind: pipeline\nstages: []\n", None),
        ("# a\nservices:\n  web:\n    image: nginx\n", Some(System::Compose)),
        ("services:\n  - nginx\n", None),
        ("services:\n  web:\n    image: nginx\nsteps:\n  - x\n", None),
        ("on: push\njobs:\n  a:\n    runs-on: x\n", Some(System::GithubActions)),
        ("name: a\n\"on\" : push\njobs:\n  a:\n    uses: ./x\n", Some(System::GithubActions)),
        ("name: a\nruns:\n  using: composite\n", Some(System::GithubActions)),
        ("jobs:\n  a:\n    docker:\n      - image: x\n", None),
        ("a: b\n", None),
        ("stages: [test]\nunit:\n  script:\n    - make\n", Some(System::GitlabCi)),
        ("spec:\n  inputs:\n    image:\n---\nunit:\n  script: make\n", Some(System::GitlabCi)),
        ("jobs:\n  a:\n    stage: x\n    script: make\n", None),
        ("openapi: 3.0.0\ninfo:\n  description: script\n", None),
        ("pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: make\n", Some(System::Azure)),
        ("trigger: none\nstages:\n- stage: a\n", Some(System::Azure)),
        ("stages:\n  - test\nunit:\n  script: make\n", Some(System::GitlabCi)),
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
fn a_unit_of_podman_is_known_by_its_name_and_its_section() {
    let text = "[Unit]\n\n[Container]\nImage=quay.io/acme/api:1\n";
    for (path, system) in [
        ("units/api.container", Some(System::Quadlet)),
        ("api.container.d/10-image.conf", Some(System::Quadlet)),
        ("api.build", None),
        ("api.service", None),
    ] {
        assert_eq!(System::of(path, text), system, "{path}");
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
fn a_lone_file_is_known_by_the_folder_of_its_system() {
    let folder = std::env::temp_dir().join(format!("regcred-scan-lone-{}", std::process::id()));
    let text = "jobs:\n  build:\n    docker:\n    - image: acme/api\n";
    for (inside, name) in [(".circleci", "config.yml"), (".circleci/parts", "jobs.yml")] {
        fs::create_dir_all(folder.join(inside)).unwrap();
        fs::write(folder.join(inside).join(name), text).unwrap();
    }
    let found = |path: &str| scan(&[folder.join(path)]).to_lines().len();
    let counts = [".circleci/config.yml", ".circleci/parts/jobs.yml", ".circleci", "."].map(found);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(counts, [1, 1, 2, 2]);
}

#[test]
fn a_scan_says_what_it_has_looked_at() {
    let folder = std::env::temp_dir().join(format!("regcred-scan-covers-{}", std::process::id()));
    let mut deep = folder.join("deep");
    for _ in 0..40 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir_all(folder.join("ci")).unwrap();
    fs::write(folder.join("ci/Dockerfile"), "FROM nginx\n").unwrap();
    let covers = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
        scan(&paths).covers
    };
    let all = covers(&["ci", "ci/Dockerfile", "gone", "deep"]);
    fs::remove_dir_all(&folder).unwrap();
    // A folder of which a part was not read may hold more.
    let expected = ["ci", "ci/Dockerfile", "gone"];
    assert_eq!(all, expected.map(|path| folder.join(path).display().to_string()));
    assert!(scan_text("Dockerfile", "FROM nginx\n").covers.is_empty());
}

#[test]
fn a_text_is_read_under_the_name_it_is_given() {
    let report = scan_text("Dockerfile", "FROM nginx:1.27\n");
    assert_eq!(report.to_lines(), ["Dockerfile:1  pulls  docker.io/library/nginx:1.27  0"]);
    assert_eq!(scan_text("notes.txt", "hello").exit_code(), 1);
}
