//! What is typed of a new destination, with all that is wrong with it.

use super::ChainKeeper;
use crate::domain::shipping::{DestinationForm, NewDestination, Transport};
use crate::error::{Error, FieldError, Result};
use crate::store::DestinationRow;
use crate::vault::names::fold;
use crate::vault::{Vault, gather};

impl Vault {
    /// What is wrong with the form, a sentence at each field.
    ///
    /// # Errors
    /// When the other destinations cannot be read.
    pub async fn problems_of_destination(
        &self,
        keeper: &ChainKeeper,
        form: &DestinationForm,
    ) -> Result<Vec<FieldError>> {
        let all = self.store.destinations().of_chain(keeper.chain).await?;
        let mut problems = Vec::new();
        gather(&mut problems, self.read_destination(form, &all))?;
        Ok(problems)
    }

    /// Reads it, beside `all` that the chain has.
    pub(super) fn read_destination(
        &self,
        form: &DestinationForm,
        all: &[DestinationRow],
    ) -> Result<NewDestination> {
        let mut errors = Vec::new();
        let read = gather(&mut errors, form.read())?;
        let is_right = |field: &str| errors.iter().all(|one| one.field != field);
        let mut more = Vec::new();
        let name = fold(form.name.trim());
        if is_right("name") && all.iter().any(|other| fold(&other.shown.name) == name) {
            let sentence = "A destination with this name already exists.";
            more.push(FieldError::new("name", sentence));
        }
        if is_right("address") {
            let address = form.address.trim();
            let problem = match Transport::from_word(&form.transport) {
                Some(Transport::Webhook) => self.reach()?.receivers.address_problem(address),
                Some(Transport::Syslog) => self.reach()?.receivers.host_problem(address),
                Some(Transport::Pull) | None => None,
            };
            more.extend(problem.map(|sentence| FieldError::new("address", sentence)));
        }
        errors.extend(more);
        read.filter(|_| errors.is_empty()).ok_or(Error::Invalid(errors))
    }
}
