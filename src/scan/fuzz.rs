//! Every reader of a file, with files that nobody writes.

#[path = "../tests/fuzz/driver.rs"]
mod driver;

use crate::{scan_text, systems};
use driver::{Target, drive, drive_long, forgotten};

const TARGETS: &[Target] = &[
    Target {
        file: "systems/azure.rs",
        seeds: &[b"pool: {vmImage: ubuntu-latest}\nresources:\n  containers:\n  - container: a\n    image: ghcr.io/acme/a:${{ parameters.tag }}\njobs:\n- job: x\n  container: a\n  steps:\n  - script: docker push acme/$(tag)\n"],
        run: |data| scan("azure-pipelines.yml", data),
    },
    Target {
        file: "systems/bake.rs",
        seeds: &[b"variable \"TAG\" { default = \"1\" }\ntarget \"api\" {\n  inherits = [\"base\"]\n  tags = [\"acme/api:${TAG}\", join(\"/\", [\"a\", \"b\"])]\n  matrix = { x = [\"1\", \"2\"] }\n}\n"],
        run: |data| scan("docker-bake.hcl", data),
    },
    Target {
        file: "systems/bitbucket.rs",
        seeds: &[b"image: {name: acme/a, username: x, password: $P}\npipelines:\n  default:\n  - step:\n      script:\n      - pipe: docker://acme/p:1\n      - docker push acme/a\n"],
        run: |data| scan("bitbucket-pipelines.yml", data),
    },
    Target {
        file: "systems/circleci.rs",
        seeds: &[b"version: 2.1\nexecutors:\n  a:\n    docker:\n    - image: cimg/go:<< parameters.v >>\n      auth: {username: x, password: $P}\njobs:\n  b:\n    executor: a\n    steps: [run: docker push acme/a]\nworkflows:\n  w: {jobs: [b]}\n"],
        run: |data| scan(".circleci/config.yml", data),
    },
    Target {
        file: "systems/cloudbuild.rs",
        seeds: &[b"steps:\n- name: gcr.io/cloud-builders/docker\n  args: [push, 'gcr.io/$PROJECT_ID/a:${_TAG}']\nimages: [gcr.io/$PROJECT_ID/a]\nsubstitutions: {_TAG: x}\n"],
        run: |data| scan("cloudbuild.yaml", data),
    },
    Target {
        file: "systems/compose.rs",
        seeds: &[b"x: &x\n  image: ${R:-ghcr.io}/acme/api:${TAG?}\nservices:\n  web:\n    <<: *x\n    build:\n      dockerfile_inline: |\n        FROM a AS b\n"],
        run: |data| scan("compose.yaml", data),
    },
    Target {
        file: "systems/dependabot.rs",
        seeds: &[b"version: 2\nregistries:\n  r:\n    type: docker-registry\n    url: ghcr.io\n    username: x\n    password: ${{ secrets.P }}\n"],
        run: |data| scan(".github/dependabot.yml", data),
    },
    Target {
        file: "systems/devcontainer.rs",
        seeds: &[b"{ // a\n \"image\": \"ghcr.io/acme/dev:1\", \"features\": {\"ghcr.io/a/b:1\": {}}, \"build\": {\"cacheFrom\": \"x\",}, }"],
        run: |data| scan(".devcontainer/devcontainer.json", data),
    },
    Target {
        file: "systems/dockerfile.rs",
        seeds: &[b"# syntax=docker/dockerfile:1\nARG A=1\nFROM --platform=$BUILDPLATFORM ghcr.io/acme/a:${A:-2} AS b\nCOPY --from=b <<E /x\nFROM no\nE\nRUN --mount=type=bind,from=c x \\\n  y\n"],
        run: |data| scan("Dockerfile", data),
    },
    Target {
        file: "systems/drone.rs",
        seeds: &[b"kind: pipeline\ntype: docker\nsteps:\n- name: a\n  image: plugins/docker\n  settings: {repo: acme/a, registry: ghcr.io, password: {from_secret: p}}\n---\nkind: secret\n"],
        run: |data| scan(".drone.yml", data),
    },
    Target {
        file: "systems/github.rs",
        seeds: &[b"on: push\njobs:\n  a:\n    strategy: {matrix: {v: [1, 2], include: [{v: 3}]}}\n    container: ghcr.io/acme/a:${{ matrix.v }}\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {push: true, tags: \"acme/a,acme/b\"}\n    - run: docker push acme/c\n"],
        run: |data| scan(".github/workflows/a.yml", data),
    },
    Target {
        file: "systems/gitlab.rs",
        seeds: &[b"default: {image: acme/a:$V}\nvariables: {V: \"1\"}\n.b: {script: [docker login $CI_REGISTRY]}\njob:\n  extends: .b\n  services: [{name: redis}]\n  parallel: {matrix: [{V: [a, b]}]}\n  script: [!reference [.b, script]]\n"],
        run: |data| scan(".gitlab-ci.yml", data),
    },
    Target {
        file: "systems/helm.rs",
        seeds: &[b"image: {registry: ghcr.io, repository: acme/a, tag: \"1\"}\nb: {{ .Values.x | default \"y\" }}\n"],
        run: |data| scan("charts/a/values.yaml", data),
    },
    Target {
        file: "systems/jenkins.rs",
        seeds: &[b"pipeline { agent { docker { image 'acme/a' } } environment { V = '1' }\n stages { stage('x') { steps { script { docker.withRegistry('https://ghcr.io', 'id') { docker.build(\"a:${V}\").push() } }\n sh '''docker push x''' } } } } // c"],
        run: |data| scan("Jenkinsfile", data),
    },
    Target {
        file: "systems/kubernetes.rs",
        seeds: &[b"apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{name: a, image: ghcr.io/acme/a@sha256:0}]\n      imagePullSecrets: [{name: s}]\n---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: e30=}\n"],
        run: |data| scan("a.yaml", data),
    },
    Target {
        file: "systems/kustomize.rs",
        seeds: &[b"images:\n- name: a\n  newName: ghcr.io/acme/a\n  newTag: 1\nresources: [b.yaml]\npatches:\n- patch: |\n    - op: replace\n      path: /spec\n      value: x\n"],
        run: |data| scan("kustomization.yaml", data),
    },
    Target {
        file: "systems/quadlet.rs",
        seeds: &[b"[Container]\nImage=ghcr.io/acme/a:1\nPull=never\n[Build]\nImageTag=x\n"],
        run: |data| scan("a.container", data),
    },
    Target {
        file: "systems/tekton.rs",
        seeds: &[b"apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  params: [{name: i, default: acme/a}]\n  steps:\n  - image: $(params.i)\n    script: docker push $(params.i)\n"],
        run: |data| scan("t.yaml", data),
    },
    Target {
        file: "systems/woodpecker.rs",
        seeds: &[b"matrix: {V: [1, 2]}\nsteps:\n  a:\n    image: woodpeckerci/plugin-docker-buildx\n    settings: {repo: \"acme/a:${V}\", logins: [{registry: ghcr.io}]}\n  b: {image: c, commands: [docker push x]}\n"],
        run: |data| scan(".woodpecker.yml", data),
    },
];

const OTHERS: &[(&str, &str)] = &[("systems/steps.rs", "by way of Woodpecker and Drone")];

fn scan(name: &str, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let report = scan_text(name, &text);
    // What is found is also shown.
    report.to_lines();
}

#[test]
fn no_file_makes_a_reader_panic() {
    drive(TARGETS);
}

#[test]
fn no_long_file_keeps_a_reader_busy() {
    drive_long(TARGETS);
}

#[test]
fn every_reader_is_fed() {
    assert_eq!(TARGETS.len(), systems::READERS.len());
    let mut forgotten = forgotten(&["systems"], TARGETS, OTHERS);
    // What is in a folder is reached by way of its system.
    forgotten.retain(|name| name.matches('/').count() == 1);
    assert!(forgotten.is_empty(), "nobody feeds the readers in {forgotten:?}");
}
