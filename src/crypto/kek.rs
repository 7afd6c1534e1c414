//! The key-encryption key: how an operator may write it down, and the id it is recognised by.

use std::fmt;
use std::str::FromStr;

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, Engine};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::CryptoError;
use super::key::{KEY, Key};

const ID_LABEL: &[u8] = b"regcred/kek-id/v1";

/// Fewer different bytes than that are no random key.
const DIFFERENT_MIN: usize = 16;

/// Padding may be there or not: operators paste what `openssl` or `base64` printed.
const EITHER_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, EITHER_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, EITHER_PADDING);

/// The key that wraps the keyring: 32 bytes, wiped on drop, printed as a name only.
pub struct Kek(Key);

impl Kek {
    /// Reads what a key file, a command or a variable held: 32 raw bytes, or as text 43 or 44
    /// characters of base64 (either alphabet, padded or not) or 64 hex digits, with one trailing
    /// newline allowed after text. The caller wipes `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Kek, KekProblem> {
        if let Ok(raw) = <&[u8; KEY]>::try_from(bytes) {
            return Ok(Kek(Key::copy_of(raw)));
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        match text.len() {
            0 => Err(KekProblem::Empty),
            43 | 44 => from_base64(text),
            64 => from_hex(text),
            _ => Err(KekProblem::Length { found: bytes.len() }),
        }
    }

    /// A fresh key, for the first run of an installation that was given none.
    pub fn generate() -> Result<Kek, CryptoError> {
        Key::random().map(Kek)
    }

    /// The key's public name; equal keys have equal ids, and the id tells nothing of the key.
    pub fn id(&self) -> KekId {
        let mut id = [0; 8];
        id.copy_from_slice(&self.0.mac(ID_LABEL)[..8]);
        KekId(id)
    }

    /// Whether somebody has typed it rather than thrown dice: nothing but printable characters, or few
    /// different bytes. Random bytes are neither in 10^13 keys.
    pub fn is_weak(&self) -> bool {
        let bytes = self.0.expose();
        let mut seen = [false; 256];
        bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        let different = seen.iter().filter(|is_seen| **is_seen).count();
        different < DIFFERENT_MIN || bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
    }

    /// The key as 43 characters of base64url, for the key file and nowhere else. [`Kek::parse`]
    /// reads it back.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Room enough from the start: a string that grows leaves its old bytes behind.
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY));
        URL_SAFE_NO_PAD.encode_string(self.0.expose(), &mut text);
        text
    }

    pub(super) fn key(&self) -> &Key {
        &self.0
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kek(..)")
    }
}

impl ZeroizeOnDrop for Kek {}

fn from_base64(text: &[u8]) -> Result<Kek, KekProblem> {
    let mut decoded = Zeroizing::new([0; KEY + 1]);
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    let found = engine
        .decode_slice(text, decoded.as_mut_slice())
        .map_err(|_| KekProblem::NotBase64 { found: text.len() })?;
    match decoded.first_chunk() {
        Some(key) if found == KEY => Ok(Kek(Key::copy_of(key))),
        _ => Err(KekProblem::DecodedLength { found }),
    }
}

fn from_hex(text: &[u8]) -> Result<Kek, KekProblem> {
    let mut key = Zeroizing::new([0; KEY]);
    parse_hex(text, key.as_mut_slice()).ok_or(KekProblem::NotHex)?;
    Ok(Kek(Key::copy_of(&key)))
}

/// Why bytes are not a key-encryption key. Display is a sentence for the operator, without the value.
#[derive(Debug, thiserror::Error, Clone, Copy, PartialEq, Eq)]
pub enum KekProblem {
    #[error("The key is empty; it must be 32 raw bytes, base64 of 32 bytes, or 64 hex digits.")]
    Empty,
    /// Of a length that none of the accepted forms has; `found` counts the bytes given.
    #[error(
        "The key is {found} bytes long; it must be 32 raw bytes, base64 of 32 bytes, or 64 hex digits."
    )]
    Length { found: usize },
    #[error(
        "The key has {found} characters, as base64 of 32 bytes would, but is not valid base64."
    )]
    NotBase64 { found: usize },
    #[error("The key is base64 of {found} bytes; it must be base64 of 32 bytes.")]
    DecodedLength { found: usize },
    #[error("The key has 64 characters, as hex would, but some are not hex digits.")]
    NotHex,
}

/// The public name of a [`Kek`], shown to operators and kept beside every key it wraps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KekId(pub [u8; 8]);

impl fmt::Display for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KekId({self})")
    }
}

/// Reads sixteen hex digits of either case; anything else is [`CryptoError::Unreadable`].
impl FromStr for KekId {
    type Err = CryptoError;

    fn from_str(text: &str) -> Result<KekId, CryptoError> {
        let mut id = [0; 8];
        parse_hex(text.as_bytes(), &mut id).ok_or(CryptoError::Unreadable)?;
        Ok(KekId(id))
    }
}

fn parse_hex(text: &[u8], out: &mut [u8]) -> Option<()> {
    // Other lengths are a panic there.
    if text.len() != 2 * out.len() {
        return None;
    }
    HEXLOWER_PERMISSIVE.decode_mut(text, out).ok().map(drop)
}

/// Lower-case hex, for public ids and, in tests, for vectors.
pub(super) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose;
    use proptest::prelude::*;

    use super::*;

    fn vector() -> [u8; 32] {
        std::array::from_fn(|i| i as u8)
    }

    #[test]
    fn the_id_agrees_with_the_vector() -> Result<(), KekProblem> {
        let id = Kek::parse(&vector())?.id();
        assert_eq!(id.to_string(), "b976fc652f5fdb1d");
        assert_eq!("b976fc652f5fdb1d".parse(), Ok(id));
        assert_eq!("B976FC652F5FDB1D".parse(), Ok(id));
        Ok(())
    }

    #[test]
    fn an_id_is_sixteen_hex_digits_or_nothing() {
        for text in [
            "",
            "b976fc652f5fdb1",
            "b976fc652f5fdb1d0",
            "b976fc652f5fdb1g",
            "+976fc652f5fdb1d",
            "ééééééé",
        ] {
            assert_eq!(text.parse::<KekId>(), Err(CryptoError::Unreadable), "{text}");
        }
    }

    #[test]
    fn every_written_form_is_the_same_key() -> Result<(), KekProblem> {
        // 0xff makes both alphabets use the characters in which they differ.
        for raw in [vector(), [0xff; 32]] {
            let id = Kek::parse(&raw)?.id();
            let forms = [
                general_purpose::STANDARD.encode(raw),
                general_purpose::STANDARD_NO_PAD.encode(raw),
                general_purpose::URL_SAFE.encode(raw),
                general_purpose::URL_SAFE_NO_PAD.encode(raw),
                hex(&raw),
                hex(&raw).to_uppercase(),
            ];
            for form in forms {
                for ending in ["", "\n", "\r\n"] {
                    let text = format!("{form}{ending}");
                    assert_eq!(Kek::parse(text.as_bytes())?.id(), id);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let problem =
            |bytes: &[u8]| Kek::parse(bytes).map(|kek| kek.id()).expect_err("it is refused");
        assert_eq!(problem(b""), KekProblem::Empty);
        assert_eq!(problem(b"\n"), KekProblem::Empty);
        assert_eq!(problem(&[7; 31]), KekProblem::Length { found: 31 });
        assert_eq!(problem(&[7; 33]), KekProblem::Length { found: 33 });
        assert_eq!(problem(&[b'!'; 43]), KekProblem::NotBase64 { found: 43 });
        assert_eq!(problem(&[b'A'; 44]), KekProblem::DecodedLength { found: 33 });
        assert_eq!(problem(&[b'g'; 64]), KekProblem::NotHex);
        let two_newlines = format!("{}\n\n", hex(&vector()));
        assert_eq!(problem(two_newlines.as_bytes()), KekProblem::Length { found: 66 });
        assert!(problem(&[7; 31]).to_string().contains("31 bytes long"));
    }

    #[test]
    fn a_generated_key_survives_its_key_file() -> Result<(), Box<dyn std::error::Error>> {
        let kek = Kek::generate()?;
        assert_eq!(kek.to_text().len(), 43);
        assert_eq!(Kek::parse(kek.to_text().as_bytes())?.id(), kek.id());
        assert_ne!(Kek::generate()?.id(), kek.id());
        Ok(())
    }

    #[test]
    fn a_key_that_was_typed_is_weak() -> Result<(), Box<dyn std::error::Error>> {
        let of = |bytes: &[u8; 32]| Kek::parse(bytes).map(|kek| kek.is_weak());
        for typed in [&[0; 32], &[b'A'; 32], b"correct horse battery staple 123", &[0xff; 32]] {
            assert_eq!(of(typed), Ok(true));
            // However it is written down, its bytes are what counts.
            assert!(Kek::parse(hex(typed).as_bytes())?.is_weak());
            assert!(Kek::parse(general_purpose::STANDARD.encode(typed).as_bytes())?.is_weak());
        }
        let fifteen: [u8; 32] = std::array::from_fn(|i| (i % 15) as u8);
        let sixteen: [u8; 32] = std::array::from_fn(|i| (i % 16) as u8);
        assert_eq!((of(&fifteen), of(&sixteen)), (Ok(true), Ok(false)));
        for _ in 0..1000 {
            assert!(!Kek::generate()?.is_weak());
        }
        Ok(())
    }

    #[test]
    fn debug_prints_a_name() -> Result<(), KekProblem> {
        assert_eq!(format!("{:?}", Kek::parse(&vector())?), "Kek(..)");
        Ok(())
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_key_or_a_problem(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            prop_assert!(bytes.len() != 32 || Kek::parse(&bytes).is_ok());
        }

        #[test]
        fn any_text_is_an_id_or_an_error(text in ".{0,20}") {
            let _ = text.parse::<KekId>();
        }
    }
}
