//! What a line about a fetch says, in words.

use crate::domain::delivery::{Outcome, Receipt};
use crate::domain::proof::Proof;

/// "ghcr, version 3: delivered · used", and why when it was not; `is_refused`: its fetch was, of which
/// only what was named is told so.
pub(super) fn receipt_in_words(receipt: Receipt, is_refused: bool) -> String {
    let known = receipt.use_of().label();
    let is_refused = is_refused && receipt.is_of_what_was_named();
    let Receipt { credential, version, outcome, reason, .. } = receipt;
    let name = credential.unwrap_or_else(|| "The whole request".to_owned());
    let version = version.map(|version| format!(", version {version}")).unwrap_or_default();
    let became = match outcome {
        Outcome::Delivered => format!("delivered · {}", known.to_lowercase()),
        Outcome::Refused if is_refused => "refused".to_owned(),
        Outcome::Refused => "left out".to_owned(),
    };
    let reason = reason.map(|reason| format!(" · {reason}")).unwrap_or_default();
    format!("{name}{version}: {became}{reason}")
}

/// Why nothing was handed out, when all that was left out has the same reason; of a fetch that is
/// refused, why nothing of what it named was.
pub(in crate::ui) fn why(fetch: &[Receipt], is_refused: bool) -> Option<String> {
    let is_told = |one: &&Receipt| !is_refused || one.is_of_what_was_named();
    let told: Vec<&Receipt> = fetch.iter().filter(is_told).collect();
    let reason = told.first()?.reason.as_ref()?;
    let is_same =
        |one: &Receipt| one.outcome == Outcome::Refused && one.reason.as_ref() == Some(reason);
    told.into_iter().all(is_same).then(|| reason.clone())
}

/// The name of the credential of a fetch, or how many there are.
pub(in crate::ui) fn credentials_in_words(fetch: &[Receipt]) -> String {
    match fetch {
        [one] => one.credential.clone().unwrap_or_else(|| "None".to_owned()),
        several => format!("{} credentials", several.len()),
    }
}

/// Where the run came from, as in "main@0a1b2c3 run-4711": what was proved goes before what the
/// pipeline claimed.
pub(super) fn run_in_words(receipt: &Receipt) -> Option<String> {
    let (proof, claims) = (&receipt.proof, &receipt.claims);
    let either = |proved: &Option<String>, claimed: &Option<String>| {
        proved.clone().or_else(|| claimed.clone()).filter(|text| !text.is_empty())
    };
    let branch = either(&proof.reference, &claims.branch);
    let commit = either(&proof.commit, &claims.commit);
    let run = either(&proof.run, &claims.run);
    let short = |reference: String| {
        reference.strip_prefix("refs/heads/").map(str::to_owned).unwrap_or(reference)
    };
    let commit = commit.map(|commit| commit.chars().take(COMMIT).collect::<String>());
    let place = match (branch.map(short), commit) {
        (Some(branch), Some(commit)) => Some(format!("{branch}@{commit}")),
        (branch, commit) => branch.or(commit),
    };
    let parts: Vec<String> = place.into_iter().chain(run).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Characters of a commit in a line.
const COMMIT: usize = 8;

/// Who signed and for what, as in "GitHub Actions: acme/api, refs/heads/main, push"; `None` when
/// only a pipeline token was shown.
pub fn proof_in_words(proof: &Proof) -> Option<String> {
    let provider = proof.provider?.label();
    let facts = [&proof.subject, &proof.reference, &proof.event];
    let mut facts: Vec<&str> = facts.into_iter().flatten().map(String::as_str).collect();
    if proof.is_fork == Some(true) {
        facts.push("from a fork");
    }
    if facts.is_empty() {
        return Some(provider.to_owned());
    }
    Some(format!("{provider}: {}", facts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::delivery::{Claims, Door};
    use crate::domain::moment::Moment;
    use crate::domain::trust_rule::Provider;
    use uuid::Uuid;

    #[test]
    fn a_proof_says_who_signed_and_for_what() {
        let of = Proof::of(Provider::GitHub);
        assert_eq!(proof_in_words(&Proof::default()), None);
        assert_eq!(proof_in_words(&of).as_deref(), Some("GitHub Actions"));
        let whole = Proof {
            subject: Some("acme/api".to_owned()),
            reference: Some("refs/pull/1/merge".to_owned()),
            event: Some("pull_request".to_owned()),
            is_fork: Some(true),
            ..of
        };
        assert_eq!(
            proof_in_words(&whole).as_deref(),
            Some("GitHub Actions: acme/api, refs/pull/1/merge, pull_request, from a fork")
        );
    }

    fn receipt() -> Receipt {
        Receipt {
            id: Uuid::nil(),
            at: Moment(0),
            pipeline: "build".to_owned(),
            pipeline_id: Uuid::nil(),
            credential: Some("ghcr".to_owned()),
            version: Some(3),
            intent: Access::Pull,
            door: Door::DockerConfig,
            token_id: String::new(),
            claims: Claims::default(),
            proof: Proof::default(),
            image: None,
            address: None,
            outcome: Outcome::Delivered,
            reason: None,
            report: None,
        }
    }

    #[test]
    fn a_run_is_one_line_and_what_was_proved_goes_before_what_was_claimed() {
        let said = |text: &str| Some(text.to_owned());
        let claims = Claims {
            run: said("run-4711"),
            commit: said("0a1b2c3d4e5f"),
            branch: said("main"),
            ..Claims::default()
        };
        assert_eq!(run_in_words(&receipt()), None);
        let claimed = Receipt { claims, ..receipt() };
        assert_eq!(run_in_words(&claimed).as_deref(), Some("main@0a1b2c3d run-4711"));
        let proof = Proof { reference: said("refs/heads/release"), ..Proof::of(Provider::GitHub) };
        let proved = Receipt { proof, ..claimed };
        assert_eq!(run_in_words(&proved).as_deref(), Some("release@0a1b2c3d run-4711"));
        let run = Claims { run: said("7"), ..Claims::default() };
        assert_eq!(run_in_words(&Receipt { claims: run, ..receipt() }).as_deref(), Some("7"));
    }

    #[test]
    fn each_receipt_of_a_fetch_says_what_became_of_it_and_why() {
        assert_eq!(receipt_in_words(receipt(), false), "ghcr, version 3: delivered · asked for");
        let refused = Receipt {
            outcome: Outcome::Refused,
            version: None,
            reason: Some("it is disabled".to_owned()),
            ..receipt()
        };
        assert_eq!(receipt_in_words(refused.clone(), false), "ghcr: left out · it is disabled");
        // It stands beside an image that was refused.
        assert_eq!(receipt_in_words(refused.clone(), true), "ghcr: left out · it is disabled");
        let image = Some("ghcr.io/acme/api".to_owned());
        let named = Receipt { image, ..refused.clone() };
        assert_eq!(receipt_in_words(named, true), "ghcr: refused · it is disabled");
        let whole = Receipt { credential: None, ..refused };
        assert_eq!(receipt_in_words(whole, true), "The whole request: refused · it is disabled");
    }

    #[test]
    fn a_fetch_that_got_nothing_says_why_when_there_is_one_reason() {
        let refused = |reason: &str| Receipt {
            outcome: Outcome::Refused,
            reason: Some(reason.to_owned()),
            ..receipt()
        };
        let disabled = Some("it is disabled");
        assert_eq!(why(&[refused("it is disabled")], false).as_deref(), disabled);
        let both = [refused("waiting for approval"), refused("waiting for approval")];
        assert_eq!(why(&both, false).as_deref(), Some("waiting for approval"));
        assert_eq!(why(&[refused("it is disabled"), refused("waiting for approval")], false), None);
        assert_eq!(why(&[refused("it is disabled"), receipt()], false), None);
        // Of an image that was refused, whatever became of what stands beside it.
        let image = Some("ghcr.io/acme/api".to_owned());
        let named = Receipt { image, ..refused("it is disabled") };
        let fetch = [receipt(), refused("waiting for approval"), named];
        assert_eq!(why(&fetch, true).as_deref(), disabled);
        // What is handed out may have a note, which is no reason.
        let noted = Receipt { reason: Some("a note".to_owned()), ..receipt() };
        assert_eq!(why(&[noted], false), None);
        assert_eq!((why(&[receipt()], false), why(&[], false)), (None, None));
    }
}
