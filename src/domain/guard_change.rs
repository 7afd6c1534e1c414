//! Lowering a guard of a protected credential: it waits for a second person, and meanwhile the guard
//! stands.

use super::approval::Rejection;
use super::audit::{Detail, Field, FieldChange};
use super::credential::{Access, Credential, CredentialSettings};
use super::moment::Moment;
use super::registry::covers;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The new values that lower a guard; `None` for what stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoweredGuards {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_protected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// Another origin that the secret may be sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_service: Option<String>,
}

/// A change that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardChange {
    pub id: Uuid,
    pub lowered: LoweredGuards,
    pub proposer: String,
    pub proposed_at: Moment,
    /// Whether who looks at it proposed it, and so cannot approve it.
    pub is_own: bool,
    /// That another member said no: then it waits for nobody.
    pub rejection: Option<Rejection>,
}

impl LoweredGuards {
    /// Takes out of `settings` what would lower a guard of the stored credential: there its own
    /// values stay. Nothing guards one that is not protected.
    pub fn split(stored: &Credential, settings: &mut CredentialSettings) -> Self {
        let mut lowered = Self::default();
        if !stored.is_protected {
            return lowered;
        }
        if !settings.is_protected {
            settings.is_protected = true;
            lowered.is_protected = Some(false);
        }
        let shown = &stored.summary;
        // What can be done with the secret is for its registry to say, so that either way the word
        // about it is no harmless one.
        if settings.access != shown.access {
            lowered.access = Some(std::mem::replace(&mut settings.access, shown.access));
        }
        if is_wider(&shown.paths, &settings.paths) {
            let stored = shown.paths.clone();
            lowered.paths = Some(std::mem::replace(&mut settings.paths, stored));
        }
        lowered
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The guards that it lowers.
    pub fn guards(&self) -> Vec<Field> {
        let all = [
            (self.is_protected.is_some(), Field::Protected),
            (self.access.is_some(), Field::Access),
            (self.paths.is_some(), Field::Paths),
            (self.token_service.is_some(), Field::TokenService),
        ];
        all.into_iter().filter(|(is_lowered, _)| *is_lowered).map(|(_, guard)| guard).collect()
    }

    /// The settings of the credential with these values.
    pub fn over(&self, stored: &Credential) -> CredentialSettings {
        let mut settings = CredentialSettings::from(stored);
        settings.is_protected = self.is_protected.unwrap_or(settings.is_protected);
        settings.access = self.access.unwrap_or(settings.access);
        if let Some(paths) = &self.paths {
            settings.paths.clone_from(paths);
        }
        settings
    }

    /// From what to what, for the credential as it is now.
    pub fn changes(&self, stored: &Credential) -> Vec<FieldChange> {
        let mut changes = CredentialSettings::from(stored).diff(&self.over(stored));
        if let Some(to) = self.token_service.clone()
            && stored.token_service.as_ref() != Some(&to)
        {
            let from = Some(stored.token_service.clone().unwrap_or_default());
            changes.push(FieldChange { field: Field::TokenService, from, to: Some(to) });
        }
        changes
    }

    /// Whether the event of a proposal tells of these values. Older events have theirs in words, which
    /// tell nothing here.
    pub fn are_told_by(&self, proposal: &Detail, stored: &Credential) -> bool {
        let Detail::Changed(told) = proposal else { return true };
        let is_told = |change: &FieldChange| {
            told.iter().any(|told| told.field == change.field && told.to == change.to)
        };
        self.changes(stored).iter().all(is_told)
    }
}

/// Whether a path of `after` is outside of `before`; no paths are every repository.
fn is_wider(before: &[String], after: &[String]) -> bool {
    let is_within = |path: &String| before.iter().any(|prefix| covers(prefix, path));
    !before.is_empty() && (after.is_empty() || !after.iter().all(is_within))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_wider_when_one_is_outside() {
        let list = |text: &str| -> Vec<String> {
            text.split(' ').filter(|path| !path.is_empty()).map(str::to_owned).collect()
        };
        for (before, after, expected) in [
            ("", "", false),
            ("", "acme", false),
            ("acme", "acme", false),
            ("acme", "acme/api", false),
            ("acme/api acme/web", "acme/web", false),
            ("acme", "", true),
            ("acme/api", "acme", true),
            ("acme", "acme other", true),
            ("acme", "acmeco", true),
        ] {
            assert_eq!(is_wider(&list(before), &list(after)), expected, "{before} {after}");
        }
    }

    #[test]
    fn what_is_stored_is_read_as_it_was() {
        let lowered = LoweredGuards {
            is_protected: Some(false),
            access: Some(Access::PullAndPush),
            paths: Some(Vec::new()),
            token_service: None,
        };
        let stored = serde_json::to_string(&lowered).unwrap();
        assert_eq!(serde_json::from_str::<LoweredGuards>(&stored).unwrap(), lowered);
        assert!(serde_json::from_str::<LoweredGuards>(r#"{"is_open":true}"#).is_err());
        assert!(LoweredGuards::default().is_empty() && !lowered.is_empty());
        assert_eq!(lowered.guards(), [Field::Protected, Field::Access, Field::Paths]);
    }
}
