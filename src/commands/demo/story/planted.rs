//! What is planted in the story, beside what its turns leave: so that there is a finding of each kind, one that was
//! accepted and one that was resolved, and the parts of the audit that somebody has to begin.

use super::super::files::{FILES, PUBLIC};
use super::super::pipelines::{GITLAB_HOST, NOT_DELIVERED, QUAY_HOST, TIED, UNUSED};
use super::super::registries::{GOOGLE, OLD, PERSONAL};
use super::super::runs::{Identity, Run};
use super::Story;
use crate::domain::credential::Access;
use crate::domain::delivery::Claims;
use crate::domain::finding::{FindingKind, FindingsQuery};
use crate::domain::permission::of;
use crate::domain::pipeline::GrantForm;
use crate::domain::review::{
    Choice, ReviewForm, ReviewKind, ReviewQuery, Show, Undecided, Verdict,
};
use crate::domain::shipping::{Begin, DestinationForm, Format, Transport};
use crate::error::{Error, Result};
use crate::vault::{ChainKeeper, now};
use uuid::Uuid;

/// Items of the review that are confirmed.
const CONFIRMED: usize = 12;

impl Story {
    /// One run that asks for images of GitLab, and then never again.
    pub(super) async fn scan_once(&mut self) -> Result<()> {
        self.known_mut(UNUSED)?.scanned = [GITLAB_HOST; 2];
        self.runs += 1;
        let number = self.runs;
        let mut dice = self.dice.clone();
        let run = Run::of(self.known(UNUSED)?, number, now(), &mut dice);
        self.dice = dice;
        run.carry_out(self.vault.clone()).await?;
        self.known_mut(UNUSED)?.scanned = [QUAY_HOST; 2];
        Ok(())
    }

    /// What `regcred scan` says in a run of each pipeline that sends it.
    pub(super) async fn declare(&mut self) -> Result<()> {
        for (name, path, text) in FILES {
            let commit = Some(self.dice.commit());
            let claims = Claims { commit, branch: Some("main".to_owned()), ..Claims::default() };
            let Identity::Token(token) = &self.known(name)?.identity else {
                return Err(Error::Internal);
            };
            let pipeline = self.vault.pipeline_of(token, None).await?;
            let report = regcred_scan::scan_text(path, text);
            self.vault.declare(&pipeline, &claims, report, false).await?;
        }
        self.known_mut(NOT_DELIVERED)?.scanned = [QUAY_HOST; 2];
        Ok(())
    }

    pub(super) async fn mark_compromised(&self) -> Result<()> {
        let editor = self.cast.ann.can::<of::RegistryWrite>()?;
        self.vault.mark_compromised(&editor, self.registry(OLD)?).await?;
        Ok(())
    }

    /// A grant of a second credential for a registry, with which nothing tells the two apart. It is early enough for
    /// the pipeline to be refused a few times.
    pub(super) async fn tie(&self) -> Result<()> {
        let form = GrantForm {
            credentials: vec![self.registry(PERSONAL)?.to_string()],
            intent: Access::Pull.word().to_owned(),
            ..GrantForm::default()
        };
        self.vault.create_grants(&self.cast.ben, self.pipeline(TIED)?, &form).await?;
        Ok(())
    }

    /// As the jobs do.
    pub(super) async fn look(&self) -> Result<()> {
        self.vault.add_up_usage().await?;
        self.vault.look_for_findings().await
    }

    /// What was found because its day had passed is resolved.
    pub(super) async fn put_review_off(&self) -> Result<()> {
        let day = self.today().plus_days(180).to_text();
        self.edit(&self.cast.ann, GOOGLE, |form| form.review_on = day).await
    }

    pub(super) async fn accept(&self) -> Result<()> {
        let ann = &self.cast.ann;
        let query =
            FindingsQuery { kind: Some(FindingKind::NoCredential), ..FindingsQuery::default() };
        let page = self.vault.findings(&ann.can::<of::RegistryRead>()?, &query).await?;
        let found = page.rows.iter().find(|row| row.found.about == PUBLIC);
        let id = found.ok_or(Error::Internal)?.id;
        let until = self.today().plus_days(60).to_text();
        let reason = "Everything that we take from there is public.";
        self.vault.accept_finding(&ann.can::<of::RegistryWrite>()?, id, reason, &until).await?;
        Ok(())
    }

    /// An access review that is under way: some of it is decided.
    pub(super) async fn review(&self) -> Result<()> {
        let opener = self.cast.ann.can::<of::AuditWrite>()?;
        let form = ReviewForm {
            name: "Quarterly review".to_owned(),
            due_on: self.today().plus_days(14).to_text(),
            undecided: Undecided::Listed.word().to_owned(),
            ..ReviewForm::default()
        };
        let (review, _) = self.vault.open_review(&opener, &form).await?;
        let ben = self.cast.ben.can::<of::PipelineWrite>()?;
        let reader = self.cast.ben.can::<of::PipelineRead>()?;
        let query = ReviewQuery { show: Show::All, ..ReviewQuery::default() };
        let items = self.vault.review_page(&reader, review, query).await?.items;
        let others = items
            .iter()
            .filter(|item| item.kind == ReviewKind::Grant && !item.is_own(ben.person()))
            .map(|item| item.id);
        let others: Vec<Uuid> = others.take(CONFIRMED + 1).collect();
        let (last, first) = others.split_last().ok_or(Error::Internal)?;
        let confirm = Choice::read(Verdict::Confirm.word(), "", "")?;
        let ids = first.iter().copied().collect();
        self.vault.decide_items(&ben, review, &ids, &confirm).await?;
        let change = Choice::read(Verdict::Change.word(), "To pull is enough here.", "")?;
        self.vault.decide_items(&ben, review, &[*last].into(), &change).await?;
        Ok(())
    }

    /// Another system that fetches the audit log.
    pub(super) async fn add_destination(&self) -> Result<()> {
        let keeper = ChainKeeper::of_project(&self.cast.ann.can::<of::AuditWrite>()?);
        let form = DestinationForm {
            name: "Security monitoring".to_owned(),
            transport: Transport::Pull.word().to_owned(),
            format: Format::Ocsf.word().to_owned(),
            address: String::new(),
            from: Begin::Beginning.word().to_owned(),
        };
        self.vault.create_destination(&keeper, &form).await?;
        Ok(())
    }
}
