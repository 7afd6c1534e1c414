//! Every setting, and with `kek/config.rs` the only place that reads the environment.

mod certificate;
mod demo;
mod hosts;
mod log;
mod problem;
mod shares;
mod site;
mod witnesses;

pub use certificate::CertificateConfig;
pub use log::LogFormat;
pub use problem::ConfigProblem;
pub use shares::RetentionConfig;
#[cfg(test)]
pub(crate) use site::fuzz;
pub use site::is_plain_in_public;
pub use witnesses::WitnessConfig;

use super::kek::KekConfig;
use crate::domain::secret_version::KEEP;
use crate::outbound::{Network, Outbound, OutboundSettings};
use crate::store::Address;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Whether this is the server of `make dev`: its files change while it runs.
pub const IS_WATCHED: bool = cfg!(debug_assertions) && option_env!("LEPTOS_WATCH").is_some();

/// Where rows and keys are: what every command needs.
#[derive(Clone, Debug, clap::Args)]
pub struct StorageConfig {
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

    /// Allow a PostgreSQL database over a network without verified TLS: true or false
    #[arg(
        long,
        env = "REGCRED_DATABASE_INSECURE",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub database_insecure: bool,

    /// Where the key-encryption key comes from.
    #[command(flatten)]
    pub kek: KekConfig,
}

/// How long servers are given to learn of a new data key: the same for all that share a database.
#[derive(Clone, Debug, clap::Args)]
pub struct PaceConfig {
    /// Seconds that a new data key waits before secrets are encrypted with it
    #[arg(
        long,
        env = "REGCRED_KEY_SETTLE",
        value_parser = clap::value_parser!(i64).range(0..=86_400),
        hide = true,
        value_name = "SECONDS"
    )]
    pub key_settle: Option<i64>,
}

impl PaceConfig {
    /// The seconds: a minute when several servers may share the database, and none when one has it
    /// to itself.
    pub fn seconds(&self, storage: &StorageConfig) -> i64 {
        let usual = if storage.database_url.is_some() { 60 } else { 0 };
        self.key_settle.unwrap_or(usual)
    }
}

/// Where the server is: what it listens on, and the address that people use.
#[derive(Clone, Debug, clap::Args)]
pub struct SiteConfig {
    /// The address to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "REGCRED_LISTEN",
        default_value = "127.0.0.1:3000",
        value_parser = site::listen,
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// The public address; needed unless on loopback.
    #[arg(
        long = "url",
        help = "The public address, such as https://regcred.example.com, without a path; needed unless on loopback",
        env = "REGCRED_URL",
        value_name = "URL"
    )]
    pub url: Option<String>,

    /// A PEM file with the server's certificate and those it was signed with: the server speaks TLS
    /// itself, and needs no proxy for https
    #[arg(long, env = "REGCRED_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// The PEM file with the private key of that certificate
    #[arg(long, env = "REGCRED_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Allow a public address with http://, where passwords and secrets can be read on the way: true
    /// or false
    #[arg(
        long,
        env = "REGCRED_INSECURE_HTTP",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub insecure_http: bool,
}

/// The settings of the server. Each is an option of `regcred serve` or a variable.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// Where rows and keys are.
    #[command(flatten)]
    pub storage: StorageConfig,

    /// Where the server is.
    #[command(flatten)]
    pub site: SiteConfig,

    /// With https, tell browsers to use https for all subdomains of the host as well (HSTS): true or
    /// false
    #[arg(
        long,
        env = "REGCRED_HSTS_SUBDOMAINS",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub hsts_subdomains: bool,

    /// Proxies whose X-Forwarded-For or Forwarded header is trusted: addresses or networks, such as
    /// 10.0.0.0/8, separated by commas
    #[arg(long, env = "REGCRED_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<String>,

    /// Other names of this server that pipelines use, such as regcred.svc:3000, separated by commas:
    /// for /api/ alone, never for pages. A name without a port is accepted with every port
    #[arg(long, env = "REGCRED_HOSTS", value_delimiter = ',', value_name = "HOST[:PORT]")]
    pub hosts: Vec<String>,

    /// Seconds to keep serving after the server was told to stop, while /readyz answers no and load
    /// balancers send requests elsewhere
    #[arg(
        long,
        env = "REGCRED_DRAIN",
        default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(0..=300),
        value_name = "SECONDS"
    )]
    pub drain: u64,

    /// Other hosts that the server may ask.
    #[command(flatten)]
    pub outbound: OutboundConfig,

    /// Versions of each secret that are kept, the current one included: what can be rolled back to
    #[arg(
        long,
        env = "REGCRED_KEEP_VERSIONS",
        default_value_t = KEEP.1,
        value_parser = clap::value_parser!(u8).range(i64::from(KEEP.0)..=i64::from(KEEP.2)),
        value_name = "NUMBER"
    )]
    pub keep_versions: u8,

    /// How long a new data key waits.
    #[command(flatten)]
    pub pace: PaceConfig,

    /// What one pipeline may take, and how long receipts are kept.
    #[command(flatten)]
    pub shares: shares::SharesConfig,

    /// Who cosigns checkpoints.
    #[command(flatten)]
    pub witnesses: WitnessConfig,

    /// What is logged: error, warn, info, debug, trace, or a filter such as regcred=debug
    #[arg(
        long,
        env = "REGCRED_LOG",
        default_value = "info,sea_orm_migration=warn",
        value_name = "FILTER"
    )]
    pub log: String,

    /// How the log is written: text for people, or json with one object on each line
    #[arg(
        long,
        env = "REGCRED_LOG_FORMAT",
        default_value = "text",
        value_enum,
        hide_possible_values = true,
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,

    /// Log each request with method, path, status, duration, client address and who sent it, and
    /// never its query or headers: true or false
    #[arg(long, env = "REGCRED_ACCESS_LOG", value_parser = clap::builder::BoolishValueParser::new())]
    pub access_log: bool,
}

/// Who became the user that runs a command, as `sudo` says. It is no proof: who runs a command on
/// this machine can set it.
#[expect(clippy::disallowed_methods, reason = "it is no setting, so no option of a command")]
pub fn sudo_user() -> Option<String> {
    std::env::var("SUDO_USER").ok()
}

/// Private registries and issuers: those on the internet need no setting.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct OutboundConfig {
    /// Private networks with registries or issuers to ask, such as 10.0.0.0/8, separated by commas
    #[arg(long, env = "REGCRED_PRIVATE_NETWORKS", value_delimiter = ',', value_name = "NETWORK")]
    pub private_networks: Vec<String>,

    /// A PEM file with certificate authorities to trust in addition to the public ones
    #[arg(long, env = "REGCRED_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

impl StorageConfig {
    pub fn address(&self) -> Result<Address, ConfigProblem> {
        match &self.database_url {
            None => Ok(Address::File(self.data.join("regcred.db"))),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                let address = Address::Postgres(url.clone());
                match address.is_private() {
                    None => Err(ConfigProblem::BadDatabase),
                    Some(false) if !self.database_insecure => Err(ConfigProblem::OpenDatabase),
                    Some(_) => Ok(address),
                }
            }
            Some(_) => Err(ConfigProblem::BadDatabase),
        }
    }
}

impl OutboundConfig {
    pub fn open(&self) -> Result<Outbound, ConfigProblem> {
        let allowed = networks(&self.private_networks).ok_or(ConfigProblem::BadNetwork)?;
        let roots_pem = match &self.ca_file {
            None => Vec::new(),
            Some(path) => std::fs::read(path)
                .map_err(|cause| ConfigProblem::BadAuthorities(cause.to_string()))?,
        };
        Outbound::new(OutboundSettings { allowed, roots_pem })
            .map_err(|problem| ConfigProblem::BadAuthorities(problem.to_string()))
    }
}

fn networks(given: &[String]) -> Option<Vec<Network>> {
    let given = given.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    given.map(Network::parse).collect()
}

impl Config {
    pub fn proxies(&self) -> Result<Vec<Network>, ConfigProblem> {
        networks(&self.trusted_proxies).ok_or(ConfigProblem::BadProxies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_over_a_network_is_refused_without_verified_tls_or_somebodys_word() {
        let address = |url: &str, database_insecure: bool| {
            let (data, kek) = (PathBuf::from("data"), KekConfig::default());
            let database_url = Some(url.to_owned());
            StorageConfig { data, database_url, database_insecure, kek }.address()
        };
        let far = "postgres://regcred@db.example.com/regcred";
        assert!(matches!(address(far, false), Err(ConfigProblem::OpenDatabase)));
        assert!(address(far, true).is_ok());
        assert!(address(&format!("{far}?sslmode=verify-full"), false).is_ok());
        assert!(address("postgres://regcred@localhost/regcred", false).is_ok());
        let unreadable = address("postgres://[/regcred", true);
        assert!(matches!(unreadable, Err(ConfigProblem::BadDatabase)));
    }
}
