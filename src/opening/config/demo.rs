//! The settings of the demo, which reads no environment: what is set there is for real instances.

use super::shares::SharesConfig;
use super::{
    Config, KekConfig, LogFormat, OutboundConfig, PaceConfig, RetentionConfig, SiteConfig,
    StorageConfig, WitnessConfig,
};
use crate::domain::secret_version::KEEP;
use std::net::SocketAddr;
use std::path::PathBuf;

impl Config {
    /// A server on this machine alone, on an embedded database in that folder.
    pub fn of_demo(data: PathBuf, listen: SocketAddr) -> Self {
        Self {
            storage: StorageConfig {
                data,
                database_url: None,
                database_insecure: false,
                kek: KekConfig::default(),
            },
            site: SiteConfig {
                listen,
                url: None,
                tls_cert: None,
                tls_key: None,
                insecure_http: false,
            },
            hsts_subdomains: false,
            trusted_proxies: Vec::new(),
            hosts: Vec::new(),
            drain: 0,
            outbound: OutboundConfig::default(),
            keep_versions: KEEP.1,
            pace: PaceConfig { key_settle: None },
            shares: SharesConfig {
                pipeline_rate: 50,
                pipeline_burst: None,
                project_rate: 200,
                project_burst: None,
                kept: RetentionConfig { retention: None },
            },
            witnesses: WitnessConfig::default(),
            log: String::new(),
            log_format: LogFormat::Text,
            access_log: false,
        }
    }
}
