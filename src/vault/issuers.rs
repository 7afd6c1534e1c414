//! Whose tokens the instance accepts: the list that an instance admin keeps, and what asks it. It is
//! read from the database each time, so that a removal counts on every server at once.

use super::{INSTANCE, Vault, now};
use crate::domain::actor::{Acts, InstanceAdmin};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::issuer::{
    ISSUERS_MAX, ListedIssuer, NOT_LISTED, UsingRule, is_built_in, list_key,
};
use crate::domain::trust_rule::{TrustRule, issuer_problem};
use crate::domain::user::Maker;
use crate::error::{Error, Result};
use crate::store::{Unrecorded, Write, unless_taken};
use std::collections::BTreeSet;
use uuid::Uuid;

const LISTED: &str = "This issuer is on the list already.";
/// The upgrade may have found more than can be added.
const SHOWN: usize = 1_000;
/// Tokens that end in one transaction: sign-ins may wait for so many.
const AT_ONCE: usize = 64;
/// How often a removal looks for more tokens than that before it begins.
const PASSES: u32 = 3;

impl Vault {
    /// The list, each issuer with how many trust rules use it.
    pub async fn issuers(&self, _admin: &InstanceAdmin) -> Result<Vec<(ListedIssuer, u64)>> {
        let counts = self.store.issuers().count_rules().await?;
        let all = self.store.issuers().list(SHOWN).await?.into_iter();
        let counted = |issuer: ListedIssuer| {
            let rules = counts.get(&issuer.id).copied().unwrap_or(0);
            (issuer, rules)
        };
        Ok(all.map(counted).collect())
    }

    /// One of the list, with the trust rules that stop when it is removed.
    pub async fn issuer(
        &self,
        _admin: &InstanceAdmin,
        id: Uuid,
    ) -> Result<(ListedIssuer, Vec<UsingRule>)> {
        let issuer = self.store.issuers().find(id).await?.ok_or(Error::NotFound)?;
        let rules = self.store.issuers().rules(&issuer.url).await?;
        Ok((issuer, rules))
    }

    /// Puts an issuer on the list: from now on members of any project can add trust rules for it.
    ///
    /// # Errors
    /// `Invalid` for what is no issuer, needs no entry or has one.
    pub async fn add_issuer(&self, admin: &InstanceAdmin, typed: &str) -> Result<ListedIssuer> {
        let at = |message: String| Error::at("url", message);
        if let Some(problem) = issuer_problem(typed) {
            return Err(at(problem));
        }
        if is_built_in(typed) {
            return Err(at("This issuer is always accepted. It needs no entry.".to_owned()));
        }
        let actor = admin.actor();
        let issuer = ListedIssuer {
            id: Uuid::now_v7(),
            url: list_key(typed),
            added_at: now(),
            added_by: Maker { id: actor.id(), name: actor.name().to_owned() },
            is_from_upgrade: false,
        };
        let write = self.write_as_admin(admin).await?;
        write.issuers().delete_forged(&issuer.url).await?;
        let all = write.issuers().list(SHOWN).await?;
        if all.iter().any(|other| other.url == issuer.url) {
            return Err(at(LISTED.to_owned()));
        }
        if all.len() >= ISSUERS_MAX {
            return Err(at(format!(
                "There can be at most {ISSUERS_MAX} issuers on the list. Remove one first."
            )));
        }
        let added = write.issuers().insert(issuer.clone()).await;
        added.map_err(|error| unless_taken(error, at(LISTED.to_owned())))?;
        let what = (Action::IssuerAdded, about(&issuer), Detail::Nothing);
        self.commit_event(write, INSTANCE, admin, what).await?;
        Ok(issuer)
    }

    /// Takes an issuer off the list. Its tokens are accepted no more, and short-lived tokens of
    /// pipelines that have a rule for it end now; gives those rules. They stay, and work again when
    /// it is on the list again.
    pub async fn remove_issuer(
        &self,
        admin: &InstanceAdmin,
        id: Uuid,
    ) -> Result<(ListedIssuer, Vec<UsingRule>)> {
        let issuer = self.store.issuers().find(id).await?.ok_or(Error::NotFound)?;
        // Nothing ends by the word of somebody who is no admin any more.
        drop(self.write_as_admin(admin).await?);
        self.revoke_ahead(&issuer.url).await?;
        let write = self.write_as_admin(admin).await?;
        let issuer = write.issuers().find(id).await?.ok_or(Error::NotFound)?;
        // First, since it waits for whoever just accepts a token of the issuer: what they give is
        // found below.
        if !write.issuers().delete(id).await? {
            return Err(Error::NotFound);
        }
        let rules = write.issuers().rules(&issuer.url).await?;
        let tokens = write.issuers().short_lived(&issuer.url, now().0).await?;
        for part in tokens.chunks(AT_ONCE) {
            write.tokens().revoke_these(part, now().0).await?;
        }
        let detail = Detail::Rules(u64::try_from(rules.len()).unwrap_or(u64::MAX));
        let what = (Action::IssuerRemoved, about(&issuer), detail);
        self.commit_event(write, INSTANCE, admin, what).await?;
        Ok((issuer, rules))
    }

    /// Ends the short-lived tokens of an issuer that is about to be removed, where there are many. Each
    /// takes a moment, and while the removal holds the chain of the instance nobody can sign in. Those
    /// that are given meanwhile end with the removal. When it fails after this, jobs only need to show
    /// their identity tokens again.
    async fn revoke_ahead(&self, url: &str) -> Result<()> {
        for _ in 0..PASSES {
            let tokens = self.store.issuers().short_lived(url, now().0).await?;
            if tokens.len() <= AT_ONCE {
                break;
            }
            for part in tokens.chunks(AT_ONCE) {
                let write = self.store.write().await?;
                write.tokens().revoke_these(part, now().0).await?;
                write.commit_without_event(Unrecorded::Revocation).await?;
            }
        }
        Ok(())
    }

    /// Whether tokens of this issuer are accepted on this instance.
    pub(super) async fn accepts_issuer(&self, issuer: &str) -> Result<bool> {
        Ok(is_built_in(issuer) || self.store.issuers().has(issuer).await?)
    }

    /// The issuers of these rules whose tokens are not accepted.
    pub(super) async fn unlisted(&self, rules: &[TrustRule]) -> Result<Vec<String>> {
        let oidc = rules.iter().filter(|rule| rule.provider.is_oidc());
        let mut issuers: BTreeSet<&str> = oidc.map(|rule| rule.issuer.as_str()).collect();
        issuers.retain(|issuer| !is_built_in(issuer));
        if issuers.is_empty() {
            return Ok(Vec::new());
        }
        let keys = issuers.iter().map(|issuer| list_key(issuer)).collect();
        let listed = self.store.issuers().among(keys).await?;
        issuers.retain(|issuer| !listed.contains(&list_key(issuer)));
        Ok(issuers.into_iter().map(str::to_owned).collect())
    }
}

/// Whether tokens of this issuer are accepted, which stays so until the transaction ends.
pub(super) async fn holds_issuer(write: &Write, issuer: &str) -> Result<bool> {
    Ok(is_built_in(issuer) || write.issuers().hold(issuer).await?)
}

/// That the issuer of a rule is accepted until the transaction ends. A rule for who signs requests
/// has none.
///
/// # Errors
/// `Invalid` at the field of the issuer.
pub(super) async fn needs_listed(write: &Write, rule: &TrustRule) -> Result<()> {
    if !rule.provider.is_oidc() || holds_issuer(write, &rule.issuer).await? {
        return Ok(());
    }
    Err(Error::at("issuer", NOT_LISTED))
}

fn about(issuer: &ListedIssuer) -> Subject {
    Subject { id: issuer.id, name: issuer.url.clone() }
}
