//! What is declared as rows of its two tables.

use crate::domain::definition::{Counts, Definition, Kind, Named, Origin, SeenIn, Statement};
use crate::domain::moment::Moment;
use crate::store::entity::{Unreadable, definition, definition_statement};
use definition::{ActiveModel, Model};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What no column holds of a statement.
#[derive(Serialize, Deserialize)]
struct Detail {
    named: Named,
    seen_in: SeenIn,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// The columns that say where a declaration is from, and that it was made then.
pub(super) fn of_origin(origin: &Origin, at: Moment) -> ActiveModel {
    let Origin { commit, branch, is_proved, by, by_run } = origin.clone();
    ActiveModel {
        commit_id: Set(commit),
        branch: Set(branch),
        is_proved: Set(is_proved),
        sent_by: Set(by),
        by_run: Set(by_run),
        last_seen_at: Set(at.0),
        ..ActiveModel::default()
    }
}

pub(super) fn row_of(
    definition: Uuid,
    number: i32,
    (one, since): (&Statement, Moment),
) -> definition_statement::ActiveModel {
    let detail =
        Detail { named: one.named.clone(), seen_in: one.seen_in, notes: one.notes.clone() };
    definition_statement::ActiveModel {
        definition_id: Set(definition),
        number: Set(number),
        kind: Set(one.kind.word().to_owned()),
        line: Set(one.line),
        place: Set(one.place.clone()),
        job: Set(one.job.clone()),
        is_hidden: Set(one.is_hidden),
        host: Set(one.named.host().map(str::to_owned)),
        repository: Set(one.named.repository().map(str::to_owned)),
        named_since: Set(Some(since.0)),
        // Its keys are texts, so nothing in it can fail.
        detail: Set(serde_json::to_string(&detail).unwrap_or_default()),
    }
}

impl From<Model> for Definition {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            path: row.path,
            system: row.system,
            sha256: row.sha256,
            origin: Origin {
                commit: row.commit_id,
                branch: row.branch,
                is_proved: row.is_proved,
                by: row.sent_by,
                by_run: row.by_run,
            },
            counts: Counts {
                references: row.named,
                unresolved: row.unresolved,
                passwords: row.passwords,
                unread: row.unread,
            },
            first_seen: Moment(row.first_seen_at),
            changed: Moment(row.changed_at),
            names_changed: Moment(row.names_changed_at.unwrap_or(row.changed_at)),
            last_seen: Moment(row.last_seen_at),
            said: row.said,
        }
    }
}

impl TryFrom<definition_statement::Model> for Statement {
    type Error = Unreadable;

    fn try_from(row: definition_statement::Model) -> Result<Self, Unreadable> {
        let detail: Detail = serde_json::from_str(&row.detail).map_err(|_| Unreadable)?;
        Ok(Self {
            kind: Kind::from_word(&row.kind).ok_or(Unreadable)?,
            line: row.line,
            place: row.place,
            job: row.job,
            is_hidden: row.is_hidden,
            seen_in: detail.seen_in,
            named: detail.named,
            notes: detail.notes,
        })
    }
}
