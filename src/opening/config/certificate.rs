//! The certificate of a server that speaks TLS itself, for the command that looks when it expires.

use std::path::PathBuf;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct CertificateConfig {
    /// The server's certificate, if it speaks TLS itself: when it expires is checked
    #[arg(long, env = "REGCRED_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
}
