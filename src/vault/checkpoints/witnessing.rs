//! Asking witnesses: a job for each chain and witness, which one server has at a time. It sends the checkpoint
//! that was signed last, with a proof that it goes on from the last one that the witness has cosigned, and
//! keeps what the witness answers once that is verified.

use super::silent::Said;
use super::witnessed::Series;
use super::{Witness, host_of};
use crate::checkpoints::checkpoint::origin;
use crate::checkpoints::tree::Frontier;
use crate::checkpoints::witness;
use crate::domain::job::{Job, JobKind};
use crate::domain::witness::{Uncosigned, WitnessProblem};
use crate::error::{Error, Result};
use crate::receivers::WitnessAnswer;
use crate::store::{CosignatureRow, Signed, Unrecorded, Write};
use crate::vault::{Vault, now};
use uuid::Uuid;

/// How often a witness is asked in one run: it may say that it has another checkpoint than we know of.
const TRIES: u32 = 3;
/// Seconds until it is worth asking again.
const RETRY: u32 = 10;

/// What a witness is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    job: &'a Job,
    series: Series<'a>,
    witness: &'a Witness,
    signed: &'a Signed,
}

/// What the job is called that asks this witness about this chain.
fn key_of(chain: Uuid, witness: &Witness) -> String {
    format!("{chain} {}", witness.key.short())
}

fn is_of_another_log(problem: WitnessProblem) -> bool {
    matches!(problem, WitnessProblem::Ahead | WitnessProblem::Other | WitnessProblem::Proof)
}

impl Vault {
    /// Makes the jobs due of those witnesses that have not cosigned the last checkpoint of a chain. It writes
    /// nothing when all have.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wake_witnesses(&self) -> Result<()> {
        if self.settings.witnesses.is_empty() {
            return Ok(());
        }
        // One that is due later was put off by a clock that was ahead.
        let latest = now().plus_seconds(JobKind::Witness.schedule().longest_pause);
        let waiting = self.store.jobs().waiting(JobKind::Witness, latest.0).await?;
        let mut behind = Vec::new();
        for (chain, signed) in self.store.chain().all_signed().await? {
            let origin = self.origin_of(chain, &signed);
            let series = Series { origin: &origin, chain, number: signed.number };
            for witness in &self.settings.witnesses {
                let key = key_of(chain, witness);
                let size = signed.frontier.size();
                if !waiting.contains(&key)
                    && self.cosignature_at(series, size, witness).await?.is_none()
                {
                    behind.push(key);
                }
            }
        }
        if behind.is_empty() {
            return Ok(());
        }
        let at = self.job_time().await?;
        let write = self.store.write().await?;
        for key in behind {
            write.jobs().ensure(JobKind::Witness, &key, at.0).await?;
        }
        write.commit_without_event(Unrecorded::Job).await?;
        self.job_is_due.notify_one();
        Ok(())
    }

    /// Has the witnesses asked about the checkpoint that is noted in this transaction.
    pub(super) async fn enqueue_witnesses(&self, write: &Write, chain: Uuid) -> Result<()> {
        if self.settings.witnesses.is_empty() {
            return Ok(());
        }
        let at = self.job_time().await?;
        for witness in &self.settings.witnesses {
            write.jobs().enqueue(JobKind::Witness, &key_of(chain, witness), at.0).await?;
        }
        Ok(())
    }

    /// The job: asks a witness about the last checkpoint of a chain, unless it has cosigned that.
    ///
    /// # Errors
    /// When it does not cosign it: then it is asked again later.
    pub async fn ask_witness(&self, job: &Job) -> Result<()> {
        let found = job.key.split_once(' ').and_then(|(chain, short)| {
            let named = |witness: &&Witness| witness.key.short() == short;
            Some((Uuid::parse_str(chain).ok()?, self.settings.witnesses.iter().find(named)?))
        });
        // The operator has removed it since.
        let Some((chain, witness)) = found else { return self.forget_asking(job).await };
        // A link may be under a key that another server has made a moment ago.
        self.refresh_keys().await?;
        let tree = self.store.chain().tree(chain).await?;
        let Some(signed) = tree.map(|tree| tree.last) else { return Ok(()) };
        let origin = self.origin_of(chain, &signed);
        let series = Series { origin: &origin, chain, number: signed.number };
        let size = signed.frontier.size();
        if size == 0 || self.cosignature_at(series, size, witness).await?.is_some() {
            return Ok(());
        }
        let asked = Asked { job, series, witness, signed: &signed };
        let short = witness.key.short();
        let said = match self.silent_witnesses.why(&short, chain) {
            Some(why) => Err(why),
            None => {
                let said = self.ask(asked).await?;
                self.silent_witnesses.note(&short, chain, &said);
                said
            }
        };
        if !self.note_said(asked, said).await? {
            return Ok(());
        }
        let Err(why) = said else { return Ok(()) };
        Err(Error::Upstream { message: why.to_text(), retry_after: RETRY })
    }

    fn origin_of(&self, chain: Uuid, signed: &Signed) -> String {
        origin(host_of(&self.settings.address), chain, signed.number)
    }

    async fn forget_asking(&self, job: &Job) -> Result<()> {
        let write = self.store.write().await?;
        write.jobs().forget(JobKind::Witness, &job.key).await?;
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    /// Asks the witness, from the last checkpoint that we know it to have, or from the one that it says.
    async fn ask(&self, asked: Asked<'_>) -> Result<Said> {
        let Asked { series, witness, signed, .. } = asked;
        let no = |problem, status| Ok(Err(Uncosigned { problem, status }));
        let conflict = |problem| no(problem, Some(409));
        let note = self.checkpoint_of(series.chain, signed, &self.settings.address)?.note;
        let known = self.last_cosigned(series, witness).await?;
        let mut from = known.map(|(frontier, _)| frontier).unwrap_or_default();
        for _ in 0..TRIES {
            let mut proof = Vec::new();
            if from.size() > 0 {
                let found = self.proof_between(series.chain, &from, &signed.frontier).await?;
                let Some(found) = found else { return no(WitnessProblem::Changed, None) };
                proof = found;
            }
            let has_all = from.size() == signed.frontier.size();
            let body = witness::request(from.size(), &proof, &note);
            let answer = match self.reach()?.receivers.submit(&witness.url, body).await {
                Ok(WitnessAnswer::Conflict(answer)) => answer,
                Ok(WitnessAnswer::Cosigned(lines)) => {
                    let text = series.text(&signed.frontier);
                    let said = witness::cosigned(&text, &lines, &witness.key);
                    let unsaid =
                        |_| Uncosigned { problem: WitnessProblem::Signature, status: None };
                    return Ok(said.map_err(unsaid));
                }
                // There was nothing to prove: it has another root.
                Err(why) if has_all && why.problem == WitnessProblem::Proof => {
                    return no(WitnessProblem::Other, why.status);
                }
                Err(why) => return Ok(Err(why)),
            };
            // Some say it so of another root.
            let size = witness::size(&answer).filter(|size| *size != from.size());
            let Some(size) = size else {
                let other = if has_all { WitnessProblem::Other } else { WitnessProblem::Answer };
                return conflict(other);
            };
            if size > signed.frontier.size() {
                return conflict(WitnessProblem::Ahead);
            }
            let Some(there) = self.tree_at(series.chain, size).await? else {
                return no(WitnessProblem::Changed, None);
            };
            from = there;
        }
        conflict(WitnessProblem::Answer)
    }

    /// The tree over the first links of the chain; `None` when one of them does not hold.
    async fn tree_at(&self, chain: Uuid, size: u64) -> Result<Option<Frontier>> {
        let (ring, empty) = (self.keys.ring(), Frontier::default());
        let all = (&empty, i64::try_from(size).unwrap_or(i64::MAX));
        Ok(self.store.chain().grown(&*ring, chain, all).await?.ok())
    }

    /// Writes down what the witness said; `false` when the job is another server's by now.
    async fn note_said(&self, asked: Asked<'_>, said: Said) -> Result<bool> {
        let Asked { job, series, witness, signed } = asked;
        let write = self.store.write().await?;
        if !self.holds_job(&write, job).await? {
            return Ok(false);
        }
        let short = witness.key.short();
        let waiting = write.chain().waiting_cosignature((series.chain, &short)).await?;
        let since = waiting.as_ref().map_or_else(now, |row| row.since);
        let known = waiting.as_ref().and_then(|row| row.why).map(|why| why.problem);
        if let Some(row) = waiting {
            // It is asked about another checkpoint by now.
            write.chain().forget_cosignature(&row).await?;
        }
        let row = CosignatureRow {
            chain: series.chain,
            witness: short,
            number: series.number,
            frontier: signed.frontier.clone(),
            cosigned: said.ok().map(|one| one.to_bytes()),
            since,
            why: said.err(),
        };
        write.chain().keep_cosignature(row).await?;
        write.commit_without_event(Unrecorded::Shipped).await?;
        // Once, however often it is asked.
        let news = said.err().map(|why| why.problem).filter(|problem| known != Some(*problem));
        if let Some(problem) = news.filter(|problem| is_of_another_log(*problem)) {
            tracing::error!(
                chain = %series.chain,
                witness = witness.key.name(),
                problem = problem.word(),
                "a witness has seen another audit log than this one"
            );
        }
        Ok(true)
    }
}
