//! When a host wants to be asked again (RFC 9110, 10.2.3).

use http::HeaderMap;
use http::header::RETRY_AFTER;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Seconds after which it is worth asking again where nobody says.
pub const USUAL_WAIT: u32 = 10;

/// A wait of more than a day is a mistake, or a way to keep callers off for good.
const LONGEST: u32 = 24 * 60 * 60;

/// The seconds that the headers ask for; `None` when they ask for nothing that can be meant.
pub(super) fn asked_for(headers: &HeaderMap, now: OffsetDateTime) -> Option<u32> {
    told(headers, now).filter(|seconds| *seconds <= LONGEST)
}

/// The seconds that the headers name, as a number or as a day and time, however many they are; `None`
/// when they name none.
pub(super) fn told(headers: &HeaderMap, now: OffsetDateTime) -> Option<u32> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if text.is_empty() {
        return None;
    }
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse::<u32>().unwrap_or(u32::MAX)
    } else {
        let at = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        // A time that has passed means at once.
        u32::try_from((at - now).whole_seconds().max(0)).unwrap_or(u32::MAX)
    };
    // Not at once: who asked is many.
    Some(seconds.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_wait_is_read_as_a_number_or_a_time_if_it_can_be_meant() {
        let now = OffsetDateTime::parse("Sun, 06 Nov 1994 08:49:37 GMT", &Rfc2822).unwrap();
        for (text, expected) in [
            ("30", Some(30)),
            (" 30 ", Some(30)),
            ("0", Some(1)),
            ("0120", Some(120)),
            ("86400", Some(86_400)),
            ("86401", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(1)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(1)),
            ("Wed, 09 Nov 1994 08:49:37 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            assert_eq!(asked_for(&headers, now), expected, "{text}");
        }
        assert_eq!(asked_for(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_wait_is_told_however_long_it_is() {
        let now = OffsetDateTime::parse("Sun, 06 Nov 1994 08:49:37 GMT", &Rfc2822).unwrap();
        for (text, expected) in [
            ("30", Some(30)),
            ("172800", Some(172_800)),
            ("99999999999999999999", Some(u32::MAX)),
            ("Tue, 08 Nov 1994 08:49:37 GMT", Some(172_800)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(1)),
            ("soon", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            assert_eq!(told(&headers, now), expected, "{text}");
        }
    }
}
