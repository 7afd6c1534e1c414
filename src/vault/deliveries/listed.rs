//! What a pipeline could ask for, without any secret.

use super::choice::{decided, reasons, why};
use super::{DeliveryRequest, LeftOut, Told, content};
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door};
use crate::domain::matching::{Lost, Shape};
use crate::domain::registry::RegistryHost;
use crate::error::Result;
use crate::vault::Vault;

impl Vault {
    /// The registries that the pipeline could ask for, each with the user name it would get; and
    /// what is told of those that it would not get. Nothing is handed out, so there is no receipt: the
    /// audit says that it looked.
    pub async fn usernames(
        &self,
        pipeline: &Pipeline,
        address: Option<&str>,
    ) -> Result<(Vec<(RegistryHost, String)>, Told)> {
        self.take_share(pipeline)?;
        self.record_look(pipeline, address);
        let granted = self.granted(pipeline).await?;
        let request = DeliveryRequest {
            intent: Access::Pull,
            also_pulls: false,
            door: Door::Credential,
            claims: Claims::default(),
            address: None,
            host: None,
            repository: None,
            // As the helper asks: by the registry alone.
            shape: Shape::One,
            wants_token: false,
        };
        let outcome = decided(pipeline, &request, &granted);
        let refused = outcome.lost.iter().filter(|(_, lost)| lost.is_refusal());
        let reasons = reasons(&granted, &outcome);
        let left_out = refused.map(|(index, lost)| {
            let shown = &granted[*index].credential.summary;
            LeftOut::of(shown, why(*index, *lost, &reasons))
        });
        let mut told = Told { left_out: left_out.collect(), ..Told::default() };
        let mut names = Vec::new();
        for won in &outcome.won {
            let one = &granted[won.index];
            let shown = &one.credential.summary;
            // What the door would refuse is not to be had, so it is not listed.
            let lost = match self.open(one).await? {
                Some(secret) => request.door.refuses(content(&shown.username, &secret)),
                None => Some(Lost::Unreadable),
            };
            match lost {
                Some(lost) => told.left_out.push(LeftOut::of(shown, lost.label())),
                None => names.push((shown.host.clone(), shown.username.clone())),
            }
        }
        Ok((names, told))
    }
}
