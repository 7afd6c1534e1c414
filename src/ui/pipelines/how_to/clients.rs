//! The lines for clients that pull and push.

use super::names::Names;
use super::shell::{QUIET, into_file, into_variable};
use super::{Block, Client};

/// A folder of its own for each job, so that jobs beside it do not meet. The variable, which some
/// runners set, would win over the file in it.
const FOLDER: &str = "export DOCKER_CONFIG=\"$(mktemp -d)\"\nunset DOCKER_AUTH_CONFIG";

/// Fetches the docker configuration into `$DOCKER_CONFIG` with a stored token.
pub(super) fn fetch(names: &Names, query: &str) -> String {
    format!("{FOLDER}\n{QUIET}\n{}", config(names, "REGCRED_TOKEN", &[], query))
}

/// The same with the token of a variable, in lines that are quiet already.
pub(super) fn fetch_as(names: &Names, token: &str, query: &str) -> String {
    format!("{FOLDER}\n{}", config(names, token, &[], query))
}

fn config(names: &Names, token: &str, args: &[&str], query: &str) -> String {
    let url = format!("{}/api/v1/docker-config{query}", names.address);
    let args = [args, &[r#"-D "$DOCKER_CONFIG/headers""#][..]].concat();
    into_file(token, "$DOCKER_CONFIG/config.json", &args, &url)
}

/// Docker itself: the file that `docker login` would have written.
pub(super) fn docker(names: &Names) -> Client {
    Client {
        name: "docker, docker compose",
        note: "Fetch the docker configuration at the start of the job. docker, compose and buildx read it from there. If Regcred refuses, the log says why and the job stops. The commands need curl 7.76 or later. set +x keeps the token out of logs that print each command.",
        blocks: vec![
            Block { id: "fetch", before: "", lines: fetch(names, "") },
            Block {
                id: "fetch-push",
                before: "To push, add intent=push. The Regcred headers are optional. They add the run to the receipt.",
                lines: fetch_to_push(names),
            },
            Block {
                id: "fetch-image",
                before: "docker ignores paths, so the file has one entry for each registry, and a credential for acme is used for the whole registry. With image= the file has only the credential for that repository:",
                lines: fetch(names, &format!("?image={}", names.pull)),
            },
            Block {
                id: "report",
                before: "Afterwards you can report that the credential worked, or that it failed. Without a report, the receipt says only what was received.",
                lines: report(names),
            },
        ],
    }
}

fn fetch_to_push(names: &Names) -> String {
    let run = [
        r#"-H "Regcred-Run: $CI_RUN" -H "Regcred-Commit: $CI_COMMIT""#,
        r#"-H "Regcred-Branch: $CI_BRANCH" -H "Regcred-Actor: $CI_ACTOR""#,
    ];
    format!("{FOLDER}\n{QUIET}\n{}", config(names, "REGCRED_TOKEN", &run, "?intent=push"))
}

fn report(names: &Names) -> String {
    let address = &names.address;
    format!(
        r#"{QUIET}
fetch="$(tr -d '\r' < "$DOCKER_CONFIG/headers" | sed -n 's/^[Rr]egcred-[Ff]etch: *//p')"
printf 'Authorization: Bearer %s\n' "$REGCRED_TOKEN" |
  curl --fail-with-body --silent --show-error -H @- -H 'Content-Type: application/json' \
    -d '{{"outcome":"worked"}}' "{address}/api/v1/deliveries/$fetch/outcome""#
    )
}

/// Docker with the helper: no secret is in a file.
pub(super) fn helper(names: &Names) -> Client {
    let Names { address, push: image, .. } = names;
    Client {
        name: "docker credential helper",
        note: "With docker-credential-regcred on the PATH, docker asks for each credential when it needs it, and no secret is in a file. docker tells a helper only the registry, so the intent and the image come from the environment.",
        blocks: vec![
            Block {
                id: "helper-config",
                before: "In ~/.docker/config.json. For Docker Hub, podman, buildah and skopeo look up docker.io, and docker looks up the other name:",
                lines: names.cred_helpers(),
            },
            Block {
                id: "helper",
                before: "In the job. The helper signs in with REGCRED_TOKEN or with the job's identity token, and can report how the push went. With REGCRED_IMAGE it returns the credential for that image's repository, and otherwise the one for the registry:",
                lines: format!(
                    r#"unset DOCKER_AUTH_CONFIG
export REGCRED_URL={address}
export REGCRED_INTENT=push
export REGCRED_IMAGE={image}:1.0
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
    let url = format!("{address}/api/v1/auth-json");
    let fetch = into_file("REGCRED_TOKEN", "$REGISTRY_AUTH_FILE", &[], &url);
    Client {
        name: "podman, buildah",
        note: "auth.json can hold several credentials for one registry, each for the repositories below its path: acme covers acme/api, but not acmeco/api. To push, add ?intent=push.",
        blocks: vec![
            Block {
                id: "podman",
                before: "",
                lines: format!(
                    "export REGISTRY_AUTH_FILE=\"$(mktemp -d)/auth.json\"\n{QUIET}\n{fetch}\npodman pull {pull}:1.0"
                ),
            },
            Block {
                id: "podman-helper-config",
                before: "Or use docker-credential-regcred, which must be on the PATH. podman --remote refuses a file that names Docker Hub as docker does, so use a separate file, for example ~/.config/containers/regcred-auth.json:",
                lines: names.cred_helpers_by_host(),
            },
            Block {
                id: "podman-helper",
                before: "In the job. DOCKER_CONFIG is for podman before version 4.4, which also reads docker's file:",
                lines: format!(
                    r#"export REGISTRY_AUTH_FILE="$HOME/.config/containers/regcred-auth.json"
export DOCKER_CONFIG="$HOME/.config/containers"
export REGCRED_URL={address}
podman pull {pull}:1.0"#
                ),
            },
        ],
    }
}

pub(super) fn skopeo(names: &Names) -> Client {
    Client {
        name: "skopeo",
        note: "skopeo takes a file by name: the config.json from above, or podman's auth.json. It uses the helpers in credHelpers, and ignores credsStore.",
        blocks: vec![Block {
            id: "skopeo",
            before: "",
            lines: format!(
                "skopeo copy --authfile \"$DOCKER_CONFIG/config.json\" \\\n  docker://{}:1.0 oci:api",
                names.pull
            ),
        }],
    }
}

/// Buildx: a folder for each repository.
pub(super) fn buildx(names: &Names) -> Client {
    let Names { address, push: image, .. } = names;
    let url = format!("{address}/api/v1/buildx?intent=push&repository={image}");
    let fetch = into_file("REGCRED_TOKEN", "$DOCKER_CONFIG/buildx.tar", &[], &url);
    Client {
        name: "docker buildx",
        note: "buildx looks for a credential for the exact repository first, then for the registry. Name every repository that the build pulls or pushes: repository= can be repeated. buildx keeps its builders in the same folder, so create them afterwards.",
        blocks: vec![Block {
            id: "buildx",
            before: "",
            lines: format!(
                r#"{FOLDER}
{QUIET}
{fetch}
mkdir -p "$DOCKER_CONFIG/buildx"
tar -x -f "$DOCKER_CONFIG/buildx.tar" -C "$DOCKER_CONFIG/buildx"
rm "$DOCKER_CONFIG/buildx.tar"
docker buildx build --push -t {image}:1.0 ."#
            ),
        }],
    }
}

/// The variable that docker's client and GitLab's runner read.
pub(super) fn docker_auth_config(names: &Names) -> Client {
    let address = &names.address;
    let url = format!("{address}/api/v1/docker-auth-config");
    let fetch = into_variable("DOCKER_AUTH_CONFIG", "REGCRED_TOKEN", &[], &url);
    Client {
        name: "DOCKER_AUTH_CONFIG, GitLab Runner",
        note: "A variable for one job, instead of a file. docker reads it since version 28.3, and prefers it to files and helpers. Do not store its content in a CI variable, because it would not be rotated there.",
        blocks: vec![
            Block {
                id: "docker-auth-config",
                before: "",
                lines: format!("{QUIET}\n{fetch}\nexport DOCKER_AUTH_CONFIG"),
            },
            Block {
                id: "gitlab-runner",
                before: "GitLab Runner pulls the job's own image before the job begins, so let the runner use the helper. Put docker-credential-regcred on its PATH, and this in ~/.docker/config.json of the user it runs as. Remove any CI variable DOCKER_AUTH_CONFIG, because the runner would prefer it:",
                lines: names.cred_helpers(),
            },
            Block {
                id: "gitlab-runner-settings",
                before: "In ~/.docker/regcred.json. Only the runner may read the token's file:",
                lines: format!(
                    "{{\n  \"url\": \"{address}\",\n  \"token_file\": \"/etc/gitlab-runner/regcred-token\"\n}}"
                ),
            },
        ],
    }
}
