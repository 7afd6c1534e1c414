//! The specification library's own verdict on 4,449 names, and where this reader differs on purpose.

use crate::reference::{Problem, Reference};
use serde::Deserialize;
use std::collections::BTreeMap;

const VECTORS: &str = include_str!("reference-vectors.jsonl");

#[derive(Deserialize)]
struct Vector {
    r#in: String,
    host: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
}

/// What the difference is, if it is one of those that are meant.
fn difference(vector: &Vector, host: &str, read: Result<&Reference, &Problem>) -> &'static str {
    let is_hub_alias = host == "registry-1.docker.io";
    match read {
        Ok(read) if is_hub_alias && read.host == "docker.io" => "names of Docker Hub are one",
        // `library/` makes a long one longer.
        Err(Problem::TooLong) if is_hub_alias => "names of Docker Hub are one",
        Ok(read) if format!("{}:443", read.host) == host => "port 443 is dropped",
        Ok(read) if read.host == host.to_lowercase() => "hosts are lowercase",
        Err(Problem::Port) => "a port is from 1 to 65535, without leading zeros",
        Err(Problem::Address) => "an address is a whole one",
        Err(Problem::Host) if host.is_empty() => "what is no host names no registry",
        _ => panic!("{:?} is read differently", vector.r#in),
    }
}

#[test]
fn names_are_read_as_the_specification_says_but_for_what_differs_on_purpose() {
    let mut counts = BTreeMap::new();
    let mut lines = 0;
    for line in VECTORS.lines() {
        lines += 1;
        let vector: Vector = serde_json::from_str(line).unwrap();
        let read = Reference::parse(&vector.r#in);
        let Some(host) = &vector.host else {
            assert!(read.is_err(), "{:?} is accepted", vector.r#in);
            continue;
        };
        let is_same = read.as_ref().is_ok_and(|read| {
            read.host == *host
                && Some(&read.repository) == vector.repository.as_ref()
                && read.tag == vector.tag
                && read.digest == vector.digest
        });
        if !is_same {
            *counts.entry(difference(&vector, host, read.as_ref())).or_insert(0) += 1;
        }
    }
    assert_eq!(lines, 4449);
    let counts: Vec<(&str, u32)> = counts.into_iter().collect();
    assert_eq!(
        counts,
        [
            ("a port is from 1 to 65535, without leading zeros", 14),
            ("an address is a whole one", 8),
            ("hosts are lowercase", 48),
            ("names of Docker Hub are one", 8),
            ("port 443 is dropped", 5),
            ("what is no host names no registry", 7),
        ]
    );
}

#[test]
fn only_its_host_differs_where_a_name_is_read_differently() {
    for line in VECTORS.lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let (Some(_), Ok(read)) = (&vector.host, Reference::parse(&vector.r#in)) else { continue };
        assert_eq!((read.tag, read.digest), (vector.tag, vector.digest));
        let repository = vector.repository.unwrap();
        assert!(
            read.repository == repository || read.repository == format!("library/{repository}")
        );
    }
}
