use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::digest::sha256;
use crate::crypto::kek::hex;
use crate::crypto::wrapped;

fn place() -> Place<'static> {
    Place {
        table: "secret_version",
        column: "sealed",
        row_id: Uuid::from_bytes(std::array::from_fn(|i| 0x20 + i as u8)),
        project_id: Uuid::from_bytes(std::array::from_fn(|i| 0x30 + i as u8)),
        secret_version: 3,
        origin: "https://registry.example.com:443",
        login: None,
    }
}

/// The same place with the login that a secret of format 2 is bound to.
fn bound() -> Place<'static> {
    let credential_id = Uuid::from_bytes(std::array::from_fn(|i| 0x40 + i as u8));
    Place { login: Some(Login { credential_id, username: "acme-bot" }), ..place() }
}

fn key() -> Key {
    wrapped::vector().1
}

fn vector() -> Vec<u8> {
    vector_at(&place())
}

fn vector_at(place: &Place<'_>) -> Vec<u8> {
    seal_with(&key(), 1, &[0x55; 32], [0xb0; 12], place, b"hunter2").expect("it seals")
}

fn refusal(place: &Place<'_>, blob: &[u8]) -> Option<CryptoError> {
    open(&key(), false, place, blob).err()
}

#[test]
fn a_sealed_value_agrees_with_the_vector() -> Result<(), CryptoError> {
    let blob = vector();
    assert_eq!(hex(&check(&key())), "3aa4a60b");
    assert_eq!(
        hex(dek(&key(), &[0x55; 32])?.expose()),
        "8fcd6614c2577edff81b4ee88d52c426d5c0cb65a2fbf7685af99578d3d77da6"
    );
    assert_eq!(place().aad(Format::Unbound, &blob[..HEADER])?.len(), 185);
    assert_eq!(blob.len(), 332);
    assert_eq!(hex(&blob[60..76]), "3275ab2061c5901b115de704a11bc534");
    assert_eq!(hex(&blob[316..]), "aeb47a3c68a2d51874d08b8bd423a9bc");
    assert_eq!(
        hex(&sha256(&blob)),
        "3b278ffdff58a86acc8592feea783b42211f14e2fc4ecade1ac1237470dcc8c3"
    );
    assert_eq!(open(&key(), false, &place(), &blob)?.as_slice(), b"hunter2");
    assert_eq!(key_version(&blob), Ok(1));
    assert_eq!(format(&blob), Ok(Format::Unbound));
    Ok(())
}

/// Computed with another implementation, as the other one was.
#[test]
fn a_secret_with_its_login_agrees_with_the_vector_of_format_2() -> Result<(), CryptoError> {
    let blob = vector_at(&bound());
    assert_eq!(blob[..8], *b"RGC\x02\x01\0\0\0");
    assert_eq!(bound().aad(Format::Bound, &blob[..HEADER])?.len(), 213);
    assert_eq!(hex(&blob[316..]), "f159cd0a24d090196bef497032eaaa04");
    assert_eq!(
        hex(&sha256(&blob)),
        "a013eebb75427a5fa91b7ed6a04192527bd18a5ede3e0ecda20b8010e4d49879"
    );
    for is_bound in [false, true] {
        assert_eq!(open(&key(), is_bound, &bound(), &blob)?.as_slice(), b"hunter2");
    }
    assert_eq!(format(&blob), Ok(Format::Bound));
    Ok(())
}

#[test]
fn a_secret_of_another_login_does_not_open() {
    let blob = vector_at(&bound());
    let moves: [fn(&mut Login<'_>); 5] = [
        |login| login.credential_id = Uuid::nil(),
        |login| login.username = "acme-bot2",
        |login| login.username = "Acme-bot",
        |login| login.username = "acme-bo",
        |login| login.username = "",
    ];
    for (at, relocate) in moves.iter().enumerate() {
        let mut place = bound();
        relocate(place.login.as_mut().expect("it has one"));
        assert_eq!(refusal(&place, &blob), Some(CryptoError::Unauthentic), "move {at}");
    }
    // Nor as something without one.
    assert_eq!(refusal(&place(), &blob), Some(CryptoError::UnknownFormat));
    // The two parts of a login have their places, too.
    let mut place = bound();
    place.row_id = bound().login.map(|login| login.credential_id).expect("it has one");
    assert_eq!(refusal(&place, &blob), Some(CryptoError::Unauthentic));
}

#[test]
fn format_1_opens_with_a_login_until_none_is_left_in_it() -> Result<(), CryptoError> {
    let blob = vector();
    assert_eq!(open(&key(), false, &bound(), &blob)?.as_slice(), b"hunter2");
    assert_eq!(open(&key(), true, &bound(), &blob).err(), Some(CryptoError::Unbound));
    // What has no login is in it for good.
    assert_eq!(open(&key(), true, &place(), &blob)?.as_slice(), b"hunter2");
    // The number of the format is bound as well.
    let mut raised = blob;
    raised[3] = 2;
    assert_eq!(refusal(&bound(), &raised), Some(CryptoError::Unauthentic));
    Ok(())
}

#[test]
fn a_value_moved_to_another_place_does_not_open() {
    let moves: [fn(&mut Place<'_>); 9] = [
        |place| place.table = "secret",
        |place| place.column = "sealed2",
        // The boundary between two names is bound too, not only their letters.
        |place| (place.table, place.column) = ("secret_versions", "ealed"),
        |place| place.row_id = Uuid::nil(),
        |place| place.project_id = Uuid::nil(),
        |place| std::mem::swap(&mut place.row_id, &mut place.project_id),
        |place| place.secret_version = 4,
        |place| place.origin = "https://registry.example.com:444",
        |place| place.origin = "",
    ];
    for (at, relocate) in moves.iter().enumerate() {
        let mut place = place();
        relocate(&mut place);
        let refused = refusal(&place, &vector());
        assert_eq!(refused, Some(CryptoError::Unauthentic), "move {at}");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    for place in [place(), bound()] {
        for at in 0..332 {
            let mut blob = vector_at(&place);
            blob[at] ^= 1;
            let expected = match at {
                0..8 => CryptoError::UnknownFormat,
                12..16 => CryptoError::OtherKey,
                _ => CryptoError::Unauthentic,
            };
            assert_eq!(refusal(&place, &blob), Some(expected), "byte {at}");
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let blob = seal(&key(), 1, &place(), &[7; 600]).expect("it seals");
    for length in 0..blob.len() {
        let refused = refusal(&place(), &blob[..length]);
        // Cut at a block, the length is a possible one and the tag tells.
        let expected = match length {
            332 | 588 => CryptoError::Unauthentic,
            _ => CryptoError::Truncated,
        };
        assert_eq!(refused, Some(expected), "{length} bytes");
    }
}

#[test]
fn lengths_stop_at_the_limit() -> Result<(), CryptoError> {
    let longest = seal(&key(), 1, &place(), &[7; MAX_SECRET])?;
    assert_eq!(longest.len(), 64 * 1024 + 332);
    assert_eq!(open(&key(), false, &place(), &longest)?.len(), MAX_SECRET);
    assert_eq!(key_version(&vec![0; MAX + 1]), Err(CryptoError::TooLong));
    let refused = seal(&key(), 1, &place(), &[7; MAX_SECRET + 1]).err();
    assert_eq!(refused, Some(CryptoError::TooLong));
    Ok(())
}

#[test]
fn plaintext_is_never_taken_for_a_sealed_value() {
    assert_eq!(refusal(&place(), b"hunter2"), Some(CryptoError::Truncated));
    assert_eq!(refusal(&place(), &[b'a'; 332]), Some(CryptoError::UnknownFormat));
}

#[test]
fn only_the_one_padding_is_read() {
    let text = |length: u32, blocks: usize, last: u8| {
        let mut text = length.to_be_bytes().to_vec();
        text.resize(blocks * BLOCK, 0);
        text[blocks * BLOCK - 1] = last;
        text
    };
    assert_eq!(unpad(&text(252, 1, 9)).map(<[u8]>::len), Ok(252));
    assert_eq!(unpad(&text(0, 1, 0)), Ok([].as_slice()));
    for wrong in [text(7, 1, 9), text(253, 1, 0), text(7, 2, 0), text(u32::MAX, 1, 0)] {
        assert_eq!(unpad(&wrong), Err(CryptoError::BadPadding));
    }
}

proptest! {
    #[test]
    fn what_is_sealed_opens(
        secret in vec(any::<u8>(), 0..1200), version: u32, row: u128, has_login: bool,
    ) {
        let base = if has_login { bound() } else { place() };
        let place = Place { row_id: Uuid::from_u128(row), ..base };
        let blob = seal(&key(), version, &place, &secret).expect("it seals");
        prop_assert_eq!(key_version(&blob), Ok(version));
        let opened = open(&key(), has_login, &place, &blob).expect("it opens");
        prop_assert_eq!(opened.as_slice(), secret.as_slice());
    }

    #[test]
    fn garbage_is_refused_without_panic(tail in vec(any::<u8>(), 0..700), whole: bool, started: bool) {
        let mut blob = if started { vector()[..HEADER].to_vec() } else { Vec::new() };
        blob.extend_from_slice(&tail);
        if whole { blob.resize(588, 0); }
        prop_assert!(refusal(&place(), &blob).is_some());
    }
}
