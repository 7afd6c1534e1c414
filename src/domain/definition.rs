//! What a pipeline declares: the images, registries and logins that its files name. Nothing is decided by it, and of a
//! file nothing is kept but these names, where they stand, and a hash.

use super::matching::named;
use super::moment::Moment;
use super::pipeline::PipelineHead;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Files that a pipeline has at most.
pub const FILES_MAX: usize = 200;
/// Statements of one file, and of all files of a pipeline.
pub const STATEMENTS_MAX: usize = 1_000;
pub const STATEMENTS_OF_ALL_MAX: i64 = 5_000;
/// The longest path of a file, in characters.
pub const PATH_MAX: usize = 512;

super::words! {
    /// What a line of a file says.
    pub enum Kind {
        Pulls = "pulls", "Pulls";
        Pushes = "pushes", "Pushes";
        LogsIn = "logs_in", "Logs in";
        /// An image gets this name, and is not pushed where it does.
        Builds = "builds", "Builds";
        /// The system pulls it although the file does not name it.
        Implicit = "implicit", "Pulls by default";
        Password = "password", "Password";
        /// The file, or a part of it, could not be read.
        Unread = "unread", "Not read";
    }
}

super::words! {
    /// How it was seen. What a script does is a guess, and a template may be filled differently.
    pub enum SeenIn {
        Field = "field", "In a field";
        Script = "script", "In a script";
        Template = "template", "In a template";
    }
}

/// A variable whose value is not in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    /// Where a value would come from.
    pub from: String,
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    Image {
        host: String,
        repository: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
    },
    Registry(String),
    Unresolved {
        variables: Vec<Variable>,
        /// What is known of the name all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repository: Option<String>,
    },
    /// Why it names no image.
    Invalid(String),
    /// The field or option that holds a password. Its value is nowhere.
    Field(String),
    /// Why it could not be read.
    Unread(String),
}

impl Named {
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Image { host, .. } | Self::Registry(host) => Some(host),
            Self::Unresolved { host, .. } => host.as_deref(),
            _ => None,
        }
    }

    pub fn repository(&self) -> Option<&str> {
        match self {
            Self::Image { repository, .. } => Some(repository),
            Self::Unresolved { repository, .. } => repository.as_deref(),
            _ => None,
        }
    }

    /// For people, in a line.
    pub fn to_text(&self) -> String {
        match self {
            Self::Image { host, repository, tag, digest } => {
                let tag = tag.iter().map(|tag| format!(":{tag}"));
                let digest = digest.iter().map(|digest| format!("@{digest}"));
                let behind: String = tag.chain(digest).collect();
                format!("{host}/{repository}{behind}")
            }
            Self::Registry(text) | Self::Invalid(text) | Self::Field(text) | Self::Unread(text) => {
                text.clone()
            }
            Self::Unresolved { host, repository, .. } => match (host, repository) {
                (Some(host), Some(repository)) => format!("{host}/{repository}:…"),
                (Some(host), None) => format!("{host}/…"),
                _ => "…".to_owned(),
            },
        }
    }
}

/// What one line of a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub kind: Kind,
    /// From 1; 0 when it is about the whole file.
    pub line: i64,
    /// The way to it in the document, for example `services.web.image`.
    pub place: String,
    /// The job, stage, step or service that it belongs to.
    pub job: Option<String>,
    /// The job does not run by itself: others take from it.
    pub is_hidden: bool,
    pub seen_in: SeenIn,
    pub named: Named,
    /// Sentences about it.
    pub notes: Vec<String>,
}

/// What a statement is of, by which it is the same one wherever it stands in the file.
pub type Reference = (String, bool, Option<String>, Option<String>);

impl Statement {
    /// Its kind, whether it is hidden, the registry and the repository: of an image another tag is the same reference.
    pub fn reference(&self) -> Reference {
        let (host, repository) = (self.named.host(), self.named.repository());
        let kind = self.kind.word().to_owned();
        (kind, self.is_hidden, host.map(str::to_owned), repository.map(str::to_owned))
    }
}

/// A file as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredFile {
    pub path: String,
    /// What reads such files, as people call it; empty for a part of another file.
    pub system: String,
    /// Of its text, in hex; unknown for a part of another file.
    pub sha256: Option<String>,
    pub statements: Vec<Statement>,
}

/// Where a declaration is from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub commit: Option<String>,
    pub branch: Option<String>,
    /// Whether a provider signed for the commit. Otherwise somebody said so.
    pub is_proved: bool,
    /// Who sent it, by the name they had.
    pub by: String,
    /// Whether that was a run of the pipeline. What people send, no run removes.
    pub by_run: bool,
}

/// How many statements of a file are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Images, registries and logins.
    pub references: i64,
    /// Those of them that hold a variable.
    pub unresolved: i64,
    pub passwords: i64,
    pub unread: i64,
}

impl Counts {
    pub fn of(statements: &[Statement]) -> Self {
        let mut counts = Self::default();
        for one in statements {
            let counted = match one.kind {
                Kind::Password => &mut counts.passwords,
                Kind::Unread => &mut counts.unread,
                _ => &mut counts.references,
            };
            *counted += 1;
            counts.unresolved += i64::from(matches!(one.named, Named::Unresolved { .. }));
        }
        counts
    }

    pub fn all(self) -> i64 {
        self.references + self.passwords + self.unread
    }
}

/// A file of a pipeline, as it was declared last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub id: Uuid,
    pub path: String,
    pub system: String,
    pub sha256: Option<String>,
    pub origin: Origin,
    pub counts: Counts,
    /// When a file of this path was declared first, when what it says changed last, and when it was declared last.
    pub first_seen: Moment,
    pub changed: Moment,
    pub last_seen: Moment,
    /// When it named something else last, whatever else in it changed.
    pub names_changed: Moment,
    /// What it says, as a hash: whoever declares the same again changes nothing.
    pub said: String,
}

/// Characters of a commit that people are shown.
const COMMIT_SHOWN: usize = 12;

impl Definition {
    /// The day and the commit, which are named wherever something is called declared.
    pub fn declared(&self) -> String {
        let Origin { commit, branch, is_proved, .. } = &self.origin;
        let day = self.last_seen.day().to_text();
        let Some(commit) = commit else { return format!("{day}, no commit given") };
        let commit: String = commit.chars().take(COMMIT_SHOWN).collect();
        let branch = branch.iter().map(|branch| format!(" of {branch}")).collect::<String>();
        let how = if *is_proved { "proven" } else { "claimed" };
        format!("{day}, commit {commit}{branch} ({how})")
    }
}

/// Which granted credential a fetch for the reference would be handed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Match {
    /// Nothing is fetched for it.
    NotFetched,
    /// Nobody knows of which registry it is.
    Unknown,
    /// No credential of the pipeline is for it.
    Nothing,
    Credential {
        id: Uuid,
        name: String,
    },
    /// It depends on what a variable stands for which of these it is.
    OneOf(Vec<String>),
    /// It depends on what the run proves which of these it is.
    ByRun(Vec<String>),
    /// Nothing tells these apart: none of them is delivered.
    Tie(Vec<String>),
    /// One is granted, and a rule keeps it back.
    Refused {
        id: Uuid,
        name: String,
        reason: String,
    },
}

impl Match {
    /// For people; the name of a credential stands before it where there is one.
    pub fn sentence(&self) -> String {
        let all = |names: &[String]| named(&names.iter().map(String::as_str).collect::<Vec<_>>());
        match self {
            Self::NotFetched => "Nothing is fetched".to_owned(),
            Self::Unknown => "Depends on the variables".to_owned(),
            Self::Nothing => "No granted credential".to_owned(),
            Self::Credential { .. } => String::new(),
            Self::OneOf(names) => format!("Depends on the variables: {}", all(names)),
            Self::ByRun(names) => format!("Depends on the branch or the event: {}", all(names)),
            Self::Tie(names) => format!("A tie, so none is delivered: {}", all(names)),
            Self::Refused { reason, .. } => format!("Not delivered: {reason}"),
        }
    }
}

/// The file whose statements are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownFile {
    pub definition: Definition,
    pub statements: Vec<(Statement, Match)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionsPage {
    pub head: PipelineHead,
    /// By path.
    pub files: Vec<Definition>,
    pub shown: Option<ShownFile>,
}

#[cfg(test)]
mod tests;
