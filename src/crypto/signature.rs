//! Signatures of other systems' requests: Ed25519 and HMAC-SHA256.
//! What is signed, and by whom, is the caller's to know.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::signature::{ED25519, UnparsedPublicKey};

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";
/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Whether the Ed25519 signature (RFC 8032) over the message is by who has the key.
pub fn ed25519_holds(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).is_ok()
}

/// Whether the tag is the HMAC-SHA256 of the message, in a time that does not tell where it differs.
pub fn hmac_sha256_holds(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

/// The HMAC-SHA256 of the message: what a server signs with that has the key.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Reads an Ed25519 public key: PEM of a `SubjectPublicKeyInfo`, or base64 of that or of the bare 32
/// bytes. `None` for anything else, and for keys under which anybody could sign.
pub fn read_ed25519_key(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let inner = match text.strip_prefix(PEM_BEGIN) {
        Some(rest) => rest.strip_suffix(PEM_END)?,
        None => text,
    };
    // Line breaks are part of PEM, and of what is copied from a terminal.
    let base64: String = inner.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(base64).ok()?;
    let bare = bytes.strip_prefix(&SPKI_PREFIX).unwrap_or(&bytes);
    let key = <[u8; 32]>::try_from(bare).ok()?;
    (!has_small_order(&key)).then_some(key)
}

/// Whether the point is one of the eight, in any encoding, for which a signature is no proof.
fn has_small_order(key: &[u8; 32]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let mut y = *key;
    // The sign of x does not matter.
    y[31] &= 0x7f;
    let (first, middle, last) = (y[0], &y[1..31], y[31]);
    let is_0_or_1 = first <= 1 && last == 0 && middle.iter().all(|byte| *byte == 0);
    // p - 1, p and p + 1, where p = 2^255 - 19.
    let is_near_p =
        (0xec..=0xee).contains(&first) && last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    is_0_or_1 || is_near_p || ORDER_8.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kek::hex;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digit = |c: u8| char::from(c).to_digit(16).unwrap() as u8;
        hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect()
    }

    /// RFC 8032, 7.1, tests 1 to 3: public key, message, signature.
    const RFC_8032: [(&str, &str, &str); 3] = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];

    #[test]
    fn ed25519_agrees_with_the_standard() {
        for (key, message, signature) in RFC_8032 {
            let (key, message, signature) = (bytes(key), bytes(message), bytes(signature));
            assert!(ed25519_holds(&key, &message, &signature));
            let mut longer = message.clone();
            longer.push(0);
            assert!(!ed25519_holds(&key, &longer, &signature));
            assert!(!ed25519_holds(&key, &message, &signature[..63]));
            assert!(!ed25519_holds(&key[..31], &message, &signature));
            let mut other = signature.clone();
            other[0] ^= 1;
            assert!(!ed25519_holds(&key, &message, &other));
        }
    }

    #[test]
    fn hmac_agrees_with_the_standard() {
        // RFC 4231, test case 2.
        let message = b"what do ya want for nothing?";
        let tag = bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(hmac_sha256_holds(b"Jefe", message, &tag));
        assert!(!hmac_sha256_holds(b"jefe", message, &tag));
        assert!(!hmac_sha256_holds(b"Jefe", message, &tag[..31]));
        assert!(!hmac_sha256_holds(b"Jefe", message, b""));
    }

    #[test]
    fn a_key_is_read_from_pem_and_from_base64() {
        let key = <[u8; 32]>::try_from(bytes(RFC_8032[0].0)).unwrap();
        let spki = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        for text in [
            format!("{PEM_BEGIN}\n{spki}\n{PEM_END}\n"),
            format!("  {PEM_BEGIN}\r\n{}\r\n{}\r\n{PEM_END}", &spki[..20], &spki[20..]),
            spki.to_owned(),
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
        ] {
            assert_eq!(read_ed25519_key(&text), Some(key), "{text}");
        }
    }

    #[test]
    fn what_is_no_ed25519_key_is_refused() {
        let short = STANDARD.encode([7; 31]);
        let long = STANDARD.encode([7; 33]);
        for text in ["", "zebra", PEM_BEGIN, "-----BEGIN PRIVATE KEY-----", &short, &long] {
            assert_eq!(read_ed25519_key(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_under_which_anybody_can_sign_is_refused() {
        let near_p = |first: u8, last: u8| {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (first, last);
            key
        };
        let mut one = [0; 32];
        one[0] = 1;
        let mut negative = [0; 32];
        negative[31] = 0x80;
        let order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85";
        let order_8 = <[u8; 32]>::try_from(bytes(order_8)).unwrap();
        for key in [
            [0; 32],
            one,
            negative,
            near_p(0xec, 0x7f),
            near_p(0xed, 0xff),
            near_p(0xee, 0x7f),
            order_8,
        ] {
            assert_eq!(read_ed25519_key(&STANDARD.encode(key)), None, "{}", hex(&key));
        }
    }

    proptest! {
        #[test]
        fn reading_a_key_never_panics(text in "\\PC{0,100}") {
            let _ = read_ed25519_key(&text);
        }
    }
}
