//! The list of pipelines in pages, and the parts of a pipeline's page that stand for themselves.

use super::sees_tokens;
use crate::domain::actor::{Can, Member};
use crate::domain::audit::{AuditEvent, Detail};
use crate::domain::permission::{Permission, of};
use crate::domain::pipeline::listing::{PipelineListing, PipelineQuery, PipelineRow};
use crate::domain::pipeline::{
    PipelineActivity, PipelineDeliveries, PipelineHead, PipelineSummary,
};
use crate::domain::trust_rule::{Provider, TrustRule};
use crate::error::{Error, Result};
use crate::vault::{Vault, names, today};
use std::collections::BTreeSet;
use uuid::Uuid;

const EVENTS_SHOWN: u64 = 20;

impl Vault {
    /// One page of the project's pipelines.
    pub async fn pipelines_page(
        &self,
        reader: &Can<of::PipelineRead>,
        query: &PipelineQuery,
    ) -> Result<PipelineListing> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let pipelines = self.store.pipelines(project);
        let (plain, folded) = (names::searched(&query.search), names::fold(&query.search));
        let page = pipelines.page(query, (&plain, &folded), today()).await?;
        let ids: Vec<Uuid> = page.rows.iter().map(|summary| summary.id).collect();
        let mut rules = self.store.trust_rules(project).of_pipelines(&ids).await?;
        let refused = pipelines.refused_lately(&ids).await?;
        let rows = page.rows.into_iter().map(|summary| {
            let rules = rules.remove(&summary.id).unwrap_or_default();
            PipelineRow {
                providers: providers(&rules),
                found_by: found_by(&summary, &rules, &plain),
                refused: refused.get(&summary.id).copied().unwrap_or_default(),
                summary,
            }
        });
        Ok(PipelineListing {
            rows: rows.collect(),
            previous: page.previous.map(|place| query.before(place)),
            next: page.next.map(|place| query.after(place)),
        })
    }

    /// What stands above each part of a pipeline's page.
    pub async fn pipeline_head(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
    ) -> Result<PipelineHead> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let pipelines = self.store.pipelines(project);
        let summary = pipelines.find(id, today()).await?.ok_or(Error::NotFound)?;
        Ok(PipelineHead { summary, is_changed: pipelines.epoch(id).await?.is_none() })
    }

    /// What people did to a pipeline, newest first; `before`: what comes before that event.
    pub async fn pipeline_activity(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
        before: Option<i64>,
    ) -> Result<PipelineActivity> {
        let head = self.pipeline_head(reader, id).await?;
        let (chain, project) = (self.store.chain(), reader.project().id);
        let before = before.unwrap_or(i64::MAX);
        let page = chain.about_before(project, id, before, EVENTS_SHOWN).await?;
        let events = page.events.into_iter().map(|event| shown_to(reader, event)).collect();
        Ok(PipelineActivity { head, events, older: page.older })
    }

    /// What a pipeline received and what it was refused, newest first: of one credential alone, if one is
    /// named; `before`: what comes before that link.
    pub async fn pipeline_deliveries(
        &self,
        reader: &Can<of::PipelineRead>,
        of: (Uuid, Option<Uuid>),
        before: Option<i64>,
    ) -> Result<PipelineDeliveries> {
        let head = self.pipeline_head(reader, of.0).await?;
        Ok(PipelineDeliveries { head, page: self.pipeline_receipts(reader, of, before).await? })
    }
}

/// Who signs for runs, by the rules that have not stopped, each once.
fn providers(rules: &[TrustRule]) -> Vec<Provider> {
    let live = rules.iter().filter(|rule| rule.ended_at.is_none());
    let words: BTreeSet<&str> = live.map(|rule| rule.provider.word()).collect();
    words.into_iter().filter_map(Provider::from_word).collect()
}

/// What the rules name that was searched for; nothing where the pipeline's own words have it.
/// `plain` is folded as the search is.
fn found_by(summary: &PipelineSummary, rules: &[TrustRule], plain: &str) -> Option<String> {
    let has = |text: &str| names::searched(text).contains(plain);
    if plain.is_empty() || has(&format!("{}\n{}", summary.name, summary.description)) {
        return None;
    }
    let named = rules.iter().flat_map(|rule| rule.names());
    named.filter(|name| has(name)).min().map(str::to_owned)
}

/// The event without what the member may not see: which token is which, and where requests came from.
fn shown_to(member: &Member, event: AuditEvent) -> AuditEvent {
    let is_hidden = match &event.detail {
        Detail::Token(_) => !sees_tokens(member),
        Detail::Refused(_) | Detail::Sums(_) | Detail::Text(_) => {
            !member.may(Permission::AuditRead)
        }
        _ => false,
    };
    if is_hidden { AuditEvent { detail: Detail::Nothing, ..event } } else { event }
}
