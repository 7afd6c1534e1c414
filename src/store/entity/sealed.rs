//! Keys, credentials, and the versions of their secrets.

entities! {
    mod crypto_key = "crypto_key" {
        #[sea_orm(primary_key, auto_increment = false)]
        purpose: String,
        #[sea_orm(primary_key, auto_increment = false)]
        version: i32,
        key_uuid: Uuid,
        wrapped: super::super::Sealed,
        kek_id: String,
        state: String,
        state_since: i64,
        made_at: i64,
    }
    mod credential = "credential" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        name: String,
        name_key: String,
        /// The folded name with its numbers in their order.
        natural_key: String,
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
        secret_unreadable_at: Option<i64>,
        revision: i64,
        created_at: i64,
        created_by: String,
        updated_at: i64,
        updated_by: String,
        token_service: Option<String>,
        mac: Option<String>,
        secret_doubt: Option<String>,
        compromised_at: Option<i64>,
        compromised_by: Option<String>,
        /// The newest version of its secret at that time.
        compromised_version: Option<i64>,
    }
    /// How many credentials a project has; no row: none. The database writes it by itself.
    mod credential_count = "credential_count" {
        #[sea_orm(primary_key, auto_increment = false)]
        project_id: Uuid,
        number: i64,
    }
    /// What would lower a guard of a protected credential, until a second person approves it.
    mod guard_change = "guard_change" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        credential_id: Uuid,
        changes: String,
        proposed_by: Uuid,
        proposer: String,
        proposed_at: i64,
        revision: i64,
        mac: Option<String>,
        rejected_at: Option<i64>,
        rejected_by: Option<String>,
        rejection: Option<String>,
    }
    /// Versions of secrets, sealed; a destroyed one has no ciphertext.
    mod secret_version = "secret_version" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        credential_id: Uuid,
        version: i64,
        sealed: Option<super::super::Sealed>,
        created_at: i64,
        created_by: String,
        destroyed_at: Option<i64>,
        method: String,
        key_file: Option<String>,
        /// The version of the data key that it is under.
        data_key: Option<i32>,
        fingerprint: Option<Vec<u8>>,
        staged_at: Option<i64>,
        unreadable_at: Option<i64>,
        deliveries: i64,
        last_delivered_at: Option<i64>,
        mac: Option<String>,
        doubt: Option<String>,
        expires_on: Option<String>,
        /// The version of the key that made the fingerprint; without one it says nothing.
        fingerprint_key: i32,
        /// Whose token it is, if it is one that a person has.
        token: Option<String>,
    }
    /// Who does scheduled work at the moment, and how far it has come.
    mod lease = "lease" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        holder: Uuid,
        until: i64,
        progress: String,
    }
}
