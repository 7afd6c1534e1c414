//! What people do in the story, each thing on its day.

use super::super::cast::FINN;
use super::super::pipelines::{
    DRONE, ENDED, Job, NEWER, OF_GITHUB, OF_GITLAB, REJECTED, REVOKED, UNPROVED, WAITING,
};
use super::super::registries::{AMAZON, GITLAB, HARBOR, HUB, LAB, NVIDIA, OLD, QUAY, password};
use super::super::runs::Identity;
use super::{ACME, Story};
use crate::domain::actor::Granter;
use crate::domain::credential::{Access, Credential};
use crate::domain::credential_form::CredentialForm;
use crate::domain::permission::of;
use crate::domain::pipeline::{GrantForm, PipelineDetail};
use crate::domain::trust_rule::{Provider, TrustForm};
use crate::error::{Error, Result};
use crate::vault::{SecretInput, Seen};
use uuid::Uuid;

impl Story {
    pub(super) async fn turn(&mut self, day: i64) -> Result<()> {
        match day {
            -4 => self.trust().await,
            -3 => self.approve_all().await,
            -2 => self.grant_on_main(&self.cast.carla, UNPROVED).await,
            -1 => self.scan_once().await,
            45 => {
                self.expire(OLD);
                self.replace_hub().await
            }
            59 => self.declare().await,
            60 => self.add_token().await,
            70 => {
                self.vault.remove_member(&self.operator, ACME, FINN, true).await?;
                Ok(())
            }
            72 => self.mark_compromised().await,
            78 => {
                self.expire(AMAZON);
                Ok(())
            }
            80 => self.disable_and_revoke().await,
            81 => self.replace_lab().await,
            82 => self.tie().await,
            84 => self.reject().await,
            86 => {
                self.stage().await?;
                self.look().await
            }
            87 => self.put_review_off().await,
            88 => {
                self.propose().await?;
                self.accept().await?;
                self.review().await?;
                self.add_destination().await
            }
            _ => Ok(()),
        }
    }

    /// Trust rules, of which Drone's are the ones that runs are proved with.
    async fn trust(&mut self) -> Result<()> {
        let carla = &self.cast.carla;
        for (name, id) in OF_GITHUB {
            let claims = [
                ("repository_id", id),
                ("repository_owner_id", "583231"),
                ("ref", "refs/heads/main"),
            ];
            let issuer = "https://token.actions.githubusercontent.com";
            let form = self.rule(Provider::GitHub, issuer, &claims);
            self.vault.create_rule(carla, self.pipeline(name)?, &form).await?;
        }
        for (name, id) in OF_GITLAB {
            let claims = [("project_id", id), ("ref_path", "refs/heads/main")];
            let form = self.rule(Provider::GitLab, "https://gitlab.com", &claims);
            self.vault.create_rule(carla, self.pipeline(name)?, &form).await?;
        }
        let mut shown = None;
        for (name, repository, id) in DRONE {
            let claims = [("repo.id", id), ("repo.slug", repository)];
            let form = self.rule(Provider::Drone, "", &claims);
            let pipeline = self.pipeline(name)?;
            let made = self.vault.create_rule(&self.cast.ann, pipeline, &form).await?;
            // The secret of the first rule is that of all.
            shown = shown.or(made.secret);
            let secret = shown.clone().ok_or(Error::Internal)?;
            self.known_mut(name)?.identity = Identity::Drone { secret, repository, id };
            self.grant_on_main(&self.cast.ann, name).await?;
        }
        Ok(())
    }

    fn rule(&self, provider: Provider, issuer: &str, claims: &[(&str, &str)]) -> TrustForm {
        let claims = claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        TrustForm {
            provider: provider.word().to_owned(),
            issuer: issuer.to_owned(),
            audience: self.vault.settings().address.clone(),
            claims: claims.collect(),
            ..TrustForm::default()
        }
    }

    /// One more grant, for runs of the branch `main` alone.
    async fn grant_on_main(&self, by: &Granter, pipeline: &str) -> Result<()> {
        let form = GrantForm {
            credentials: vec![self.registry(GITLAB)?.to_string()],
            intent: Access::Pull.word().to_owned(),
            branches: "main".to_owned(),
            ..GrantForm::default()
        };
        self.vault.create_grants(by, self.pipeline(pipeline)?, &form).await?;
        Ok(())
    }

    /// The protected credentials, for all but a few.
    async fn approve_all(&self) -> Result<()> {
        let guarded = |job: Job| matches!(job, Job::Deploy | Job::Release);
        for known in self.pipelines.iter().filter(|known| guarded(known.job)) {
            let name = known.name.as_str();
            if WAITING.contains(&name) || name == REJECTED {
                continue;
            }
            let page = self.page(&self.cast.ben, known.id).await?;
            for grant in page.grants.iter().filter(|grant| grant.terms.needs_approval) {
                let days = if name == ENDED { "30" } else { "365" };
                let seen = Seen { epoch: page.epoch, revision: grant.revision };
                let (ben, id) = (&self.cast.ben, known.id);
                self.vault.approve_grant(ben, id, grant.id, days, seen).await?;
            }
        }
        Ok(())
    }

    async fn replace_hub(&self) -> Result<()> {
        let last = self.today().plus_days(210).to_text();
        let form = CredentialForm { expires_on: last, is_sure: true, ..CredentialForm::default() };
        self.replace(&self.cast.carla, HUB, &form).await
    }

    /// One pipeline that received it is not there any more to receive the new one.
    async fn replace_lab(&self) -> Result<()> {
        let form = CredentialForm { is_sure: true, ..CredentialForm::default() };
        self.replace(&self.cast.ben, LAB, &form).await
    }

    /// A secret that waits until somebody makes it the current one.
    async fn stage(&self) -> Result<()> {
        let form = CredentialForm { is_staged: true, is_sure: true, ..CredentialForm::default() };
        self.replace(&self.cast.ben, QUAY, &form).await
    }

    async fn replace(&self, by: &Granter, name: &str, form: &CredentialForm) -> Result<()> {
        let editor = by.can::<of::RegistryWrite>()?;
        let stored = self.stored(by, name).await?;
        let (id, secret) =
            (stored.summary.id, password(&format!("other made-up words for {name}")));
        self.vault.replace_secret(&editor, id, stored.revision, form, &secret).await?;
        Ok(())
    }

    async fn add_token(&mut self) -> Result<()> {
        let pipeline = self.pipeline(NEWER)?;
        let token = self.vault.create_token(&self.cast.ann, pipeline, "New runner", "90").await?;
        self.known_mut(NEWER)?.identity = Identity::Token(token);
        Ok(())
    }

    async fn disable_and_revoke(&self) -> Result<()> {
        let ann = &self.cast.ann;
        let disabled = self.registry(NVIDIA)?;
        self.vault.set_disabled(&ann.can::<of::RegistryWrite>()?, disabled, true).await?;
        let pipeline = self.pipeline(REVOKED)?;
        let editor = ann.can::<of::PipelineWrite>()?;
        for token in self.page(ann, pipeline).await?.tokens {
            self.vault.revoke_token(&editor, pipeline, &token.id).await?;
        }
        Ok(())
    }

    async fn reject(&self) -> Result<()> {
        let pipeline = self.pipeline(REJECTED)?;
        let editor = self.cast.ben.can::<of::PipelineWrite>()?;
        let page = self.page(&self.cast.ben, pipeline).await?;
        for grant in page.grants.iter().filter(|grant| grant.terms.needs_approval) {
            let reason = "The documentation is not released to customers.";
            let seen = Seen { epoch: page.epoch, revision: grant.revision };
            self.vault.reject_grant(&editor, pipeline, (grant.id, seen), reason).await?;
        }
        Ok(())
    }

    /// A guard of a protected credential is to be lowered, which waits for another member.
    async fn propose(&self) -> Result<()> {
        self.edit(&self.cast.carla, HARBOR, |form| form.paths = "acme".to_owned()).await
    }

    pub(super) async fn edit(
        &self,
        by: &Granter,
        name: &str,
        change: impl FnOnce(&mut CredentialForm),
    ) -> Result<()> {
        let stored = self.stored(by, name).await?;
        let mut form = CredentialForm { is_sure: true, ..CredentialForm::from(&stored) };
        change(&mut form);
        let editor = by.can::<of::RegistryWrite>()?;
        let (id, revision) = (stored.summary.id, stored.revision);
        self.vault.update_credential(&editor, id, revision, &form, &SecretInput::default()).await?;
        Ok(())
    }

    async fn stored(&self, by: &Granter, name: &str) -> Result<Credential> {
        let reader = by.can::<of::RegistryRead>()?;
        Ok(self.vault.credential_head(&reader, self.registry(name)?).await?.credential)
    }

    async fn page(&self, by: &Granter, pipeline: Uuid) -> Result<PipelineDetail> {
        let reader = by.can::<of::PipelineRead>()?;
        Ok(self.vault.pipeline_page(&reader, pipeline).await?.pipeline)
    }
}
