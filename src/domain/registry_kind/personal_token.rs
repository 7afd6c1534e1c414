//! Tokens that belong to an account of a person, by the prefixes that issuers put on them (protocols.md 4.8). What is kept
//! of a secret is whose token it is, and never any of it.

crate::domain::words! {
    /// Who gives such a token out.
    pub enum PersonalToken {
        GitHub = "github", "GitHub";
        GitLab = "gitlab", "GitLab";
        Docker = "docker", "Docker Hub";
    }
}

impl PersonalToken {
    /// `None` for what is no such token, and for what nobody can tell.
    pub fn of(secret: &[u8]) -> Option<Self> {
        let known: [(Self, &[&[u8]]); 3] = [
            (Self::GitHub, &[b"ghp_", b"gho_", b"github_pat_"]),
            (Self::GitLab, &[b"glpat-"]),
            (Self::Docker, &[b"dckr_pat_"]),
        ];
        let secret = secret.trim_ascii_start();
        for (token, prefixes) in known {
            if prefixes.iter().any(|prefix| secret.starts_with(prefix)) {
                return Some(token);
            }
        }
        None
    }

    /// Whether the user name is one that the issuer gives to the token of a project or a group, which is like that of a
    /// person.
    pub fn is_of_robot(self, username: &str) -> bool {
        let is_bot = |start: &str| {
            let rest = username.strip_prefix(start);
            rest.and_then(|rest| rest.split_once("_bot")).is_some_and(|(id, _)| {
                !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        self == Self::GitLab && (is_bot("project_") || is_bot("group_"))
    }

    /// What is used in its place.
    pub fn instead(self) -> &'static str {
        match self {
            Self::GitHub => {
                "GitHub has none for machines: use an account that belongs to nobody, and accept this finding then"
            }
            Self::GitLab => {
                "Use a deploy token, or a token of the project or the group with the user name of its bot"
            }
            Self::Docker => "Use an organization access token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_people_are_told_by_their_prefixes() {
        for (secret, expected) in [
            ("ghp_madeup", Some(PersonalToken::GitHub)),
            (" github_pat_madeup", Some(PersonalToken::GitHub)),
            ("glpat-madeup", Some(PersonalToken::GitLab)),
            ("dckr_pat_madeup", Some(PersonalToken::Docker)),
            ("dckr_oat_madeup", None),
            ("gldt-madeup", None),
            ("ghs_madeup", None),
            ("made-up words", None),
            ("", None),
        ] {
            assert_eq!(PersonalToken::of(secret.as_bytes()), expected, "{secret}");
        }
    }

    #[test]
    fn bots_of_projects_and_groups_are_no_people() {
        for (username, is_robot) in [
            ("project_7_bot", true),
            ("group_7_bot_1", true),
            ("project_bot", false),
            ("project_x_bot", false),
            ("kim", false),
        ] {
            assert_eq!(PersonalToken::GitLab.is_of_robot(username), is_robot, "{username}");
            assert!(!PersonalToken::Docker.is_of_robot(username));
        }
    }
}
