//! What an audit event adds, in words.

use super::{Detail, FieldChange, TermChange};
use crate::domain::audit::refusal::Sum;

impl Detail {
    /// The same as text, with every field from what to what: a line of a list.
    pub fn before_and_after(&self) -> String {
        match self {
            Self::Changed(changes) => {
                changes.iter().map(FieldChange::before_and_after).collect::<Vec<_>>().join("; ")
            }
            other => other.to_text(),
        }
    }

    pub fn to_text(&self) -> String {
        match self {
            Self::Nothing | Self::ReportsLinked | Self::Account { is_admin: false } => {
                String::new()
            }
            Self::Text(text)
            | Self::Registry(text)
            | Self::TokenService(text)
            | Self::Token(text) => text.clone(),
            Self::Changed(changes) => {
                let texts: Vec<String> = changes.iter().map(FieldChange::to_text).collect();
                texts.join(", ")
            }
            Self::Checked(outcome) => outcome.sentence(),
            Self::Version(version) => format!("version {version}"),
            Self::Versions { from, to } => format!("from version {from} to {to}"),
            Self::Grant { name, intent, until, reason, changes, .. } => {
                let intent = intent.map(|intent| intent.label().to_lowercase());
                let until = until.map(|day| format!("until {}", day.to_text()));
                let reason = reason.as_ref().map(|reason| format!("reason: {reason}"));
                let parts = [Some(name.clone()), intent, until, reason];
                let changes = changes.iter().map(TermChange::to_text);
                parts.into_iter().flatten().chain(changes).collect::<Vec<String>>().join(", ")
            }
            Self::Rejected { changes, reason } => {
                let changes = changes.iter().map(FieldChange::to_text);
                let parts: Vec<String> = changes.chain([format!("reason: {reason}")]).collect();
                parts.join(", ")
            }
            Self::Provider(provider) => provider.label().to_owned(),
            Self::Rule { provider, changes } => {
                let changes = changes.iter().map(TermChange::to_text);
                let parts = [provider.label().to_owned()].into_iter().chain(changes);
                parts.collect::<Vec<String>>().join(", ")
            }
            Self::Role(role) => role.word().to_owned(),
            Self::Roles { from, to, kept: 0 } => format!("from {} to {}", from.word(), to.word()),
            Self::Roles { from, to, kept } => {
                format!("from {} to {}, {kept} kept", from.word(), to.word())
            }
            Self::Kept(count) => format!("{count} kept"),
            Self::Restored { made_at, revoked, stopped } => {
                let counts = [("tokens revoked", revoked), ("destinations stopped", stopped)];
                let counts = counts.into_iter().filter(|(_, count)| **count > 0);
                let counts: String =
                    counts.map(|(what, count)| format!(", {what}: {count}")).collect();
                format!("made at {made_at}{counts}")
            }
            Self::Account { is_admin: true } => "instance admin".to_owned(),
            Self::Keys { from, to } => format!("from {from} to {to}"),
            Self::Refused(tally) => tally.to_text(),
            Self::Sums(sums) => sums.iter().map(Sum::to_text).collect::<Vec<_>>().join(", "),
            Self::File { path, others: 0 } => path.clone(),
            Self::File { path, others: 1 } => format!("{path} and 1 other file"),
            Self::File { path, others } => format!("{path} and {others} other files"),
            Self::Finding { kind, until: Some(until), reason } => {
                format!("{}, until {}, reason: {reason}", kind.label(), until.to_text())
            }
            Self::Finding { kind, until: None, .. } => kind.label().to_owned(),
            Self::Rules(1) => "1 trust rule".to_owned(),
            Self::Rules(count) => format!("{count} trust rules"),
            Self::Report(reported) => reported.to_text(),
            Self::Links { first, last } => format!("links {first} to {last}"),
            Self::Base(base) => base.to_text(),
            Self::Checkpoint { links, root, .. } => format!("links 1 to {links}, root {root}"),
            Self::Export { format, filters, first, last } => {
                let filters = if filters.is_empty() { "everything" } else { filters.as_str() };
                format!("{}, links {first} to {last}: {filters}", format.label())
            }
            Self::ExportEnd { lines, last, is_whole } => {
                let end = if *is_whole { "up to" } else { "broken off before the end, at" };
                format!("lines: {lines}, {end} link {last}")
            }
            Self::Items(1) => "1 item".to_owned(),
            Self::Items(count) => format!("{count} items"),
            Self::Population { items, sha256 } => {
                format!("{}, SHA-256 {sha256}", Self::Items(*items).to_text())
            }
            Self::Reviewed { item, verdict, note, to, effect } => {
                let to = to.as_ref().map(|to| format!("to {to}"));
                let effect = effect.map(|link| format!("link {link}"));
                let note = (!note.is_empty()).then(|| format!("reason: {note}"));
                let done = verdict.recorded(effect.is_some());
                let parts = [Some(done), to, effect, note];
                let said: Vec<String> = parts.into_iter().flatten().collect();
                format!("{item}: {}", said.join(", "))
            }
            Self::ReviewEnd(tally) => tally.to_text(),
            Self::Destination { transport, format, host, after, unsent } => {
                let to = if host.is_empty() { String::new() } else { format!(" to {host}") };
                let unsent = unsent.map(|unsent| format!(". {}", unsent.to_text()));
                let (transport, format) = (transport.label(), format.label());
                format!(
                    "{transport}{to}, {format}, after link {after}{}",
                    unsent.unwrap_or_default()
                )
            }
            Self::Rows(1) => "1 row".to_owned(),
            Self::Rows(count) => format!("{count} rows"),
            Self::Row { table, id, broken_at: None } => format!("{table} {id}"),
            Self::Row { table, id, broken_at: Some(link) } => {
                format!("{table} {id}, broken at link {link}")
            }
        }
    }
}
