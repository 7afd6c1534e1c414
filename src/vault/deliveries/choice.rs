//! The choice for one request: what is handed out of what is granted, as far as the format's kind
//! allows, and why not the rest.

use super::receipts::{Asked, Book, Handed};
use super::{DeliveryRequest, Entry, Given, Ledger, content};
use crate::domain::actor::Pipeline;
use crate::domain::matching::{
    Ask, Candidate, Lost, Outcome, Shape, Tie, Won, decide, decide_with_pulls,
};
use crate::domain::moment::Moment;
use crate::domain::registry::covers;
use crate::error::{Error, Result};
use crate::store::Deliverable;
use crate::vault::{Vault, now, today};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What was chosen for one request.
pub(super) struct Choice<'a> {
    asked: Asked<'a>,
    /// The place of what each of its entries is of, in their order, that itself, and what of it had to
    /// be left out.
    of: Vec<(usize, &'a Deliverable, Option<String>)>,
    /// Those whose stored secret does not open.
    pub(super) unreadable: Vec<&'a Deliverable>,
    /// What is told to who asked, if nothing is handed out.
    pub(super) problem: Option<Error>,
}

impl Choice<'_> {
    /// The error of another system, or of ours, which is no answer at all: it is worth another try,
    /// and what was found for other requests does not leave either.
    pub(super) fn failure(&self) -> Option<Error> {
        self.problem.clone().filter(|problem| problem.status() >= 500)
    }

    /// Writes down what the format holds and what it does not.
    pub(super) fn settle(&mut self, entries: &[Entry], ledger: &Ledger, book: &mut Book<'_>) {
        for ((index, one, note), entry) in self.of.iter().zip(entries) {
            let request = self.asked.of(*index);
            let Some(lost) = ledger.lost(entry) else {
                if let Some(note) = note {
                    book.leave_out(one, note);
                }
                let (image, note) = (ledger.served(entry), note.clone());
                book.deliver(request, Handed { one, entry, note, image });
                continue;
            };
            book.refuse_as(request, entry.receipt, one, lost.label());
            if request.shape == Shape::One {
                self.problem = self.problem.take().or_else(|| Some(not_held(one, lost)));
            }
        }
    }
}

impl Vault {
    /// Chooses for the request and opens what was chosen. Refusals go into the book; what is handed
    /// out does so once the format has held it.
    pub(super) async fn choose<'a>(
        &self,
        pipeline: &Pipeline,
        request: &'a DeliveryRequest,
        granted: &'a [Deliverable],
        book: &mut Book<'_>,
    ) -> Result<(Choice<'a>, Vec<Entry>)> {
        let mut outcome = decided(pipeline, request, granted);
        let asked = Asked::new(request, std::mem::take(&mut outcome.pulling));
        let reasons = reasons(granted, &outcome);
        book_lost(&asked, granted, (&outcome, &reasons), book);
        if granted.is_empty() && request.shape != Shape::One {
            book.refuse_all(request, "it has no grants");
        }
        let (mut of, mut entries) = (Vec::new(), Vec::new());
        let (mut unreadable, mut no_token, mut refused) = (Vec::new(), None, None);
        for won in &outcome.won {
            let one = &granted[won.index];
            let Some(secret) = self.open(one).await? else {
                book.refuse(asked.of(won.index), one, Lost::Unreadable.label());
                unreadable.push(one);
                continue;
            };
            let is_token = won.is_narrow || request.wants_token;
            let stored = content(&one.credential.summary.username, &secret);
            if let (true, Err(lost)) = (is_token, stored.exchanged()) {
                book.refuse(asked.of(won.index), one, lost.label());
                refused = refused.or_else(|| Some(not_held(one, lost)));
                continue;
            }
            let given = match self.given(request, won, one, secret).await {
                Ok(given) => given,
                Err(error) => {
                    book.refuse(asked.of(won.index), one, Lost::NoToken.label());
                    no_token = no_token.or(Some(error));
                    continue;
                }
            };
            let content = given.content(&one.credential.summary.username);
            if let Some(lost) = request.door.refuses(content) {
                book.refuse(asked.of(won.index), one, lost.label());
                refused = refused.or_else(|| Some(not_held(one, lost)));
                continue;
            }
            let ties = reasons.get(&won.index).map(|all| all.join("; "));
            let note = asked.note(won.index).map(str::to_owned);
            let notes: Vec<String> = note.into_iter().chain(ties).collect();
            of.push((won.index, one, (!notes.is_empty()).then(|| notes.join("; "))));
            entries.push(entry(won, one, given, book.number()));
        }
        let (is_one, is_refused) = (request.shape == Shape::One, refused.is_some());
        let tie = outcome.ties.iter().find(|tie| Some(&tie.host) == request.host.as_ref());
        let problem = tie
            .map(|tie| Error::Conflict(tie.sentence(&names(tie, granted))))
            .or_else(|| unreadable.first().map(|one| not_held(one, Lost::Unreadable)))
            .or(no_token)
            .or_else(|| refused.filter(|_| is_one))
            .or_else(|| (is_one && entries.is_empty()).then(|| nothing(granted, &outcome)));
        // Beside what was named there may be what is only pulled.
        let is_nothing = !is_refused
            && problem.as_ref().is_none_or(|problem| *problem == Error::NotFound)
            && of.iter().all(|(index, ..)| asked.is_pulled(*index))
            && outcome.lost.iter().all(|(at, lost)| asked.is_pulled(*at) || !lost.is_refusal());
        let is_booked = granted.is_empty() && !is_one;
        if is_nothing && !is_booked && self.is_withheld(pipeline, request).await? {
            book.refuse_all(request, Lost::NotGranted.label());
        }
        Ok((Choice { asked, of, unreadable, problem }, entries))
    }

    /// Whether the project has a credential for this, and the pipeline was not granted it. Images that
    /// are public are asked for as well, and leave no receipt.
    async fn is_withheld(&self, pipeline: &Pipeline, request: &DeliveryRequest) -> Result<bool> {
        let Some(host) = &request.host else { return Ok(false) };
        let secrets = self.store.secrets(pipeline.project_id());
        let rows = secrets.candidates(pipeline.id(), host.as_str()).await?;
        let is_for = |paths: &[String]| match &request.repository {
            Some(repository) => {
                paths.is_empty() || paths.iter().any(|path| covers(path, repository))
            }
            None => true,
        };
        Ok(rows.iter().any(|(credential, grants)| {
            let shown = &credential.summary;
            grants.is_empty() && shown.disabled_at.is_none() && is_for(&shown.paths)
        }))
    }

    /// What is handed out of the secret: itself, or what the registry gives for it.
    async fn given(
        &self,
        request: &DeliveryRequest,
        won: &Won,
        one: &Deliverable,
        secret: Zeroizing<Vec<u8>>,
    ) -> Result<Given> {
        if !won.is_narrow && !request.wants_token {
            return Ok(Given::Secret(secret));
        }
        let repository = request.repository.as_deref().ok_or(Error::Internal)?;
        self.bearer(&one.credential, repository, request.intent, &secret).await
    }
}

/// Which of what is granted is handed out.
pub(super) fn decided(
    pipeline: &Pipeline,
    request: &DeliveryRequest,
    granted: &[Deliverable],
) -> Outcome {
    let candidates: Vec<Candidate<'_>> = granted
        .iter()
        .map(|one| Candidate { credential: &one.credential.summary, grants: &one.grants })
        .collect();
    let ask = Ask {
        intent: request.intent,
        host: request.host.as_ref(),
        repository: request.repository.as_deref(),
        proof: pipeline.proof(),
        epoch: pipeline.epoch(),
        today: today(),
        shape: request.shape,
        takes_tokens: request.door.carries_tokens(),
    };
    if request.also_pulls {
        decide_with_pulls(&ask, &candidates)
    } else {
        decide(&ask, &candidates)
    }
}

/// Why each credential of a tie is left out, by its place: of each of its ties, with names.
pub(super) type Reasons = BTreeMap<usize, Vec<Arc<str>>>;

/// One text for all of a tie: it may be of thousands.
pub(super) fn reasons(granted: &[Deliverable], outcome: &Outcome) -> Reasons {
    let mut reasons = Reasons::new();
    for tie in &outcome.ties {
        let reason: Arc<str> = tie.reason(&names(tie, granted)).into();
        for index in &tie.of {
            reasons.entry(*index).or_default().push(Arc::clone(&reason));
        }
    }
    reasons
}

/// Why the credential with this place is not handed out.
pub(super) fn why(index: usize, lost: Lost, reasons: &Reasons) -> &str {
    let of_tie = reasons.get(&index).and_then(|all| all.first()).filter(|_| lost == Lost::Tie);
    of_tie.map_or(lost.label(), |reason| &**reason)
}

/// Those that lost: a refusal has a receipt; who lost a choice is only told of.
fn book_lost(
    asked: &Asked<'_>,
    granted: &[Deliverable],
    (outcome, reasons): (&Outcome, &Reasons),
    book: &mut Book<'_>,
) {
    let is_nothing_else = outcome.won.is_empty()
        && outcome.lost.iter().all(|(_, lost)| *lost == Lost::OtherRepository);
    for (index, lost) in &outcome.lost {
        let one = &granted[*index];
        if lost.is_refusal() {
            book.refuse(asked.of(*index), one, why(*index, *lost, reasons));
        } else if *lost != Lost::OtherRepository || is_nothing_else {
            // Who asked for one repository is not told of all others, unless there is nothing else to tell.
            book.pass_over(one, lost.label());
        }
    }
}

fn names<'a>(tie: &Tie, granted: &'a [Deliverable]) -> Vec<&'a str> {
    tie.of.iter().map(|index| granted[*index].credential.summary.name.as_str()).collect()
}

fn entry(won: &Won, one: &Deliverable, given: Given, receipt: Uuid) -> Entry {
    let shown = &one.credential.summary;
    Entry {
        receipt,
        credential: shown.id,
        host: shown.host.clone(),
        is_insecure: shown.is_insecure,
        paths: won.paths.clone(),
        username: shown.username.clone(),
        ends: ends(won, one, &given),
        given,
    }
}

/// The first of what ends it. The token that the pipeline asks with is none of it: who has the
/// answer needs it no more.
fn ends(won: &Won, one: &Deliverable, given: &Given) -> Option<Moment> {
    let token = match given {
        Given::Secret(_) => None,
        Given::Bearer { expires_in, .. } => {
            Some(now().plus_seconds(i64::try_from(*expires_in).unwrap_or(i64::MAX)))
        }
    };
    let days = [won.until, one.credential.summary.expires_on].into_iter().flatten();
    days.map(|day| day.end()).chain(token).min()
}

fn not_held(one: &Deliverable, lost: Lost) -> Error {
    let name = &one.credential.summary.name;
    Error::Conflict(format!("{name} was not delivered: {}.", lost.label()))
}

/// Why a client that asked for one gets none: a rule, or there is nothing.
fn nothing(granted: &[Deliverable], outcome: &Outcome) -> Error {
    match outcome.refusal() {
        Some((index, lost)) => {
            let name = &granted[index].credential.summary.name;
            Error::Denied(format!("{name} was not delivered: {}.", lost.label()))
        }
        None => Error::NotFound,
    }
}
