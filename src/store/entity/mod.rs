//! One model per table. They stop at `store`: the rest of the product sees domain values.

macro_rules! entities {
    ($($(#[$meta:meta])* mod $module:ident = $table:literal { $($(#[$fmeta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            pub mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = $table)]
                pub struct Model { $($(#[$fmeta])* pub $field: $type,)+ }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        )+

        /// Every table, in the order in which they stand here.
        pub(super) fn shapes() -> Result<Vec<super::shape::Shape>, sea_orm::DbErr> {
            Ok(vec![$(super::shape::of::<$module::Entity>()?,)+])
        }
    };
}

/// A ciphertext column. It prints its length only.
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

entities! {
    /// Facts about the instance: whether it was set up, and the link that may.
    mod instance = "instance" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: String,
        until: Option<i64>,
    }
    /// People.
    mod person = "person" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        email: String,
        email_key: String,
        name: String,
        password_hash: String,
        is_admin: bool,
        disabled_at: Option<i64>,
        created_at: i64,
    }
    /// Projects.
    mod project = "project" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        slug: String,
        name: String,
        created_at: i64,
    }
    /// Who belongs where.
    mod membership = "membership" {
        #[sea_orm(primary_key, auto_increment = false)]
        project_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        person_id: Uuid,
        role: String,
        created_at: i64,
    }
    /// Sessions, by the hash of their id.
    mod session = "session" {
        #[sea_orm(primary_key, auto_increment = false)]
        id_hash: Vec<u8>,
        data: String,
        person_id: Option<Uuid>,
        expires_at: i64,
        ends_at: i64,
    }
    /// Failed attempts, by account and by address.
    mod attempt = "attempt" {
        #[sea_orm(primary_key, auto_increment = false)]
        key: String,
        count: i64,
        since: i64,
    }
    /// Single-use slots between a post and the page after it.
    mod slot = "slot" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        id_hash: Vec<u8>,
        person_id: Option<Uuid>,
        kind: String,
        sealed: super::Sealed,
        expires_at: i64,
    }
    /// Wrapped keys.
    mod crypto_key = "crypto_key" {
        #[sea_orm(primary_key, auto_increment = false)]
        purpose: String,
        #[sea_orm(primary_key, auto_increment = false)]
        version: i32,
        key_uuid: Uuid,
        wrapped: super::Sealed,
        kek_id: String,
        state: String,
        state_since: i64,
        created_at: i64,
    }
    /// Credentials, without their secrets.
    mod credential = "credential" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        name: String,
        name_key: String,
        search_key: String,
        description: String,
        host: String,
        is_insecure: bool,
        method: String,
        username: String,
        access: String,
        email: String,
        paths: String,
        owner: String,
        environment: String,
        labels: String,
        expires_on: Option<String>,
        review_on: Option<String>,
        rotate_every_days: Option<i32>,
        renew_on: Option<String>,
        is_protected: bool,
        key_file: Option<String>,
        secret_version: i64,
        secret_set_at: i64,
        secret_set_by: String,
        disabled_at: Option<i64>,
        unreadable_at: Option<i64>,
        revision: i64,
        created_at: i64,
        created_by: String,
        updated_at: i64,
        updated_by: String,
    }
    /// Versions of secrets, sealed; a destroyed one has no ciphertext.
    mod secret_version = "secret_version" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        credential_id: Uuid,
        version: i64,
        sealed: Option<super::Sealed>,
        created_at: i64,
        created_by: String,
        destroyed_at: Option<i64>,
        method: String,
        key_file: Option<String>,
        key_version: Option<i32>,
        fingerprint: Option<Vec<u8>>,
        staged_at: Option<i64>,
        unreadable_at: Option<i64>,
        deliveries: i64,
        last_delivered_at: Option<i64>,
    }
    /// Who does scheduled work at the moment, and how far it has come.
    mod lease = "lease" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        holder: Uuid,
        until: i64,
        progress: String,
    }
    /// Pipelines.
    mod pipeline = "pipeline" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        name: String,
        name_key: String,
        description: String,
        created_at: i64,
        created_by: String,
    }
    /// Pipeline tokens, by their public half.
    mod pipeline_token = "pipeline_token" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        project_id: Uuid,
        pipeline_id: Uuid,
        secret_hash: Vec<u8>,
        created_at: i64,
        created_by: String,
        expires_on: String,
        last_used_at: Option<i64>,
        revoked_at: Option<i64>,
    }
    /// Grants.
    mod access_grant = "access_grant" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        pipeline_id: Uuid,
        credential_id: Uuid,
        intent: String,
        created_at: i64,
        created_by: String,
    }
    /// What each pipeline has received of each credential, summed up as receipts are written.
    mod usage = "usage" {
        project_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        credential_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pipeline_id: Uuid,
        pipeline: String,
        deliveries: i64,
        first_at: i64,
        last_at: i64,
        last_version: i64,
    }
    /// The end of each chain.
    mod chain_head = "chain_head" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        seq: i64,
        mac: Vec<u8>,
    }
    /// Audit events.
    mod audit_event = "audit_event" {
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        action: String,
        actor_id: Option<Uuid>,
        actor: String,
        subject_id: Uuid,
        subject: String,
        detail: String,
        mac: Vec<u8>,
    }
    /// Receipts.
    mod receipt = "receipt" {
        id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        chain: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        seq: i64,
        at: i64,
        pipeline_id: Uuid,
        pipeline: String,
        credential_id: Option<Uuid>,
        credential: Option<String>,
        version: Option<i64>,
        intent: String,
        door: String,
        token_id: String,
        claims: String,
        address: Option<String>,
        outcome: String,
        reason: Option<String>,
        mac: Vec<u8>,
    }
}
