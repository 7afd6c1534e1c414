//! The lines for CI servers.

use super::clients::fetch;
use super::names::{Names, curl, exchange, indented, quoted};
use super::{Block, Client};
use crate::domain::listing::percent;
use crate::domain::trust_rule::Provider;

/// GitHub Actions, by its identity tokens.
pub(super) fn github(names: &Names) -> Client {
    let Names { address, pipeline, push, .. } = names;
    let (image, audience) = (push.name(), names.audience(Provider::GitHub));
    let lines = format!(
        r#"jwt="$(printf 'Authorization: bearer %s\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
  curl --fail --silent --show-error -H @- \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience={}" | jq -r .value)"
{}
{}
echo "DOCKER_CONFIG=$DOCKER_CONFIG" >> "$GITHUB_ENV""#,
        percent(audience),
        exchange(names, "jwt"),
        fetch(names, "token", "?intent=push"),
    );
    // The helper asks for tokens for the instance's address unless it is told otherwise.
    let other_audience = if audience == address {
        String::new()
    } else {
        format!("\n  REGCRED_AUDIENCE: {}", quoted(audience))
    };
    Client {
        name: "GitHub Actions",
        note: "The job proves itself with an identity token, so nothing is stored in GitHub. It needs a trust rule for GitHub Actions, and the permission id-token: write.",
        blocks: vec![
            Block {
                id: "github",
                before: "",
                lines: format!(
                    "permissions:\n  contents: read\n  id-token: write\nsteps:\n  - name: Fetch registry credentials\n    run: |\n{}\n  - run: docker push {image}:1.0",
                    indented(&lines, 6)
                ),
            },
            Block {
                id: "github-helper",
                before: "The same with docker-credential-regcred on the PATH, and the config.json of the credential helper:",
                lines: format!(
                    "permissions:\n  contents: read\n  id-token: write\nenv:\n  REGCRED_URL: {address}\n  REGCRED_PIPELINE: {pipeline}\n  REGCRED_INTENT: push{other_audience}\nsteps:\n  - run: docker push {image}:1.0"
                ),
            },
        ],
    }
}

/// GitLab CI, by its identity tokens.
pub(super) fn gitlab(names: &Names) -> Client {
    let audience = quoted(names.audience(Provider::GitLab));
    let lines = format!(
        "{}\n{}",
        exchange(names, "REGCRED_ID_TOKEN"),
        fetch(names, "token", "?intent=push")
    );
    Client {
        name: "GitLab CI",
        note: "The job proves itself with an identity token, so nothing is stored in GitLab. It needs a trust rule for GitLab CI, and curl and jq in the job's image. docker-credential-regcred needs neither: it reads REGCRED_ID_TOKEN and REGCRED_PIPELINE.",
        blocks: vec![Block {
            id: "gitlab",
            before: "",
            lines: format!(
                "build:\n  id_tokens:\n    REGCRED_ID_TOKEN:\n      aud: {audience}\n  script:\n    - |\n{}\n    - docker push {}:1.0",
                indented(&lines, 6),
                names.push.name()
            ),
        }],
    }
}

/// Woodpecker's own door, and a step that pushes.
pub(super) fn woodpecker(names: &Names) -> Client {
    let Names { address, project, push, .. } = names;
    let lines = fetch(names, "REGCRED_TOKEN", "?intent=push");
    Client {
        name: "Woodpecker",
        note: "Woodpecker asks for the credentials of the images that its steps run in, and signs each request: it needs a trust rule for Woodpecker, and no token.",
        blocks: vec![
            Block {
                id: "woodpecker",
                before: "In the environment of the server; or give the address alone as the registry extension of one repository:",
                lines: format!(
                    "WOODPECKER_REGISTRY_EXTENSION_ENDPOINT={address}/api/v1/woodpecker/{project}"
                ),
            },
            Block {
                id: "woodpecker-step",
                before: "What Woodpecker was given is not in the reach of a step. One that pushes fetches for itself, in an image with docker and curl:",
                lines: format!(
                    "steps:\n  - name: push\n    image: registry.example.com/acme/ci\n    environment:\n      REGCRED_TOKEN:\n        from_secret: regcred_token\n    commands:\n      - |\n{}\n      - docker push {}:1.0",
                    indented(&lines, 8),
                    push.name()
                ),
            },
        ],
    }
}

/// Drone's own door.
pub(super) fn drone(names: &Names) -> Client {
    let Names { address, project, .. } = names;
    Client {
        name: "Drone",
        note: "Drone asks for the credentials of the images that its steps run in, and signs each request with a secret that both know: it needs a trust rule for Drone, which shows that secret once, and no token.",
        blocks: vec![Block {
            id: "drone",
            before: "In the environment of the runner:",
            lines: format!(
                "DRONE_REGISTRY_PLUGIN_ENDPOINT={address}/api/v1/drone/{project}\nDRONE_REGISTRY_PLUGIN_TOKEN=the-secret-of-the-trust-rule"
            ),
        }],
    }
}

/// Jenkins, with the token as a credential of the kind "secret text".
pub(super) fn jenkins(names: &Names) -> Client {
    let lines = format!(
        "{}\ndocker push {}:1.0",
        fetch(names, "REGCRED_TOKEN", "?intent=push"),
        names.push.name()
    );
    Client {
        name: "Jenkins",
        note: "Store the token as a credential of the kind “Secret text”. The three single quotes matter: with double quotes Groovy would write the token into the script.",
        blocks: vec![Block {
            id: "jenkins",
            before: "",
            lines: format!(
                "withCredentials([string(credentialsId: 'regcred-token', variable: 'REGCRED_TOKEN')]) {{\n  sh '''\n{}\n  '''\n}}",
                indented(&lines, 4)
            ),
        }],
    }
}

/// Tekton: one step writes what the others read.
pub(super) fn tekton(names: &Names) -> Client {
    let Names { address, pull, .. } = names;
    let rest =
        format!("\\\n    -o \"$HOME/.docker/config.json\" \"{address}/api/v1/docker-config\"");
    let lines =
        format!("#!/bin/sh\nset -eu\nmkdir -p \"$HOME/.docker\"\n{}", curl("REGCRED_TOKEN", &rest));
    let pull = pull.name();
    Client {
        name: "Tekton",
        note: "The first step writes the configuration into a home that all steps share, in memory. The token is in the Secret regcred-token.",
        blocks: vec![Block {
            id: "tekton",
            before: "",
            lines: format!(
                r#"apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: inspect-image
spec:
  volumes:
    - name: home
      emptyDir:
        medium: Memory
  stepTemplate:
    env:
      - name: HOME
        value: /home/regcred
    volumeMounts:
      - name: home
        mountPath: /home/regcred
  steps:
    - name: fetch-credentials
      image: docker.io/curlimages/curl
      env:
        - name: REGCRED_TOKEN
          valueFrom:
            secretKeyRef:
              name: regcred-token
              key: token
      script: |
{}
    - name: inspect
      image: quay.io/skopeo/stable
      command: ["skopeo", "inspect", "docker://{pull}:1.0"]"#,
                indented(&lines, 8)
            ),
        }],
    }
}
