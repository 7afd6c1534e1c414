//! What keeps one credential from taking the place of another that is deleted in the same step. Where only
//! the grants move it is told afterwards, because they can be moved back.

use crate::domain::actor::Granter;
use crate::domain::audit::Subject;
use crate::domain::credential::Summary;
use crate::domain::narrowing::{Reach, questions};
use crate::error::{Error, Result};
use crate::store::Write;
use crate::vault::{Vault, now};

const OR_ELSE: &str = "Choose another credential, or move the grants only.";

impl Vault {
    /// Looks at the grants of these pipelines, which were moved from the one to the other.
    ///
    /// # Errors
    /// `Invalid` at `target` when one of them would receive nothing any more for what it received lately:
    /// the other credential is not for that, or it ties with one that the pipeline has besides.
    pub(super) async fn may_take_over(
        &self,
        write: &Write,
        granter: &Granter,
        (from, to): (&Summary, &Summary),
        pipelines: &[Subject],
    ) -> Result<()> {
        let project = granter.project().id;
        let before = Reach { access: from.access, paths: &from.paths };
        let after = Reach { access: from.access, paths: &to.paths };
        if before.is_narrowed_to(after) {
            let mut images = write.receipts(project).images_lately(from.id, now()).await?;
            images.retain(|(name, _)| pipelines.iter().any(|one| one.name == *name));
            if let Some(stopped) = questions((before, after), &[], &images).into_iter().next() {
                return Err(Error::at("target", format!("{} {OR_ELSE}", stopped.message)));
            }
        }
        let ties = |other: &&Summary| {
            other.id != to.id
                && other.host.as_str() == to.host.as_str()
                && other.access == to.access
                && other.paths == to.paths
                && other.disabled_at.is_none()
        };
        for pipeline in pipelines {
            let held = write.grants(project).held_by(pipeline.id, granter.person().id).await?;
            let mut others = held.iter().filter_map(|(_, credential)| credential.as_ref());
            if let Some(other) = others.find(ties) {
                return Err(Error::at(
                    "target",
                    format!(
                        "{} also has a grant for {}, which is for the same registry, repository path and access. The pipeline would receive neither of the two. {OR_ELSE}",
                        pipeline.name, other.name
                    ),
                ));
            }
        }
        Ok(())
    }
}
