//! What goes on to be known or reached through somebody who left: secrets that they typed, and token
//! services that they accepted. Only the audit has the id of who did it. What is read are the events of
//! the person, by the index on who did something, and of each credential that these are about: SQLite
//! joins in the order in which a cross join has them, and looks for no action by the index on actions when
//! it is asked for one with something behind it.

use super::Departures;
use crate::domain::audit::{Action, Subject};
use crate::domain::departure::{Leftover, Thing};
use crate::store::seals::Sealing;
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

/// The credentials whose current secret the person typed: the first event that wrote a secret, from when
/// that version was written on, is theirs. A switch to an older version does not change when it was written.
const TYPED: &str = "SELECT project.id, project.slug, credential.id, credential.name, person.name
    FROM project CROSS JOIN audit_event CROSS JOIN credential
    INNER JOIN person ON person.id = audit_event.actor_id
    WHERE audit_event.chain = project.id AND credential.id = audit_event.subject_id
    AND credential.project_id = project.id AND audit_event.actor_id = ? AND (audit_event.action || '') IN (?, ?, ?)
    AND audit_event.at >= credential.secret_set_at
    AND NOT EXISTS (SELECT 1 FROM audit_event AS earlier
        WHERE earlier.chain = audit_event.chain AND earlier.subject_id = audit_event.subject_id
        AND earlier.seq < audit_event.seq AND earlier.action IN (?, ?, ?)
        AND earlier.at >= credential.secret_set_at)";

/// The credentials whose token service the person accepted last, alone or as the second person.
const ACCEPTED: &str =
    "SELECT project.id, project.slug, credential.id, credential.name, person.name,
    credential.token_service
    FROM project CROSS JOIN audit_event CROSS JOIN credential
    INNER JOIN person ON person.id = audit_event.actor_id
    WHERE audit_event.chain = project.id AND credential.id = audit_event.subject_id
    AND credential.project_id = project.id AND audit_event.actor_id = ? AND credential.token_service IS NOT NULL
    AND (audit_event.action = ? OR (audit_event.action = ? AND audit_event.detail LIKE ?))
    AND NOT EXISTS (SELECT 1 FROM audit_event AS later
        WHERE later.chain = audit_event.chain AND later.subject_id = audit_event.subject_id
        AND later.seq > audit_event.seq
        AND (later.action = ? OR (later.action = ? AND later.detail LIKE ?)))";

/// In the detail of an event that changed the token service. A quote in a value has a backslash before it.
const OF_TOKEN_SERVICE: &str = "%\"field\":\"token_service\"%";

impl<C: Sealing> Departures<'_, C> {
    /// Of this project, or of all.
    pub(super) async fn known(
        &self,
        person: Uuid,
        project: Option<Uuid>,
    ) -> Result<Vec<Leftover>, DbErr> {
        let one = project.map_or("", |_| " AND project.id = ?");
        let of = |events: Vec<Value>| {
            let mut values: Vec<Value> = vec![person.into()];
            values.extend(events.iter().cloned());
            values.extend(events);
            values.extend(project.map(Value::from));
            values
        };
        let typing = [Action::CredentialCreated, Action::SecretReplaced, Action::SecretStaged];
        let typing = of(typing.map(|action| Value::from(action.word())).to_vec());
        let accepting = of(vec![
            Action::TokenServiceAccepted.word().into(),
            Action::GuardLowered.word().into(),
            OF_TOKEN_SERVICE.into(),
        ]);
        let mut left = Vec::new();
        for row in self.rows(&format!("{TYPED}{one}"), typing).await? {
            let thing = Thing::TypedSecret { credential: credential(&row)? };
            left.push(leftover(&row, thing)?);
        }
        for row in self.rows(&format!("{ACCEPTED}{one}"), accepting).await? {
            let (credential, origin) = (credential(&row)?, row.try_get_by_index(5)?);
            left.push(leftover(&row, Thing::TokenService { credential, origin })?);
        }
        Ok(left)
    }
}

fn credential(row: &QueryResult) -> Result<Subject, DbErr> {
    Ok(Subject { id: row.try_get_by_index(2)?, name: row.try_get_by_index(3)? })
}

fn leftover(row: &QueryResult, thing: Thing) -> Result<Leftover, DbErr> {
    Ok(Leftover {
        project: row.try_get_by_index(0)?,
        slug: row.try_get_by_index(1)?,
        pipeline: None,
        maker: row.try_get_by_index(4)?,
        thing,
        last_used_at: None,
        is_by_name: false,
    })
}
