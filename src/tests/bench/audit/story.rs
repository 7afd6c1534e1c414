//! What happened in the project of the benchmark in 90 days: its pipelines ask now and then, or a hundred
//! times as often. People, credentials, pipelines and findings are alike in both.
//!
//! The program has no other clock than the system's. So what was before today is done in this process, with
//! a clock that is moved: people act through the functions that are behind the pages, and pipelines ask
//! at the door for machines, over a socket. Colleagues are added with the command. Then the program as it
//! is shipped serves what is there, at the time of the system.

use super::side::Asked;
use crate::load::{Target, get, send_each, serve};
use crate::seed::{OWNER, PASSWORD, Seed};
use crate::server::program;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use regcred::domain::actor::Granter;
use regcred::domain::credential::Access;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::delivery::Proved;
use regcred::domain::finding::FindingsQuery;
use regcred::domain::moment::{DAY_MS, Moment};
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineForm;
use regcred::vault::{SecretInput, Visitor, told_at};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

const PIPELINES: usize = 200;
/// Credentials that each of them was granted, and receipts that one request leaves: 1,000 pairs.
pub const GRANTS: usize = 5;
const CREDENTIALS: usize = 100;
/// More of them, which nobody was granted.
const SPARE: usize = 5;
const COLLEAGUES: [(&str, &str); 2] =
    [("mia@example.com", "Mia Maintainer"), ("noah@example.com", "Noah Maintainer")];
/// The days on which pipelines ask: with today they are in 90 days of the calendar.
const DAYS: i64 = 89;
/// So long ago all of it was made: what was there the whole time is judged by how it was used.
const LEAD: i64 = 100;
/// The credential that is disabled on one of the days: from then on its pipelines are refused.
const DISABLED: usize = 0;
const DISABLED_ON: i64 = 30;
/// One that nobody was granted is disabled after it was found, which resolves that.
const UNUSED: usize = CREDENTIALS;
const FOUND_ON: i64 = 45;
const RESOLVED_ON: i64 = 50;
const ACCEPTED: usize = 3;
/// Pipelines whose page of the audit is asked for have more tokens: so they have a page full of links.
const WITH_TOKENS: usize = 3;
const CLIENTS: usize = 64;

/// A project in the making.
pub struct Story {
    pub seed: Seed,
    /// When it is told.
    end: Moment,
    /// Who acts, by turns: the owner, and colleagues.
    people: Vec<Granter>,
    credentials: Vec<Uuid>,
    pipelines: Vec<Uuid>,
    tokens: Vec<String>,
}

impl Story {
    /// Makes all that pipelines ask for.
    pub async fn begin(server: Option<&str>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let end = Moment(since.as_millis() as i64);
        let begin = Moment(end.0 - LEAD * DAY_MS);
        let seed = told_at(begin, Seed::on(server)).await;
        for (email, name) in COLLEAGUES {
            add_colleague(&seed, email, name);
        }
        let (people, credentials, pipelines, tokens) = (vec![], vec![], vec![], vec![]);
        let mut story = Self { seed, end, people, credentials, pipelines, tokens };
        told_at(begin, story.gather()).await;
        for number in 0..CREDENTIALS + SPARE {
            let id = told_at(begin, story.add_credential(number)).await;
            story.credentials.push(id);
        }
        for number in 0..PIPELINES {
            let (id, token) = told_at(begin, story.add_pipeline(number)).await;
            story.pipelines.push(id);
            story.tokens.push(token);
        }
        story
    }

    async fn gather(&mut self) {
        let Seed { vault, member, .. } = &self.seed;
        self.people.push(vault.reauthenticate(member, PASSWORD).await.unwrap());
        for (email, _) in COLLEAGUES {
            let person = vault.sign_in(email, PASSWORD, Visitor::default()).await.unwrap();
            let member = vault.member(&person, "bench").await.unwrap();
            self.people.push(vault.reauthenticate(&member, PASSWORD).await.unwrap());
        }
    }

    async fn add_credential(&self, number: usize) -> Uuid {
        let access = if may_push(number) { Access::PullAndPush } else { Access::Pull };
        let form = CredentialForm {
            name: format!("registry {number:03}"),
            registry_url: format!("registry-{number}.example.com"),
            method: "password".to_owned(),
            // One looks like somebody's own account.
            username: if number == 3 { "owner" } else { "acme-bot" }.to_owned(),
            access: access.word().to_owned(),
            owner: if number.is_multiple_of(4) { "" } else { OWNER }.to_owned(),
            ..CredentialForm::default()
        };
        let password = format!("hunter2-hunter2-{number:07}").as_str().into();
        let secret = SecretInput { password, ..SecretInput::default() };
        let editor = self.people[0].can::<of::RegistryWrite>().unwrap();
        self.seed.vault.create_credential(&editor, &form, &secret).await.unwrap().id
    }

    async fn add_pipeline(&self, number: usize) -> (Uuid, String) {
        let granted = (0..GRANTS).map(|more| (number * GRANTS + more) % CREDENTIALS);
        let (pushing, pulling): (Vec<usize>, Vec<usize>) = granted.partition(|one| may_push(*one));
        let ids = |of: Vec<usize>| -> Vec<String> {
            of.into_iter().map(|one| self.credentials[one].to_string()).collect()
        };
        let form = PipelineForm {
            name: format!("pipeline {number:03}"),
            token_days: "365".to_owned(),
            credentials: ids(pulling),
            pushing: ids(pushing),
            ..PipelineForm::default()
        };
        let by = &self.people[number % self.people.len()];
        let (id, token) = self.seed.vault.create_pipeline(by, &form).await.unwrap();
        (id, token.as_str().to_owned())
    }

    /// Tells all of it: pipelines ask so often, each as often as the others and on all days alike.
    pub async fn tell(&self, requests: usize) -> Asked {
        self.deliver(requests).await;
        told_at(self.end, self.look()).await;
        told_at(self.end, self.accept()).await;
        Asked {
            end: self.end,
            colleague: self.people[1].person().id,
            pipeline: self.pipelines[1],
            credential: self.credentials[CREDENTIALS / 2],
            disabled: self.credentials[DISABLED],
        }
    }

    async fn deliver(&self, requests: usize) {
        let clock = Arc::new(Clock::default());
        let router = regcred::server::router(&self.seed.vault, &[]);
        let router = router.layer(from_fn_with_state(Arc::clone(&clock), at_its_time));
        let header = |token: &String| format!("authorization: Bearer {token}");
        let asked = self.tokens.iter().map(|token| get("/api/v1/docker-config", &header(token)));
        let target = Target::new(serve(router).await, asked.collect());
        let until = |day: i64| requests * day as usize / DAYS as usize;
        for day in 0..DAYS {
            let morning = Moment(self.end.0 - (DAYS - day) * DAY_MS);
            told_at(morning, self.turn(day)).await;
            let numbers = until(day)..until(day + 1);
            clock.set(morning, numbers.len());
            send_each(&target, CLIENTS, numbers).await;
        }
    }

    /// What people do on that day.
    async fn turn(&self, day: i64) {
        let number = day as usize;
        let by = &self.people[number % self.people.len()];
        // Not always the same person for the same pipeline.
        let pipeline = self.pipelines[1 + number / self.people.len() % WITH_TOKENS];
        self.seed.vault.create_token(by, pipeline, "", "30").await.unwrap();
        match day {
            DISABLED_ON => self.disable(DISABLED).await,
            FOUND_ON => self.look().await,
            RESOLVED_ON => self.disable(UNUSED).await,
            _ => {}
        }
    }

    async fn disable(&self, number: usize) {
        let editor = self.people[0].can::<of::RegistryWrite>().unwrap();
        self.seed.vault.set_disabled(&editor, self.credentials[number], true).await.unwrap();
    }

    /// What jobs of a server do by themselves.
    async fn look(&self) {
        let vault = &self.seed.vault;
        vault.add_up_usage().await.unwrap();
        vault.look_for_findings().await.unwrap();
        vault.grow_trees().await.unwrap();
    }

    /// Some findings may stay as they are.
    async fn accept(&self) {
        let vault = &self.seed.vault;
        let reader = self.people[0].can::<of::RegistryRead>().unwrap();
        let editor = self.people[0].can::<of::RegistryWrite>().unwrap();
        let page = vault.findings(&reader, &FindingsQuery::default()).await.unwrap();
        assert!(page.rows.len() >= ACCEPTED, "nothing was found");
        let until = self.end.day().plus_days(60).to_text();
        for row in page.rows.iter().take(ACCEPTED) {
            let reason = "The team answers for it together.";
            vault.accept_finding(&editor, row.id, reason, &until).await.unwrap();
        }
    }
}

/// Pushing was granted where it is possible, and nobody pushes.
fn may_push(number: usize) -> bool {
    number % 20 == 1
}

/// When the next request is said to come.
#[derive(Default)]
struct Clock {
    at: AtomicI64,
    /// Milliseconds from one request to the next.
    step: AtomicI64,
}

impl Clock {
    /// So many requests are spread over the day that begins then.
    fn set(&self, morning: Moment, requests: usize) {
        // None is on the next day.
        let step = DAY_MS / (requests as i64 + 1);
        self.at.store(morning.0 + step, Ordering::Relaxed);
        self.step.store(step, Ordering::Relaxed);
    }
}

async fn at_its_time(
    State(clock): State<Arc<Clock>>,
    mut request: Request,
    next: Next,
) -> Response {
    // As the program does for each request. Without it everybody stays a stranger, and waits as one.
    request.extensions_mut().insert(Proved::default());
    let step = clock.step.load(Ordering::Relaxed);
    let at = Moment(clock.at.fetch_add(step, Ordering::Relaxed));
    told_at(at, next.run(request)).await
}

/// As the operator does it.
fn add_colleague(seed: &Seed, email: &str, name: &str) {
    let mut command = Command::new(program());
    command.args(["user", "add", "--email", email, "--name", name]);
    command.args(["--project", "bench", "--role", "maintainer"]);
    command.env_clear().env("REGCRED_DATA", &seed.folder.0).env("REGCRED_KEK_FILE", &seed.kek);
    if let Some(fresh) = &seed.fresh {
        command.env("DATABASE_URL", &fresh.url);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
