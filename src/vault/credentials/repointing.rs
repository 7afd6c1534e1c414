//! Re-pointing: the pipelines of one credential get another of the same registry, so that the first
//! one can be deleted and nobody feels it.

use crate::domain::actor::{Can, Confirmed, Granter};
use crate::domain::audit::Subject;
use crate::domain::choosing::{Choices, LISTED, Lost, Sought, one_after_the_other};
use crate::domain::credential::{Access, Credential, Summary};
use crate::domain::doubt::{Doubt, Saved};
use crate::domain::grant::Terms;
use crate::domain::listing::ListQuery;
use crate::domain::matching::named;
use crate::domain::permission::{Permission, TO_GRANT, of};
use crate::domain::pipeline::{Grant, Grantable};
use crate::error::{Error, Result};
use crate::store::{Recorded, Write};
use crate::vault::deletions::confirm;
use crate::vault::{Vault, names, today};
use uuid::Uuid;

/// Grants that were moved in a transaction that is not committed yet.
struct Moved {
    pipelines: Vec<Subject>,
    to: Summary,
    recorded: Recorded,
}

impl Vault {
    /// Moves every grant of the credential `id` to the credential `target`; gives what to say of it on
    /// the next page. What the pipelines have received stays on record.
    ///
    /// # Errors
    /// `Invalid` at `target` for what cannot take over, `Conflict` when there is no grant to move.
    pub async fn repoint_grants(&self, granter: &Granter, id: Uuid, target: &str) -> Result<Saved> {
        let target = id_in(target);
        let write = self.write_as(granter).await?;
        let (from, to) = lock_both(&write, granter.project().id, id, target).await?;
        let from = from.ok_or(Error::NotFound)?;
        let moved = self.move_grants(&write, granter, &from, to).await?;
        write.commit(moved.recorded).await?;
        Ok(self.said_of_moved(granter, &moved.pipelines, &moved.to).await)
    }

    /// The same, and deletes the credential `id` in the same transaction: at every moment each of its
    /// pipelines has the one or the other. `typed_name` has to be its name.
    ///
    /// # Errors
    /// As [`Vault::repoint_grants`], and `Invalid` at `typed_name`, and at `target` for what would leave one
    /// of the pipelines with neither. Nothing is moved then.
    pub async fn move_and_delete(
        &self,
        remover: &Can<of::RegistryDelete>,
        granter: &Granter,
        _: Confirmed,
        id: Uuid,
        (target, typed_name): (&str, &str),
    ) -> Result<Saved> {
        let target = id_in(target);
        let needed = TO_GRANT.with(Permission::RegistryDelete);
        let write = self.write_while(granter, needed).await?;
        let (from, to) = lock_both(&write, granter.project().id, id, target).await?;
        let from = from.ok_or(Error::NotFound)?;
        confirm(&from.summary.name, typed_name)?;
        let moved = self.move_grants(&write, granter, &from, to).await?;
        let both = (&from.summary, &moved.to);
        self.may_take_over(&write, granter, both, &moved.pipelines).await?;
        let recorded = self.remove_credential(&write, remover, &from).await?;
        write.commit(recorded).await?;
        let mut saved = self.said_of_moved(granter, &moved.pipelines, &moved.to).await;
        saved.sentences.insert(0, format!("{} was deleted.", from.summary.name));
        Ok(saved)
    }

    /// Moves every grant of `from` to `to`. Both are locked.
    async fn move_grants(
        &self,
        write: &Write,
        granter: &Granter,
        from: &Credential,
        to: Option<Credential>,
    ) -> Result<Moved> {
        let project = granter.project().id;
        let granted = write.grants(project).of_credential(from.summary.id).await?;
        if granted.is_empty() {
            return Err(nothing_to_move());
        }
        let (mut pipelines, intents): (Vec<Uuid>, Vec<Access>) = granted.into_iter().unzip();
        // One that has it to pull and to push holds two grants.
        pipelines.sort_unstable();
        pipelines.dedup();
        let target = to.as_ref().map(|to| to.summary.id).unwrap_or_default();
        let others = write.credentials(project).grantable_of(vec![target]).await?;
        let fit = replacements(&from.summary, &intents, others);
        let Some(to) = to.filter(|_| fit.iter().any(|one| one.id == target)) else {
            return Err(Error::at(
                "target",
                "Choose an enabled credential for the same registry with the access these pipelines need.",
            ));
        };
        let names = write.pipelines(project).names(pipelines.clone()).await?;
        let subject = |id: Uuid| Subject { id, name: names.get(&id).cloned().unwrap_or_default() };
        let pipelines: Vec<Subject> = pipelines.into_iter().map(subject).collect();
        let mut recorded = None;
        for pipeline in &pipelines {
            recorded = self.repoint(write, granter, pipeline, from, &to).await?.or(recorded);
        }
        let recorded = recorded.ok_or_else(nothing_to_move)?;
        Ok(Moved { pipelines, to: to.summary, recorded })
    }

    /// Which of the project's credentials could take over every grant of `from`, which are for `intents`:
    /// those that the search finds, or the first ones, and `chosen` whatever it finds.
    pub(super) async fn replacements_listed(
        &self,
        project: Uuid,
        (from, intents): (&Summary, &[Access]),
        (search, chosen): (&Sought, Option<Uuid>),
    ) -> Result<Choices<Grantable>> {
        let credentials = self.store.credentials(project);
        let push = Access::PullAndPush;
        let query = ListQuery {
            search: search.words(),
            access: intents.contains(&push).then_some(push),
            ..ListQuery::default()
        };
        let found = credentials.search(names::searched(&query.search)).await?;
        let (over, most) = ((from.id, from.host.as_str()), LISTED as u64 + 1);
        let others = credentials.replacements(over, &query, &found, today(), most).await?;
        // Of many that have the words somewhere, the one that is called so is not left out.
        let first = match names::fold(&query.search).as_str() {
            "" => Vec::new(),
            name => credentials.named(name).await?,
        };
        let mut first = replacements(from, intents, first);
        first.retain(|one| !one.is_protected);
        let listed = Choices::of(one_after_the_other(first, others, |one| one.id));
        let is_beyond = |id: &Uuid| listed.rows.iter().all(|other| other.id != *id);
        let beyond: Vec<Uuid> = chosen.into_iter().filter(is_beyond).collect();
        let left = credentials.grantable_of(beyond.clone()).await?;
        let gone: Vec<Uuid> =
            beyond.into_iter().filter(|id| left.iter().all(|one| one.id != *id)).collect();
        let fit = replacements(from, intents, left.clone());
        let is_unfit = |one: &Grantable| fit.iter().all(|other| other.id != one.id);
        let unfit = left.into_iter().filter(is_unfit).map(|one| one.name).collect();
        let count = gone.len();
        let lost = Lost { count, names: credentials.names(gone).await?, unfit };
        Ok(Choices { lost, ..listed.with_chosen(fit) })
    }

    /// What is said after grants were moved to the credential: that its pipelines use it, unless it is
    /// doubted of one of them.
    async fn said_of_moved(&self, granter: &Granter, moved: &[Subject], to: &Summary) -> Saved {
        let (count, name) = (moved.len(), &to.name);
        let mut doubted: Vec<(&Subject, Vec<(Uuid, Doubt)>)> = Vec::new();
        for pipeline in moved {
            let is_of_it = |grant: &Grant| grant.credential_id == to.id;
            let doubts = self.doubted_of(granter, pipeline.id, is_of_it).await;
            if !doubts.is_empty() {
                doubted.push((pipeline, doubts));
            }
        }
        let pipelines =
            if count == 1 { "1 pipeline".to_owned() } else { format!("{count} pipelines") };
        let Some((first, doubts)) = doubted.first() else {
            let use_it = if count == 1 { "uses" } else { "use" };
            return Saved::surely(vec![format!("{pipelines} now {use_it} {name}.")]);
        };
        let mut sentences = vec![format!("The grants of {pipelines} were moved to {name}.")];
        if count > 1 {
            let names: Vec<&str> = doubted.iter().map(|(of, _)| of.name.as_str()).collect();
            sentences.push(format!(
                "Look at the grants of {}. What follows is about {}.",
                named(&names),
                first.name
            ));
        }
        let place = (granter.project().slug.as_str(), first.id);
        Saved::with_doubts(sentences, place, doubts)
    }

    /// The same for one pipeline: each of its grants, with its terms. Gives the last event.
    async fn repoint(
        &self,
        write: &Write,
        granter: &Granter,
        pipeline: &Subject,
        from: &Credential,
        to: &Credential,
    ) -> Result<Option<Recorded>> {
        let viewer = granter.person().id;
        let mut recorded = None;
        let held = write.grants(granter.project().id).of_pipeline(pipeline.id, viewer).await?;
        for old in held.iter().filter(|grant| grant.credential_id == from.summary.id) {
            recorded = Some(self.take_back(write, granter, pipeline, old).await?);
            let own: Vec<&Grant> =
                held.iter().filter(|own| own.credential_id == to.summary.id).collect();
            // What it has of the other one stays if it is for as much.
            let is_enough = |own: &&&Grant| {
                let is_plain = own.terms == Terms::plain(own.terms.intent);
                own.terms == old.terms || (is_plain && own.terms.intent.satisfies(old.terms.intent))
            };
            if own.iter().any(|own| is_enough(&own)) {
                continue;
            }
            if own.iter().any(|own| own.terms.intent == old.terms.intent) {
                return Err(Error::Conflict(format!(
                    "{} already has a grant for {} with other terms. Revoke one of the two first. Nothing was moved.",
                    pipeline.name, to.summary.name
                )));
            }
            let is_plain = |grant: &Grant| grant.terms == Terms::plain(grant.terms.intent);
            for own in own.into_iter().filter(|own| is_plain(own) && is_plain(old)) {
                // One to pull says nothing more beside one to push.
                self.take_back(write, granter, pipeline, own).await?;
            }
            self.insert_grant(write, granter, pipeline, to, old.terms.clone()).await?;
        }
        Ok(recorded)
    }

    async fn take_back(
        &self,
        write: &Write,
        granter: &Granter,
        pipeline: &Subject,
        grant: &Grant,
    ) -> Result<Recorded> {
        let project = granter.project().id;
        write.grants(project).delete(pipeline.id, grant.id).await?;
        let of = Subject { id: grant.credential_id, name: grant.credential.clone() };
        self.record_revoked(write, (project, granter), pipeline.clone(), of).await
    }
}

/// What is no id names nothing.
fn id_in(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap_or_default()
}

fn nothing_to_move() -> Error {
    Error::Conflict("No pipeline has a grant for this credential. Nothing was moved.".to_owned())
}

/// Which of `others` can take over every grant of `from`: those of its registry that are enough for
/// each of `intents`. Disabled ones are not among `others`.
fn replacements(from: &Summary, intents: &[Access], mut others: Vec<Grantable>) -> Vec<Grantable> {
    others.retain(|one| {
        one.id != from.id
            && one.host == from.host.as_str()
            && intents.iter().all(|intent| one.serves(*intent))
    });
    others
}

/// Both credentials, locked in one order whatever is moved to what, so that two people who
/// move in opposite directions do not wait for each other.
async fn lock_both(
    write: &Write,
    project: Uuid,
    from: Uuid,
    to: Uuid,
) -> Result<(Option<Credential>, Option<Credential>)> {
    let credentials = write.credentials(project);
    let first = credentials.lock(from.min(to)).await?;
    let second = credentials.lock(from.max(to)).await?;
    Ok(if from < to { (first, second) } else { (second, first) })
}
