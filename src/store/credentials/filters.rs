//! What a list is narrowed to, as conditions on its rows.

use super::hosts;
use crate::domain::check::CheckState;
use crate::domain::expiry;
use crate::domain::listing::{ListQuery, StateFilter};
use crate::domain::moment::Day;
use crate::store::entity::credential::{Column, Entity};
use crate::store::entity::{check_state, usage};
use crate::store::prepared::escaped;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition};

/// The rows that fit; `search` is folded as `search_key` is.
pub(super) fn condition(query: &ListQuery, search: &str, today: Day) -> Condition {
    let mut all = Condition::all();
    if !search.is_empty() {
        let pattern = format!("%{}%", escaped(search));
        let is_in_text = Column::SearchKey.like(LikeExpr::new(pattern).escape('\\'));
        let mut found = Condition::any().add(is_in_text);
        if let Some(at_host) = hosts::searched(search) {
            found = found.add(at_host);
        }
        all = all.add(found);
    }
    if let Some(host) = &query.registry {
        all = all.add(hosts::at(host));
    }
    if let Some(method) = query.method {
        all = all.add(Column::Method.eq(method.word()));
    }
    if let Some(access) = query.access {
        all = all.add(Column::Access.eq(access.word()));
    }
    if query.is_unused {
        let credential = Expr::col((usage::Entity, usage::Column::CredentialId));
        let used = Query::select()
            .expr(Expr::val(1))
            .from(usage::Entity)
            .and_where(credential.equals((Entity, Column::Id)))
            .to_owned();
        all = all.add(Expr::not_exists(used));
    }
    if let Some(state) = query.state {
        all = all.add(in_state(state, today));
    }
    all
}

/// `domain::expiry::state` as a condition.
fn in_state(state: StateFilter, today: Day) -> Condition {
    let last_warned = today.plus_days(expiry::WARNING_DAYS).to_text();
    let today = today.to_text();
    let is_far = || {
        Condition::any()
            .add(Column::ExpiresOn.is_null())
            .add(Column::ExpiresOn.gt(last_warned.clone()))
    };
    let is_due = || Column::RenewOn.lte(today.clone());
    match state {
        StateFilter::Disabled => Condition::all().add(Column::DisabledAt.is_not_null()),
        StateFilter::Unreadable => Condition::all().add(Column::SecretUnreadableAt.is_not_null()),
        StateFilter::Expired => Condition::all().add(Column::ExpiresOn.lt(today)),
        StateFilter::Expiring => {
            Condition::all().add(Column::ExpiresOn.between(today, last_warned))
        }
        StateFilter::Due => Condition::all().add(is_far()).add(is_due()),
        StateFilter::Unknown => {
            Condition::all().add(Column::ExpiresOn.is_null()).add(Column::RenewOn.is_null())
        }
        StateFilter::Fine => Condition::all()
            .add(is_far())
            .add(Condition::any().add(Column::RenewOn.is_null()).add(Column::RenewOn.gt(today)))
            .add(
                Condition::any()
                    .add(Column::RenewOn.is_not_null())
                    .add(Column::ExpiresOn.is_not_null()),
            ),
        StateFilter::Works => Condition::all().add(checked(Some(CheckState::Works))),
        StateFilter::Failing => Condition::all().add(checked(Some(CheckState::Failing))),
        StateFilter::Unclear => Condition::all().add(checked(Some(CheckState::Unclear))),
        StateFilter::Unchecked => Condition::all().add(checked(None).not()),
    }
}

/// Whether it was checked at its registry, and the last check says that.
fn checked(state: Option<CheckState>) -> SimpleExpr {
    let credential = Expr::col((check_state::Entity, check_state::Column::CredentialId));
    let mut found = Query::select()
        .expr(Expr::val(1))
        .from(check_state::Entity)
        .and_where(credential.equals((Entity, Column::Id)))
        .to_owned();
    if let Some(state) = state {
        found.and_where(check_state::Column::State.eq(state.word()));
    }
    Expr::exists(found)
}
