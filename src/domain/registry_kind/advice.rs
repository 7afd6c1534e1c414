//! What each registry calls itself and wants in the form, a paragraph each.
//!
//! User names are those of protocols.md 4.8 and requirements/001; the rest is what the registries' own pages say.

use super::RegistryKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameRule {
    /// It is this word, in this spelling, for everyone.
    Fixed(&'static str),
    /// It is usually this word; another is accepted.
    Suggested(&'static str),
    /// It differs from team to team; the text says what it is.
    Free(&'static str),
}

struct Advice {
    slug: &'static str,
    label: &'static str,
    username: UsernameRule,
    username_note: &'static str,
    secret: &'static str,
    scope: &'static str,
    warning: Option<&'static str>,
}

impl RegistryKind {
    pub fn label(self) -> &'static str {
        self.advice().label
    }

    /// The word in URLs and in stored and sent data.
    pub fn slug(self) -> &'static str {
        self.advice().slug
    }

    pub fn username(self) -> UsernameRule {
        self.advice().username
    }

    /// What belongs in Username, as a sentence under the field.
    pub fn wants_username(self) -> &'static str {
        self.advice().username_note
    }

    /// What belongs in Password, as a sentence under the field.
    pub fn wants_secret(self) -> &'static str {
        self.advice().secret
    }

    /// The least the token or account must be allowed to do, to pull and to push.
    pub fn least_scope(self) -> &'static str {
        self.advice().scope
    }

    pub fn warning(self) -> Option<&'static str> {
        self.advice().warning
    }

    fn advice(self) -> Advice {
        use UsernameRule::{Fixed, Free, Suggested};
        match self {
            Self::DockerHub => Advice {
                slug: "docker-hub",
                label: "Docker Hub",
                username: Free("Docker Hub username"),
                username_note: "Your Docker Hub username, or the organization's name for an organization access token.",
                secret: "An access token. Docker Hub also accepts the password, but not of accounts with a second factor.",
                scope: "Read-only to pull; Read & Write to push.",
                warning: Some(
                    "A personal access token reaches every repository of its user. An organization access token can be limited to some.",
                ),
            },
            Self::DockerHardened => Advice {
                slug: "docker-hardened",
                label: "Docker Hardened Images",
                username: Free("Docker Hub username"),
                username_note: "Your Docker Hub username, or the organization's name for an organization access token.",
                secret: "An access token of Docker Hub. The password also works, but not for accounts with a second factor.",
                scope: "Read-only: these images are pulled, and Docker makes them.",
                warning: Some(
                    "Images that were mirrored into an organization are on docker.io, and need a credential for that host.",
                ),
            },
            Self::Ghcr => Advice {
                slug: "ghcr",
                label: "GitHub Container Registry",
                username: Free("GitHub username"),
                username_note: "Your GitHub username.",
                secret: "A personal access token (classic).",
                scope: "read:packages to pull; write:packages to push.",
                warning: Some(
                    "Only classic tokens work: the registry does not accept fine-grained ones.",
                ),
            },
            Self::GitLab => Advice {
                slug: "gitlab",
                label: "GitLab Container Registry",
                username: Free("GitLab username, or the deploy token's"),
                username_note: "Your GitLab username, or the username of the deploy token, such as gitlab+deploy-token-1.",
                secret: "A deploy token, or a personal, group or project access token.",
                scope: "read_registry to pull; read_registry and write_registry to push.",
                warning: Some("A job token expires with its job. Use a deploy token instead."),
            },
            Self::Google => Advice {
                slug: "google",
                label: "Google Artifact Registry",
                username: Suggested("_json_key"),
                username_note: "_json_key for a service account key, _json_key_base64 for the base64 of one; oauth2accesstoken for an access token.",
                secret: "The whole JSON key file of a service account. Choose GCP service account key as the authentication method.",
                scope: "The role Artifact Registry Reader to pull; Artifact Registry Writer to push.",
                warning: Some("Each Google host needs its own credential, even with the same key."),
            },
            Self::Ecr => Advice {
                slug: "ecr",
                label: "Amazon ECR",
                username: Fixed("AWS"),
                username_note: "Always AWS, in capital letters.",
                secret: "An authorization token: the output of aws ecr get-login-password.",
                scope: "ecr:GetAuthorizationToken, and on the repositories the actions to pull, or to pull and push.",
                warning: Some(
                    "Authorization tokens expire after 12 hours, and reach every registry their owner can reach.",
                ),
            },
            Self::EcrPublic => Advice {
                slug: "ecr-public",
                label: "Amazon ECR Public",
                username: Fixed("AWS"),
                username_note: "Always AWS, in capital letters.",
                secret: "An authorization token: the output of aws ecr-public get-login-password --region us-east-1.",
                scope: "ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken; pushing needs the upload actions too.",
                warning: Some("Authorization tokens expire after 12 hours."),
            },
            Self::Acr => Advice {
                slug: "acr",
                label: "Azure Container Registry",
                username: Free("Application ID of the service principal"),
                username_note: "The application ID of a service principal, the name of a repository token, or the admin username.",
                secret: "The service principal's secret, the repository token's password, or the admin password.",
                scope: "The role AcrPull to pull; AcrPush to push.",
                warning: Some(
                    "Secrets of service principals expire: enter the date under Expires on.",
                ),
            },
            Self::Quay => Advice {
                slug: "quay",
                label: "Quay",
                username: Free("Robot account, such as acme+ci"),
                username_note: "The robot account, such as acme+ci; or $oauthtoken for an OAuth token, $app for an app token.",
                secret: "The robot account's token.",
                scope: "Read on the repositories to pull; Write to push.",
                warning: Some(
                    "Regenerating a robot's token immediately stops the old one for everything that uses it.",
                ),
            },
            Self::Harbor => Advice {
                slug: "harbor",
                label: "Harbor",
                username: Free("Robot account, such as robot$acme+ci"),
                username_note: "The robot account as Harbor shows it, such as robot$acme+ci. The prefix may differ.",
                secret: "The robot account's secret.",
                scope: "Pull repository to pull; Pull and Push repository to push.",
                warning: Some(
                    "Robot accounts expire after 30 days unless you choose another period: enter the date under Expires on.",
                ),
            },
            Self::Nvidia => Advice {
                slug: "nvidia",
                label: "NVIDIA NGC",
                username: Fixed("$oauthtoken"),
                username_note: "Always $oauthtoken, with the dollar sign.",
                secret: "An NGC API key.",
                scope: "The NGC Catalog service to pull; Private Registry to push.",
                warning: None,
            },
            Self::Ibm => Advice {
                slug: "ibm",
                label: "IBM Cloud Container Registry",
                username: Suggested("iamapikey"),
                username_note: "iamapikey for an API key; iambearer for an IAM token; cp for an entitlement key on cp.icr.io.",
                secret: "An IBM Cloud API key, preferably of a service ID.",
                scope: "The service role Reader to pull; Reader and Writer to push.",
                warning: None,
            },
            Self::Heroku => Advice {
                slug: "heroku",
                label: "Heroku",
                username: Fixed("_"),
                username_note: "Always _, a single underscore.",
                secret: "An authorization token: the output of heroku auth:token.",
                scope: "Heroku has no token for the registry alone. Use a separate account for it.",
                warning: None,
            },
            Self::Scaleway => Advice {
                slug: "scaleway",
                label: "Scaleway",
                username: Suggested("nologin"),
                username_note: "nologin. Scaleway checks only the secret key.",
                secret: "The secret key of an API key.",
                scope: "The permission set ContainerRegistryReadOnly to pull; ContainerRegistryFullAccess to push.",
                warning: None,
            },
            Self::DigitalOcean => Advice {
                slug: "digitalocean",
                label: "DigitalOcean",
                username: Free("API token"),
                username_note: "The API token, the same as under Password. If you use it here, everyone who may see this credential sees it.",
                secret: "The API token.",
                scope: "The registry's read scope to pull; read and update to push.",
                warning: Some(
                    "DigitalOcean uses the token as username and as password, and usernames are not hidden. Create a token only for the registry.",
                ),
            },
            Self::Oracle => Advice {
                slug: "oracle",
                label: "Oracle Cloud Infrastructure Registry",
                username: Free("Tenancy namespace and user, such as acme/ci"),
                username_note: "The tenancy namespace and the username, such as acme/ci or acme/oracleidentitycloudservice/ci.",
                secret: "An auth token of the user.",
                scope: "A policy that allows to read repos to pull; to manage repos to push.",
                warning: None,
            },
            Self::SelfHosted => Advice {
                slug: "self-hosted",
                label: "Self-hosted registry",
                username: Free("Username on the registry"),
                username_note: "The username on the registry, preferably of an account that is only for pipelines.",
                secret: "The password or token on the registry.",
                scope: "Reading the repositories to pull; writing them to push.",
                warning: Some("Include the port if it is not the default one."),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_what_is_serialized() {
        for kind in RegistryKind::ALL {
            let slug = kind.slug();
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{slug}\""));
        }
    }

    #[test]
    fn user_names_are_possible_user_names() {
        for kind in RegistryKind::ALL {
            if let UsernameRule::Fixed(name) | UsernameRule::Suggested(name) = kind.username() {
                assert!(!name.contains(':') && kind.wants_username().contains(name), "{kind:?}");
            }
        }
    }
}
