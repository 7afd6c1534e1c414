//! What can be done to a row of the list, in words. There is one menu for all rows: a script fills it
//! for the row whose button is pressed, and where none runs the server draws it open in the row.

use super::markup::Text;
use super::row::is_kept_disabled;
use crate::domain::credential::Summary;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::functions::credential_switch::{DisableCredential, EnableCredential};
use crate::ui::kit::PageContext;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

/// Stands for the id of a row in the menu that belongs to none yet.
const ROW: &str = "ROW";

/// The menu of any row of the list.
#[derive(Clone, Copy)]
pub struct RowMenu<'a> {
    pub project: &'a str,
    /// What is asked of the list: its dialogs carry it along, and a row's action comes back to it.
    list_query: &'a str,
    can_edit: bool,
    can_delete: bool,
}

impl<'a> RowMenu<'a> {
    pub fn new(page: &'a PageContext, list_query: &'a str) -> Self {
        let can_edit = page.may(Permission::RegistryWrite);
        let can_delete = page.may(Permission::RegistryDelete);
        Self { project: &page.project, list_query, can_edit, can_delete }
    }

    /// Whether whoever looks may change rows.
    pub fn can_edit(&self) -> bool {
        self.can_edit
    }

    /// The edit dialog, for those who may edit.
    pub fn edit(&self, id: Uuid) -> Option<String> {
        self.can_edit.then(|| paths::edit_credential(self.project, id) + self.list_query)
    }

    /// The delete dialog, for those who may delete.
    pub fn delete(&self, id: Uuid) -> Option<String> {
        self.can_delete.then(|| paths::delete_credential(self.project, id) + self.list_query)
    }

    /// The menu of this row, open.
    pub fn open(&self, credential: &Summary) -> String {
        let is_disabled = credential.disabled_at.is_some();
        let toggle = if is_kept_disabled(credential) {
            String::new()
        } else {
            self.toggle(credential.id, is_disabled)
        };
        let items = self.items(credential.id, &toggle);
        // The first item has the focus, so that it is in sight.
        let items = items.replacen("<a ", "<a autofocus ", 1);
        let list = self.list();
        format!(
            "<div class=\"menu row-menu\">{items}<a class=\"menu-item\" href=\"{}\">Close</a></div>",
            Text(&list)
        )
    }

    /// The menu of no row yet.
    pub fn unfilled(&self) -> impl IntoView + use<> {
        let nobody = Uuid::nil();
        let toggles = [false, true].map(|is_disabled| self.toggle(nobody, is_disabled)).concat();
        let items = self.items(nobody, &toggles).replace(&nobody.to_string(), ROW);
        view! {
            <div
                id="row-menu"
                class="menu"
                popover="auto"
                data-id=ROW
                inner_html=items
            ></div>
        }
    }

    fn list(&self) -> String {
        paths::credentials(self.project) + self.list_query
    }

    fn items(&self, id: Uuid, toggle: &str) -> String {
        let item = |href: &str, word: &str| {
            format!("<a class=\"menu-item\" href=\"{}\">{word}</a>", Text(href))
        };
        let mut items = item(&paths::credential(self.project, id), "View details");
        if let Some(edit) = self.edit(id) {
            let replace = paths::replace_secret(self.project, id) + self.list_query;
            items += &item(&edit, "Edit");
            items += &item(&replace, "Replace secret");
            items += toggle;
        }
        if let Some(delete) = self.delete(id) {
            items += &item(&delete, "Delete");
        }
        items
    }

    /// The button that stops deliveries or allows them again, as [`super::row::EnableToggle`].
    fn toggle(&self, id: Uuid, is_disabled: bool) -> String {
        let (action, word, when) = if is_disabled {
            (EnableCredential::url(), "Enable", "off")
        } else {
            (DisableCredential::url(), "Disable", "on")
        };
        let (id, back) = (id.to_string(), self.list());
        let values = [("project", self.project), ("id", id.as_str()), ("back", back.as_str())];
        let hidden = values.map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", Text(value))
        });
        let hidden = hidden.concat();
        format!(
            "<form method=\"post\" action=\"{action}\" data-when=\"{when}\">{hidden}<button class=\"menu-item\">{word}</button></form>"
        )
    }
}
