//! Departures: what ends with the right of who made it, in the transaction that takes the right.

use super::found;
use super::projects::named;
use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::departure::{Leftover, Lost, Thing};
use crate::domain::trust_rule::Provider;
use crate::domain::user::Role;
use crate::error::{Error, Result};
use crate::store::{Recorded, Write};
use crate::vault::audit::this_instance;
use crate::vault::events::What;
use crate::vault::shipping::detail_of;
use crate::vault::signed::Salt;
use crate::vault::{INSTANCE, Vault, now, today};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is about to be taken from a person.
#[derive(Clone, Copy, Debug)]
pub enum Losing<'a> {
    /// They may not sign in.
    Everything,
    /// They manage the instance no more.
    Admin,
    /// They get that role in the project, or leave it.
    Role { slug: &'a str, to: Option<Role> },
}

impl Vault {
    /// What the person made, approved and was shown that would end, or be listed, with what they lose:
    /// for a look before it does.
    ///
    /// # Errors
    /// `Conflict` when there is no such project or person.
    pub async fn leftovers(
        &self,
        _operator: &Operator,
        email: &str,
        losing: Losing<'_>,
    ) -> Result<Vec<Leftover>> {
        // It is dropped, so nothing is written.
        let write = self.store.write().await?;
        let person = found(&write, email).await?.0.person.id;
        let lost = match losing {
            Losing::Everything => Some(Lost::Everything),
            Losing::Admin => Some(Lost::Admin),
            Losing::Role { slug, to } => {
                let project = named(&write, slug).await?.id;
                let members = write.projects().roster(project).await?;
                let before = members.iter().find(|(member, _)| member.id == person);
                before.and_then(|(_, from)| Lost::of_member(project, *from, to))
            }
        };
        drop(write);
        let Some(lost) = lost else { return Ok(Vec::new()) };
        let departures = self.store.departures();
        let left = departures.of(person, lost, today()).await?;
        // When each was used last is known once the receipts are counted.
        let of_pipelines = left.iter().filter(|one| one.pipeline.is_some());
        let projects: BTreeSet<Uuid> = of_pipelines.map(|one| one.project).collect();
        for project in projects {
            self.count_receipts(project).await;
        }
        Ok(departures.of(person, lost, today()).await?)
    }

    /// Ends these things of the person, unless they are to be kept; gives what is to be recorded of
    /// it, each with its chain. Their right is gone by now, so that nothing can be added to them.
    /// `chain` is where the departure itself will be recorded.
    pub(super) async fn end(
        &self,
        write: &Write,
        chain: Uuid,
        person: Uuid,
        (left, keep): (&[Leftover], bool),
    ) -> Result<Vec<(Uuid, What)>> {
        // Before the rows, as `write_in` has it.
        let ending = left.iter().filter(|_| !keep).map(|one| one.project);
        let chains: BTreeSet<Uuid> = ending.chain([chain]).collect();
        for chain in chains {
            write.chain().hold(chain).await?;
        }
        if keep {
            return Ok(Vec::new());
        }
        let mut ended = Vec::new();
        let mut ruled = BTreeSet::new();
        for one in left.iter().filter(|one| one.ends()) {
            let whole = || Subject { id: one.project, name: one.slug.clone() };
            let about = match &one.thing {
                Thing::Destination { id, name, .. } => Subject { id: *id, name: name.clone() },
                _ => one.pipeline.clone().unwrap_or_else(whole),
            };
            if matches!(one.thing, Thing::Rule { .. }) {
                ruled.insert((one.project, about.id));
            }
            if let Some((action, detail)) = end_one(write, person, one, about.id).await? {
                ended.push((one.project, (action, about, detail)));
            }
        }
        // After the rules, which an exchange locks: what it has written meanwhile is found.
        for (project, pipeline) in ruled {
            write.tokens().revoke_short_lived(project, pipeline, now().0).await?;
        }
        Ok(ended)
    }

    /// After a departure: what is hidden because somebody changed it does not come back, whoever it is
    /// of. It looks at everything, so it holds nothing meanwhile, and each pipeline has a transaction
    /// and an event of its own.
    ///
    /// # Errors
    /// `Conflict`, since what it comes after is done.
    pub(super) async fn end_hidden(&self, operator: &Operator) -> Result<()> {
        let ended = self.end_changed(operator).await;
        ended.map_err(|_| {
            Error::Conflict(
                "The change was saved, but Regcred could not look for rows that were changed outside it. Run `regcred doctor`."
                    .to_owned(),
            )
        })
    }

    async fn end_changed(&self, operator: &Operator) -> Result<()> {
        for (named, pipeline) in self.store.changed_pipelines().await? {
            // The project that a changed row names may be none.
            let ours = self.store.tokens().pipeline(pipeline).await?;
            let (chain, project, subject) = match ours {
                Some((project, name)) => (project, project, Subject { id: pipeline, name }),
                None => (INSTANCE, named, this_instance()),
            };
            let write = self.write_in(chain).await?;
            let rows = write.disown(pipeline).await?;
            if rows > 0 {
                write.tokens().revoke_short_lived(project, pipeline, now().0).await?;
                let what = (Action::RowsFound, subject, Detail::Rows(rows));
                self.commit_event(write, chain, operator, what).await?;
            }
        }
        let write = self.write_in(INSTANCE).await?;
        let rows = write.disown_destinations().await?;
        if rows > 0 {
            let what = (Action::RowsFound, this_instance(), Detail::Rows(rows));
            self.commit_event(write, INSTANCE, operator, what).await?;
        }
        Ok(())
    }

    /// Records it, in the order in which everybody locks chains; gives the last event.
    pub(super) async fn record_ended(
        &self,
        operator: &Operator,
        write: &Write,
        mut ended: Vec<(Uuid, What)>,
    ) -> Result<Option<Recorded>> {
        ended.sort_by_key(|(project, _)| *project);
        let mut recorded = None;
        for (project, what) in ended {
            let is_shared_secret = what.0 == Action::SharedSecretEnded;
            recorded = Some(self.record_event(write, project, operator, what).await?);
            if is_shared_secret {
                // Behind the event, which locks the chain: a new rule takes its salt behind it, too.
                let salt = Salt::fresh(&self.keys.ring())?.to_text();
                write.trust_rules(project).replace_salt(salt, None).await?;
            }
        }
        Ok(recorded)
    }
}

/// Ends one thing; gives what to say of it, or nothing when it stays or somebody was faster.
async fn end_one(
    write: &Write,
    person: Uuid,
    one: &Leftover,
    pipeline: Uuid,
) -> Result<Option<(Action, Detail)>> {
    let (project, at) = (one.project, now().0);
    let (is_done, action, detail) = match &one.thing {
        Thing::Token(id) => (
            write.tokens().revoke(project, pipeline, id, at).await?,
            Action::TokenRevoked,
            Detail::Token(id.clone()),
        ),
        Thing::Rule { id, provider } => (
            write.trust_rules(project).end(*id, at).await?,
            Action::RuleEnded,
            provider.map_or(Detail::Nothing, Detail::Provider),
        ),
        Thing::Approval { grant, credential } => (
            write.grants(project).withdraw(*grant, person).await?,
            Action::ApprovalWithdrawn,
            Detail::Grant {
                credential: credential.id,
                name: credential.name.clone(),
                intent: None,
                until: None,
                reason: None,
                changes: Vec::new(),
            },
        ),
        Thing::SharedSecret => (true, Action::SharedSecretEnded, Detail::Provider(Provider::Drone)),
        Thing::Destination { id, .. } => {
            let row = write.destinations().find(*id).await?;
            let detail = row.map_or(Detail::Nothing, |row| detail_of(&row.shown));
            (write.destinations().end_token(*id, person).await?, Action::DestinationEnded, detail)
        }
        Thing::Grant { .. }
        | Thing::Issuer { .. }
        | Thing::TypedSecret { .. }
        | Thing::TokenService { .. } => return Ok(None),
    };
    Ok(is_done.then_some((action, detail)))
}

/// How much was kept that could have ended: the event of the departure says it.
pub(super) fn kept(left: &[Leftover], keep: bool) -> u64 {
    left.iter().filter(|one| keep && one.ends()).count() as u64
}
