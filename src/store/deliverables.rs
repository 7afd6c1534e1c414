//! What a delivery reads: the credentials that a pipeline's grants reach, each with the ciphertext of
//! its current version. One statement, which touches the rows that are granted and no others, and
//! whose answer is of one moment.

use super::Secrets;
use super::credentials::{day, list};
use super::entity::{access_grant, credential, secret_version};
use super::prepared::Prepared;
use super::terms;
use crate::domain::credential::{Access, Method, Summary};
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult,
    JoinType, QueryFilter, QueryResult, QuerySelect, QueryTrait, TryGetable,
};
use uuid::Uuid;

/// A granted credential with its current ciphertext.
#[derive(Clone, Debug)]
pub struct Deliverable {
    /// What a delivery has to know of it, without the secret.
    pub credential: Held,
    /// The project of the credential's row, as the ciphertext is bound to it.
    pub project_id: Uuid,
    /// The terms of each grant of it that the pipeline holds; never none.
    pub grants: Vec<Terms>,
    /// The row of the current version; `None` when it is gone.
    pub sealed: Option<(Uuid, Vec<u8>)>,
}

/// A credential as far as a delivery needs it: what is chosen by, and where its secret may go.
#[derive(Clone, Debug)]
pub struct Held {
    /// What is chosen by.
    pub summary: Summary,
    /// Which secret it has.
    pub secret: HeldSecret,
    /// The origin of another token service that its secret may go to.
    pub token_service: Option<String>,
}

/// Which secret a credential has.
#[derive(Clone, Copy, Debug)]
pub struct HeldSecret {
    /// The number of the current version.
    pub version: i64,
}

impl<C: ConnectionTrait> Secrets<'_, C> {
    /// What the pipeline's grants reach, by name: each credential once, whatever its grants.
    pub async fn granted_to(&self, pipeline: Uuid) -> Result<Vec<Deliverable>, DbErr> {
        static GRANTED: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values = vec![self.project.into(), pipeline.into()];
        let statement = GRANTED.with(backend, || text(backend), values);
        let rows = Row::find_by_statement(statement).all(self.db).await?;
        Ok(self.grouped(rows))
    }

    /// The rows' credentials by name, each with its grants in the order in which they were given.
    fn grouped(&self, mut rows: Vec<Row>) -> Vec<Deliverable> {
        // Not asked of the database, which would take that for a reason to go through all
        // credentials and versions of the project to find the few that are granted.
        rows.retain(|row| row.project_id == self.project);
        rows.sort_by(|one, other| (&one.name_key, one.grant).cmp(&(&other.name_key, other.grant)));
        let mut granted: Vec<Deliverable> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(terms) = row.terms else { continue };
            if let Some(last) = granted.last_mut()
                && last.credential.summary.id == row.id
            {
                last.grants.push(terms);
                continue;
            }
            let Some(credential) = row.credential else { continue };
            let sealed = row.sealed.filter(|(of, ..)| *of == self.project);
            granted.push(Deliverable {
                credential,
                project_id: row.project_id,
                grants: vec![terms],
                sealed: sealed.map(|(_, id, blob)| (id, blob)),
            });
        }
        granted
    }
}

/// What is read of a grant, in the order in which [`Row`] reads it.
const GRANT: [access_grant::Column; 12] = {
    use access_grant::Column as C;
    [
        C::Id,
        C::Intent,
        C::Repositories,
        C::Branches,
        C::Events,
        C::Forks,
        C::ExpiresOn,
        C::IsNarrow,
        C::NeedsApproval,
        C::Approver,
        C::ApprovedAt,
        C::ApprovedUntil,
    ]
};

/// The same of its credential.
const CREDENTIAL: [credential::Column; 19] = {
    use credential::Column as C;
    [
        C::Id,
        C::ProjectId,
        C::NameKey,
        C::Name,
        C::Description,
        C::Host,
        C::IsInsecure,
        C::Method,
        C::Username,
        C::Access,
        C::Paths,
        C::ExpiresOn,
        C::RenewOn,
        C::DisabledAt,
        C::UnreadableAt,
        C::UpdatedAt,
        C::UpdatedBy,
        C::SecretVersion,
        C::TokenService,
    ]
};

/// And of the current version, when there is one.
const VERSION: [secret_version::Column; 3] = {
    use secret_version::Column as C;
    [C::ProjectId, C::Id, C::Sealed]
};

/// From the grants of the pipeline to each credential by its id, and to each version by its number:
/// every step is a look into a unique index.
fn text(backend: DbBackend) -> String {
    let to_credential = access_grant::Entity::belongs_to(credential::Entity)
        .from(access_grant::Column::CredentialId)
        .to(credential::Column::Id)
        .into();
    let to_current = credential::Entity::belongs_to(secret_version::Entity)
        .from(credential::Column::Id)
        .to(secret_version::Column::CredentialId)
        .on_condition(|_, _| {
            let number = Expr::col((secret_version::Entity, secret_version::Column::Version));
            let current = (credential::Entity, credential::Column::SecretVersion);
            Condition::all().add(number.equals(current))
        })
        .into();
    access_grant::Entity::find()
        .select_only()
        .columns(GRANT)
        .columns(CREDENTIAL)
        .columns(VERSION)
        .join(JoinType::InnerJoin, to_credential)
        .join(JoinType::LeftJoin, to_current)
        .filter(access_grant::Column::ProjectId.eq(Uuid::nil()))
        .filter(access_grant::Column::PipelineId.eq(Uuid::nil()))
        .build(backend)
        .sql
}

/// One grant with what it reaches.
struct Row {
    grant: Uuid,
    /// `None` when one of them is not to be read.
    terms: Option<Terms>,
    id: Uuid,
    project_id: Uuid,
    name_key: String,
    /// `None` when the row was not written by us.
    credential: Option<Held>,
    /// The project of the version's row, its id and the blob.
    sealed: Option<(Uuid, Uuid, Vec<u8>)>,
}

/// The columns of a row, one after the other: looking each one up by its name costs more than
/// reading it.
struct Cells<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl Cells<'_> {
    fn take<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let value = self.row.try_get_by_index(self.next)?;
        self.next += 1;
        Ok(value)
    }
}

impl FromQueryResult for Row {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let mut cells = Cells { row, next: 0 };
        let grant = cells.take()?;
        let terms = terms_in(&mut cells)?;
        let (id, project_id, name_key) = (cells.take()?, cells.take()?, cells.take()?);
        let credential = held_in(&mut cells, id)?;
        let of: Option<Uuid> = cells.take()?;
        let version: Option<Uuid> = cells.take()?;
        let blob: Option<Vec<u8>> = cells.take()?;
        let sealed = of.zip(version).zip(blob).map(|((of, id), blob)| (of, id, blob));
        Ok(Self { grant, terms, id, project_id, name_key, credential, sealed })
    }
}

fn terms_in(cells: &mut Cells<'_>) -> Result<Option<Terms>, DbErr> {
    let intent: String = cells.take()?;
    let lists: [String; 3] = [cells.take()?, cells.take()?, cells.take()?];
    let forks: String = cells.take()?;
    let expires_on: Option<String> = cells.take()?;
    let (is_narrow, needs_approval) = (cells.take()?, cells.take()?);
    let approver: Option<String> = cells.take()?;
    let approved_at = cells.take()?;
    let approved_until: Option<String> = cells.take()?;
    Ok(terms::parsed(&terms::Written {
        intent: &intent,
        lists: lists.each_ref().map(String::as_str),
        forks: &forks,
        expires_on: expires_on.as_deref(),
        is_narrow,
        needs_approval,
        approver: approver.as_deref(),
        approved_at,
        approved_until: approved_until.as_deref(),
    }))
}

fn held_in(cells: &mut Cells<'_>, id: Uuid) -> Result<Option<Held>, DbErr> {
    let (name, description) = (cells.take()?, cells.take()?);
    let host: String = cells.take()?;
    let is_insecure = cells.take()?;
    let method: String = cells.take()?;
    let username = cells.take()?;
    let access: String = cells.take()?;
    let paths: String = cells.take()?;
    let (expires_on, renew_on) = (cells.take()?, cells.take()?);
    let disabled_at: Option<i64> = cells.take()?;
    let unreadable_at: Option<i64> = cells.take()?;
    let (updated_at, updated_by) = (cells.take()?, cells.take()?);
    let (version, token_service) = (cells.take()?, cells.take()?);
    let known =
        RegistryHost::stored(&host).zip(Method::from_word(&method)).zip(Access::from_word(&access));
    Ok(known.map(|((host, method), access)| Held {
        summary: Summary {
            id,
            name,
            description,
            host,
            is_insecure,
            method,
            username,
            access,
            paths: list(&paths),
            expires_on: day(&expires_on),
            renew_on: day(&renew_on),
            disabled_at: disabled_at.map(Moment),
            unreadable_at: unreadable_at.map(Moment),
            updated_at: Moment(updated_at),
            updated_by,
        },
        secret: HeldSecret { version },
        token_service,
    }))
}
