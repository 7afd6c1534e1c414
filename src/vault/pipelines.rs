//! Pipelines: listed, shown, made.

mod approvals;
mod choosing;
mod chosen;
mod doubts;
mod edits;
mod grants;
mod listed;
mod pending;
mod terms;
mod tokens;

pub use approvals::{Seen, problems_of_approval};
pub(super) use approvals::{changed, changed_outside, needs_unchanged};
pub(super) use doubts::tied;
pub use grants::problems_of_grant;
pub(super) use pending::said_no;
pub use tokens::problems_of_token;

use super::credentials::is_wrong;
use super::people::gone;
use super::{Vault, gather, names, now, today};
use crate::domain::actor::{Can, Granter, Member};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::Access;
use crate::domain::delivery::HIDDEN;
use crate::domain::grant::Terms;
use crate::domain::permission::{Permission, of};
use crate::domain::pipeline::{Grantable, Identities, PipelineDetail, PipelineForm, PipelinePage};
use crate::error::{Error, FieldError, Result};
use crate::store::unless_taken;
use chosen::{only_pull, too_many};
use edits::{called, checked};
use std::collections::HashMap;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What the token is called that a pipeline begins with.
const FIRST_TOKEN: &str = "First token";

impl Vault {
    pub async fn pipeline_page(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
    ) -> Result<PipelinePage> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let found = self.store.pipelines(project).find(id, today()).await?;
        let viewer = reader.person().id;
        let held = self.store.grants(project).held_by(id, viewer).await?;
        let mut tokens = self.store.tokens().of_pipeline(project, id).await?;
        let rules = self.store.trust_rules(project).of_pipeline(id).await?;
        let mut grants = doubts::doubted(held, &tokens, &rules);
        let viewer = (reader.person(), self.store.trust_rules(project).has_seen(viewer).await?);
        let identities = Identities { tokens: &tokens, rules: &rules, today: today() };
        for grant in &mut grants {
            grant.widening = identities.widening_by(viewer, &grant.terms, grant.created_at);
            grant.rejection = grant.rejection.take().filter(|one| one.holds(&grant.terms, today()));
        }
        let epoch = self.store.pipelines(project).epoch(id).await?;
        let members = self.store.projects().members(project).await?;
        let makers = tokens.iter().map(|token| token.created_by.id);
        let makers = makers.chain(rules.iter().map(|rule| rule.created_by.id));
        let makers =
            makers.chain(grants.iter().flat_map(|one| [one.created_by.id, one.approved_by]));
        let gone = gone(&members, makers);
        if !sees_tokens(reader) {
            tokens.iter_mut().for_each(|token| HIDDEN.clone_into(&mut token.id));
        }
        Ok(PipelinePage {
            pipeline: PipelineDetail {
                unlisted: self.unlisted(&rules).await?,
                summary: found.ok_or(Error::NotFound)?,
                grants,
                tokens,
                rules,
                gone,
                is_changed: epoch.is_none(),
                epoch: epoch.unwrap_or_default(),
                today: today(),
            },
            address: self.settings.address.clone(),
            own_hosts: self.settings.own_hosts(),
        })
    }

    /// What is wrong with the form of a new pipeline, for who has yet to give their password: all of
    /// it is said at once.
    pub async fn problems_of_pipeline(
        &self,
        editor: &Can<of::PipelineWrite>,
        form: &PipelineForm,
    ) -> Result<Vec<FieldError>> {
        let project = editor.project().id;
        let (name, _, mut errors) = checked(&form.name, &form.description);
        if !is_wrong(&errors, "name")
            && self.store.pipelines(project).is_named(&names::fold(name), None).await?
        {
            errors.push(name_taken());
        }
        let wanted = gather(&mut errors, wanted(form))?.unwrap_or_default();
        if let Some(message) = too_many(wanted.len()) {
            errors.push(FieldError::new("credentials", message));
        } else if !wanted.is_empty() {
            let ids = wanted.iter().filter_map(|(id, _)| Uuid::parse_str(id).ok()).collect();
            let grantable = self.store.credentials(project).grantable_of(ids).await?;
            let grantable: HashMap<Uuid, Grantable> =
                grantable.into_iter().map(|one| (one.id, one)).collect();
            let cannot = wanted.into_iter().filter_map(|(id, access)| {
                let found = grantable.get(&Uuid::parse_str(&id).ok()?)?;
                (!found.access.satisfies(access)).then(|| found.name.clone())
            });
            let message = only_pull(&cannot.collect::<Vec<_>>());
            errors.extend(message.map(|message| FieldError::new("credentials", message)));
        }
        gather(&mut errors, tokens::expiry(&form.token_days))?;
        Ok(errors)
    }

    /// Makes a pipeline with its first token and the grants that were ticked. Gives the token's
    /// text, which is stored nowhere.
    pub async fn create_pipeline(
        &self,
        granter: &Granter,
        form: &PipelineForm,
    ) -> Result<(Uuid, Zeroizing<String>)> {
        let project = granter.project().id;
        let (name, description, mut errors) = checked(&form.name, &form.description);
        let write = self.write_as(granter).await?;
        // `PostgreSQL` cannot be asked for every text.
        if !is_wrong(&errors, "name")
            && write.pipelines(project).is_named(&names::fold(name), None).await?
        {
            errors.push(name_taken());
        }
        let chosen = match gather(&mut errors, wanted(form))? {
            Some(wanted) => gather(&mut errors, self.chosen_for(&write, granter, wanted).await)?,
            None => None,
        };
        let expires_on = gather(&mut errors, tokens::expiry(&form.token_days))?;
        let (Some(chosen), Some(expires_on), true) = (chosen, expires_on, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let (id, now) = (Uuid::now_v7(), now());
        let by = granter.person().name.as_str();
        let called = called(name, &description);
        let inserted = write.pipelines(project).insert(id, called, now.0, by).await;
        inserted.map_err(|error| unless_taken(error, Error::Invalid(vec![name_taken()])))?;
        let subject = Subject { id, name: name.to_owned() };
        let what = (Action::PipelineCreated, subject.clone(), Detail::Nothing);
        self.record_event(&write, project, granter, what).await?;
        for (credential, intent) in chosen {
            let terms = Terms::plain(intent);
            self.insert_grant(&write, granter, &subject, &credential, terms).await?;
        }
        let new = (FIRST_TOKEN.to_owned(), expires_on);
        let (text, recorded) = self.insert_token(&write, granter, &subject, new).await?;
        write.commit(recorded).await?;
        Ok((id, text))
    }
}

/// The credentials that were ticked, each with what it is to be granted for.
fn wanted(form: &PipelineForm) -> Result<Vec<(String, Access)>> {
    let read = |(id, word): (String, String)| Some((id, Access::from_word(&word)?));
    let wanted: Option<Vec<(String, Access)>> = form.chosen().into_iter().map(read).collect();
    wanted.ok_or_else(|| {
        Error::at(
            "credentials",
            "Choose Pull, or Pull and push, for each credential that you select.",
        )
    })
}

/// Whether the member sees which token is which: to audit, or to revoke one.
pub(super) fn sees_tokens(member: &Member) -> bool {
    member.may(Permission::AuditRead) || member.may(Permission::PipelineWrite)
}

fn name_taken() -> FieldError {
    FieldError::new("name", "Another pipeline in this project has this name. Choose another one.")
}
