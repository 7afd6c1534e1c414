//! From when until when a certificate is valid: all that is read of it here. The rest is checked by
//! those who are shown it.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day][hour][minute][second]Z");

/// The first and the last second of the certificate (RFC 5280 4.1); `None` for what is none.
pub(super) fn of(certificate: &[u8]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let (certificate, _) = expect(SEQUENCE, certificate)?;
    let (signed, _) = expect(SEQUENCE, certificate)?;
    let rest = match element(signed)? {
        (VERSION, _, rest) => rest,
        _ => signed,
    };
    let (_serial, rest) = expect(INTEGER, rest)?;
    let (_algorithm, rest) = expect(SEQUENCE, rest)?;
    let (_issuer, rest) = expect(SEQUENCE, rest)?;
    let (validity, _) = expect(SEQUENCE, rest)?;
    let (tag, from, rest) = element(validity)?;
    let from = moment(tag, from)?;
    let (tag, until, _) = element(rest)?;
    Some((from, moment(tag, until)?))
}

fn expect(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, inside, behind) = element(der)?;
    (found == tag).then_some((inside, behind))
}

/// The first element of DER: its tag, what is in it, and what stands behind it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            (bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((tag, inside, behind))
}

fn moment(tag: u8, text: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(text).ok()?;
    let whole = match tag {
        // Two digits for the year: up to 2049, and from then on the other form is used.
        UTC_TIME if text.starts_with(['0', '1', '2', '3', '4']) => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    Some(PrimitiveDateTime::parse(&whole, TIME).ok()?.assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    /// An element with short insides.
    fn der(tag: u8, inside: &[&[u8]]) -> Vec<u8> {
        let inside = inside.concat();
        [&[tag, u8::try_from(inside.len()).unwrap()][..], &inside].concat()
    }

    fn certificate(version: &[u8], from: &[u8], until: &[u8]) -> Vec<u8> {
        let empty = der(SEQUENCE, &[]);
        let validity = der(SEQUENCE, &[from, until]);
        let serial = der(INTEGER, &[&[1]]);
        let signed = der(SEQUENCE, &[version, &serial, &empty, &empty, &validity, &empty]);
        der(SEQUENCE, &[&signed, &empty])
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let version = der(VERSION, &[&der(INTEGER, &[&[2]])]);
        let from = der(UTC_TIME, &[b"261129060000Z"]);
        let until = der(GENERALIZED_TIME, &[b"20501231235959Z"]);
        let wanted = (datetime!(2026-11-29 06:00 UTC), datetime!(2050-12-31 23:59:59 UTC));
        for version in [&version[..], &[]] {
            assert_eq!(of(&certificate(version, &from, &until)), Some(wanted));
        }
        let old = der(UTC_TIME, &[b"991231235959Z"]);
        let (from, _) = of(&certificate(&[], &old, &until)).unwrap();
        assert_eq!(from, datetime!(1999-12-31 23:59:59 UTC));
    }

    #[test]
    fn what_is_cut_off_or_no_certificate_has_no_time() {
        let from = der(UTC_TIME, &[b"261129060000Z"]);
        let whole = certificate(&[], &from, &from);
        for end in 0..whole.len() {
            assert_eq!(of(&whole[..end]), None, "{end}");
        }
        let no_time = der(UTC_TIME, &["2611290600é0Z".as_bytes()]);
        assert_eq!(of(&certificate(&[], &no_time, &from)), None);
        for text in [&b"-----BEGIN"[..], &[SEQUENCE, 0x80, 0, 0], &[SEQUENCE, 0x84, 1, 1, 1, 1]] {
            assert_eq!(of(text), None);
        }
    }
}
