//! Checks of credentials against their registries: when a person asks, and again by themselves.
//!
//! A check takes host, token service and insecure mark from the credential's row and never from a request: a secret
//! that is stored cannot be sent elsewhere by it (registries.md 1.5, 8).

mod due;

pub(super) use due::{lately, soon};

use super::notifications::tell_check;
use super::{Vault, chance, now};
use crate::domain::actor::{Actor, Acts, Can};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::check::{
    BUDGET_SECONDS, CHECKS_A_MINUTE, CHECKS_KEPT, CheckReport, Checks, DAY_SECONDS, Outcome,
    REFUSALS_MAX, REFUSALS_MAX_A_DAY,
};
use crate::domain::credential::Credential;
use crate::domain::credential_page::CredentialHead;
use crate::domain::image::{self, Image};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::registries::CheckAsk;
use crate::store::{BegunCheck, CheckEnd, Refusals, Unrecorded};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

const MINUTE: i64 = 60;
/// Checks that the page of a credential shows.
const SHOWN: u64 = 20;
/// Seconds after which a check that has not ended has lost its server.
const UNDER_WAY: i64 = 120;
/// How long a check waits for others of the same account.
const TURN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The longest image that is read, in bytes.
const IMAGE_MAX: usize = 512;

impl Vault {
    /// The credential, and what its checks found.
    pub async fn credential_checks(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Checks)> {
        let head = self.credential_head(reader, id).await?;
        let checks = self.store.checks(reader.project().id).page(id, SHOWN).await?;
        Ok((head, checks))
    }

    /// Checks the stored secret at its registry; gives the credential's name and what was found. `image`: what pull,
    /// and push if `is_push_asked`, are tried on; blank for none.
    ///
    /// # Errors
    /// `Invalid` at `image`; `TooManyRequests` beyond so many a minute; `Conflict` when the stored secret cannot be
    /// read.
    pub async fn check_credential(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        image: &str,
        is_push_asked: bool,
    ) -> Result<(String, CheckReport)> {
        let project = editor.project().id;
        let found = self.store.credentials(project).find(id).await?.ok_or(Error::NotFound)?;
        let image = checked_image(&found.summary.host, image)?;
        if is_push_asked && image.is_empty() {
            return Err(Error::at("image", "Enter an image: push is tried on its repository."));
        }
        let since = now().plus_seconds(-MINUTE);
        if self.store.checks(project).begun_since(id, since.0).await? >= CHECKS_A_MINUTE {
            return Err(Error::TooManyRequests { of: "You".to_owned(), retry_after: 60 });
        }
        let (name, asked) = (found.summary.name.clone(), (image, is_push_asked));
        Ok((name, self.check(project, found, asked, editor.actor()).await?))
    }

    /// Makes one check, and notes what it found. Of one that Regcred makes by itself there is an event if it found
    /// something else than the last one. It goes on when nobody waits for it any more: one that was cut off would
    /// count as refused.
    async fn check(
        &self,
        project: Uuid,
        found: Credential,
        asked: (String, bool),
        by: Actor,
    ) -> Result<CheckReport> {
        let vault = self.clone();
        let checking = async move { vault.check_now(project, &found, &asked, &by).await };
        tokio::spawn(checking).await.unwrap_or(Err(Error::Internal))
    }

    async fn check_now(
        &self,
        project: Uuid,
        found: &Credential,
        (image, is_push_asked): &(String, bool),
        by: &Actor,
    ) -> Result<CheckReport> {
        let registries = &self.reach()?.registries;
        let (shown, version) = (&found.summary, found.secret.version);
        let secret = self.current_secret(project, found).await?;
        let write = self.write_in(project).await?;
        // Made while others wait for the chain, so that of two checks the one that began first has the smaller id.
        let begun = BegunCheck {
            id: Uuid::now_v7(),
            credential_id: shown.id,
            version,
            account: account(found),
            image: image.clone(),
            asked_by: if *by == Actor::Product { String::new() } else { by.name().to_owned() },
            begun_at: now().0,
        };
        write.checks(project).begin(&begun).await?;
        write.commit_without_event(Unrecorded::Check).await?;
        let may_sign_in = self.has_budget(&begun).await?;
        let parsed = Image::parse(image).ok();
        let realms: Vec<String> = found.token_service.iter().cloned().collect();
        let ask = CheckAsk {
            host: &shown.host,
            kind: shown.kind(),
            is_insecure: shown.is_insecure,
            username: &shown.username,
            secret: &secret,
            realms: &realms,
            image: parsed.as_ref().map(|one| (one.repository.as_str(), image::reference(image))),
            is_push_asked: *is_push_asked,
            may_sign_in,
        };
        let report = registries.check(&ask).await;
        self.note_check(project, &begun, &report, by).await?;
        Ok(report)
    }

    /// Whether the registry has refused this account too seldom to lock it. Waits for checks of it that began
    /// before, as far as they could be refused as well.
    async fn has_budget(&self, begun: &BegunCheck) -> Result<bool> {
        let (at, until) = (Moment(begun.begun_at), Instant::now() + TURN);
        let (lately, today) = (at.plus_seconds(-BUDGET_SECONDS), at.plus_seconds(-DAY_SECONDS));
        let under_way = at.plus_seconds(-UNDER_WAY);
        let bounds = (lately.0, today.0, under_way.0);
        loop {
            let Refusals { lately, today, pending } =
                self.store.all_checks().refusals(begun, bounds).await?;
            if lately >= REFUSALS_MAX || today >= REFUSALS_MAX_A_DAY {
                return Ok(false);
            }
            if lately + pending < REFUSALS_MAX && today + pending < REFUSALS_MAX_A_DAY {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Stores what a check found. The credential may have been deleted meanwhile: then nothing is. Where it signs in
    /// with something else by now, the report is kept, and says nothing of its state.
    async fn note_check(
        &self,
        project: Uuid,
        begun: &BegunCheck,
        report: &CheckReport,
        by: &Actor,
    ) -> Result<()> {
        let write = self.write_in(project).await?;
        let (id, stored) = (begun.credential_id, write.checks(project));
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        let subject = Subject { id, name: found.summary.name.clone() };
        stored.end(begun, report, CHECKS_KEPT).await?;
        let is_current = begun.version == found.secret.version && begun.account == account(&found);
        let is_asked = *by != Actor::Product;
        let mut is_news = is_asked;
        if is_current {
            let (at, state) = (now(), report.state());
            let before = stored.lock_state(id).await?;
            let same = before.filter(|before| before.state == state);
            let end = CheckEnd {
                state,
                since: same.map_or(at, |before| before.since).0,
                at: at.0,
                due_at: due::next(report, at, chance()).map(|due| due.0),
            };
            stored.settle(begun, &end).await?;
            tell_check(&write, project, &subject, (begun.id, before), report).await?;
            is_news |= same.is_none();
        }
        if !is_news {
            return Ok(write.commit_without_event(Unrecorded::Check).await?);
        }
        let action = if is_asked { Action::CredentialChecked } else { Action::CheckChanged };
        let what = (action, subject, Detail::Checked(Outcome::of(report)));
        self.commit_event(write, project, by, what).await
    }
}

/// What a registry counts refused sign-ins of: its origin, and the username.
fn account(credential: &Credential) -> String {
    format!("{} {}", credential.origin, credential.summary.username)
}

/// The image as it is kept, with its host; blank for none. One without a host is on the credential's.
fn checked_image(host: &RegistryHost, typed: &str) -> Result<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    if typed.len() > IMAGE_MAX {
        return Err(Error::at("image", format!("Enter at most {IMAGE_MAX} characters.")));
    }
    let of = |text: String| {
        let image = Image::parse(&text)?;
        // What a person pasted from a browser has no tag.
        let reference = image::reference(&text);
        let sign = if reference.contains(':') { '@' } else { ':' };
        Ok::<_, image::ImageProblem>((image.host == *host, image, sign, reference.to_owned()))
    };
    let here = of(typed.to_owned());
    let found = match here {
        Ok(found) if found.0 => Ok(found),
        // `acme/api` is read as one of Docker Hub's, and meant as one of this registry's.
        other => match of(format!("{}/{typed}", host.as_str())) {
            Ok(found) if found.0 && !image::names_a_host(typed) => Ok(found),
            _ => other,
        },
    };
    match found {
        Ok((true, image, sign, reference)) => {
            Ok(format!("{}/{}{sign}{reference}", host.as_str(), image.repository))
        }
        Ok(_) => Err(Error::at(
            "image",
            format!("This image is on another registry. Enter one on {}.", host.as_str()),
        )),
        Err(problem) => Err(Error::at("image", problem.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_read_as_one_of_the_credentials_registry() {
        let host = |text| RegistryHost::stored(text).unwrap();
        for (on, typed, expected) in [
            ("ghcr.io", "", Some("")),
            ("ghcr.io", "acme/api", Some("ghcr.io/acme/api:latest")),
            ("ghcr.io", " ghcr.io/acme/api:1.2 ", Some("ghcr.io/acme/api:1.2")),
            ("ghcr.io", "ghcr.io/acme/api@sha256:0a", Some("ghcr.io/acme/api@sha256:0a")),
            ("ghcr.io", "https://ghcr.io/acme/api", Some("ghcr.io/acme/api:latest")),
            ("docker.io", "nginx:1.27", Some("docker.io/library/nginx:1.27")),
            ("registry.example.com:5000", "api", Some("registry.example.com:5000/api:latest")),
            ("ghcr.io", "quay.io/acme/api", None),
            ("ghcr.io", "https://quay.io/acme/api", None),
            ("ghcr.io", "localhost/acme/api", None),
            ("ghcr.io", "docker://quay.io/acme/api", None),
            ("ghcr.io", "acme/api:", None),
            ("ghcr.io", "acme api", None),
            ("ghcr.io", "../v2/acme", None),
        ] {
            let read = checked_image(&host(on), typed).ok();
            assert_eq!(read.as_deref(), expected, "{typed}");
        }
    }
}
