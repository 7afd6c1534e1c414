//! Proxies that nobody declared, as an instance admin sees them.

use super::context::{person, vault};
use crate::error::Result;

/// The addresses that headers of proxies came from, and that no setting names.
pub async fn find_undeclared_proxies() -> Result<Vec<String>> {
    let admin = person().await?.instance_admin()?;
    Ok(vault().undeclared_proxies(&admin))
}
