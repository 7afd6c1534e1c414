//! Rules of the form that need the rows: whether its name is free, and who its owner is.

use crate::domain::actor::Can;
use crate::domain::credential_form::CredentialForm;
use crate::domain::permission::of;
use crate::domain::user::Person;
use crate::error::{FieldError, Result};
use crate::store::Write;
use crate::vault::{Vault, names};
use uuid::Uuid;

impl Vault {
    /// Adds a sentence to the errors when another credential than `except` has the name. One that
    /// breaks a rule is not asked for: `PostgreSQL` cannot be asked for every text.
    pub(in crate::vault) async fn check_name(
        &self,
        write: &Write,
        editor: &Can<of::RegistryWrite>,
        form: &CredentialForm,
        except: Option<Uuid>,
        errors: &mut Vec<FieldError>,
    ) -> Result<()> {
        let key = names::fold(form.name.trim());
        if !is_wrong(errors, "name")
            && write.credentials(editor.project().id).is_named(&key, except).await?
        {
            errors.push(name_taken());
        }
        Ok(())
    }

    /// The owner that the form names: the name of the member whose name or e-mail was typed, in any
    /// case. The present owner (`stored`, on edit) may have left. Empty for a blank field;
    /// for anybody else a sentence is added to the errors.
    pub(in crate::vault) async fn owner(
        &self,
        write: &Write,
        editor: &Can<of::RegistryWrite>,
        form: &CredentialForm,
        stored: Option<&str>,
        errors: &mut Vec<FieldError>,
    ) -> Result<String> {
        let typed = form.owner.trim();
        if typed.is_empty() || stored == Some(typed) || is_wrong(errors, "owner") {
            return Ok(typed.to_owned());
        }
        let key = names::fold(typed);
        let is_meant =
            |person: &Person| names::fold(&person.name) == key || names::fold(&person.email) == key;
        let members = write.projects().members(editor.project().id).await?;
        if let Some(person) = members.into_iter().map(|(person, _)| person).find(is_meant) {
            return Ok(person.name);
        }
        let blank = if stored.is_some() { "for no owner" } else { "to make yourself the owner" };
        let message =
            format!("No member of this project has this name or email. Leave blank {blank}.");
        errors.push(FieldError::new("owner", message));
        Ok(String::new())
    }
}

pub(in crate::vault) fn is_wrong(errors: &[FieldError], field: &str) -> bool {
    errors.iter().any(|error| error.field == field)
}

pub(in crate::vault) fn name_taken() -> FieldError {
    FieldError::new(
        "name",
        "Another credential in this project has this name. Names that differ only in case are the same. Choose another one.",
    )
}
