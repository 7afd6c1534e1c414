//! Opens the readers of this room to `tests/fuzz`.

use super::{BearerAsk, challenge, realm, token};
use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;

pub(crate) fn challenge(data: &[u8]) {
    let Some(host) = RegistryHost::stored("registry.example.com") else { return };
    let realms = ["https://auth.example.com:443".to_owned()];
    let ask = BearerAsk {
        host: &host,
        is_insecure: false,
        repository: "acme/api",
        intent: Access::Pull,
        username: "robot",
        secret: b"hunter2",
        realms: &realms,
    };
    for challenge in challenge::parse(&String::from_utf8_lossy(data)).unwrap_or_default() {
        let _ = challenge.scheme();
        let _ = realm::token_url(&challenge, Some("repository:acme/api:pull"), &ask);
    }
}

pub(crate) fn token(data: &[u8]) {
    let _ = token::read(data, "acme/api", Access::Pull);
    let _ = token::gives_away(&String::from_utf8_lossy(data), b"hunter2");
}
