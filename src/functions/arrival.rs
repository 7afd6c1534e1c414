//! Who comes to the pages that lead on, and with what: to sign in, or to a start page without a project.

use super::answer::{FailedForm, Flash, Tone};
use super::context::{person, signed_in, vault};
use super::notes::look_at_note;
use crate::domain::paths::{HOME, is_ours};
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::vault::NoteKind;
use serde::{Deserialize, Serialize};

/// How somebody comes to the page to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arrival {
    /// They are signed in, and go there.
    SignedIn(String),
    /// Nobody can sign in yet.
    BeforeSetUp,
    /// Their session ended before they sent a form; whether it comes back as they left it.
    WithForm {
        is_kept: bool,
    },
    /// Their session ended before they pressed a button.
    WithPress,
    Usual,
}

/// How this browser comes to sign in; `next` is where it wants to go. A database that does not answer
/// changes nothing: the form is shown as usual.
pub async fn arrival(next: Option<&str>) -> Arrival {
    let next = next.filter(|next| is_ours(next));
    if person().await.is_ok() {
        return Arrival::SignedIn(next.unwrap_or(HOME).to_owned());
    }
    if vault().needs_set_up().await.unwrap_or(false) {
        return Arrival::BeforeSetUp;
    }
    let left = |name: &str| value_of(next?, name);
    if let Some(id) = left("back")
        && let Some(form) = look_at_note::<FailedForm>(NoteKind::FailedForm, id).await
        && form.error == Error::Unauthenticated
    {
        return Arrival::WithForm { is_kept: !form.form.is_null() };
    }
    if let Some(id) = left("said")
        && let Some(said) = look_at_note::<Flash>(NoteKind::Flash, id).await
        && said.tone == Tone::Failure
    {
        return Arrival::WithPress;
    }
    Arrival::Usual
}

/// The value in the query of an address of ours.
fn value_of<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Where to go from `/`: the slug of the first project; `None` when the person has none.
pub async fn home() -> Result<(Person, Option<String>)> {
    let id = signed_in().await?.ok_or(Error::Unauthenticated)?;
    let (person, first) = vault().person_at_home(id).await?;
    Ok((person, first.map(|project| project.slug)))
}

#[cfg(test)]
mod tests {
    use super::value_of;

    #[test]
    fn what_was_left_for_a_page_is_in_its_address() {
        let address = "/p/acme/credentials/new?q=x&back=0199&said=";
        assert_eq!(value_of(address, "back"), Some("0199"));
        assert_eq!(value_of(address, "said"), Some(""));
        assert_eq!(value_of(address, "ack"), None);
        assert_eq!(value_of("/p/acme", "back"), None);
    }
}
