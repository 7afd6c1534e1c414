//! The rows of the list, one line each. Fifty of them are most of their page, so they are written as
//! text: nothing stands in them that all rows have in common, and nothing is built to be thrown away.
//! What HTML lets one leave out is left out: the ends of cells and rows, and quotes round single words.

use super::bulk::{self, TickAll};
use super::markup::{Text, attribute, titled};
use super::row::{is_kept_disabled, states};
use super::row_menu::RowMenu;
use crate::domain::ago;
use crate::domain::check::LastCheck;
use crate::domain::credential::Summary;
use crate::domain::listing::{ListQuery, Sort, UsedBy};
use crate::domain::moment::{Day, Moment};
use crate::domain::paths;
use crate::domain::registry_kind::RegistryKind;
use crate::domain::short_id;
use crate::functions::answer::now;
use crate::ui::kit::ACTIONS;
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The columns, and what the list is sorted by when the head is pressed.
const HEADS: [(&str, Option<Sort>); 6] = [
    ("Name", Some(Sort::Name)),
    ("Registry URL", Some(Sort::Registry)),
    ("Access", None),
    ("Used by", None),
    ("State", Some(Sort::Expires)),
    ("Changed", Some(Sort::Changed)),
];

/// Characters that are seen of a name or a host in any case; of more the whole is a tooltip.
const SEEN: usize = 18;
/// The same of what stands after something else.
const SEEN_AFTER: usize = 12;

/// The form that the buttons of the rows send where no script opens their menu.
pub const FORM: &str = "r";

/// What all rows of a page of the list have in common.
pub struct Rows<'a> {
    menu: RowMenu<'a>,
    today: Day,
    now: Moment,
    /// The end of the id of the row whose menu is open: as [`end`] has it, or longer in an older link.
    open: Option<String>,
    /// Those that are selected at first.
    selected: BTreeSet<Uuid>,
}

impl<'a> Rows<'a> {
    pub fn new(
        menu: RowMenu<'a>,
        today: Day,
        open: Option<String>,
        selected: BTreeSet<Uuid>,
    ) -> Self {
        Self { menu, today, now: now(), open, selected }
    }

    /// All of them, as HTML.
    pub fn html(
        &self,
        rows: &[Summary],
        used_by: &BTreeMap<Uuid, UsedBy>,
        checks: &BTreeMap<Uuid, LastCheck>,
    ) -> String {
        rows.iter().map(|row| self.row(row, used_by.get(&row.id), checks.get(&row.id))).collect()
    }

    fn row(
        &self,
        credential: &Summary,
        used_by: Option<&UsedBy>,
        check: Option<&LastCheck>,
    ) -> String {
        let access = credential.access.label();
        let (name, host) = (self.name(credential), host(credential));
        let (used_by, states) = (self.used_by(used_by), self.states(credential, check));
        let (changed, actions) = (self.changed(credential), self.actions(credential));
        format!("<tr>{name}{host}<td>{access}{used_by}<td>{states}{changed}<td>{actions}")
    }

    /// The mark says nothing that the column beside it does not.
    fn name(&self, credential: &Summary) -> String {
        let kind = credential.kind().word();
        let page = paths::credential(self.menu.project, credential.id);
        let link = titled("a", &credential.name, SEEN);
        let link = link.replacen("<a", &format!("<a href=\"{page}\""), 1);
        let description = match credential.description.as_str() {
            "" => String::new(),
            text => titled("span", text, SEEN_AFTER),
        };
        let tick = self.tick(credential);
        format!("<td>{tick}<i class=mark-{kind}></i>{link}{description}")
    }

    /// What selects it, for those who may do something to what is selected.
    fn tick(&self, credential: &Summary) -> String {
        if !self.menu.can_edit() {
            return String::new();
        }
        let (form, id) = (bulk::FORM, short_id::of(credential.id));
        let name = Text(&credential.name);
        let checked = if self.selected.contains(&credential.id) { " checked" } else { "" };
        format!(
            "<input type=checkbox form={form} name=ids[] value={id} aria-label=\"Select {name}\"{checked}>"
        )
    }

    fn used_by(&self, used_by: Option<&UsedBy>) -> String {
        let Some(UsedBy { pipelines, last_at }) = used_by else {
            return "<td>Never used".to_owned();
        };
        let noun = if *pipelines == 1 { "pipeline" } else { "pipelines" };
        format!("<td>{pipelines} {noun} · {}", self.time(*last_at))
    }

    fn states(&self, credential: &Summary, check: Option<&LastCheck>) -> String {
        let states = states(credential, check, self.today).into_iter().map(|state| {
            let title = match state.title.as_str() {
                "" => String::new(),
                title => format!(" title={}", attribute(title)),
            };
            format!("<b class=dot-{}{title}>{}</b>", state.tone, Text(&state.label))
        });
        states.collect::<Vec<_>>().join(" ")
    }

    fn changed(&self, credential: &Summary) -> String {
        let (at, by) = (self.time(credential.updated_at), Text(&credential.updated_by));
        if credential.updated_by.chars().count() > SEEN_AFTER {
            return format!("<td title=\"{by}\">{at}<span>, {by}</span>");
        }
        format!("<td>{at}<span>, {by}</span>")
    }

    /// What is done to it: each once as an icon, which the label decides, and in words in the menu.
    fn actions(&self, credential: &Summary) -> String {
        let (menu, name) = (&self.menu, Text(&credential.name));
        let link = |href: Option<String>, verb: &str| {
            href.map_or_else(String::new, |href| {
                let href = attribute(&href);
                format!("<a href={href} aria-label=\"{verb} {name}\"></a>")
            })
        };
        let edit = link(menu.edit(credential.id), "Edit");
        let delete = link(menu.delete(credential.id), "Delete");
        let end = end(credential.id);
        let off = match credential.disabled_at {
            None => "",
            Some(_) if is_kept_disabled(credential) => " data-off=kept",
            Some(_) => " data-off",
        };
        let is_open = self.open.as_deref().is_some_and(|open| {
            open.len() >= end.len() && credential.id.simple().to_string().ends_with(open)
        });
        let open = if is_open { menu.open(credential) } else { String::new() };
        format!(
            "{edit}{delete}<button form={FORM} name=menu value={end}{off} aria-label=\"More actions for {name}\"></button>{open}"
        )
    }

    fn time(&self, at: Moment) -> String {
        let (exact, said) = (ago::exactly(at, self.now), ago::briefly(at, self.now));
        let day = exact.split(' ').next().unwrap_or_default();
        format!("<time datetime={day} title=\"{exact}\">{said}</time>")
    }
}

/// The host, with the kind of registry that it is, and in any case whole, for who points at it.
fn host(credential: &Summary) -> String {
    let (host, kind) = (credential.host.as_str(), credential.kind());
    let title = match kind {
        RegistryKind::SelfHosted => return titled("td", host, SEEN),
        kind if host.len() > SEEN => format!("{host}, {}", kind.label()),
        kind => kind.label().to_owned(),
    };
    format!("<td title=\"{}\">{}", Text(&title), Text(host))
}

/// The end of an id, which tells the rows of a page apart.
fn end(id: Uuid) -> String {
    let mut id = id.simple().to_string();
    id.split_off(id.len() - 8)
}

/// The heads of the columns; one that sorts is a link, which turns the order round when the list is
/// sorted by it already. `can_select`: the rows have tick boxes.
pub fn heads(query: &ListQuery, list: &str, can_select: bool) -> impl IntoView + use<> {
    let head = |(name, sort): (&'static str, Option<Sort>)| {
        let Some(sort) = sort else {
            return view! { <th scope="col">{name}</th> }.into_any();
        };
        let is_current = query.sort() == sort;
        let href = query.sorted(sort, is_current && !query.is_reversed).to_url();
        let href = format!("{list}{href}");
        // The last change comes first.
        let is_rising = (sort == Sort::Changed) == query.is_reversed;
        let order = if is_rising { "ascending" } else { "descending" };
        let has_ticks = can_select && sort == Sort::Name;
        view! {
            // The column is called as it is without the tick box.
            <th scope="col" aria-sort=is_current.then_some(order) aria-label=has_ticks.then_some(name)>
                {has_ticks.then(|| view! { <TickAll/> })}
                <a href=href>{name}</a>
            </th>
        }
        .into_any()
    };
    view! {
        <tr>
            {HEADS.into_iter().map(head).collect_view()}
            <th scope="col">
                <span class="visually-hidden">{ACTIONS}</span>
            </th>
        </tr>
    }
}
