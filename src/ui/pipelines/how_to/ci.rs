//! The lines for CI servers that ask with a stored token, or have a door of their own.

use super::clients::fetch;
use super::names::Names;
use super::shell::{QUIET, indented, into_file};
use super::{Block, Client};

/// Woodpecker's own door, and a step that pushes.
pub(super) fn woodpecker(names: &Names) -> Client {
    let Names { address, project, push, .. } = names;
    let lines = fetch(names, "?intent=push");
    Client {
        name: "Woodpecker",
        note: "Woodpecker asks for the credentials of the images that its steps run in, and signs each request. It needs a trust rule for Woodpecker, and no token. Its request names no image, so the answer has one entry for each registry.",
        blocks: vec![
            Block {
                id: "woodpecker",
                before: "In the environment of the server. For a single repository, set only the address as its registry extension:",
                lines: format!(
                    "WOODPECKER_REGISTRY_EXTENSION_ENDPOINT={address}/api/v1/woodpecker/{project}"
                ),
            },
            Block {
                id: "woodpecker-step",
                before: "Steps cannot use the credentials that Woodpecker received. A step that pushes fetches its own, in an image with docker and curl:",
                lines: format!(
                    "steps:\n  - name: push\n    image: registry.example.com/acme/ci\n    environment:\n      REGCRED_TOKEN:\n        from_secret: regcred_token\n    commands:\n      - |\n{}\n      - docker push {push}:1.0",
                    indented(&lines, 8)
                ),
            },
        ],
    }
}

pub(super) fn drone(names: &Names) -> Client {
    let Names { address, project, .. } = names;
    Client {
        name: "Drone",
        note: "Drone asks for the credentials of the images that its steps run in, and signs each request with a secret that it shares with Regcred. It needs a trust rule for Drone, which shows that secret once, and no token. Its request names no image, so the answer has one entry for each registry.",
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
    let lines = format!("{}\ndocker push {}:1.0", fetch(names, "?intent=push"), names.push);
    Client {
        name: "Jenkins",
        note: "Store the token as a credential of the kind “Secret text”. Keep the three single quotes: with double quotes, Groovy would write the token into the script.",
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
    let url = format!("{address}/api/v1/docker-config");
    let fetch = into_file("REGCRED_TOKEN", "$HOME/.docker/config.json", &[], &url);
    let lines = format!("#!/bin/sh\nset -eu\n{QUIET}\nmkdir -p \"$HOME/.docker\"\n{fetch}");
    Client {
        name: "Tekton",
        note: "The first step writes the configuration into a home folder in memory that all steps share. The token is in the Secret regcred-token.",
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
