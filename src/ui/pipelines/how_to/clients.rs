//! The lines for clients that pull and push.

use super::names::{Names, curl};
use super::{Block, Client};

/// A folder of its own for each job, so that jobs beside it do not meet.
const FOLDER: &str = r#"export DOCKER_CONFIG="$(mktemp -d)""#;

/// Fetches the docker configuration into `$DOCKER_CONFIG` with the token of a variable.
pub(super) fn fetch(names: &Names, token: &str, query: &str) -> String {
    let address = &names.address;
    let rest = format!(
        r#"-D "$DOCKER_CONFIG/headers" \
    -o "$DOCKER_CONFIG/config.json" "{address}/api/v1/docker-config{query}""#
    );
    format!("{FOLDER}\n{}", curl(token, &rest))
}

/// Docker itself: the file that `docker login` would have written.
pub(super) fn docker(names: &Names) -> Client {
    Client {
        name: "docker, docker compose",
        note: "At the start of the job, fetch the docker configuration. Docker, compose and buildx read it from there.",
        blocks: vec![
            Block { id: "fetch", before: "", lines: fetch(names, "REGCRED_TOKEN", "") },
            Block {
                id: "fetch-push",
                before: "To push, ask for it. The Regcred headers are optional: they say in the receipt which run it was.",
                lines: fetch_to_push(names),
            },
            Block {
                id: "report",
                before: "Afterwards you can report that it worked, or that it failed. Without that, a receipt only says what was received.",
                lines: report(names),
            },
        ],
    }
}

fn fetch_to_push(names: &Names) -> String {
    let address = &names.address;
    let rest = format!(
        r#"\
    -H "Regcred-Run: $CI_RUN" -H "Regcred-Commit: $CI_COMMIT" \
    -H "Regcred-Branch: $CI_BRANCH" -H "Regcred-Actor: $CI_ACTOR" \
    -D "$DOCKER_CONFIG/headers" \
    -o "$DOCKER_CONFIG/config.json" "{address}/api/v1/docker-config?intent=push""#
    );
    format!("{FOLDER}\n{}", curl("REGCRED_TOKEN", &rest))
}

fn report(names: &Names) -> String {
    let address = &names.address;
    format!(
        r#"grep -i '^regcred-delivery:' "$DOCKER_CONFIG/headers" | cut -d ' ' -f 2 | tr -d ';\r' |
while read -r id; do
  printf 'Authorization: Bearer %s\n' "$REGCRED_TOKEN" |
    curl --fail --silent --show-error -H @- -H 'Content-Type: application/json' \
      -d '{{"outcome":"worked"}}' "{address}/api/v1/deliveries/$id/outcome"
done"#
    )
}

/// Docker with the helper: no secret is in a file.
pub(super) fn helper(names: &Names) -> Client {
    let Names { address, push, .. } = names;
    let (repository, image) = (&push.repository, push.name());
    Client {
        name: "docker credential helper",
        note: "With docker-credential-regcred on the PATH, docker asks for each credential when it needs it, and no secret is in a file. A helper is told only the registry, so the intent and the repository come from the environment.",
        blocks: vec![
            Block {
                id: "helper-config",
                before: "In ~/.docker/config.json:",
                lines: names.cred_helpers(),
            },
            Block {
                id: "helper",
                before: "In the job. The helper reads REGCRED_TOKEN, or the identity that GitHub and GitLab give to a job, and can report how it went:",
                lines: format!(
                    r#"export REGCRED_URL={address}
export REGCRED_INTENT=push
export REGCRED_REPOSITORY={repository}
export REGCRED_STATE="$(mktemp)"
if docker push {image}:1.0; then
  docker-credential-regcred report-worked
else
  docker-credential-regcred report-failed
  exit 1
fi"#
                ),
            },
        ],
    }
}

/// Podman and buildah: a file with a key for each path.
pub(super) fn podman(names: &Names) -> Client {
    let Names { address, pull, .. } = names;
    let fetch = curl(
        "REGCRED_TOKEN",
        &format!("-o \"$REGISTRY_AUTH_FILE\" \\\n    {address}/api/v1/auth-json"),
    );
    Client {
        name: "podman, buildah",
        note: "Their auth.json can hold several credentials for one registry, each for its own repositories. Add ?intent=push to push.",
        blocks: vec![Block {
            id: "podman",
            before: "",
            lines: format!(
                "export REGISTRY_AUTH_FILE=\"$(mktemp -d)/auth.json\"\n{fetch}\npodman pull {}:1.0",
                pull.name()
            ),
        }],
    }
}

/// Skopeo takes a file by name.
pub(super) fn skopeo(names: &Names) -> Client {
    Client {
        name: "skopeo",
        note: "It takes a file by name: the config.json from above, or the auth.json of podman. It asks a credential helper that is named in credHelpers, and never one in credsStore.",
        blocks: vec![Block {
            id: "skopeo",
            before: "",
            lines: format!(
                "skopeo copy --authfile \"$DOCKER_CONFIG/config.json\" \\\n  docker://{}:1.0 oci:api",
                names.pull.name()
            ),
        }],
    }
}

/// Buildx: a folder for each repository.
pub(super) fn buildx(names: &Names) -> Client {
    let Names { address, push, .. } = names;
    let image = push.name();
    let rest = format!(
        r#"\
    "{address}/api/v1/buildx?intent=push&repository={image}" |
  tar -x -f - -C "$DOCKER_CONFIG/buildx""#
    );
    Client {
        name: "docker buildx",
        note: "It looks for a credential of the very repository before that of the registry. Name every repository that the build pulls or pushes; repository= can stand there several times. Buildx keeps its builders in the same folder, so make them afterwards.",
        blocks: vec![Block {
            id: "buildx",
            before: "",
            lines: format!(
                "{FOLDER}\nmkdir -p \"$DOCKER_CONFIG/buildx\"\n{}\ndocker buildx build --push -t {image}:1.0 .",
                curl("REGCRED_TOKEN", &rest)
            ),
        }],
    }
}

/// The variable that docker's client and GitLab's runner read.
pub(super) fn docker_auth_config(names: &Names) -> Client {
    let address = &names.address;
    let fetch = curl("REGCRED_TOKEN", &format!("\\\n    {address}/api/v1/docker-auth-config"));
    Client {
        name: "DOCKER_AUTH_CONFIG, GitLab Runner",
        note: "A variable instead of a file, for one job. Do not store its content in a CI variable: it would not be rotated.",
        blocks: vec![
            Block {
                id: "docker-auth-config",
                before: "",
                lines: format!("DOCKER_AUTH_CONFIG=\"$({fetch})\"\nexport DOCKER_AUTH_CONFIG"),
            },
            Block {
                id: "gitlab-runner",
                before: "GitLab Runner pulls the job's own image before the job begins. Let it ask the helper: in ~/.docker/config.json of the user that the runner runs as, with docker-credential-regcred on its PATH:",
                lines: names.cred_helpers(),
            },
            Block {
                id: "gitlab-runner-settings",
                before: "And beside it, in ~/.docker/regcred.json; only the runner may read the token's file:",
                lines: format!(
                    "{{\n  \"url\": \"{address}\",\n  \"token_file\": \"/etc/gitlab-runner/regcred-token\"\n}}"
                ),
            },
        ],
    }
}
