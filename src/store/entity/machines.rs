//! Pipelines, what proves them, and what they may have and have received.

entities! {
    mod pipeline = "pipeline" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        name: String,
        name_key: String,
        description: String,
        /// The folded name and description, without accents.
        search_key: String,
        /// What its trust rules name, as `search_key` is written.
        rules_key: String,
        created_at: i64,
        created_by: String,
        identity_epoch: i64,
        /// How many tokens of people and trust rules it has rows of.
        identities: i64,
        /// How often its name and its description were saved.
        revision: i64,
        mac: Option<String>,
    }
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
        expires_at: Option<i64>,
        proof: Option<String>,
        refused_at: Option<i64>,
        refused_from: Option<String>,
        created_by_id: Option<Uuid>,
        identity_epoch: i64,
        /// What people call it; may be empty.
        name: String,
        mac: Option<String>,
    }
    /// Whose signed word is taken for a pipeline, and what it has to say.
    mod trust_rule = "trust_rule" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        pipeline_id: Uuid,
        provider: String,
        issuer: String,
        audience: String,
        claims: String,
        public_key: Option<String>,
        created_at: i64,
        created_by: String,
        last_used_at: Option<i64>,
        created_by_id: Option<Uuid>,
        ended_at: Option<i64>,
        identity_epoch: i64,
        intent: String,
        /// Who was shown the secret that the project shares with Drone.
        shown_to: Option<Uuid>,
        title: String,
        mac: Option<String>,
    }
    /// Whose tokens the instance accepts, beside those of known clouds.
    mod issuer = "issuer" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        url: String,
        added_at: i64,
        added_by: String,
        added_by_id: Option<Uuid>,
        is_from_upgrade: bool,
        mac: Option<String>,
    }
    /// Who was shown the secret that a project shares with Drone.
    mod shared_secret_view = "shared_secret_view" {
        #[sea_orm(primary_key, auto_increment = false)]
        project_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        person_id: Uuid,
        shown_at: i64,
    }
    /// Single-use tokens of providers that were used, by their hash.
    mod used_assertion = "used_assertion" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Vec<u8>,
        expires_at: i64,
    }
    mod access_grant = "access_grant" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        project_id: Uuid,
        pipeline_id: Uuid,
        credential_id: Uuid,
        intent: String,
        created_at: i64,
        created_by: String,
        repositories: String,
        branches: String,
        events: String,
        forks: String,
        expires_on: Option<String>,
        is_narrow: bool,
        needs_approval: bool,
        granted_by: Option<Uuid>,
        approved_by: Option<Uuid>,
        approver: Option<String>,
        approved_at: Option<i64>,
        approved_until: Option<String>,
        approved_epoch: Option<i64>,
        revision: i64,
        mac: Option<String>,
        /// The last day on which nobody has to approve it, as far as is known: where to look.
        settled_until: String,
        rejected_at: Option<i64>,
        rejected_by: Option<String>,
        rejection: Option<String>,
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
        used: i64,
        last_used_at: Option<i64>,
    }
}
