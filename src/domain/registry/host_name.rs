//! The name part of a registry host: a DNS name, an IPv4 or a bracketed IPv6 address, in its one canonical spelling.

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::host_problem::HostProblem;

/// The canonical spelling of a host name without its port: lower case, A-labels, no dot at the end.
///
/// The letters allowed are those of the image reference grammar (letters, digits, hyphens), which is stricter than DNS.
/// What was changed is added to `changes`, a sentence each.
pub(super) fn canonical(name: &str, changes: &mut Vec<String>) -> Result<String, HostProblem> {
    if name.starts_with('[') {
        return canonical_ipv6(name, changes);
    }
    let typed = name.strip_suffix('.').unwrap_or(name);
    if typed.is_empty() {
        return Err(HostProblem::Empty);
    }
    if typed.len() < name.len() {
        changes.push("The dot at the end was dropped.".into());
    }
    let ascii = Uts46::new()
        .to_ascii(typed.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| refusal(typed))?;
    if ends_in_a_number(&ascii) && ascii.parse::<Ipv4Addr>().is_err() {
        return Err(HostProblem::NumberAddress);
    }
    if ascii.contains("xn--") {
        check_letters(&ascii)?;
    }
    if !typed.is_ascii() {
        changes.push("Letters other than a to z were converted to their DNS form.".into());
    } else if ascii != typed {
        changes.push("Capital letters were changed to lowercase.".into());
    }
    Ok(ascii.into_owned())
}

/// Whether clients would read the name as the first part of a Docker Hub image: it has no dot and is not `localhost`.
pub(super) fn is_bare_word(name: &str) -> bool {
    !name.contains('.') && !name.starts_with('[') && name != "localhost"
}

fn canonical_ipv6(name: &str, changes: &mut Vec<String>) -> Result<String, HostProblem> {
    let inside = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address: Option<Ipv6Addr> = inside.and_then(|inside| inside.parse().ok());
    let address = address.ok_or(HostProblem::Ipv6)?;
    let canonical = format!("[{address}]");
    if canonical != name {
        changes.push("The IPv6 address was written in its shortest form.".into());
    }
    Ok(canonical)
}

fn refusal(name: &str) -> HostProblem {
    let is_international = !name.is_ascii() || name.to_ascii_lowercase().contains("xn--");
    match is_international {
        true => HostProblem::International,
        false if name.len() > 253 => HostProblem::TooLong,
        false => HostProblem::Label,
    }
}

/// The URL standard's test for "this means to be an IPv4 address": the last label is decimal, or hexadecimal with `0x`.
fn ends_in_a_number(ascii: &str) -> bool {
    let last = ascii.rsplit('.').next().unwrap_or(ascii);
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hex)
}

/// Refuses what IDNA lets through and eyes do not: signs that look like `/` or `:`, and labels in mixed alphabets.
fn check_letters(ascii: &str) -> Result<(), HostProblem> {
    let (name, _) =
        Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    for label in name.split('.') {
        if !label.chars().all(is_letter) {
            return Err(HostProblem::International);
        }
        let mut alphabets = label.chars().filter_map(alphabet);
        let first = alphabets.next();
        if alphabets.any(|other| Some(other) != first) {
            return Err(HostProblem::MixedAlphabets);
        }
    }
    Ok(())
}

/// Letters, digits and the hyphen; the vowel and tone signs of Indic and South-East Asian scripts count as letters.
fn is_letter(c: char) -> bool {
    c == '-' || c.is_alphanumeric() || matches!(c, '\u{0900}'..='\u{1CFF}')
}

/// The four alphabets whose letters look alike.
#[derive(PartialEq)]
enum Alphabet {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
}

fn alphabet(letter: char) -> Option<Alphabet> {
    match letter {
        'a'..='z' | 'A'..='Z' => Some(Alphabet::Latin),
        '\u{00C0}'..='\u{02AF}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' => {
            Some(Alphabet::Latin)
        }
        '\u{A720}'..='\u{A7FF}' | '\u{AB30}'..='\u{AB64}' => Some(Alphabet::Latin),
        '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => Some(Alphabet::Greek),
        '\u{0400}'..='\u{052F}' | '\u{1C80}'..='\u{1C8F}' => Some(Alphabet::Cyrillic),
        '\u{2DE0}'..='\u{2DFF}' | '\u{A640}'..='\u{A69F}' => Some(Alphabet::Cyrillic),
        '\u{0530}'..='\u{058F}' => Some(Alphabet::Armenian),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        for (typed, canonical_name) in [
            ("ghcr.io", "ghcr.io"),
            ("GHCR.io.", "ghcr.io"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("XN--bcher-kva.example", "xn--bcher-kva.example"),
            ("registry。example。com", "registry.example.com"),
            ("ｇhcr.io", "ghcr.io"),
            ("пример.example", "xn--e1afmkfd.example"),
            ("हिन्दी.example", "xn--j2bd4cyah0f.example"),
            ("192.0.2.10", "192.0.2.10"),
            ("[2001:DB8:0:0::10]", "[2001:db8::10]"),
            ("[::1]", "[::1]"),
            ("a--b.example.com", "a--b.example.com"),
        ] {
            assert_eq!(canonical(typed, &mut Vec::new()).as_deref(), Ok(canonical_name), "{typed}");
        }
    }

    #[test]
    fn names_that_are_none_say_why() {
        let long_label = format!("{}.example.com", "a".repeat(64));
        let long_name = "abcdefg.".repeat(32) + "example";
        for (typed, problem) in [
            ("", HostProblem::Empty),
            (".", HostProblem::Empty),
            ("a..b", HostProblem::Label),
            (".example.com", HostProblem::Label),
            ("-acme.example.com", HostProblem::Label),
            ("acme-.example.com", HostProblem::Label),
            ("my_registry.example.com", HostProblem::Label),
            ("ghcr.io,docker.io", HostProblem::Label),
            ("ghcr%2eio", HostProblem::Label),
            (long_label.as_str(), HostProblem::Label),
            (long_name.as_str(), HostProblem::TooLong),
            ("xn--a.example", HostProblem::International),
            // Signs that look like a slash, a colon; an emoji.
            ("gh\u{2044}cr.io", HostProblem::International),
            ("ghcr\u{A789}5000.example.com", HostProblem::International),
            ("\u{2764}.example.com", HostProblem::International),
            // Cyrillic, Greek and Armenian letters among Latin ones, also when typed as an A-label.
            ("g\u{04BB}cr.io", HostProblem::MixedAlphabets),
            ("d\u{03BF}cker.example", HostProblem::MixedAlphabets),
            ("d\u{0585}cker.example", HostProblem::MixedAlphabets),
            ("xn--dcker-jye.example", HostProblem::MixedAlphabets),
            ("2130706433", HostProblem::NumberAddress),
            ("0x7f.1", HostProblem::NumberAddress),
            ("0x7f000001", HostProblem::NumberAddress),
            ("127.1", HostProblem::NumberAddress),
            ("192.0.2.256", HostProblem::NumberAddress),
            ("192.0.2.010", HostProblem::NumberAddress),
            ("１２７.１", HostProblem::NumberAddress),
            ("[fe80::1%eth0]", HostProblem::Ipv6),
            ("[192.0.2.10]", HostProblem::Ipv6),
            ("[]", HostProblem::Ipv6),
            ("[[::1]", HostProblem::Ipv6),
            ("[::1]]", HostProblem::Ipv6),
        ] {
            assert_eq!(canonical(typed, &mut Vec::new()), Err(problem), "{typed}");
        }
    }
}
