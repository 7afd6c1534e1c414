//! People, projects, and what signing in needs.

entities! {
    /// Facts about the instance: whether it was set up, and the link that may.
    mod instance = "instance" {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: String,
        until: Option<i64>,
        mac: Option<String>,
    }
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
        mac: Option<String>,
    }
    mod project = "project" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        slug: String,
        name: String,
        created_at: i64,
        mac: Option<String>,
        /// When its members put the first steps away.
        steps_hidden_at: Option<i64>,
    }
    mod membership = "membership" {
        #[sea_orm(primary_key, auto_increment = false)]
        project_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        person_id: Uuid,
        role: String,
        created_at: i64,
        mac: Option<String>,
    }
    mod session = "session" {
        #[sea_orm(primary_key, auto_increment = false)]
        id_hash: Vec<u8>,
        /// As JSON. Never a secret.
        data: String,
        person_id: Option<Uuid>,
        /// Idle until then.
        expires_at: i64,
        /// Over then, however busy.
        ends_at: i64,
        mac: Option<String>,
    }
    /// Single-use slots between a post and the page after it.
    mod slot = "slot" {
        #[sea_orm(primary_key, auto_increment = false)]
        id: Uuid,
        id_hash: Vec<u8>,
        person_id: Option<Uuid>,
        kind: String,
        sealed: super::super::Sealed,
        expires_at: i64,
    }
}
