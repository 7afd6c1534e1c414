use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// 2027-01-31T12:00:00Z.
const END: i64 = 1_801_396_800;
const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;

fn signed(header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|text| URL_SAFE_NO_PAD.encode(text));
    format!("{header}.{claims}.c2lnbmF0dXJl")
}

fn jwt(claims: &str) -> String {
    signed(HEADER, claims)
}

fn amazons(expiration: &str) -> String {
    format!(
        r#"{{"payload":"zebra","datakey":"zebra","version":"2","type":"DATA_KEY","expiration":{expiration}}}"#
    )
}

fn seconds(secret: &str) -> Option<i64> {
    end_of(secret.as_bytes()).map(|end| end.0 / 1_000)
}

#[test]
fn a_token_that_tells_its_end_is_read_in_every_wrapping() {
    let whole = jwt(&format!(r#"{{"sub":"acme","exp":{END}}}"#));
    let amazon = amazons(&END.to_string());
    let nested = format!(r#"{{"access":[{{"exp":1}}],"exp":{END},"deep":{{"exp":2}}}}"#);
    let padded = |text: &str| URL_SAFE.encode(text);
    for secret in [
        whole.clone(),
        format!(" {whole}\r\n"),
        jwt(&format!("\n{{ \"exp\" : {END} }}\n")),
        jwt(&format!(r#"{{"exp":{END}.75}}"#)),
        jwt(r#"{"exp":1.8013968e9}"#),
        jwt(&nested),
        // Padding and the other alphabet are against the standard, and some write them.
        format!("{}.{}.AA==", padded(HEADER), padded(&format!(r#"{{"exp":{END}}}"#))),
        format!(
            "{}.{}.",
            STANDARD.encode(HEADER),
            STANDARD.encode(format!(r#"{{"a":"???>>>","exp":{END}}}"#))
        ),
        STANDARD.encode(&amazon),
        STANDARD_NO_PAD.encode(&amazon),
        URL_SAFE_NO_PAD.encode(&amazon),
        format!("{}\n", STANDARD.encode(&amazon)),
        STANDARD.encode(amazons(&format!("{END}.5"))),
    ] {
        assert_eq!(seconds(&secret), Some(END), "{secret}");
    }
}

#[test]
fn what_tells_no_end_or_none_that_can_be_meant_gives_none() {
    let end = format!(r#"{{"exp":{END}}}"#);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let deep_end = format!(r#"{{"exp":{deep}}}"#);
    let as_list = format!("[{END}]");
    for claims in [
        "",
        "{}",
        "null",
        "7",
        r#"{"exp":null}"#,
        r#"{"exp":"1801396800"}"#,
        r#"{"exp":true}"#,
        r#"{"exp":[1801396800]}"#,
        r#"{"exp":{"exp":1801396800}}"#,
        r#"{"claims":{"exp":1801396800}}"#,
        r#"{"EXP":1801396800}"#,
        r#"{"exp":0}"#,
        r#"{"exp":-1}"#,
        r#"{"exp":-1801396800}"#,
        r#"{"exp":946684799}"#,
        r#"{"exp":7258118400}"#,
        r#"{"exp":253402300799}"#,
        r#"{"exp":1801396800000}"#,
        r#"{"exp":18446744073709551615}"#,
        r#"{"exp":1e300}"#,
        r#"{"exp":1e999}"#,
        r#"{"exp":NaN}"#,
        r#"{"exp":1801396800,"exp":1801396801}"#,
        r#"{"exp":1801396800"#,
        r#"{"exp":1801396800} and more"#,
        deep_end.as_str(),
        deep.as_str(),
        as_list.as_str(),
    ] {
        assert_eq!(seconds(&jwt(claims)), None, "{claims:.60}");
    }
    let [header, claims] = [HEADER, end.as_str()].map(|text| URL_SAFE_NO_PAD.encode(text));
    for secret in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "hunter2".to_owned(),
        end.clone(),
        claims.clone(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.c2ln.c2ln.c2ln"),
        format!("{claims}.{header}.c2ln"),
        format!("{header}.{claims}*.c2ln"),
        signed("{}", &end),
        signed("no JSON", &end),
        amazons(&END.to_string()),
        STANDARD.encode(&end),
        STANDARD.encode(format!(r#"{{"expiration":{END}}}"#)),
        STANDARD.encode(amazons("-1")),
        STANDARD.encode(amazons("0")),
        STANDARD.encode(amazons("\"1801396800\"")),
        STANDARD.encode(amazons(&format!("{END}000"))),
        STANDARD.encode(format!("AWS:{}", STANDARD.encode(amazons(&END.to_string())))),
        "eyJ".repeat(20_000),
        ".".repeat(60_000),
    ] {
        assert_eq!(seconds(&secret), None, "{secret:.60}");
    }
    let mut bytes = jwt(&end).into_bytes();
    bytes.push(0xFF);
    assert_eq!(end_of(&bytes), None);
    assert_eq!(end_of(&[0xFF, 0xFE, 0x00]), None);
    let no_text = URL_SAFE_NO_PAD.encode([b'{', 0xFF, b'}']);
    assert_eq!(seconds(&format!("{header}.{no_text}.c2ln")), None);
}

#[test]
fn the_first_and_the_last_second_that_can_be_meant_are_taken() {
    for (exp, told) in [("946684800", "2000-01-01"), ("7258118399", "2199-12-31")] {
        let found = FoundEnd::of(jwt(&format!(r#"{{"exp":{exp}}}"#)).as_bytes(), None).unwrap();
        assert_eq!(found.day().to_text(), told);
    }
}

#[test]
fn the_typed_day_comes_first_and_what_the_token_says_is_told() {
    let secret = jwt(&format!(r#"{{"exp":{END}}}"#));
    let found = |typed: &str| FoundEnd::of(secret.as_bytes(), Day::parse(typed)).unwrap();
    let [before, after] = [Moment(END * 1_000 - 1), Moment(END * 1_000)];
    for (typed, waiting, ahead, passed) in [
        (
            "",
            None,
            Some("The token says that it expires on 2027-01-31, so this date was stored."),
            Some("The token says that it expired on 2027-01-31, so this date was stored."),
        ),
        (
            "",
            Some(2),
            Some(
                "The token says that it expires on 2027-01-31, so this date was stored with version 2.",
            ),
            Some(
                "The token says that it expired on 2027-01-31, so this date was stored with version 2.",
            ),
        ),
        (
            "2027-02-28",
            Some(2),
            Some(
                "The token says that it expires on 2027-01-31. The date that was entered is stored: 2027-02-28.",
            ),
            Some(
                "The token says that it expired on 2027-01-31. The date that was entered is stored: 2027-02-28.",
            ),
        ),
        ("2027-01-31", None, None, Some("The token says that it expired on 2027-01-31.")),
    ] {
        let found = found(typed);
        assert_eq!(found.sentence(waiting, before).as_deref(), ahead);
        assert_eq!(found.sentence(waiting, after).as_deref(), passed);
        assert!(!found.has_passed(before) && found.has_passed(after));
    }
}
