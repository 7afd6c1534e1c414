//! Reading the credential dialogs' post: text fields first, the file last (protocol: RFC 7578).
//!
//! A part that is too large is read to its end and dropped, so that the browser sees the answer
//! instead of a broken connection. For a secret the rule of its field speaks, and everything else that
//! was typed survives; with any other part missing, the form would say what nobody typed.

use crate::domain::credential_form::CredentialForm;
use crate::domain::paths::FROM_PAGE;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::vault::SecretInput;
use leptos::server_fn::codec::MultipartData;
use std::collections::BTreeSet;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The longest text part that is kept, in bytes.
const TEXT_MAX: usize = 256 * 1024;
/// The largest file that is read, in bytes: the largest secret.
const FILE_MAX: usize = 64 * 1024;
/// The most that all parts may keep together, in bytes.
const TOTAL_MAX: usize = 1024 * 1024;
/// The parts for which a rule of their own speaks when they are too large.
const SECRETS: [&str; 3] = ["password", "key_json", "key_file"];
/// The only field that has several values.
const LIST: &str = "also";

const TOO_LONG: &str = "A field of the form is too long, or all of them together are. Nothing was saved. Shorten what you typed, and send the form again.";
const TWICE: &str =
    "The form has the same field twice. Nothing was saved. Load the page again, and send its form.";

#[derive(Clone, Debug, Default)]
pub(super) struct CredentialPost {
    pub(super) project: String,
    pub(super) id: Option<Uuid>,
    pub(super) revision: i64,
    /// The query of the list that the dialog was drawn over.
    pub(super) list: String,
    /// The preset that the create dialog stood at, if it was one.
    pub(super) preset: String,
    /// The name that was filled in for the person.
    pub(super) offered_name: String,
    /// Whether the dialog was opened on the credential's own page.
    pub(super) is_from_page: bool,
    /// Whether a secret was typed before this post, and is gone with a post that was refused.
    pub(super) lost_secret: bool,
    pub(super) form: CredentialForm,
    pub(super) secret: SecretInput,
}

impl CredentialPost {
    /// Whether a secret was typed, pasted or chosen.
    pub(super) fn had_secret(&self) -> bool {
        let SecretInput { password, key_text, key_file, is_file_too_large } = &self.secret;
        *is_file_too_large || [password, key_text, key_file].iter().any(|one| !one.is_blank())
    }
}

/// Reads the whole post.
///
/// # Errors
/// `BadRequest` for what no form of ours sends.
pub(super) async fn read(data: MultipartData) -> Result<CredentialPost> {
    let malformed =
        || Error::BadRequest("The upload was incomplete. Send the form again.".to_owned());
    let mut parts = data.into_inner().ok_or_else(malformed)?;
    let mut post = CredentialPost::default();
    let mut total = 0;
    let mut names = BTreeSet::new();
    let mut problem = None;
    while let Some(mut part) = parts.next_field().await.map_err(|_| malformed())? {
        let name = part.name().unwrap_or_default().to_owned();
        let max = if name == "key_file" { FILE_MAX } else { TEXT_MAX };
        let mut bytes = Zeroizing::new(Vec::new());
        let mut is_too_large = false;
        while let Some(chunk) = part.chunk().await.map_err(|_| malformed())? {
            if bytes.len() + chunk.len() > max || total + chunk.len() > TOTAL_MAX {
                is_too_large = true;
                continue;
            }
            total += chunk.len();
            bytes.extend_from_slice(&chunk);
        }
        if is_too_large && !SECRETS.contains(&name.as_str()) {
            problem = problem.or(Some(TOO_LONG));
        } else if name != LIST && names.contains(&name) {
            problem = problem.or(Some(TWICE));
        } else {
            set(&mut post, &name, bytes, is_too_large)?;
            names.insert(name);
        }
    }
    match problem {
        Some(problem) => Err(Error::BadRequest(problem.to_owned())),
        None => Ok(post),
    }
}

fn set(
    post: &mut CredentialPost,
    name: &str,
    bytes: Zeroizing<Vec<u8>>,
    is_too_large: bool,
) -> Result<()> {
    let unknown =
        || Error::BadRequest("The form has a field that this page does not send.".to_owned());
    let text = || String::from_utf8_lossy(&bytes).into_owned();
    let (form, secret) = (&mut post.form, &mut post.secret);
    match name {
        "key_file" => {
            secret.is_file_too_large = is_too_large;
            secret.key_file = Secret::new(bytes.to_vec());
        }
        "password" | "key_json" => {
            // What is too large is kept one byte too long, so that the rule for it speaks.
            let kept = if is_too_large { vec![b'x'; FILE_MAX + 1] } else { bytes.to_vec() };
            let field =
                if name == "password" { &mut secret.password } else { &mut secret.key_text };
            *field = Secret::new(kept);
        }
        "project" => post.project = text(),
        "list" => post.list = text(),
        "preset" => post.preset = text(),
        "offered_name" => post.offered_name = text(),
        "from" => post.is_from_page = text() == FROM_PAGE,
        "lost_secret" => post.lost_secret = text() == "true",
        "anyway" => form.is_sure = text() == "true",
        "id" => post.id = Some(Uuid::parse_str(&text()).map_err(|_| Error::NotFound)?),
        "revision" => post.revision = text().parse().map_err(|_| unknown())?,
        LIST => form.also.push(text()),
        "is_staged" => form.is_staged = text() == "true",
        "is_protected" => form.is_protected = text() == "true",
        "is_insecure" => form.is_insecure = text() == "true",
        "name" => form.name = text(),
        "description" => form.description = text(),
        "registry_url" => form.registry_url = text(),
        "method" => form.method = text(),
        "username" => form.username = text(),
        "email" => form.email = text(),
        "paths" => form.paths = text(),
        "access" => form.access = text(),
        "expires_on" => form.expires_on = text(),
        "owner" => form.owner = text(),
        "environment" => form.environment = text(),
        "labels" => form.labels = text(),
        "review_on" => form.review_on = text(),
        "rotate_every_days" => form.rotate_every_days = text(),
        _ => return Err(unknown()),
    }
    Ok(())
}
