//! What happened in the demo, day by day, through the functions that people and pipelines use.

mod planted;
mod turns;

use super::cast::Cast;
use super::dice::Dice;
use super::pipelines::{Job, SERVICES};
use super::registries::{self, HUB, PERSONAL, Registry, SPARE};
use super::runs::{Identity, Run};
use crate::domain::actor::{Granter, Operator};
use crate::domain::credential::Access;
use crate::domain::moment::{Day, Moment};
use crate::domain::permission::of;
use crate::domain::pipeline::PipelineForm;
use crate::error::{Error, Result};
use crate::vault::{Vault, told_at};
use std::collections::{BTreeSet, HashMap};
use tokio::task::JoinSet;
use uuid::Uuid;

/// The project that most of it is in, as addresses have it.
pub(super) const ACME: &str = "acme";
/// Days that the story lasts.
pub(super) const DAYS: i64 = 90;
/// Days before them on which all is made ready: of what was there the whole time it is known whether it was used.
pub(super) const LEAD: i64 = 6;
const MINUTES: i64 = 24 * 60;
/// Runs that ask at the same time.
const AT_ONCE: usize = 4;
const SEED: u64 = 2_026;

/// A pipeline of the story.
pub(super) struct Known {
    pub(super) id: Uuid,
    name: String,
    pub(super) service: &'static str,
    pub(super) job: Job,
    pub(super) identity: Identity,
    /// The hosts of the images that it scans.
    pub(super) scanned: [&'static str; 2],
    /// Whether what it receives has expired.
    pub(super) fails_now: bool,
}

struct Story {
    vault: Vault,
    operator: Operator,
    /// When it is told.
    end: Moment,
    dice: Dice,
    cast: Cast,
    /// The credentials of the project `acme`, by name.
    registries: HashMap<&'static str, Uuid>,
    pipelines: Vec<Known>,
    runs: usize,
}

/// Fills a new instance with what happened until that moment.
pub(super) async fn tell(vault: &Vault, operator: Operator, end: Moment) -> Result<()> {
    let begin = moment(end, -LEAD, 0);
    let cast = told_at(begin, Cast::gather(vault, &operator)).await?;
    let mut story = Story {
        vault: vault.clone(),
        operator,
        end,
        dice: Dice::new(SEED),
        cast,
        registries: HashMap::new(),
        pipelines: Vec::new(),
        runs: 0,
    };
    story.add_registries().await?;
    story.add_pipelines().await?;
    for day in 2 - LEAD..DAYS {
        let morning = moment(end, day, 0);
        told_at(morning, Box::pin(story.turn(day))).await?;
        story.run(day).await?;
        let night = moment(end, day, MINUTES - 1);
        told_at(night, vault.write_refusals()).await?;
    }
    told_at(end, Box::pin(story.look())).await
}

/// So many minutes into that day of the story, of which all are over at its end.
fn moment(end: Moment, day: i64, minutes: i64) -> Moment {
    end.plus_seconds(((day - DAYS) * MINUTES + minutes) * 60)
}

impl Story {
    fn today(&self) -> Day {
        self.end.day()
    }

    /// The first day.
    async fn add_registries(&mut self) -> Result<()> {
        for (number, registry) in (1..).zip(&registries::ACME) {
            let at = moment(self.end, -LEAD, number * 30);
            let by = match registry.name {
                SPARE => &self.cast.finn,
                PERSONAL => &self.cast.ben,
                _ if number % 2 == 0 => &self.cast.ann,
                _ => &self.cast.carla,
            };
            let id = told_at(at, self.add_registry(by, registry)).await?;
            self.registries.insert(registry.name, id);
        }
        Ok(())
    }

    async fn add_registry(&self, by: &Granter, registry: &Registry) -> Result<Uuid> {
        let (form, secret) = (registry.form(self.today()), registry.secret());
        let editor = by.can::<of::RegistryWrite>()?;
        Ok(self.vault.create_credential(&editor, &form, &secret).await?.id)
    }

    /// The second day.
    async fn add_pipelines(&mut self) -> Result<()> {
        let mut minutes = 0;
        for service in SERVICES {
            for job in Job::ALL {
                minutes += 20;
                let by = match (service, job) {
                    ("docs", _) => &self.cast.finn,
                    (_, Job::Build | Job::Release) => &self.cast.carla,
                    (_, Job::Deploy | Job::Scan) => &self.cast.ann,
                };
                let granted = job.granted(service).into_iter();
                let granted = granted
                    .filter_map(|(name, access)| Some((*self.registries.get(name)?, access)));
                let granted: Vec<(Uuid, Access)> = granted.collect();
                let at = moment(self.end, 1 - LEAD, minutes);
                let known = told_at(at, self.add_pipeline(by, (service, job), &granted)).await?;
                self.pipelines.push(known);
            }
        }
        let at = moment(self.end, 1 - LEAD, minutes + 60);
        told_at(at, Box::pin(self.add_labs())).await
    }

    /// The small project.
    async fn add_labs(&mut self) -> Result<()> {
        let mut granted = Vec::new();
        for registry in &registries::LABS {
            let access = if registry.name == HUB { Access::Pull } else { Access::PullAndPush };
            granted.push((self.add_registry(&self.cast.labs, registry).await?, access));
        }
        for service in ["compiler", "sandbox", "robot"] {
            let of = (service, Job::Build);
            let known = self.add_pipeline(&self.cast.labs, of, &granted).await?;
            self.pipelines.push(known);
        }
        Ok(())
    }

    async fn add_pipeline(
        &self,
        by: &Granter,
        (service, job): (&'static str, Job),
        granted: &[(Uuid, Access)],
    ) -> Result<Known> {
        let ids = |wanted: Access| {
            let ids = granted.iter().filter(move |(_, access)| *access == wanted);
            ids.map(|(id, _)| id.to_string()).collect::<Vec<_>>()
        };
        let form = PipelineForm {
            name: format!("{service}-{}", job.word()),
            description: job.description().to_owned(),
            token_days: job.token_days(service).to_owned(),
            credentials: ids(Access::Pull),
            pushing: ids(Access::PullAndPush),
            ..PipelineForm::default()
        };
        let (id, token) = self.vault.create_pipeline(by, &form).await?;
        Ok(Known {
            id,
            name: form.name,
            service,
            job,
            identity: Identity::Token(token),
            scanned: Job::scanned(service),
            fails_now: false,
        })
    }

    /// The runs of one day: fewer on every sixth and seventh.
    async fn run(&mut self, day: i64) -> Result<()> {
        let waves = if day % 7 < 5 { 9 } else { 3 };
        for wave in 0..waves {
            let span = MINUTES / waves;
            let within = i64::try_from(self.dice.below(60)).unwrap_or_default();
            let at = moment(self.end, day, wave * span + within);
            let mut chosen = BTreeSet::new();
            while chosen.len() < AT_ONCE {
                chosen.insert(self.dice.below(self.pipelines.len()));
            }
            let mut running = JoinSet::new();
            for index in chosen {
                self.runs += 1;
                let run = Run::of(&self.pipelines[index], self.runs, at, &mut self.dice);
                running.spawn(told_at(at, run.carry_out(self.vault.clone())));
            }
            while let Some(done) = running.join_next().await {
                done.map_err(|_| Error::Internal)??;
            }
        }
        Ok(())
    }

    fn registry(&self, name: &str) -> Result<Uuid> {
        self.registries.get(name).copied().ok_or(Error::Internal)
    }

    fn known(&self, name: &str) -> Result<&Known> {
        self.pipelines.iter().find(|known| known.name == name).ok_or(Error::Internal)
    }

    fn pipeline(&self, name: &str) -> Result<Uuid> {
        Ok(self.known(name)?.id)
    }

    fn known_mut(&mut self, name: &str) -> Result<&mut Known> {
        self.pipelines.iter_mut().find(|known| known.name == name).ok_or(Error::Internal)
    }

    /// From now on those that were granted it report failures.
    fn expire(&mut self, registry: &str) {
        for known in &mut self.pipelines {
            let granted = known.job.granted(known.service);
            known.fails_now |= granted.iter().any(|(name, _)| *name == registry);
        }
    }
}
