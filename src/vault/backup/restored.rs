//! After a restore: what the backup brings back that lets somebody in, and the event that says so.

use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::departure::Leftover;
use crate::domain::user::{Person, Role};
use crate::error::Result;
use crate::vault::{INSTANCE, Vault, now, today};

/// What works again as it did when the backup was made.
#[derive(Clone, Debug)]
pub struct BroughtBack {
    /// Live tokens, trust rules, approvals and destinations of audit logs; of what was revoked or stopped,
    /// what it was.
    pub things: Vec<Leftover>,
    /// Who may sign in, by project.
    pub members: Vec<(String, Person, Role)>,
    /// How many tokens were revoked.
    pub revoked: u64,
    /// How many destinations that pull were stopped.
    pub stopped: u64,
}

impl Vault {
    /// Records that the database was restored from the backup made at that time, and finds what
    /// came back with it. Checkpoints of every chain begin a new series. `revoke_tokens`: every pipeline
    /// token is revoked in the same transaction, and the destinations that pull audit events are stopped.
    pub async fn record_restore(
        &self,
        operator: &Operator,
        made_at: &str,
        revoke_tokens: bool,
    ) -> Result<BroughtBack> {
        let write = self.write_in(INSTANCE).await?;
        let things = write.departures().everything(today()).await?;
        let mut members = Vec::new();
        for entry in write.projects().list().await? {
            let slug = entry.project.slug;
            let of = write.projects().members(entry.project.id).await?;
            members.extend(of.into_iter().map(|(person, role)| (slug.clone(), person, role)));
        }
        let (mut revoked, mut stopped) = (0, 0);
        if revoke_tokens {
            // What is hidden because somebody changed it does not come back.
            write.disown_changed().await?;
            stopped = write.destinations().stop_pulled(now().0).await?;
            revoked = write.tokens().revoke_all(now().0, today()).await?;
        }
        // Checkpoints that were signed after the backup may have had more links.
        for (chain, ..) in write.chain().ends().await? {
            write.chain().begin_tree(chain).await?;
        }
        let subject = Subject { id: INSTANCE, name: "Regcred".to_owned() };
        let detail = Detail::Restored { made_at: made_at.to_owned(), revoked, stopped };
        let what = (Action::InstanceRestored, subject, detail);
        self.commit_event(write, INSTANCE, operator, what).await?;
        Ok(BroughtBack { things, members, revoked, stopped })
    }
}
