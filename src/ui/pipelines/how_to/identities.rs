//! The lines for CI servers that sign for their jobs: nothing is stored there.

use super::clients::fetch_as;
use super::names::Names;
use super::shell::{QUIET, exchange, indented, issued, quoted, single_quoted};
use super::{Block, Client};
use crate::domain::listing::percent;
use crate::domain::trust_rule::Provider;

/// What Buildkite puts into a token only when it is asked to.
const BUILDKITE_OPTIONAL: [&str; 6] =
    ["organization_id", "pipeline_id", "cluster_id", "cluster_name", "queue_id", "queue_key"];
/// Those of them that every rule for Buildkite asks for.
const BUILDKITE_ALWAYS: [&str; 2] = ["organization_id", "pipeline_id"];
/// The start of one more kind.
const BUILDKITE_TAG: &str = "agent_tag:";

/// From the job's identity token in `jwt` to a docker configuration that can push.
fn fetch_for(names: &Names, jwt: &str) -> String {
    format!("{}\n{}", exchange(names, jwt), fetch_as(names, "token", "?intent=push"))
}

pub(super) fn github(names: &Names) -> Client {
    let Names { address, pipeline, push: image, .. } = names;
    let audience = names.audience(Provider::GitHub);
    let url = format!("$ACTIONS_ID_TOKEN_REQUEST_URL&audience={}", percent(audience));
    let lines = format!(
        r#"{QUIET}
{}
{}
echo "DOCKER_CONFIG=$DOCKER_CONFIG" >> "$GITHUB_ENV"
echo "DOCKER_AUTH_CONFIG=" >> "$GITHUB_ENV""#,
        issued("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &[], &url, "value"),
        fetch_for(names, "jwt"),
    );
    // The helper asks for tokens for the instance's address unless it is told otherwise.
    let other_audience = if audience == address {
        String::new()
    } else {
        format!("\n  REGCRED_AUDIENCE: {}", quoted(audience))
    };
    Client {
        name: "GitHub Actions",
        note: "The job signs in with an identity token, so nothing is stored in GitHub. It needs a trust rule for GitHub Actions, and the permission id-token: write.",
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
                    "permissions:\n  contents: read\n  id-token: write\nenv:\n  DOCKER_AUTH_CONFIG: \"\"\n  REGCRED_URL: {address}\n  REGCRED_PIPELINE: {pipeline}\n  REGCRED_INTENT: push{other_audience}\nsteps:\n  - run: docker push {image}:1.0"
                ),
            },
        ],
    }
}

pub(super) fn gitlab(names: &Names) -> Client {
    let audience = quoted(names.audience(Provider::GitLab));
    let lines = format!("{QUIET}\n{}", fetch_for(names, "REGCRED_ID_TOKEN"));
    Client {
        name: "GitLab CI",
        note: "The job signs in with an identity token, so nothing is stored in GitLab. It needs a trust rule for GitLab CI, and curl and jq in the job's image. docker-credential-regcred works without curl and jq: it reads REGCRED_ID_TOKEN and REGCRED_PIPELINE.",
        blocks: vec![Block {
            id: "gitlab",
            before: "",
            lines: format!(
                "build:\n  id_tokens:\n    REGCRED_ID_TOKEN:\n      aud: {audience}\n  script:\n    - |\n{}\n    - docker push {}:1.0",
                indented(&lines, 6),
                names.push
            ),
        }],
    }
}

/// CircleCI, whose program in the job asks for a token.
pub(super) fn circleci(names: &Names) -> Client {
    let audience = quoted(names.audience(Provider::CircleCi));
    let claims = single_quoted(&format!(r#"{{"aud":{audience}}}"#));
    let lines = format!(
        "{QUIET}\njwt=\"$(circleci run oidc get --claims {claims})\" || exit 1\n{}\ndocker push {}:1.0",
        fetch_for(names, "jwt"),
        names.push
    );
    Client {
        name: "CircleCI",
        note: "The job signs in with an identity token, so nothing is stored in CircleCI. It needs a trust rule for CircleCI, and curl and jq in the job's image. docker-credential-regcred works without curl and jq: with REGCRED_PIPELINE it requests the token itself.",
        blocks: vec![Block {
            id: "circleci",
            before: "",
            lines: format!(
                "steps:\n  - checkout\n  - setup_remote_docker\n  - run:\n      name: Fetch registry credentials and push\n      command: |\n{}",
                indented(&lines, 8)
            ),
        }],
    }
}

/// Buildkite, whose agent asks for a token.
pub(super) fn buildkite(names: &Names) -> Client {
    let audience = single_quoted(names.audience(Provider::Buildkite));
    let mut claims: Vec<&str> = BUILDKITE_ALWAYS.to_vec();
    for claim in names.claims(Provider::Buildkite) {
        let is_optional = BUILDKITE_OPTIONAL.contains(&claim) || claim.starts_with(BUILDKITE_TAG);
        if is_optional && !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    let claims: Vec<String> =
        claims.iter().map(|claim| format!("--claim {}", single_quoted(claim))).collect();
    let lines = format!(
        "{QUIET}\njwt=\"$(buildkite-agent oidc request-token --audience {audience} \\\n  {})\" || exit 1\n{}\ndocker push {}:1.0",
        claims.join(" "),
        fetch_for(names, "jwt"),
        names.push
    );
    // The upload of a pipeline fills in what stands behind a single one.
    let lines = lines.replace('$', "$$");
    Client {
        name: "Buildkite",
        note: "The job signs in with an identity token, so nothing is stored in Buildkite. It needs a trust rule for Buildkite, and curl and jq on the agent. Buildkite includes the ids in a token only if --claim asks for them. In pipeline.yml each $ is written twice. In a script of your own, write it once.",
        blocks: vec![Block {
            id: "buildkite",
            before: "",
            lines: format!("steps:\n  - label: Push\n    command: |\n{}", indented(&lines, 6)),
        }],
    }
}

/// Azure Pipelines, where a job asks its server for a token.
pub(super) fn azure(names: &Names) -> Client {
    let args =
        ["-H 'Content-Type: application/json'", "-H 'X-TFS-FedAuthRedirect: Suppress'", "-d ''"];
    let url = "$SYSTEM_OIDCREQUESTURI?api-version=7.1";
    let lines = format!(
        "{QUIET}\n{}\n{}\ndocker push {}:1.0",
        issued("SYSTEM_ACCESSTOKEN", &args, url, "oidcToken"),
        fetch_for(names, "jwt"),
        names.push
    );
    Client {
        name: "Azure Pipelines",
        note: "The job signs in with an identity token, so nothing is stored in Azure DevOps. It needs a trust rule for Azure DevOps, and curl and jq on the agent. The audience of these tokens is always api://AzureADTokenExchange, so the trust rule must have that audience.",
        blocks: vec![Block {
            id: "azure",
            before: "For a trust rule whose subject is a service connection (sc://), add &serviceConnectionId= and its id after api-version=7.1:",
            lines: format!(
                "steps:\n  - bash: |\n{}\n    displayName: Fetch registry credentials and push\n    env:\n      SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
                indented(&lines, 6)
            ),
        }],
    }
}
