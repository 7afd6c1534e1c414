//! Which codings a client takes (RFC 9110, 12.4.2 and 12.5.3), the one it prefers first.

use axum::http::{HeaderMap, header};

/// A form in which a file is there: smaller ones first, so that they win where the client has no
/// preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The names that clients give it; the first is what an answer says.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Brotli => &["br"],
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Identity => &["identity"],
        }
    }

    /// What `Content-Encoding` says; nothing for the file as it is.
    pub(super) fn header(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            other => other.names().first().copied(),
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// The codings that the client takes, the best first. Empty when it takes none of ours, not even the
/// file as it is.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<Coding> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let asked: Vec<(String, Option<u16>)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(member)
        .collect();
    let mut found: Vec<(u16, Coding)> = Coding::ALL
        .into_iter()
        .filter_map(|coding| Some((weight(&asked, coding)?, coding)))
        .collect();
    // Stable: of what is wanted alike, the smaller one stays first.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, coding)| coding).collect()
}

/// How much the client wants the coding, in thousandths; `None` when it does not take it.
fn weight(asked: &[(String, Option<u16>)], coding: Coding) -> Option<u16> {
    let of = |name: &str| asked.iter().find(|(other, _)| other == name).map(|(_, weight)| *weight);
    let named = coding.names().iter().find_map(|name| of(name));
    match named.or_else(|| of("*")) {
        Some(Some(0)) => None,
        Some(Some(weight)) => Some(weight),
        // Nobody has to ask for the file as it is. It comes after everything that was asked for, and
        // what is not written as a weight does not refuse it.
        Some(None) | None if coding == Coding::Identity => Some(0),
        Some(None) | None => None,
    }
}

/// One member of the list: its name in lower case and its weight; no weight for what is not written as
/// one. An empty member counts for nothing.
fn member(text: &str) -> Option<(String, Option<u16>)> {
    let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = match (parts.next(), parts.next()) {
        (None, _) => Some(1000),
        (Some(part), None) => quality(part),
        (Some(_), Some(_)) => None,
    };
    Some((name, weight))
}

/// `q=0.5` in thousandths: from 0 to 1, with at most three digits behind the point.
fn quality(text: &str) -> Option<u16> {
    let value = text.strip_prefix("q=").or_else(|| text.strip_prefix("Q="))?;
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Coding::{Brotli, Gzip, Identity};
    use super::*;
    use axum::http::HeaderValue;

    fn of(values: &[&str]) -> Vec<Coding> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_str(value).unwrap());
        }
        accepted(&headers)
    }

    #[test]
    fn what_is_asked_for_is_given_smallest_first() {
        for value in [
            "gzip, deflate, br, zstd",
            "br,gzip",
            "GZIP , BR",
            "gzip;q=1, br;q=1.0",
            "br;Q=1.000, gzip",
        ] {
            assert_eq!(of(&[value]), [Brotli, Gzip, Identity], "{value}");
        }
        assert_eq!(of(&["gzip", "br"]), [Brotli, Gzip, Identity]);
        assert_eq!(of(&["x-gzip"]), [Gzip, Identity]);
        assert_eq!(of(&["*"]), [Brotli, Gzip, Identity]);
    }

    #[test]
    fn without_a_word_the_file_comes_as_it_is() {
        assert_eq!(of(&[]), [Identity]);
        for value in ["", " ", ",", "identity", "deflate, zstd", "brotli", "compress;q=0.5"] {
            assert_eq!(of(&[value]), [Identity], "{value}");
        }
    }

    #[test]
    fn what_has_no_weight_is_not_given() {
        for zero in
            ["br;q=0", "br;q=0.0", "br;q=0.00", "br;q=0.000", "br; q=0", "br\t;\tq=0.", "BR;Q=0"]
        {
            assert_eq!(of(&[zero]), [Identity], "{zero}");
            assert_eq!(of(&[&format!("gzip, {zero}")]), [Gzip, Identity], "{zero}");
            assert_eq!(of(&[&format!("*, {zero}")]), [Gzip, Identity], "{zero}");
        }
        // What is not written as a weight is, is not taken for consent.
        for wrong in [
            "br;q=",
            "br;q",
            "br;q=x",
            "br;q=2",
            "br;q=1.1",
            "br;q=0.0000",
            "br;q=-1",
            "br;q = 1",
            "br;level=1",
            "br;q=1;q=0",
            "gzip;q=0.5;foo",
            "br;",
        ] {
            assert_eq!(of(&[wrong]), [Identity], "{wrong}");
        }
    }

    #[test]
    fn what_is_not_written_as_a_weight_does_not_refuse_the_file_as_it_is() {
        for wrong in ["identity;q=x", "*;q=x", "identity;q=0;foo", "*;q=-1", "identity;q=, br;q"] {
            assert_eq!(of(&[wrong]), [Identity], "{wrong}");
            assert_eq!(of(&["gzip", wrong]), [Gzip, Identity], "{wrong}");
        }
        assert_eq!(of(&["identity;q=x", "*;q=0"]), [Identity]);
    }

    #[test]
    fn the_file_as_it_is_can_be_refused() {
        for (value, expected) in [
            ("identity;q=0", vec![]),
            ("*;q=0", vec![]),
            ("*;q=0.0", vec![]),
            ("identity;q=0, br", vec![Brotli]),
            ("br;q=1.0, *;q=0", vec![Brotli]),
            ("BR ; Q=1 , * ; Q=0", vec![Brotli]),
            ("gzip, *;q=0", vec![Gzip]),
            ("gzip, identity, *;q=0", vec![Gzip, Identity]),
            ("identity;q=0.000, *", vec![Brotli, Gzip]),
            ("identity, *;q=0", vec![Identity]),
        ] {
            assert_eq!(of(&[value]), expected, "{value}");
        }
    }

    #[test]
    fn the_client_says_what_it_prefers() {
        for (value, expected) in [
            ("br;q=0.1, gzip;q=0.5", vec![Gzip, Brotli, Identity]),
            ("gzip;q=0.999, br", vec![Brotli, Gzip, Identity]),
            ("identity, br;q=0.5", vec![Identity, Brotli]),
            ("identity;q=0.5, *;q=0.1", vec![Identity, Brotli, Gzip]),
            ("gzip;q=0.001", vec![Gzip, Identity]),
        ] {
            assert_eq!(of(&[value]), expected, "{value}");
        }
    }
}
