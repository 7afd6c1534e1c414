//! Reading the credential dialogs' post: text fields first, the file last (protocol: RFC 7578).
//!
//! A part that is too large is read to its end and dropped, so that the browser sees the answer
//! instead of a broken connection, and everything else that was typed survives.

use crate::domain::credential_form::CredentialForm;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::vault::SecretInput;
use leptos::server_fn::codec::MultipartData;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The longest text part that is kept, in bytes. Longer ones break a rule of their field anyway.
const TEXT_MAX: usize = 256 * 1024;
/// The largest file that is read, in bytes: the largest secret.
const FILE_MAX: usize = 64 * 1024;
/// The most that all parts may keep together, in bytes.
const TOTAL_MAX: usize = 1024 * 1024;

#[derive(Clone, Debug, Default)]
pub(super) struct CredentialPost {
    pub(super) project: String,
    pub(super) id: Option<Uuid>,
    pub(super) revision: i64,
    /// The query of the list that the dialog was drawn over.
    pub(super) list: String,
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
    while let Some(mut part) = parts.next_field().await.map_err(|_| malformed())? {
        let name = part.name().unwrap_or_default().to_owned();
        let max = if name == "key_file" { FILE_MAX } else { TEXT_MAX };
        let mut bytes = Zeroizing::new(Vec::new());
        let mut is_too_large = false;
        while let Some(chunk) = part.chunk().await.map_err(|_| malformed())? {
            if bytes.len() + chunk.len() > max || total > TOTAL_MAX {
                is_too_large = true;
                continue;
            }
            total += chunk.len();
            bytes.extend_from_slice(&chunk);
        }
        set(&mut post, &name, bytes, is_too_large)?;
    }
    Ok(post)
}

fn set(
    post: &mut CredentialPost,
    name: &str,
    bytes: Zeroizing<Vec<u8>>,
    is_too_large: bool,
) -> Result<()> {
    let unknown =
        || Error::BadRequest("The form has a field that this page does not send.".to_owned());
    match name {
        "key_file" => {
            post.secret.is_file_too_large = is_too_large;
            post.secret.key_file = Secret::new(bytes.to_vec());
            return Ok(());
        }
        "password" | "key_json" if is_too_large => {
            // Kept one byte too long, so that the rule for it speaks.
            let kept = Secret::new(vec![b'x'; FILE_MAX + 1]);
            if name == "password" {
                post.secret.password = kept
            } else {
                post.secret.key_text = kept
            }
            return Ok(());
        }
        "password" => {
            post.secret.password = Secret::new(bytes.to_vec());
            return Ok(());
        }
        "key_json" => {
            post.secret.key_text = Secret::new(bytes.to_vec());
            return Ok(());
        }
        _ => {}
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let form = &mut post.form;
    let field = match name {
        "project" => &mut post.project,
        "list" => &mut post.list,
        "id" => {
            post.id = Some(Uuid::parse_str(&text).map_err(|_| Error::NotFound)?);
            return Ok(());
        }
        "revision" => {
            post.revision = text.parse().map_err(|_| unknown())?;
            return Ok(());
        }
        "also" => {
            form.also.push(text);
            return Ok(());
        }
        "is_staged" => {
            form.is_staged = text == "true";
            return Ok(());
        }
        "is_protected" => {
            form.is_protected = text == "true";
            return Ok(());
        }
        "is_insecure" => {
            form.is_insecure = text == "true";
            return Ok(());
        }
        "name" => &mut form.name,
        "description" => &mut form.description,
        "registry_url" => &mut form.registry_url,
        "method" => &mut form.method,
        "username" => &mut form.username,
        "email" => &mut form.email,
        "paths" => &mut form.paths,
        "access" => &mut form.access,
        "expires_on" => &mut form.expires_on,
        "owner" => &mut form.owner,
        "environment" => &mut form.environment,
        "labels" => &mut form.labels,
        "review_on" => &mut form.review_on,
        "rotate_every_days" => &mut form.rotate_every_days,
        _ => return Err(unknown()),
    };
    *field = text;
    Ok(())
}
