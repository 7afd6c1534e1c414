//! Who received a credential lately, and for which images.

use super::{Receipts, UsageOf};
use crate::domain::credential_page::Lately;
use crate::domain::delivery::Outcome;
use crate::domain::moment::{DAY_MS, Moment};
use crate::domain::narrowing::{Image, LATELY};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Receipts that are looked at for their images, of the newest.
const LOOKED_AT: u64 = 250;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The pipelines that received the credential lately, by name.
    pub async fn lately(&self, credential: Uuid, now: Moment) -> Result<Vec<Lately>, DbErr> {
        let (of, today) = (UsageOf::Credentials(vec![credential]), now.day_number());
        let usage = self.usage(&of, (today - (LATELY - 1), today)).await?;
        let mut found = Vec::new();
        for ((_, pipeline), (figures, _)) in &usage.pairs {
            if figures.delivered() > 0 {
                found.push((*pipeline, figures.pulls, figures.pushes, figures.last_delivery));
            }
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.pairs_known(&of).await?.into_iter();
        let mut names: HashMap<Uuid, String> =
            known.map(|pair| (pair.pipeline_id, pair.pipeline)).collect();
        // What was delivered a moment ago may not be counted yet.
        let unnamed = found.iter().filter(|(pipeline, ..)| !names.contains_key(pipeline));
        let (ids, links): (Vec<Uuid>, Vec<Option<i64>>) =
            unnamed.map(|(pipeline, _, _, link)| (*pipeline, *link)).unzip();
        names.extend(self.pipelines_in(ids, links.into_iter().flatten().collect()).await?);
        let named = |(pipeline_id, pulls, pushes, _): (Uuid, i64, i64, Option<i64>)| {
            let pipeline = names.get(&pipeline_id)?.clone();
            Some(Lately { pipeline_id, pipeline, pulls, pushes })
        };
        let mut lately: Vec<Lately> = found.into_iter().filter_map(named).collect();
        lately.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
        Ok(lately)
    }

    /// The images that it was delivered for lately, of the newest receipts.
    pub async fn images_lately(&self, credential: Uuid, now: Moment) -> Result<Vec<Image>, DbErr> {
        let since = Moment(now.0 - LATELY * DAY_MS);
        let page = self.of_credential(credential, None, LOOKED_AT).await?;
        let mut images: BTreeSet<Image> = BTreeSet::new();
        for receipt in page.receipts {
            let image = receipt.image.as_deref().and_then(|image| image.split_once('/'));
            if let Some((_, repository)) = image
                && receipt.outcome == Outcome::Delivered
                && receipt.at >= since
            {
                images.insert((receipt.pipeline.clone(), repository.to_owned()));
            }
        }
        Ok(images.into_iter().collect())
    }
}
