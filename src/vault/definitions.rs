//! What pipelines declare: taken from their runs and from people, shown, and removed.

mod checked;
mod matched;
mod proofs;
mod written;

use super::{Vault, now, today};
use crate::crypto::digest::Sha256;
use crate::domain::actor::{Acts, Can, Pipeline};
use crate::domain::audit::{Action, Detail};
use crate::domain::definition::{
    Counts, DeclaredFile, Definition, DefinitionsPage, FILES_MAX, Origin, STATEMENTS_OF_ALL_MAX,
    ShownFile, Statement,
};
use crate::domain::delivery::Claims;
use crate::domain::hearsay;
use crate::domain::permission::of;
use crate::domain::proof::Proof;
use crate::error::{Error, Result};
use crate::store::{Changed, Unrecorded};
pub(super) use matched::Granted;
use regcred_scan::Report;
use std::collections::BTreeSet;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use uuid::Uuid;
pub use written::WrittenFile;

/// How branches begin; tags keep what they begin with.
const BRANCHES: &str = "refs/heads/";

const NOTHING_READ: &str = "Nothing was changed: no file was read where this was scanned, so what earlier runs of the branch sent of the same files and folders would be removed. Check whether the checkout is complete. If the files are gone, run docker-credential-regcred scan --send with --allow-empty, or send the report with ?empty=true.";

/// Files of two people are read at once: some take far more memory than they are long.
static READING: Semaphore = Semaphore::const_new(2);

impl Vault {
    /// Keeps what the pipeline's own run says that its files name; gives how much that was. A file that is not in the
    /// report stays as it was, unless a run sent it and the scan looked where it was. `may_be_empty`: also
    /// where no file is left.
    ///
    /// # Errors
    /// `TooManyRequests` beyond its share; `BadRequest` for what no scan says; `Conflict` when there is no room, and
    /// for a scan that read nothing and would remove something.
    pub async fn declare(
        &self,
        pipeline: &Pipeline,
        claims: &Claims,
        report: Report,
        may_be_empty: bool,
    ) -> Result<(usize, Counts)> {
        self.take_share(pipeline)?;
        let covered = checked::covered(&report)?;
        let files = checked::files(report)?;
        let counted = (files.len(), counts(&files));
        let by = pipeline.name().to_owned();
        let origin = Origin { by, by_run: true, ..origin(pipeline.proof(), claims) };
        let at = (pipeline.project_id(), pipeline.id());
        let covered = (covered.as_slice(), may_be_empty);
        let changed = self.save_definitions(at, pipeline, files, covered, &origin).await?;
        self.charge_share(pipeline, changed);
        Ok(counted)
    }

    /// Reads the files for a person and keeps what they name; gives the sentence for the next page.
    ///
    /// # Errors
    /// `Invalid` at `files` for files that nobody reads, and as [`Vault::declare`].
    pub async fn declare_files(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        written: Vec<WrittenFile>,
        commit: &str,
    ) -> Result<String> {
        let origin = Origin {
            commit: hearsay::kept([commit.as_bytes()]),
            by: editor.person().name.clone(),
            ..Origin::default()
        };
        let turn = READING.acquire().await.map_err(|_| Error::Internal)?;
        let read = spawn_blocking(move || {
            let read = written::scanned(&written);
            drop(turn);
            read
        })
        .await;
        let report = read.map_err(|_| Error::Internal)??;
        let files = checked::files(report).map_err(at_files)?;
        let (number, counts) = (files.len(), counts(&files));
        let at = (editor.project().id, pipeline);
        self.save_definitions(at, editor, files, (&[], false), &origin).await.map_err(at_files)?;
        Ok(said(number, counts))
    }

    /// What the pipeline declares; `file`: whose statements are shown, else those of the first one.
    pub async fn definitions_page(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
        file: Option<Uuid>,
    ) -> Result<DefinitionsPage> {
        let head = self.pipeline_head(reader, id).await?;
        let project = reader.project().id;
        let definitions = self.store.definitions(project);
        let files = definitions.of_pipeline(id).await?;
        let shown = match file {
            Some(file) => Some(files.iter().find(|one| one.id == file).ok_or(Error::NotFound)?),
            None => files.first(),
        };
        let shown = match shown {
            Some(definition) => {
                let statements = definitions.statements(definition).await?;
                let held = self.store.grants(project).held_by(id, reader.person().id).await?;
                let rules = self.store.trust_rules(project).of_pipeline(id).await?;
                let granted = Granted::of(held, rules, today());
                let matched = |one: Statement| {
                    let found = granted.serve(&one);
                    (one, found)
                };
                let statements = statements.into_iter().map(matched).collect();
                Some(ShownFile { definition: definition.clone(), statements })
            }
            None => None,
        };
        Ok(DefinitionsPage { head, files, shown })
    }

    /// Removes what a file of the pipeline says; gives the sentence for the next page.
    pub async fn delete_definition(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let gone = write.definitions(project).delete(pipeline, id).await?;
        let path = gone.ok_or(Error::NotFound)?;
        let sentence = format!("{path} was deleted from the definitions.");
        let what = (Action::DefinitionDeleted, subject, Detail::File { path, others: 0 });
        self.commit_event(write, project, editor, what).await?;
        Ok(sentence)
    }

    /// Gives how many of the files say something else than before, or are gone.
    async fn save_definitions(
        &self,
        (project, pipeline): (Uuid, Uuid),
        by: &impl Acts,
        files: Vec<DeclaredFile>,
        (covered, may_be_empty): (&[String], bool),
        origin: &Origin,
    ) -> Result<usize> {
        let hashes: Vec<String> = files.iter().map(hash).collect();
        let write = self.write_in(project).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let definitions = write.definitions(project);
        let known = definitions.of_pipeline(pipeline).await?;
        let (gone, known) = without_gone(known, &files, covered, origin);
        // Of a checkout that failed nobody knows what would be in it.
        let is_read = files.iter().any(|file| file.sha256.is_some());
        if !is_read && !may_be_empty && !gone.is_empty() {
            return Err(Error::Conflict(NOTHING_READ.to_owned()));
        }
        if !has_room(&known, &files) {
            return Err(Error::Conflict(format!(
                "A pipeline has at most {FILES_MAX} files with {STATEMENTS_OF_ALL_MAX} references in its definitions. Delete files from them that are no longer used, or scan fewer folders."
            )));
        }
        let (mut same, mut changed, at) = (Vec::new(), Vec::new(), now());
        for (file, said) in files.iter().zip(hashes) {
            let before = known.iter().find(|one| one.path == file.path);
            match before.filter(|before| before.said == said) {
                Some(before) => same.push(before.id),
                None => changed.push(Changed { file, said, before }),
            }
        }
        let number = changed.len() + gone.len();
        let first = match (changed.first(), gone.first()) {
            (Some(one), _) => Some((Action::DefinitionsChanged, one.file.path.clone())),
            (None, one) => one.map(|one| (Action::DefinitionDeleted, one.path.clone())),
        };
        definitions.remove(gone.iter().map(|one| one.id).collect()).await?;
        definitions.put(pipeline, changed, origin, at).await?;
        definitions.seen(same, origin, at).await?;
        let Some((action, path)) = first else {
            write.commit_without_event(Unrecorded::Declared).await?;
            return Ok(number);
        };
        let others = u64::try_from(number.saturating_sub(1)).unwrap_or(u64::MAX);
        let detail = Detail::File { path, others };
        let what = (action, subject, detail);
        self.commit_event(write, project, by, what).await?;
        Ok(number)
    }
}

/// What is proved of the run, else what it says of itself.
fn origin(proof: &Proof, claims: &Claims) -> Origin {
    let kept = |text: &Option<String>| hearsay::kept(text.iter().map(String::as_bytes));
    let (is_proved, commit, branch) = match kept(&proof.commit) {
        Some(commit) => (true, Some(commit), kept(&proof.reference)),
        None => (false, kept(&claims.commit), kept(&claims.branch)),
    };
    let short =
        |name: String| name.strip_prefix(BRANCHES).map_or_else(|| name.clone(), str::to_owned);
    Origin { commit, branch: branch.map(short), is_proved, ..Origin::default() }
}

/// The same at the field of a form, for what is about its files.
fn at_files(error: Error) -> Error {
    match error {
        Error::BadRequest(sentence) | Error::Conflict(sentence) => Error::at("files", sentence),
        other => other,
    }
}

/// Those that runs of this branch sent and that a scan of these paths no longer found, and all others. A run that
/// only says of itself where it is from takes nothing away from those that proved it.
fn without_gone(
    known: Vec<Definition>,
    files: &[DeclaredFile],
    covered: &[String],
    origin: &Origin,
) -> (Vec<Definition>, Vec<Definition>) {
    let found: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    known.into_iter().partition(|one| {
        one.origin.by_run
            && one.origin.branch == origin.branch
            && (origin.is_proved || !one.origin.is_proved)
            && !found.contains(one.path.as_str())
            // A part of another file has no hash: only who scans everything sees all that may name it.
            && covered.iter().any(|path| {
                (path == "." || *path == one.path || one.sha256.is_some())
                    && regcred_scan::covers(path, &one.path)
            })
    })
}

/// Whether all that there is then is not too much.
fn has_room(known: &[Definition], files: &[DeclaredFile]) -> bool {
    let new: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let kept = || known.iter().filter(|one| !new.contains(one.path.as_str()));
    let statements = kept().map(|one| one.counts.all()).sum::<i64>() + counts(files).all();
    kept().count() + new.len() <= FILES_MAX && statements <= STATEMENTS_OF_ALL_MAX
}

fn counts(files: &[DeclaredFile]) -> Counts {
    files.iter().fold(Counts::default(), |sum, file| {
        let one = Counts::of(&file.statements);
        Counts {
            references: sum.references + one.references,
            unresolved: sum.unresolved + one.unresolved,
            passwords: sum.passwords + one.passwords,
            unread: sum.unread + one.unread,
        }
    })
}

/// What the file says, as a hash. With the hash of its text, so that a new text counts as a change.
fn hash(file: &DeclaredFile) -> String {
    let mut hash = Sha256::default();
    // Its keys are texts, so nothing in it can fail.
    hash.update(&serde_json::to_vec(file).unwrap_or_default());
    hash.finish()
}

fn said(files: usize, counts: Counts) -> String {
    let counted = |number: i64, one: &str, several: &str| {
        format!("{number} {}", if number == 1 { one } else { several })
    };
    let number = i64::try_from(files).unwrap_or(i64::MAX);
    let mut sentence = format!(
        "The definitions were saved: {} in {}.",
        counted(counts.references, "reference", "references"),
        counted(number, "file", "files")
    );
    if counts.passwords > 0 {
        let written = counted(counts.passwords, "password is", "passwords are");
        sentence +=
            &format!(" {written} written in them. Replace each one, and remove it from the file.");
    }
    sentence
}

/// For `tests/fuzz`: reads and checks a report.
#[cfg(test)]
pub(crate) fn fuzz(data: &[u8]) {
    if let Ok(report) = serde_json::from_slice::<Report>(data) {
        let _ = checked::files(report);
    }
}

#[cfg(test)]
mod tests;
