//! The jobs of the instance, as an instance admin sees them.

use super::context::{person, vault};
use super::reply::finish_action;
use crate::domain::job::JobList;
use crate::domain::paths::JOBS;
use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

pub async fn find_jobs() -> Result<JobList> {
    let admin = person().await?.instance_admin()?;
    vault().jobs(&admin).await
}

#[server(prefix = "/rpc", endpoint = "jobs/run")]
pub async fn run_job_now(id: Uuid) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        let name = vault().run_job_now(&admin, id).await?;
        Ok(format!("The job was queued: {name}."))
    };
    finish_action(JOBS, done.await).await
}
