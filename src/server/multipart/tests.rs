//! Which bounds a form with files keeps, however it is cut and whatever it holds.

use super::*;
use axum::body::to_bytes;
use std::time::{Duration, Instant};

const BOUNDARY: &str = "----acme";

/// A part with these headers and this data.
fn part(headers: &str, data: &str) -> String {
    format!("--{BOUNDARY}\r\n{headers}\r\n\r\n{data}\r\n")
}

fn named(name: &str, data: &str) -> String {
    part(&format!("Content-Disposition: form-data; name=\"{name}\""), data)
}

fn closed(parts: &str) -> String {
    format!("{parts}--{BOUNDARY}--\r\n")
}

/// Where the form ends, read in pieces of that size.
fn read(form: &str, piece: usize) -> Result<Place, &'static str> {
    let mut framing = Framing::new(BOUNDARY);
    for piece in form.as_bytes().chunks(piece) {
        framing.read(piece)?;
    }
    Ok(framing.place)
}

#[test]
fn a_form_of_ours_is_taken_however_it_is_cut() {
    let data = "x".repeat(300_000);
    let tricky = format!("\r\n--\r\n----\r\n--{}\r\r\n-", &BOUNDARY[..7]);
    let form = closed(&[named("project", ""), named("key", &tricky), named("key", &data)].concat());
    for piece in [1, 2, 3, 7, 1_400, 1 << 20] {
        assert_eq!(read(&form, piece), Ok(Place::End), "{piece}");
    }
    let with_preamble = format!("hello\r\n{form}");
    assert_eq!(read(&with_preamble, 5), Ok(Place::End));
    let padded = form.replace("----acme\r\n", "----acme \t\r\n");
    assert_eq!(read(&padded, 64), Ok(Place::End));
}

#[test]
fn what_stands_outside_of_parts_is_bounded() {
    let long = "x".repeat(BETWEEN_MAX + 1);
    let header = format!("x-long: {long}");
    for form in [
        long.clone(),
        closed(&(long.clone() + &named("a", "b"))),
        closed(&part(&header, "b")),
        closed(&(named("a", "b") + &part(&header, "b"))),
        format!("--{BOUNDARY}{long}"),
        // The end of a line right behind a boundary is not the end of the headers.
        format!("--{BOUNDARY}\r\n\r\n{long}"),
    ] {
        for piece in [1, 1_400, 1 << 20] {
            assert!(read(&form, piece).is_err(), "{piece} {}", &form[..20]);
        }
    }
    let whole = "x".repeat(BETWEEN_MAX - 200);
    assert_eq!(read(&closed(&(whole + &named("a", "b"))), 64), Ok(Place::End));
}

#[test]
fn parts_are_few() {
    let form = |count| closed(&named("also", "gcr.io").repeat(count));
    assert_eq!(read(&form(PARTS_MAX), 1_400), Ok(Place::End));
    assert!(read(&form(PARTS_MAX + 1), 1_400).is_err());
    assert!(read(&form(500_000), 1 << 20).is_err());
}

#[test]
fn a_byte_costs_the_same_wherever_it_stands_and_however_it_comes() {
    // A mebibyte, each byte by itself; to look through what came before would take minutes.
    let form = named("key", &"\r".repeat(1 << 20));
    let began = Instant::now();
    assert_eq!(read(&form, 1), Ok(Place::Data));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_body_comes_through_unchanged_or_fails() {
    let form = closed(&named("a", &"b".repeat(100_000)));
    let framed = Body::new(Framed::new(Body::from(form.clone()), BOUNDARY));
    assert_eq!(to_bytes(framed, usize::MAX).await.unwrap(), form);
    let preamble = "x".repeat(1 << 20);
    let framed = Body::new(Framed::new(Body::from(preamble), BOUNDARY));
    assert!(to_bytes(framed, usize::MAX).await.is_err());
}
