//! The times that something happened last. The clocks of two servers differ, and a clock goes back: a later
//! time stays the last one.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};

/// That time (milliseconds), unless the column has a later one.
pub(super) fn latest<C: ColumnTrait>(column: C, at: i64) -> Expr {
    Expr::case(is_before(column, at), Expr::value(at)).finally(column.into_expr()).into()
}

/// Whether the column has no time, or an earlier one.
pub(super) fn is_before<C: ColumnTrait>(column: C, at: i64) -> Condition {
    Condition::any().add(column.is_null()).add(column.lt(at))
}
