//! What each registry calls itself and wants in the form, a paragraph each.
//!
//! User names are those of protocols.md 4.8 and requirements/001; the rest is what the registries' own pages say.

use super::RegistryKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameRule {
    /// It is this word, in this spelling, whoever signs in.
    Fixed(&'static str),
    Suggested(&'static str),
    /// It differs from team to team.
    Free,
}

/// The sentences stand under the fields of the form.
pub struct Advice {
    pub username: UsernameRule,
    pub wants_username: &'static str,
    pub wants_secret: &'static str,
    /// What the token or account must be allowed to do, to pull and to push.
    pub least_scope: &'static str,
    /// What commonly goes wrong; may be empty.
    pub warning: &'static str,
}

impl RegistryKind {
    pub fn advice(self) -> Advice {
        use UsernameRule::{Fixed, Free, Suggested};
        match self {
            Self::DockerHub => Advice {
                username: Free,
                wants_username: "Your Docker Hub username, or the organization's name for an organization access token.",
                wants_secret: "An access token. Docker Hub also accepts the password, but not of accounts with a second factor.",
                least_scope: "Read-only to pull; Read & Write to push.",
                warning: "A personal access token reaches every repository of its user. An organization access token can be limited to some.",
            },
            Self::DockerHardened => Advice {
                username: Free,
                wants_username: "Your Docker Hub username, or the organization's name for an organization access token.",
                wants_secret: "An access token of Docker Hub. The password also works, but not for accounts with a second factor.",
                least_scope: "Read-only: these images are pulled, and Docker makes them.",
                warning: "Images that were mirrored into an organization are on docker.io, and need a credential for that host.",
            },
            Self::Ghcr => Advice {
                username: Free,
                wants_username: "Your GitHub username.",
                wants_secret: "A personal access token (classic).",
                least_scope: "read:packages to pull; write:packages to push.",
                warning: "Only classic tokens work: the registry does not accept fine-grained ones.",
            },
            Self::GitLab => Advice {
                username: Free,
                wants_username: "Your GitLab username, or the username of the deploy token, such as gitlab+deploy-token-1.",
                wants_secret: "A deploy token, or a personal, group or project access token.",
                least_scope: "read_registry to pull; read_registry and write_registry to push.",
                warning: "A job token expires with its job. Use a deploy token instead.",
            },
            Self::Google => Advice {
                username: Suggested("_json_key"),
                wants_username: "_json_key for a service account key, _json_key_base64 for the base64 of one; oauth2accesstoken for an access token.",
                wants_secret: "The whole JSON key file of a service account. Choose GCP service account key as the authentication method.",
                least_scope: "The role Artifact Registry Reader to pull; Artifact Registry Writer to push.",
                warning: "Each Google host needs its own credential, even with the same key.",
            },
            Self::Ecr => Advice {
                username: Fixed("AWS"),
                wants_username: "Always AWS, in capital letters.",
                wants_secret: "An authorization token: the output of aws ecr get-login-password.",
                least_scope: "ecr:GetAuthorizationToken, and on the repositories the actions to pull, or to pull and push.",
                warning: "Authorization tokens expire after 12 hours, and reach every registry their owner can reach.",
            },
            Self::EcrPublic => Advice {
                username: Fixed("AWS"),
                wants_username: "Always AWS, in capital letters.",
                wants_secret: "An authorization token: the output of aws ecr-public get-login-password --region us-east-1.",
                least_scope: "ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken; pushing needs the upload actions too.",
                warning: "Authorization tokens expire after 12 hours.",
            },
            Self::Acr => Advice {
                username: Free,
                wants_username: "The application ID of a service principal, the name of a repository token, or the admin username.",
                wants_secret: "The service principal's secret, the repository token's password, or the admin password.",
                least_scope: "The role AcrPull to pull; AcrPush to push.",
                warning: "Secrets of service principals expire: enter the date under Expires on.",
            },
            Self::Quay => Advice {
                username: Free,
                wants_username: "The robot account, such as acme+ci; or $oauthtoken for an OAuth token, $app for an app token.",
                wants_secret: "The robot account's token.",
                least_scope: "Read on the repositories to pull; Write to push.",
                warning: "Regenerating a robot's token immediately stops the old one for everything that uses it.",
            },
            Self::Harbor => Advice {
                username: Free,
                wants_username: "The robot account as Harbor shows it, such as robot$acme+ci. The prefix may differ.",
                wants_secret: "The robot account's secret.",
                least_scope: "Pull repository to pull; Pull and Push repository to push.",
                warning: "Robot accounts expire after 30 days unless you choose another period: enter the date under Expires on.",
            },
            Self::Nvidia => Advice {
                username: Fixed("$oauthtoken"),
                wants_username: "Always $oauthtoken, with the dollar sign.",
                wants_secret: "An NGC API key.",
                least_scope: "The NGC Catalog service to pull; Private Registry to push.",
                warning: "",
            },
            Self::Ibm => Advice {
                username: Suggested("iamapikey"),
                wants_username: "iamapikey for an API key; iambearer for an IAM token; cp for an entitlement key on cp.icr.io.",
                wants_secret: "An IBM Cloud API key, preferably of a service ID.",
                least_scope: "The service role Reader to pull; Reader and Writer to push.",
                warning: "",
            },
            Self::Heroku => Advice {
                username: Fixed("_"),
                wants_username: "Always _, a single underscore.",
                wants_secret: "An authorization token: the output of heroku auth:token.",
                least_scope: "Heroku has no token for the registry alone. Use a separate account for it.",
                warning: "",
            },
            Self::Scaleway => Advice {
                username: Suggested("nologin"),
                wants_username: "nologin. Scaleway checks only the secret key.",
                wants_secret: "The secret key of an API key.",
                least_scope: "The permission set ContainerRegistryReadOnly to pull; ContainerRegistryFullAccess to push.",
                warning: "",
            },
            Self::DigitalOcean => Advice {
                username: Free,
                wants_username: "The API token, the same as under Password. If you use it here, everyone who may see this credential sees it.",
                wants_secret: "The API token.",
                least_scope: "The registry's read scope to pull; read and update to push.",
                warning: "DigitalOcean uses the token as username and as password, and usernames are not hidden. Create a token only for the registry.",
            },
            Self::Oracle => Advice {
                username: Free,
                wants_username: "The tenancy namespace and the username, such as acme/ci or acme/oracleidentitycloudservice/ci.",
                wants_secret: "An auth token of the user.",
                least_scope: "A policy that allows to read repos to pull; to manage repos to push.",
                warning: "",
            },
            Self::SelfHosted => Advice {
                username: Free,
                wants_username: "The username on the registry, preferably of an account that is only for pipelines.",
                wants_secret: "The password or token on the registry.",
                least_scope: "Reading the repositories to pull; writing them to push.",
                warning: "Include the port if it is not the default one.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_possible_user_names() {
        for kind in RegistryKind::ALL {
            if let UsernameRule::Fixed(name) | UsernameRule::Suggested(name) =
                kind.advice().username
            {
                assert!(
                    !name.contains(':') && kind.advice().wants_username.contains(name),
                    "{kind:?}"
                );
            }
        }
    }
}
