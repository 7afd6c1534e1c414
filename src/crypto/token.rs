//! What machines and one-time links present: random text, stored only as a hash.
//!
//! NEVER CHANGE THE PREFIX OR THE WIDTHS: tokens in use would stop being read, which revokes them.

use std::fmt;

use zeroize::Zeroizing;

use super::CryptoError;
use super::digest::{same, sha256};
use super::key::random;

/// What each token begins with.
pub const PREFIX: &str = "rgc_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Base-62 digits that hold 128, 256 and 32 bits.
const ID: usize = 22;
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
const TOKEN: usize = PREFIX.len() + ID + 1 + SECRET + 1 + CHECKSUM;

/// A pipeline token just made. `text` is shown to its owner once and then gone; only `id` and
/// `hash` are stored. Debug prints the id only.
pub struct NewToken {
    /// 22 characters, public: what the row is found by.
    pub id: String,
    /// The whole token, 77 characters.
    pub text: Zeroizing<String>,
    /// SHA-256 of the secret field's text. A plain hash is enough for 256 random bits.
    pub hash: [u8; 32],
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A token with a 128-bit random id and a 256-bit random secret. Fails only as `Random`.
pub fn generate_token() -> Result<NewToken, CryptoError> {
    let mut id = String::with_capacity(ID);
    push_base62::<ID>(&mut id, random::<16>()?.as_slice());
    let secret = random_id()?;
    let mut text = Zeroizing::new(String::with_capacity(TOKEN));
    text.push_str(PREFIX);
    text.push_str(&id);
    text.push('_');
    text.push_str(&secret);
    let checksum = crc32fast::hash(text.as_bytes());
    text.push('_');
    push_base62::<CHECKSUM>(&mut text, &checksum.to_be_bytes());
    let hash = sha256(secret.as_bytes());
    Ok(NewToken { id, text, hash })
}

/// A token somebody sent, well formed but not yet known to be ours. Debug prints the id only.
pub struct PresentedToken {
    pub id: String,
    hash: [u8; 32],
}

impl PresentedToken {
    /// Whether its secret is the one whose hash was stored, in constant time. Whether the token is
    /// revoked or expired is for the caller to ask.
    pub fn matches(&self, stored: &[u8]) -> bool {
        same(&self.hash, stored)
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Reads a token as it was given out, with nothing around it. `None` for any other text; the
/// checksum lets a mistyped or cut token be refused without asking the database.
pub fn parse_token(text: &str) -> Option<PresentedToken> {
    if text.len() != TOKEN {
        return None;
    }
    let (body, checksum) = text.rsplit_once('_')?;
    let (id, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
    let shaped = is_base62(id, ID) && is_base62(secret, SECRET) && is_base62(checksum, CHECKSUM);
    let mut expected = String::with_capacity(CHECKSUM);
    push_base62::<CHECKSUM>(&mut expected, &crc32fast::hash(body.as_bytes()).to_be_bytes());
    (shaped && checksum == expected)
        .then(|| PresentedToken { id: id.to_owned(), hash: sha256(secret.as_bytes()) })
}

/// 43 base-62 characters of 256 random bits, for one-time links and slots. Store its SHA-256.
pub fn random_id() -> Result<Zeroizing<String>, CryptoError> {
    let mut text = Zeroizing::new(String::with_capacity(SECRET));
    push_base62::<SECRET>(&mut text, random::<32>()?.as_slice());
    Ok(text)
}

fn is_base62(text: &str, width: usize) -> bool {
    text.len() == width && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Appends a big-endian number as exactly `WIDTH` digits; `WIDTH` must be wide enough for it.
fn push_base62<const WIDTH: usize>(out: &mut String, number: &[u8]) {
    let mut number = Zeroizing::new(number.to_vec());
    let mut digits = Zeroizing::new([b'0'; WIDTH]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_usize;
        for byte in number.iter_mut() {
            let value = remainder << 8 | usize::from(*byte);
            // The remainder is below 62, so the quotient is below 256.
            *byte = (value / DIGITS.len()) as u8;
            remainder = value % DIGITS.len();
        }
        *digit = DIGITS[remainder];
    }
    out.extend(digits.iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base62<const WIDTH: usize>(number: &[u8]) -> String {
        let mut text = String::new();
        push_base62::<WIDTH>(&mut text, number);
        text
    }

    #[test]
    fn base62_is_big_endian_and_padded() {
        assert_eq!(base62::<6>(&0_u32.to_be_bytes()), "000000");
        assert_eq!(base62::<6>(&61_u32.to_be_bytes()), "00000z");
        assert_eq!(base62::<6>(&62_u32.to_be_bytes()), "000010");
        assert_eq!(base62::<6>(&u32::MAX.to_be_bytes()), "4gfFC3");
    }

    #[test]
    fn the_widths_hold_the_largest_numbers() {
        // One digit more would be a leading zero, so no digit is lost.
        assert!(base62::<23>(&[0xff; 16]).starts_with('0'));
        assert!(base62::<44>(&[0xff; 32]).starts_with('0'));
        assert!(!base62::<22>(&[0xff; 16]).starts_with('0'));
        assert!(!base62::<43>(&[0xff; 32]).starts_with('0'));
    }

    #[test]
    fn a_token_is_read_as_it_was_given_out() -> Result<(), CryptoError> {
        let token = generate_token()?;
        let presented = parse_token(&token.text).expect("it is well formed");
        assert_eq!(token.text.len(), 77);
        assert_eq!(presented.id, token.id);
        assert!(presented.matches(&token.hash));
        assert!(!presented.matches(&token.hash[..31]));
        assert!(!presented.matches(&generate_token()?.hash));
        assert_eq!(token.hash, sha256(&token.text.as_bytes()[27..70]));
        Ok(())
    }

    /// Its checksum was computed by another program.
    #[test]
    fn a_known_token_stays_readable() {
        let token = "rgc_0000000000000000000001_0000000000000000000000000000000000000000002_0eJbso";
        assert!(parse_token(token).is_some_and(|token| token.id.ends_with("01")));
    }

    #[test]
    fn every_changed_character_is_noticed() -> Result<(), CryptoError> {
        let token = generate_token()?;
        for (at, byte) in token.text.bytes().enumerate() {
            for other in [b'0', b'1', b'_', b' ', b'\0'] {
                let mut changed = token.text.as_bytes().to_vec();
                changed[at] = other;
                let changed = String::from_utf8(changed).expect("ASCII");
                assert_eq!(parse_token(&changed).is_some(), byte == other, "character {at}");
            }
        }
        Ok(())
    }

    #[test]
    fn text_around_a_token_is_refused() -> Result<(), CryptoError> {
        let token = generate_token()?;
        let text = token.text.as_str();
        for other in ["", " ", "é", "rgc_", "_", "rgc___"] {
            assert!(parse_token(other).is_none());
        }
        for other in [&text[1..], &text[..76], &format!("{text}\n"), &format!(" {text}")] {
            assert!(parse_token(other).is_none());
        }
        // As long in bytes as a token, but not ASCII.
        assert!(parse_token(&format!("rgc_é{}", &text[6..])).is_none());
        Ok(())
    }

    #[test]
    fn random_ids_differ_and_have_one_width() -> Result<(), CryptoError> {
        let (one, two) = (random_id()?, random_id()?);
        assert!(is_base62(&one, 43) && is_base62(&two, 43));
        assert_ne!(*one, *two);
        Ok(())
    }

    #[test]
    fn debug_prints_the_id_and_no_secret() -> Result<(), CryptoError> {
        let token = generate_token()?;
        let printed = format!("{token:?} {:?}", parse_token(&token.text));
        assert!(printed.contains(&token.id));
        assert!(!printed.contains(&token.text[27..70]));
        assert!(!printed.contains("hash"));
        Ok(())
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_panic(text in ".{0,90}", shaped in "rgc_[0-9A-Za-zé_]{73}") {
            prop_assert!(parse_token(&text).is_none());
            // Only the checksum stands between this and a token, and 32 bits are not guessed here.
            prop_assert!(parse_token(&shaped).is_none());
        }

        #[test]
        fn numbers_survive_base62(number: u128) {
            let text = base62::<ID>(&number.to_be_bytes());
            let value = |digit| DIGITS.iter().position(|&d| d == digit).expect("a digit") as u128;
            let read = text.bytes().fold(0_u128, |sum, digit| sum * 62 + value(digit));
            prop_assert_eq!(read, number);
        }
    }
}
