//! Who can act as a pipeline: what a person who approves is shown.

use super::trust::rule_name;
use crate::domain::grant::Approval;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::Token;
use crate::domain::trust_rule::TrustRule;
use crate::ui::kit::{Badge, Cell, Columns, Section, Table};
use leptos::prelude::*;

/// Its live tokens and its trust rules, with who made them, and which of them are newer than the
/// approval that there is.
#[component]
pub fn Identities(
    tokens: Vec<Token>,
    rules: Vec<TrustRule>,
    approval: Option<Approval>,
    today: Day,
) -> impl IntoView {
    let is_new = |epoch: i64| approval.as_ref().is_some_and(|approval| !approval.is_for(epoch));
    let tokens = tokens.into_iter().filter(|token| token.is_live(today)).map(|token| {
        let is_new = is_new(token.identity_epoch);
        let name = format!("Token {}", token.label());
        let made = (token.created_at, token.created_by.name);
        row(name, token.id, made, token.expires_on.to_text(), is_new)
    });
    // One that has stopped lets nobody in.
    let rules = rules.into_iter().filter(|rule| rule.ended_at.is_none()).map(|rule| {
        let is_new = is_new(rule.identity_epoch);
        let claims = rule.claims.iter().map(|(name, value)| format!("{name}={value}"));
        let issuer = (!rule.issuer.is_empty()).then(|| rule.issuer.clone());
        let says: Vec<String> = issuer.into_iter().chain(claims).collect();
        let made = (rule.created_at, rule.created_by.name.clone());
        row(rule_name(&rule), says.join(", "), made, "Never".to_owned(), is_new)
    });
    let rows: Vec<[Cell; 4]> = tokens.chain(rules).collect();
    let columns = Columns::new(["Token or trust rule", "Created", "Expires", "Approval"], rows);
    view! {
        <Section id="identities" title="Tokens and trust rules">
            <Table
                columns
                class="compact"
                empty="This pipeline has no tokens and no trust rules, so nothing can use it."
            />
        </Section>
    }
}

fn row(
    name: String,
    says: String,
    (at, by): (Moment, String),
    expires: String,
    is_new: bool,
) -> [Cell; 4] {
    [
        Cell::of(view! {
            <div>{name}</div>
            {(!says.is_empty()).then(|| view! { <div class="mono muted">{says}</div> })}
        }),
        Cell::done(at, &by),
        Cell::of(expires),
        Cell::of(is_new.then(|| view! { <Badge label="newer than the approval" tone="warn"/> })),
    ]
}
