//! What must never be shown: passwords, tokens, keys.

use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret on its way in. It cannot be serialized, printed or compared, and is zeroed on drop.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes. Every caller is a place to review.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_shows_its_name_only() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "Secret");
    }
}
