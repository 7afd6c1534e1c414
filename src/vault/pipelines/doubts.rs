//! What is saved of a pipeline is asked of our own rules: can it ever work? The answer is said after
//! the save and stands at the row.

use crate::domain::credential::Summary;
use crate::domain::doubt::{
    Around, Doubt, Held, of_grant, of_rule, of_rule_beside, tied_by_host, ties,
};
use crate::domain::pipeline::{Grant, Token};
use crate::domain::trust_rule::TrustRule;
use crate::error::Result;
use crate::vault::{Vault, today};
use std::collections::HashMap;
use uuid::Uuid;

/// The grants of a pipeline, each with what is doubted of it.
pub(super) fn doubted(
    held: Vec<(Grant, Option<Summary>)>,
    tokens: &[Token],
    rules: &[TrustRule],
) -> Vec<Grant> {
    let today = today();
    let has_token = tokens.iter().any(|token| token.is_live(today));
    let around = Around { rules, has_token, today };
    let known = known(&held);
    let mut doubts: Vec<(Uuid, Doubt)> = Vec::new();
    for one in &known {
        let of_it = of_grant(one.terms, one.credential, around);
        doubts.extend(of_it.into_iter().map(|doubt| (one.grant, doubt)));
    }
    doubts.extend(ties(&known, today));
    with(held, doubts)
}

/// The grants of a pipeline, each with what ties with it and nothing else that is doubted.
pub(in crate::vault) fn tied(held: Vec<(Grant, Option<Summary>)>) -> Vec<Grant> {
    let doubts = ties(&known(&held), today());
    with(held, doubts)
}

/// Those whose credential can be read.
fn known(held: &[(Grant, Option<Summary>)]) -> Vec<Held<'_>> {
    let known = held.iter().filter_map(|(grant, credential)| {
        let credential = credential.as_ref()?;
        Some(Held { grant: grant.id, terms: &grant.terms, credential })
    });
    known.collect()
}

fn with(held: Vec<(Grant, Option<Summary>)>, doubts: Vec<(Uuid, Doubt)>) -> Vec<Grant> {
    let mut by_grant: HashMap<Uuid, Vec<Doubt>> = HashMap::new();
    for (grant, doubt) in doubts {
        by_grant.entry(grant).or_default().push(doubt);
    }
    compared(held)
        .into_iter()
        .map(|grant| {
            let doubts = by_grant.remove(&grant.id).unwrap_or_default();
            Grant { doubts, ..grant }
        })
        .collect()
}

/// The grants of a pipeline, each with whether it ties by the host alone.
fn compared(held: Vec<(Grant, Option<Summary>)>) -> Vec<Grant> {
    let tied = tied_by_host(&known(&held), today());
    held.into_iter()
        .map(|(grant, _)| Grant { is_tied_by_host: tied.contains(&grant.id), ..grant })
        .collect()
}

impl Vault {
    /// What is doubted of the grants of the pipeline for which `is_new` holds, each with its id.
    pub(super) async fn doubts_of_grants(
        &self,
        (project, pipeline, viewer): (Uuid, Uuid, Uuid),
        is_new: impl Fn(&Grant) -> bool,
    ) -> Result<Vec<(Uuid, Doubt)>> {
        let held = self.store.grants(project).held_by(pipeline, viewer).await?;
        let tokens = self.store.tokens().of_pipeline(project, pipeline).await?;
        let rules = self.store.trust_rules(project).of_pipeline(pipeline).await?;
        let grants = doubted(held, &tokens, &rules).into_iter().filter(is_new);
        Ok(grants
            .flat_map(|grant| grant.doubts.into_iter().map(move |doubt| (grant.id, doubt)))
            .collect())
    }

    /// What is doubted of a rule of the pipeline: of what it asks for, and of what its runs receive.
    pub(in crate::vault) async fn doubts_of_rule(
        &self,
        (project, pipeline, viewer): (Uuid, Uuid, Uuid),
        rule: &TrustRule,
    ) -> Result<Vec<(Uuid, Doubt)>> {
        let grants = self.store.grants(project).of_pipeline(pipeline, viewer).await?;
        let mut doubts = of_rule(rule, &self.settings.own_hosts());
        doubts.extend(of_rule_beside(rule, grants.iter().map(|grant| &grant.terms)));
        Ok(doubts.into_iter().map(|doubt| (rule.id, doubt)).collect())
    }
}
