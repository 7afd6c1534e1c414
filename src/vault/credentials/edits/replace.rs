//! Another secret for a credential, without the rest of its form.

use crate::domain::actor::Can;
use crate::domain::credential::Method;
use crate::domain::credential_form::CredentialForm;
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::error::{Error, FieldError, Result};
use crate::vault::{Saved, SecretInput, Vault};
use uuid::Uuid;

impl Vault {
    /// Stores the secret as the next version, which is delivered at once or waits. Of the form only the
    /// last day, whether it waits and whether the person is sure are read. The day is that of the new
    /// secret: of one that waits it counts once that is current.
    ///
    /// # Errors
    /// As of a whole save; `Invalid` also when there is no secret.
    pub async fn replace_secret(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        revision: i64,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Saved> {
        let stored = self.store.credentials(editor.project().id).find(id).await?;
        let stored = stored.ok_or(Error::NotFound)?;
        let (method, until) = (stored.summary.method, form.expires_on.trim());
        let mut errors = Vec::new();
        match secret.read(method, &stored.summary.username) {
            Ok(Some(_)) => {}
            Ok(None) => errors.push(FieldError::new(method.secret_field(), missing(method))),
            Err(error) => errors.push(error),
        }
        if !until.is_empty() && Day::parse(until).is_none() {
            errors.push(FieldError::new("expires_on", Day::problem(until)));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let kept = CredentialForm::from(&stored);
        let expires_on = if form.is_staged { kept.expires_on.clone() } else { until.to_owned() };
        let (is_staged, is_sure) = (form.is_staged, form.is_sure);
        let whole = CredentialForm { expires_on, is_staged, is_sure, ..kept };
        let ends = is_staged.then(|| until.to_owned());
        self.save(editor, id, revision, &whole, secret, ends).await
    }
}

fn missing(method: Method) -> &'static str {
    match method {
        Method::Password => "Enter the new password or token.",
        Method::GcpServiceAccountKey => {
            "Upload the .json file of the new service account key, or paste it."
        }
    }
}
