//! The witnesses that the operator names.

use crate::checkpoints::cosignature::WitnessKey;

/// A witness: what verifies what it says, and where it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    pub key: WitnessKey,
    pub url: String,
}

impl Witness {
    /// Reads `KEY URL`, as the operator writes it. Whether the URL can be called is for others to say.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, url) = text.trim().split_once(char::is_whitespace)?;
        let (key, url) = (WitnessKey::parse(key)?, url.trim().trim_end_matches('/'));
        (!url.is_empty()).then(|| Self { key, url: url.to_owned() })
    }
}
