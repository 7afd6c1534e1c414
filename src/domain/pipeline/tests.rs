use super::*;
use crate::domain::grant::Approval;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn token(identity_epoch: i64) -> Token {
    Token {
        id: "abc".to_owned(),
        name: String::new(),
        created_at: Moment(5),
        created_by: Maker::nobody("Bea"),
        expires_on: day("2027-01-31"),
        last_used_at: None,
        revoked_at: None,
        short_until: None,
        proof: None,
        refused: None,
        identity_epoch,
    }
}

fn detail(tokens: Vec<Token>) -> PipelineDetail {
    let summary = PipelineSummary {
        id: Uuid::nil(),
        name: "build".to_owned(),
        description: String::new(),
        grants: 1,
        live_tokens: 1,
        last_delivery: None,
        created_at: Moment(0),
        created_by: "Dana".to_owned(),
        revision: 1,
    };
    PipelineDetail {
        summary,
        grants: Vec::new(),
        tokens,
        rules: Vec::new(),
        unlisted: Vec::new(),
        gone: Vec::new(),
        is_changed: false,
        epoch: 3,
        today: day("2026-11-21"),
    }
}

fn approved(until: &str, epoch: i64) -> Terms {
    let approval = Approval { by: "B".into(), at: Moment(0), until: day(until), epoch };
    let plain = Terms::plain(Access::PullAndPush);
    Terms { needs_approval: true, approval: Some(approval), ..plain }
}

#[test]
fn a_grant_waits_until_it_is_approved_and_again_for_who_is_newer_or_when_that_has_ended() {
    let pipeline = detail(vec![token(2)]);
    assert!(!pipeline.is_waiting(&Terms::plain(Access::PullAndPush)));
    let none = Terms { approval: None, ..approved("2026-11-21", 2) };
    assert!(pipeline.is_waiting(&none));
    for (until, epoch, waits) in
        [("2026-11-21", 2, false), ("2026-11-20", 2, true), ("2026-11-21", 1, true)]
    {
        assert_eq!(pipeline.is_waiting(&approved(until, epoch)), waits, "{until} {epoch}");
    }
    let revoked = Token { revoked_at: Some(Moment(6)), ..token(2) };
    assert!(!detail(vec![revoked]).is_waiting(&approved("2026-11-21", 1)));
}

#[test]
fn nobody_approves_what_they_widened() {
    let tokens = [token(2)];
    let today = day("2026-11-21");
    let identities = Identities { tokens: &tokens, rules: &[], today };
    let widened = |who: &Person, terms: &Terms, at| {
        identities.widening_by((who, true), terms, Moment(at)) == Some(Widening::Made)
    };
    let person = |name: &str| Person {
        id: Uuid::now_v7(),
        email: String::new(),
        name: name.to_owned(),
        is_admin: false,
    };
    let (bea, dana) = (person("Bea"), person("Dana"));
    assert!(widened(&bea, &approved("2026-11-21", 1), 9));
    assert!(!widened(&bea, &approved("2026-11-21", 2), 0), "it was approved");
    assert!(!widened(&dana, &approved("2026-11-21", 1), 9));
    let waits = Terms { approval: None, ..approved("2026-11-21", 0) };
    assert!(widened(&bea, &waits, 4), "it was made after the grant");
    assert!(!widened(&bea, &waits, 5), "who gave the grant saw it");
}

fn rule(provider: Provider, identity_epoch: i64) -> TrustRule {
    TrustRule {
        created_at: Moment(5),
        created_by: Maker::nobody("Bea"),
        identity_epoch,
        ..TrustRule::sample(provider, &[])
    }
}

#[test]
fn who_was_shown_the_secret_for_drone_does_not_approve_a_newer_rule_of_somebody_else() {
    let dana = Person {
        id: Uuid::now_v7(),
        email: String::new(),
        name: "Dana".to_owned(),
        is_admin: false,
    };
    let widened = |rule: TrustRule, has_seen: bool, terms: &Terms, at: i64| {
        let today = day("2026-11-21");
        let rules = [rule];
        let identities = Identities { tokens: &[], rules: &rules, today };
        identities.widening_by((&dana, has_seen), terms, Moment(at))
    };
    let (drone, approval) = (|| rule(Provider::Drone, 2), |epoch| approved("2026-11-21", epoch));
    let shown = Some(Widening::Shown);
    assert_eq!(widened(drone(), true, &approval(1), 9), shown);
    assert_eq!(widened(drone(), false, &approval(1), 9), None, "they were not shown it");
    assert_eq!(widened(drone(), true, &approval(2), 0), None, "it was approved");
    assert_eq!(widened(rule(Provider::Woodpecker, 2), true, &approval(1), 9), None);
    let waits = Terms { approval: None, ..approval(0) };
    assert_eq!(widened(drone(), true, &waits, 4), shown, "it was made after the grant");
    assert_eq!(widened(drone(), true, &waits, 5), None);
}

#[test]
fn a_rule_that_has_stopped_is_nobody_who_waits_or_was_let_in() {
    let ended = TrustRule { ended_at: Some(Moment(6)), ..rule(Provider::Drone, 2) };
    let terms = approved("2026-11-21", 1);
    let pipeline = PipelineDetail { rules: vec![ended.clone()], ..detail(Vec::new()) };
    assert!(!pipeline.has_newer(&terms) && !pipeline.is_waiting(&terms));
    let live = PipelineDetail { rules: vec![rule(Provider::Drone, 2)], ..detail(Vec::new()) };
    assert!(live.has_newer(&terms));
    let bea = Person {
        id: Uuid::now_v7(),
        email: String::new(),
        name: "Bea".to_owned(),
        is_admin: false,
    };
    let widened = |rules: &[TrustRule]| {
        let identities = Identities { tokens: &[], rules, today: day("2026-11-21") };
        identities.widening_by((&bea, true), &terms, Moment(9))
    };
    assert_eq!(widened(&[ended]), None);
    assert_eq!(widened(&live.rules), Some(Widening::Made));
}

#[test]
fn each_credential_is_chosen_once_for_what_was_ticked_of_it() {
    let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let form = PipelineForm {
        credentials: list(&["a", "b"]),
        pushing: list(&["b", "c"]),
        ..PipelineForm::default()
    };
    let chosen = form.chosen();
    let chosen: Vec<(&str, &str)> =
        chosen.iter().map(|(id, access)| (id.as_str(), access.as_str())).collect();
    assert_eq!(chosen, [("a", "pull"), ("b", "pull_push"), ("c", "pull_push")]);
    let all = PipelineForm { intent: "pull_push".to_owned(), ..form };
    assert!(all.chosen().values().all(|access| access == "pull_push"));
}

#[test]
fn a_token_without_a_name_is_called_by_its_public_half() {
    let named = Token { name: "GitHub".to_owned(), ..token(1) };
    assert_eq!((token(1).label(), named.label()), ("abc", "GitHub"));
}
