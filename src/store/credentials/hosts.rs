//! Registry hosts as people and machines write them, as conditions on the rows that hold them: with
//! the usual port of the scheme or without, it is one host.

use crate::domain::registry::RegistryHost;
use crate::store::entity::credential::Column;
use crate::store::prepared::escaped;
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ColumnTrait, Condition};

/// Those at the host. What names none is compared as it is.
pub(in crate::store) fn at(host: &str) -> Condition {
    let parsed = RegistryHost::read(host).ok().filter(|parsed| parsed.path.is_none());
    let Some(parsed) = parsed else { return Condition::all().add(Column::Host.eq(host)) };
    let written = parsed.host.as_str();
    let plain = parsed.host.clone().canonical(true);
    let plain = plain.as_str();
    if parsed.is_http {
        return Condition::all().add(Column::Host.eq(plain)).add(Column::IsInsecure.eq(true));
    }
    if parsed.is_https {
        return Condition::all().add(Column::Host.eq(written)).add(Column::IsInsecure.eq(false));
    }
    if written == plain {
        return Condition::all().add(Column::Host.eq(written));
    }
    // Both are looked up in the index, and then the one is of plain http only.
    Condition::all()
        .add(Column::Host.is_in([written, plain]))
        .add(Condition::any().add(Column::Host.eq(written)).add(Column::IsInsecure.eq(true)))
}

/// The end of a host that a search names with its scheme or the scheme's usual port, and whether that is
/// plain http. `None` for any other search.
pub(super) fn named(search: &str) -> Option<(&str, bool)> {
    let (scheme, text) =
        search.split_once("://").map_or((None, search), |(scheme, text)| (Some(scheme), text));
    let text = text.trim_end_matches('/');
    let is_insecure = match scheme {
        Some("http") => true,
        Some("https") => false,
        None if text.ends_with(":80") => true,
        None if text.ends_with(":443") => false,
        _ => return None,
    };
    let port = if is_insecure { ":80" } else { ":443" };
    let end = text.strip_suffix(port).unwrap_or(text);
    (!end.is_empty()).then_some((end, is_insecure))
}

/// For such a search: those whose host, which is stored without scheme and usual port, ends so.
pub(super) fn searched(search: &str) -> Option<Condition> {
    let (end, is_insecure) = named(search)?;
    let ends_so = Column::Host.like(LikeExpr::new(format!("%{}", escaped(end))).escape('\\'));
    Some(Condition::all().add(ends_so).add(Column::IsInsecure.eq(is_insecure)))
}
