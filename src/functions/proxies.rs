//! Proxies that nobody declared, as an instance admin sees them.

use crate::error::Result;
use leptos::prelude::*;

/// The addresses that headers of proxies came from, and that no setting names.
#[server(prefix = "/rpc", endpoint = "proxies/undeclared")]
pub async fn find_undeclared_proxies() -> Result<Vec<String>> {
    let admin = super::context::person().await?.instance_admin()?;
    Ok(super::context::vault().undeclared_proxies(&admin))
}
