//! What is found of a credential and of its grants: how they are used, whose account it is, and who answers for it.

use super::{CACHED, Evidence, FindingKind, Found, NEVER, Thing, WINDOW};
use crate::domain::credential::Access;
use crate::domain::moment::{DAY_MS, Day, Moment};
use crate::domain::registry_kind::PersonalToken;
use crate::domain::usage::Figures;
use crate::domain::user::Person;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct CredentialFacts {
    pub thing: Thing,
    pub username: String,
    pub access: Access,
    /// The name of the member who answers for it; may be empty.
    pub owner: String,
    pub review_on: Option<Day>,
    pub is_disabled: bool,
    pub created: Moment,
    /// When it was enabled last, if that was in the window: before, nobody could use it.
    pub enabled: Option<Moment>,
    /// Whether the registry wants this user name of everybody.
    pub is_usual_name: bool,
    /// Whose token the current secret is, if it is one that a person has.
    pub token: Option<PersonalToken>,
    /// The version that would be delivered now, and since when it is that one.
    pub version: i64,
    pub version_since: Moment,
}

/// A grant as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    pub id: Uuid,
    pub intent: Access,
    pub made: Moment,
    /// Since when the pipeline can use it: since it was made, or approved.
    pub since: Moment,
}

/// A pipeline that was granted the credential, or received it.
#[derive(Clone, Debug)]
pub struct PairFacts {
    pub pipeline: Thing,
    pub grants: Vec<Granted>,
    /// In the window.
    pub figures: Figures,
    /// The last delivery there ever was, and the version that it was of.
    pub last_ever: Option<Moment>,
    pub last_version: Option<i64>,
}

/// How it was used, or was not. What did not exist for the whole window is not judged by it.
pub fn of_use(one: &CredentialFacts, pairs: &[PairFacts], now: Moment) -> Vec<Found> {
    if one.is_disabled {
        return Vec::new();
    }
    let last = pairs.iter().filter_map(|pair| pair.last_ever).max();
    if let Some(mut found) = unused(usable(one, one.created), last, now) {
        found.credential = Some(one.thing.clone());
        found.fact = said(
            &found,
            "The credential was added",
            "no pipeline has received it",
            one.created,
            last,
        );
        return vec![found];
    }
    let found = pairs.iter().flat_map(|pair| of_pair(one, pair, now));
    found.collect()
}

fn of_pair(one: &CredentialFacts, pair: &PairFacts, now: Moment) -> Vec<Found> {
    // A pair without a grant receives nothing any more.
    let Some(since) = pair.grants.iter().map(|grant| grant.since).min() else {
        return Vec::new();
    };
    let grant = pair.grants.first().map(|grant| grant.id);
    let about = |found: Found| Found {
        credential: Some(one.thing.clone()),
        pipeline: Some(pair.pipeline.clone()),
        grant: found.grant.or(grant),
        ..found
    };
    // What an earlier grant delivered is no use of this one.
    let is_of_one = |last: &Moment| pair.grants.iter().any(|grant| last.is_since(grant.made));
    let last = pair.last_ever.filter(is_of_one);
    if let Some(found) = unused(usable(one, since), last, now) {
        let has_not = "the pipeline has not received it";
        let fact = said(&found, "The credential was granted", has_not, since, last);
        return vec![about(Found { fact, ..found })];
    }
    let both = [only_pulled(one, pair, now), old_version(one, pair, now)];
    both.into_iter().flatten().map(about).collect()
}

/// Since when what was made then can be used.
fn usable(one: &CredentialFacts, made: Moment) -> Moment {
    one.enabled.map_or(made, |enabled| enabled.max(made))
}

/// Since when it exists, and when it was delivered last.
fn unused(since: Moment, last: Option<Moment>, now: Moment) -> Option<Found> {
    let first = first_moment(now);
    match last {
        None if older(since, NEVER, now) => Some(blank(FindingKind::NeverUsed)),
        Some(last) if last < first && since < first => Some(blank(FindingKind::Unused)),
        _ => None,
    }
}

fn said(found: &Found, was: &str, has_not: &str, since: Moment, last: Option<Moment>) -> String {
    let day = |moment: Moment| moment.day().to_text();
    match last {
        Some(last) if found.kind == FindingKind::Unused => {
            format!("In the last {WINDOW} days {has_not}. The last delivery was on {}.", day(last))
        }
        _ => format!("{was} on {}, and {has_not} since.", day(since)),
    }
}

fn only_pulled(one: &CredentialFacts, pair: &PairFacts, now: Moment) -> Option<Found> {
    // Nobody may push with a credential that can only pull, whatever its grants say.
    if !one.access.satisfies(Access::PullAndPush) {
        return None;
    }
    let may_push =
        pair.grants.iter().filter(|grant| grant.intent == Access::PullAndPush).collect::<Vec<_>>();
    let grant = may_push.first()?;
    let is_whole = may_push.iter().all(|grant| usable(one, grant.since) < first_moment(now));
    let figures = &pair.figures;
    // Who was refused to push asked for it.
    let has_asked = figures.pushes > 0 || figures.pushes_refused > 0;
    (is_whole && figures.pulls > 0 && !has_asked).then(|| Found {
        fact: format!(
            "The pipeline may push with this credential. In the last {WINDOW} days it asked to pull {} and never to push.",
            times(figures.pulls)
        ),
        evidence: link(figures.last_delivery),
        grant: Some(grant.id),
        ..blank(FindingKind::OnlyPulled)
    })
}

fn old_version(one: &CredentialFacts, pair: &PairFacts, now: Moment) -> Option<Found> {
    // Not the newest of the window: an older one may have been made current and delivered after it.
    let last = pair.last_version.filter(|_| pair.figures.delivered() > 0)?;
    let is_old = last < one.version && older(one.version_since, CACHED, now);
    is_old.then(|| Found {
        fact: format!(
            "The last version that the pipeline received in the last {WINDOW} days is version {last}. Version {} was stored on {} and is the current one.",
            one.version,
            one.version_since.day().to_text()
        ),
        evidence: link(pair.figures.last_delivery),
        ..blank(FindingKind::OldVersion)
    })
}

/// The others that hold the same secret.
pub fn same_secret(one: &CredentialFacts, others: Vec<Thing>) -> Option<Found> {
    let (first, rest) = others.split_first()?;
    let more = match rest.len() {
        0 => String::new(),
        1 => " and 1 other credential".to_owned(),
        count => format!(" and {count} other credentials"),
    };
    let fact = format!(
        "The credential holds the same secret as {}{more}. If it leaks from one of them, you have to replace it in all of them.",
        first.name
    );
    // Who accepted these did not accept others.
    let about = format!("{} {}", others.len(), mark(&others));
    let evidence = others.into_iter().take(EVIDENCE).map(Evidence::Credential).collect();
    Some(Found { about, fact, evidence, ..of(FindingKind::SameSecret, one) })
}

/// Tells these things from any others, however many there are: most of an id is random, and nobody chooses it.
fn mark(things: &[Thing]) -> String {
    let mark = things.iter().fold(0, |mark, thing| mark ^ thing.id.as_u128());
    Uuid::from_u128(mark).simple().to_string()
}

/// Others that a finding names.
pub(super) const EVIDENCE: usize = 10;

/// Whether it is somebody's own account: by the user name, or else by the token.
pub fn personal(one: &CredentialFacts, people: &[Person]) -> Option<Found> {
    let fact = by_name(one, people).or_else(|| by_token(one))?;
    Some(Found { fact, ..of(FindingKind::PersonalAccount, one) })
}

fn by_name(one: &CredentialFacts, people: &[Person]) -> Option<String> {
    if one.is_usual_name {
        return None;
    }
    let person = people.iter().find(|person| is_of(&one.username, person))?;
    let how = if one.username.contains('@') {
        "is the e-mail address of"
    } else {
        "is the part before the @ in the e-mail address of"
    };
    Some(format!(
        "Its user name {how} {}. If it is a personal account, pipelines stop when this person leaves or changes the password.",
        person.name
    ))
}

fn by_token(one: &CredentialFacts) -> Option<String> {
    let token = one.token.filter(|token| !token.is_of_robot(&one.username))?;
    Some(format!(
        "Its secret begins like a personal access token of {}. If it is that of a person, pipelines stop when this person leaves. {}.",
        token.label(),
        token.instead()
    ))
}

/// Whether the user name is the person's e-mail address, or what stands before its `@`.
fn is_of(username: &str, person: &Person) -> bool {
    let (username, email) = (username.trim().to_lowercase(), person.email.to_lowercase());
    let login = email.split('@').next().unwrap_or_default();
    !username.is_empty() && (username == email || username == login)
}

/// `members`: those who may sign in; `roster`: everybody who belongs to the project.
pub fn no_owner(one: &CredentialFacts, members: &[Person], roster: &[Person]) -> Option<Found> {
    let is_owner = |person: &Person| person.name == one.owner;
    let fact = if one.owner.is_empty() {
        "The credential has no owner to ask when it expires or breaks.".to_owned()
    } else if members.iter().any(is_owner) {
        return None;
    } else if roster.iter().any(is_owner) {
        format!("Its owner, {}, cannot sign in any more.", one.owner)
    } else {
        format!("Its owner, {}, is not a member of this project any more.", one.owner)
    };
    Some(Found { fact, ..of(FindingKind::NoOwner, one) })
}

pub fn review_due(one: &CredentialFacts, today: Day) -> Option<Found> {
    let day = one.review_on.filter(|day| *day < today)?;
    let fact = format!("Its review date was {}.", day.to_text());
    Some(Found { fact, ..of(FindingKind::ReviewDue, one) })
}

fn of(kind: FindingKind, one: &CredentialFacts) -> Found {
    Found { credential: Some(one.thing.clone()), ..blank(kind) }
}

pub(super) fn blank(kind: FindingKind) -> Found {
    Found {
        kind,
        credential: None,
        pipeline: None,
        about: String::new(),
        fact: String::new(),
        evidence: Vec::new(),
        grant: None,
    }
}

pub(super) fn link(seq: Option<i64>) -> Vec<Evidence> {
    seq.map(Evidence::Link).into_iter().collect()
}

pub(super) fn times(count: i64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Whether it is at least so many days ago.
pub(super) fn older(at: Moment, days: i64, now: Moment) -> bool {
    at.0.saturating_add(days * DAY_MS) <= now.0
}

/// The first moment of the window.
pub(super) fn first_moment(now: Moment) -> Moment {
    Moment::of_day(now.day_number() - (WINDOW - 1))
}
