//! One credential, for the credential helper, and one short-lived token.

use super::{json, text};
use crate::domain::credential::Access;
use crate::domain::image::Image;
use crate::domain::matching::Lost;
use crate::vault::{Entry, Given, Ledger};
use zeroize::Zeroizing;

/// `{"registry","username","secret","delivery"}`; `None` for what this door cannot hand out.
pub(in crate::api) fn credential(entry: &Entry, ledger: &mut Ledger) -> Option<Zeroizing<String>> {
    let secret = text(entry).map_err(|lost| ledger.leave_out(entry, lost)).ok()?;
    let mut out = Zeroizing::new(String::with_capacity(super::room(entry) + 128));
    out.push('{');
    let (host, receipt) = (entry.host.as_str(), entry.receipt.to_string());
    json::push_members(&mut out, &[("registry", host), ("username", &entry.username)]);
    out.push(',');
    json::push_members(&mut out, &[("secret", secret), ("delivery", &receipt)]);
    out.push('}');
    ledger.hold(entry);
    Some(out)
}

/// `{"token","expires_in","registry","repository","actions"}`; `None` for a secret, which is no
/// such token.
pub(in crate::api) fn token(
    entry: &Entry,
    image: &Image,
    intent: Access,
    ledger: &mut Ledger,
) -> Option<Zeroizing<String>> {
    let Given::Bearer { token, expires_in } = &entry.given else {
        ledger.leave_out(entry, Lost::NoToken);
        return None;
    };
    let length = super::room(entry) + image.repository.len() + 256;
    let mut out = Zeroizing::new(String::with_capacity(length));
    out.push('{');
    json::push_member(&mut out, "token", token);
    out.push_str(",\"expires_in\":");
    out.push_str(&expires_in.to_string());
    out.push(',');
    let host = image.host.as_str();
    json::push_members(&mut out, &[("registry", host), ("repository", &image.repository)]);
    out.push_str(",\"actions\":");
    out.push_str(match intent {
        Access::Pull => "[\"pull\"]",
        Access::PullAndPush => "[\"pull\",\"push\"]",
    });
    out.push('}');
    ledger.hold(entry);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::example::{bearer, entry};
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_credential_names_its_delivery() {
        let one = entry("docker.io", &[], "p\"\\w\u{f6}\n".as_bytes());
        let mut ledger = Ledger::default();
        let text = credential(&one, &mut ledger).unwrap();
        assert!(!text.contains('\n'));
        let found: Value = serde_json::from_str(&text).unwrap();
        let delivery = one.receipt.to_string();
        let expected = json!({
            "registry": "docker.io", "username": "acme-bot", "secret": "p\"\\w\u{f6}\n",
            "delivery": delivery,
        });
        assert_eq!((found, ledger.held().len()), (expected, 1));
    }

    #[test]
    fn what_the_helper_cannot_hold_is_not_handed_out() {
        let mut ledger = Ledger::default();
        let (bytes, token) = (entry("ghcr.io", &[], &[0xff]), bearer("ghcr.io", "t"));
        assert!(credential(&bytes, &mut ledger).is_none());
        assert!(credential(&token, &mut ledger).is_none());
        assert_eq!(ledger.lost(&bytes), Some(Lost::NotText));
        assert_eq!(ledger.lost(&token), Some(Lost::NeedsTokenClient));
        assert!(ledger.held().is_empty());
    }

    #[test]
    fn a_token_says_what_it_is_for() {
        let image = Image::parse("ghcr.io/acme/api").unwrap();
        for (intent, actions) in
            [(Access::Pull, json!(["pull"])), (Access::PullAndPush, json!(["pull", "push"]))]
        {
            let mut ledger = Ledger::default();
            let text = token(&bearer("ghcr.io", "t.o.k"), &image, intent, &mut ledger).unwrap();
            let found: Value = serde_json::from_str(&text).unwrap();
            let expected = json!({
                "token": "t.o.k", "expires_in": 300, "registry": "ghcr.io",
                "repository": "acme/api", "actions": actions,
            });
            assert_eq!((found, ledger.held().len()), (expected, 1));
        }
        let secret = entry("ghcr.io", &[], b"s");
        assert!(token(&secret, &image, Access::Pull, &mut Ledger::default()).is_none());
    }
}
