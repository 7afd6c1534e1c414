//! Tokens that are signed rightly, for somebody else or another time.

use super::*;

pub(super) fn audiences(scene: &Scene) -> Vec<Case> {
    use JwtProblem::{Audience, Issuer, NoIssuer};
    let to = |value: Value| scene.with("aud", value);
    let by = |value: Value| scene.with("iss", value);
    let near = &AUDIENCE[..AUDIENCE.len() - 1];
    vec![
        ("no audience", scene.without("aud"), Audience),
        ("an audience that is null", to(Value::Null), Audience),
        ("an audience that is true", to(json!(true)), Audience),
        ("an audience that is a number", to(json!(1)), Audience),
        ("an audience that is an object", to(json!({AUDIENCE: AUDIENCE})), Audience),
        ("an empty audience", to(json!("")), Audience),
        ("a part of the audience", to(json!(near)), Audience),
        ("the host only", to(json!("regcred.example.com")), Audience),
        ("more than the audience", to(json!(format!("{AUDIENCE}.example.org"))), Audience),
        ("a slash more", to(json!(format!("{AUDIENCE}/"))), Audience),
        ("other letters", to(json!(AUDIENCE.to_uppercase())), Audience),
        ("space behind it", to(json!(format!("{AUDIENCE} "))), Audience),
        ("a null byte behind it", to(json!(format!("{AUDIENCE}\0"))), Audience),
        ("two in one text", to(json!(format!("{AUDIENCE} x"))), Audience),
        ("a pattern", to(json!("*")), Audience),
        ("an empty list", to(json!([])), Audience),
        ("a list of near ones", to(json!([near, format!("{AUDIENCE}/")])), Audience),
        ("a list in a list", to(json!([[AUDIENCE]])), Audience),
        ("a list with more than texts", to(json!([AUDIENCE, 1])), Audience),
        ("no issuer", scene.without("iss"), NoIssuer),
        ("an issuer that is null", by(Value::Null), NoIssuer),
        ("an issuer that is a number", by(json!(1)), NoIssuer),
        ("an issuer in a list", by(json!([ISSUER])), NoIssuer),
        ("an empty issuer", by(json!("")), NoIssuer),
        ("a part of the issuer", by(json!("https://issuer.example.com")), Issuer),
        ("more than the issuer", by(json!(format!("{ISSUER}/x"))), Issuer),
        ("a slash behind the issuer", by(json!(format!("{ISSUER}/"))), Issuer),
        ("the issuer in other letters", by(json!(ISSUER.to_uppercase())), Issuer),
        ("the issuer without encryption", by(json!(ISSUER.replace("https", "http"))), Issuer),
        ("space before the issuer", by(json!(format!(" {ISSUER}"))), Issuer),
    ]
}

pub(super) fn times(scene: &Scene) -> Vec<Case> {
    use JwtProblem::{BadTime, DuplicateClaim, Expired, LongLived, Malformed, NotYet, TooOld};
    let with = |name: &str, value: Value| scene.with(name, value);
    let header = scene.ec.header().to_string();
    let payload = claims().to_string();
    let more = |text: &str| scene.of(&header, &payload.replacen('{', &format!("{{{text},"), 1));
    let expiring = |text: &str| scene.of(&header, &payload.replace(&(NOW + 300).to_string(), text));
    vec![
        ("no end", scene.without("exp"), BadTime),
        ("an end that is never", with("exp", json!("never")), BadTime),
        ("an end in a text", with("exp", json!("1800000300")), BadTime),
        ("an end as people write it", with("exp", json!("2030-01-01T00:00:00Z")), BadTime),
        ("an end that is null", with("exp", Value::Null), BadTime),
        ("an end that is true", with("exp", json!(true)), BadTime),
        ("an end in a list", with("exp", json!([NOW + 300])), BadTime),
        ("an end in an object", with("exp", json!({"exp": NOW + 300})), BadTime),
        ("an end beyond all numbers", expiring("1e400"), Malformed),
        ("an end that is no number", expiring("NaN"), Malformed),
        ("an end in hexadecimal", expiring("0x7fffffff"), Malformed),
        ("an end a minute ago", with("exp", json!(NOW - 60)), Expired),
        ("an end long ago", with("exp", json!(0)), Expired),
        ("an end before 1970", with("exp", json!(-1)), Expired),
        ("a fractional end", with("exp", json!(NOW as f64 - 60.5)), Expired),
        ("an end before all times", with("exp", json!(f64::MIN)), Expired),
        ("no beginning", scene.without("iat"), BadTime),
        ("a beginning in a text", with("iat", json!("1799999990")), BadTime),
        ("a beginning that is null", with("iat", Value::Null), BadTime),
        ("a beginning that is false", with("iat", json!(false)), BadTime),
        ("issued in two minutes", with("iat", json!(NOW + 120)), NotYet),
        ("issued in milliseconds", with("iat", json!(NOW * 1000)), NotYet),
        ("issued too long ago", with("iat", json!(NOW - 961)), TooOld),
        ("issued in 1970", with("iat", json!(0)), TooOld),
        ("an end in more than a day", with("exp", json!(NOW + 86_391)), LongLived),
        ("an end in ten years", with("exp", json!(NOW + 315_360_000)), LongLived),
        ("an end after all times", with("exp", json!(f64::MAX)), LongLived),
        ("not before a text", with("nbf", json!("999")), BadTime),
        ("not before null", with("nbf", Value::Null), BadTime),
        ("not before an object", with("nbf", json!({})), BadTime),
        ("not before two minutes from now", with("nbf", json!(NOW + 120)), NotYet),
        ("not before the end of time", with("nbf", json!(f64::MAX)), NotYet),
        ("the end twice", more("\"exp\":9999999999"), DuplicateClaim),
        ("the audience twice", more("\"aud\":\"x\""), DuplicateClaim),
        ("the issuer twice", more("\"iss\":\"x\""), DuplicateClaim),
        ("the subject twice, spelled otherwise", more("\"s\\u0075b\":\"x\""), DuplicateClaim),
        ("a member inside twice", more("\"x\":[{\"y\":1,\"y\":1}]"), DuplicateClaim),
    ]
}

fn is_accepted(scene: &Scene, token: &str) -> bool {
    outcome(token, &scene.keys).is_ok()
}

#[test]
fn one_of_several_audiences_may_be_ours() {
    let scene = Scene::new();
    assert!(is_accepted(&scene, &scene.with("aud", json!(["x", AUDIENCE]))));
    assert!(is_accepted(&scene, &scene.with("aud", json!([AUDIENCE]))));
}

#[test]
fn an_empty_expectation_is_met_by_nothing() {
    let scene = Scene::new();
    let token = scene.with("aud", json!(["", AUDIENCE]));
    let read = Unverified::read(&token).unwrap();
    let nothing = Expect { audience: "", ..expect() };
    assert_eq!(verify(&read, &scene.keys, &nothing).err(), Some(JwtProblem::Audience));
    let nobody = Expect { issuer: "", ..expect() };
    assert_eq!(verify(&read, &scene.keys, &nobody).err(), Some(JwtProblem::Issuer));
}

#[test]
fn clocks_may_differ_by_a_minute() {
    let scene = Scene::new();
    for (name, value) in [
        ("exp", json!(NOW - 59)),
        ("exp", json!(NOW as f64 - 59.5)),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("iat", json!(NOW - 960)),
        ("iat", json!(NOW as f64 - 0.25)),
    ] {
        assert!(is_accepted(&scene, &scene.with(name, value.clone())), "{name} {value}");
    }
}

#[test]
fn a_token_may_live_a_day_and_no_longer() {
    let scene = Scene::new();
    assert!(is_accepted(&scene, &scene.with("exp", json!(NOW - 10 + 86_400))));
    assert!(!is_accepted(&scene, &scene.with("exp", json!(NOW - 9 + 86_400))));
}

#[test]
fn a_token_need_not_say_from_when_it_is_valid() {
    let scene = Scene::new();
    assert!(is_accepted(&scene, &scene.without("nbf")));
}

#[test]
fn age_counts_only_where_it_is_limited() {
    let scene = Scene::new();
    let token = scene.with("iat", json!(NOW - 86_000));
    let read = Unverified::read(&token).unwrap();
    let patient = Expect { max_age: None, ..expect() };
    assert!(verify(&read, &scene.keys, &patient).is_ok());
    assert_eq!(verify(&read, &scene.keys, &expect()).err(), Some(JwtProblem::TooOld));
}
