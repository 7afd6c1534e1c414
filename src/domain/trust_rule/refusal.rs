//! Which rule takes a token, and what is said when none does: which claim, what was there, and how
//! to come by what is asked for. Values of a token are never repeated, but for its audience.

use super::check::{IN_LIST, check, holds, is_of_tag, lacking, matches};
use super::{ClaimCheck, Provider, TrustRule, ValueKind};
use crate::domain::proof::fact;
use crate::domain::typed_text::is_invisible;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Characters of an audience that are shown.
const AUDIENCE_SHOWN: usize = 200;
/// Audiences that are shown of a list.
const AUDIENCES_SHOWN: usize = 5;

/// How a rule asks for a claim that is a list.
const HOW_OF_LIST: &str = "to match one element of a list, write name[]=value in the rule";

/// Why a claim does not hold: claims of one reason are named in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// There is no value that could be compared.
    Instead(ValueKind, Option<&'static str>),
    /// There is one, and another is asked for.
    Differs,
    /// There is one that people would take for what is asked for.
    Nearly(&'static str),
    /// The claim is not a list.
    NoList,
    /// It is a tag's, and the rule asks for a branch.
    Tag,
    Fork,
    /// It is a fork's, or the repository's under another name than the rule's.
    ForkOrRenamed,
}

/// The first rule that takes the claims.
///
/// # Errors
/// What is not as the rule that comes nearest asks for it.
pub fn judge<'a>(
    rules: &'a [TrustRule],
    claims: &Map<String, Value>,
) -> Result<&'a TrustRule, String> {
    if let Some(rule) = rules.iter().find(|rule| holds(rule, claims)) {
        return Ok(rule);
    }
    let missed = |rule: &'a TrustRule| {
        let missed: Vec<ClaimCheck> =
            check(rule, claims).into_iter().filter(|check| !check.holds).collect();
        (rule, missed)
    };
    let nearest = rules.iter().map(missed).min_by_key(|(_, missed)| missed.len());
    let Some((rule, missed)) = nearest else {
        return Err("no trust rule matches it".to_owned());
    };
    if missed.is_empty() {
        return Err(is_too_little(rule));
    }
    let mut groups: BTreeMap<Why, Vec<String>> = BTreeMap::new();
    for check in missed {
        let why = why(rule, &check, claims);
        groups.entry(why).or_default().push(check.name);
    }
    let sentences: Vec<String> = groups.iter().map(|(why, names)| sentence(why, names)).collect();
    Err(sentences.join("; "))
}

/// All that the rule asks for is said, and that is not enough.
fn is_too_little(rule: &TrustRule) -> String {
    let names: Vec<&str> = lacking(rule).map(|field| field.name).collect();
    if names.is_empty() {
        return "no trust rule asks for a claim".to_owned();
    }
    format!(
        "the trust rule does not ask for {}, and without it Regcred cannot tell a fork from the repository: delete the rule and add it again",
        names.join(", ")
    )
}

fn why(rule: &TrustRule, check: &ClaimCheck, claims: &Map<String, Value>) -> Why {
    let signer = rule.signer(claims);
    let is_list = check.name.ends_with(IN_LIST);
    match check.kind {
        ValueKind::Absent | ValueKind::Null | ValueKind::Empty => {
            let name = check.name.strip_suffix(IN_LIST).unwrap_or(&check.name);
            Why::Instead(check.kind, signer.how_to_have(name, check.kind))
        }
        ValueKind::List if is_list => Why::Differs,
        _ if is_list => Why::NoList,
        ValueKind::List => Why::Instead(check.kind, Some(HOW_OF_LIST)),
        ValueKind::Object | ValueKind::Fraction | ValueKind::Huge | ValueKind::Unreadable => {
            Why::Instead(check.kind, None)
        }
        ValueKind::Plain if is_of_tag(rule, &check.name, claims) => Why::Tag,
        ValueKind::Plain => match nearly(rule, check) {
            Some(difference) => Why::Nearly(difference),
            None => of_other_code(rule, signer, check, claims).unwrap_or(Why::Differs),
        },
    }
}

/// The only difference from what is asked for, where people would take the one for the other.
fn nearly(rule: &TrustRule, check: &ClaimCheck) -> Option<&'static str> {
    let found = check.found.as_deref()?;
    let holds = |wanted: &str, found: &str| matches(rule, &check.name, wanted, found);
    let seen: String = found.chars().filter(|c| !is_invisible(*c)).collect();
    if holds(&check.wanted, found.trim()) {
        Some("there are spaces at its start or its end")
    } else if holds(&check.wanted, &seen) {
        Some("it contains invisible characters")
    } else if holds(&check.wanted.to_lowercase(), &found.to_lowercase()) {
        Some("only upper and lower case differ")
    } else if looks_like(&check.wanted, found) {
        Some("it has letters of another alphabet")
    } else {
        None
    }
}

/// Whether letters of another alphabet are all that differs.
fn looks_like(wanted: &str, found: &str) -> bool {
    if wanted == found {
        return false;
    }
    let pairs = || wanted.chars().zip(found.chars());
    let is_alike = |(wanted, found): (char, char)| {
        wanted == found
            || (wanted.is_ascii_alphabetic() && found.is_alphabetic() && !is_latin(found))
    };
    wanted.chars().count() == found.chars().count()
        && pairs().all(is_alike)
        && pairs().any(|(wanted, found)| wanted == found)
}

/// What another value of this claim means, where the run is known to be the project's of the rule.
fn of_other_code(
    rule: &TrustRule,
    signer: Provider,
    check: &ClaimCheck,
    claims: &Map<String, Value>,
) -> Option<Why> {
    match signer {
        // A renamed repository keeps its project, as a fork has it.
        Provider::CircleCi => {
            let project = "oidc.circleci.com/project-id";
            let is_project = fact(claims.get(project)).as_ref() == rule.claims.get(project);
            (check.name == "oidc.circleci.com/vcs-origin" && is_project)
                .then_some(Why::ForkOrRenamed)
        }
        // The job runs in the project of the rule, and the code is another's.
        Provider::GitLab => {
            let job = fact(claims.get("job_project_id"));
            let is_fork =
                check.name == "project_id" && job.as_deref() == Some(check.wanted.as_str());
            is_fork.then_some(Why::Fork)
        }
        _ => None,
    }
}

/// Whether the letter is of our alphabet, perhaps with an accent.
fn is_latin(letter: char) -> bool {
    letter.is_ascii() || ('\u{C0}'..='\u{24F}').contains(&letter)
}

fn sentence(why: &Why, names: &[String]) -> String {
    let (name, is) = (names.join(", "), if names.len() == 1 { "is" } else { "are" });
    match why {
        Why::Instead(kind, how) => {
            let instead = kind.instead().unwrap_or("another");
            let asked = match kind {
                ValueKind::Absent | ValueKind::Null | ValueKind::Empty => String::new(),
                _ => ", and the trust rule asks for a single value".to_owned(),
            };
            let how = how.map(|how| format!(" ({how})")).unwrap_or_default();
            format!("{name} {is} {instead}{asked}{how}")
        }
        Why::Differs => format!("{name} {is} not what the trust rule asks for"),
        Why::Nearly(difference) => {
            format!("{name} {is} not what the trust rule asks for: {difference}")
        }
        Why::NoList => format!("{name} {is} not a list, and the trust rule asks for one"),
        Why::Tag => {
            format!(
                "{name} {is} not what the trust rule asks for: the run is for a tag, and a tag is not a branch"
            )
        }
        Why::Fork => {
            format!(
                "{name} {is} not what the trust rule asks for: the run is for a fork, and a fork is not the repository"
            )
        }
        Why::ForkOrRenamed => {
            format!(
                "{name} {is} not what the trust rule asks for: the run is for a fork, and a fork is not the repository, or the repository has another name now"
            )
        }
    }
}

/// What is said of a token for another audience than these rules ask for: both are named.
pub fn other_audience(rules: &[TrustRule], claims: &Map<String, Value>) -> String {
    let mut asked: Vec<&str> = rules.iter().map(|rule| rule.audience.as_str()).collect();
    asked.sort_unstable();
    asked.dedup();
    let how = rules.first().and_then(|rule| rule.signer(claims).how_to_be_for());
    let how = how.map(|how| format!(" ({how})")).unwrap_or_default();
    let asked = shown(asked.into_iter().map(|text| Some(text.to_owned())));
    let said = match claims.get("aud") {
        Some(Value::Array(all)) if !all.is_empty() => shown(all.iter().map(|one| fact(Some(one)))),
        Some(Value::Array(_)) => "nobody, because its audience is an empty list".to_owned(),
        one => match ValueKind::of(one).instead() {
            Some(instead) => format!("nobody, because its audience is {instead}"),
            None => shown(std::iter::once(fact(one))),
        },
    };
    format!(
        "the token is meant for another audience: it is for {said}, and the trust rule asks for {asked}{how}"
    )
}

fn shown(audiences: impl Iterator<Item = Option<String>>) -> String {
    let short = |text: String| text.chars().take(AUDIENCE_SHOWN).collect::<String>();
    let all: Vec<String> = audiences
        .take(AUDIENCES_SHOWN)
        .map(|one| one.map_or_else(|| "a value that cannot be shown".to_owned(), short))
        .collect();
    all.join(" or ")
}
