//! Every setting, and the only place that reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The settings of the server. Each is an option of `regcred serve` or a variable.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// The folder of the embedded database and its key
    #[arg(long, env = "REGCRED_DATA", default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,

    /// A `PostgreSQL` 15+ database instead of the embedded one.
    #[arg(
        long,
        help = "A PostgreSQL 15+ database instead of the embedded one: postgres://user:password@host/name",
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,

    /// The address to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "REGCRED_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// The public address; needed unless on loopback.
    #[arg(
        long = "url",
        help = "The public address, such as https://regcred.example.com; needed unless on loopback",
        env = "REGCRED_URL",
        value_name = "URL"
    )]
    pub url: Option<String>,

    /// A file with the 32-byte key-encryption key (raw, base64 or hex), readable by its owner only
    #[arg(long, env = "REGCRED_KEK_FILE", value_name = "FILE")]
    pub kek_file: Option<PathBuf>,

    /// The key-encryption key before the current one, while changing over
    #[arg(long, env = "REGCRED_KEK_PREVIOUS_FILE", value_name = "FILE")]
    pub kek_previous_file: Option<PathBuf>,

    /// Proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, env = "REGCRED_TRUSTED_PROXIES", value_delimiter = ',', value_name = "ADDRESS")]
    pub trusted_proxies: Vec<IpAddr>,

    /// What is logged: error, warn, info, debug, trace, or a filter such as regcred=debug
    #[arg(
        long,
        env = "REGCRED_LOG",
        default_value = "info,sea_orm_migration=warn",
        value_name = "FILTER"
    )]
    pub log: String,
}

/// A setting that cannot be used. The sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigProblem {
    /// Reachable from elsewhere without a public address.
    #[error(
        "REGCRED_URL is needed when listening beyond this machine: set it to the address people use, such as https://regcred.example.com."
    )]
    NoUrl,
    /// Not an address of a site.
    #[error(
        "REGCRED_URL has to be http:// or https:// with a host, and without a path, such as https://regcred.example.com."
    )]
    BadUrl,
    /// Another database than those that work.
    #[error(
        "DATABASE_URL has to begin with postgres://. Leave it out to use the embedded database."
    )]
    BadDatabase,
}

impl Config {
    /// The public address without a trailing slash; `port` is the one that is listened on.
    pub fn public_url(&self, port: u16) -> Result<String, ConfigProblem> {
        let Some(url) = &self.url else {
            let is_loopback = self.listen.ip().is_loopback();
            return if is_loopback {
                Ok(format!("http://localhost:{port}"))
            } else {
                Err(ConfigProblem::NoUrl)
            };
        };
        let url = url.trim_end_matches('/');
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
                Ok(url.to_owned())
            }
            _ => Err(ConfigProblem::BadUrl),
        }
    }

    /// Where the rows are.
    pub fn database(&self) -> Result<crate::store::Address, ConfigProblem> {
        match &self.database_url {
            None => Ok(crate::store::Address::File(self.data.join("regcred.db"))),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(crate::store::Address::Postgres(url.clone()))
            }
            Some(_) => Err(ConfigProblem::BadDatabase),
        }
    }
}
