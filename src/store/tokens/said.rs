//! What the rows say that a token is found in, as their MACs cover it: no row is read twice for it.

use crate::store::authentic::{Authentic, Cell, Said};
use crate::store::entity::{pipeline, pipeline_token};
use crate::store::seals::Seals;
use sea_orm::{DbErr, QueryResult};

/// Whether we wrote the token and its pipeline. The row is an answer to `super::FIND`.
pub(super) fn is_ours(row: &QueryResult, seals: &Seals) -> Result<bool, DbErr> {
    let hash: Vec<u8> = row.try_get_by_index(3)?;
    let (public, proof, expires_on) = (text(row, 9)?, text(row, 6)?, text(row, 4)?);
    let maker = text(row, 17)?;
    let token = [
        ("id", Cell::Text(public.as_deref())),
        ("project_id", id(row, 10)?),
        ("pipeline_id", id(row, 11)?),
        ("secret_hash", Cell::Bytes(Some(&hash))),
        ("expires_on", Cell::Text(expires_on.as_deref())),
        ("expires_at", number(row, 5)?),
        ("proof", Cell::Text(proof.as_deref())),
        ("revoked_at", number(row, 7)?),
        ("identity_epoch", number(row, 8)?),
        ("created_by_id", id(row, 12)?),
        ("created_at", number(row, 16)?),
        ("created_by", Cell::Text(maker.as_deref())),
    ];
    let name = text(row, 1)?;
    let pipeline = [
        ("id", id(row, 0)?),
        ("project_id", id(row, 2)?),
        ("name", Cell::Text(name.as_deref())),
        ("identity_epoch", number(row, 14)?),
        ("identities", number(row, 18)?),
    ];
    let (mac, of_pipeline) = (text(row, 13)?, text(row, 15)?);
    Ok(holds::<pipeline_token::Entity>(seals, &token, mac.as_deref())
        && holds::<pipeline::Entity>(seals, &pipeline, of_pipeline.as_deref()))
}

fn holds<E: Authentic>(seals: &Seals, cells: &[(&str, Cell<'_>)], mac: Option<&str>) -> bool {
    seals.hold(E::TABLE, Said::of_cells::<E>(cells).bytes(), mac)
}

fn id(row: &QueryResult, at: usize) -> Result<Cell<'static>, DbErr> {
    Ok(Cell::Id(row.try_get_by_index(at)?))
}

fn number(row: &QueryResult, at: usize) -> Result<Cell<'static>, DbErr> {
    Ok(Cell::Number(row.try_get_by_index(at)?))
}

fn text(row: &QueryResult, at: usize) -> Result<Option<String>, DbErr> {
    row.try_get_by_index(at)
}
