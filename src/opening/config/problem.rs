//! What is wrong with a setting.

/// A setting that cannot be used. The sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigProblem {
    #[error(
        "REGCRED_URL is needed when listening beyond this machine: set it to the address people use, such as https://regcred.example.com."
    )]
    NoUrl,
    #[error(
        "REGCRED_URL must be http:// or https:// with a host, and nothing after it, such as https://regcred.example.com."
    )]
    BadUrl,
    #[error(
        "REGCRED_URL has a path after its host, and Regcred works only at the root of a host: its links and cookies are for the whole host. Give it a host name of its own, such as https://regcred.example.com."
    )]
    HasPath,
    #[error(
        "REGCRED_URL begins with http://, so others on the network can read passwords, tokens and secrets. Put a proxy that speaks https in front of Regcred and set REGCRED_URL to its https:// address, or set REGCRED_TLS_CERT and REGCRED_TLS_KEY. REGCRED_INSECURE_HTTP=true allows http:// anyway."
    )]
    PlainHttp,
    #[error(
        "REGCRED_TLS_CERT and REGCRED_TLS_KEY belong together: set both to PEM files, or remove both."
    )]
    HalfOfTls,
    #[error(
        "REGCRED_URL begins with http://, but the server speaks https with the certificate of REGCRED_TLS_CERT. Set REGCRED_URL to its https:// address."
    )]
    PlainUrlOfTls,
    #[error(
        "REGCRED_PRIVATE_NETWORKS must be addresses or networks separated by commas, such as 10.0.0.0/8,192.0.2.7."
    )]
    BadNetwork,
    #[error(
        "REGCRED_TRUSTED_PROXIES must be addresses or networks separated by commas, such as 10.0.0.0/8,192.0.2.7."
    )]
    BadProxies,
    #[error(
        "REGCRED_HOSTS must be host names separated by commas, such as regcred.svc or regcred.svc:3000. Remove http://, paths and wildcards."
    )]
    BadHosts,
    #[error(
        "REGCRED_WITNESSES must be the public key and the URL of each witness with a space between them, separated by commas, such as witness.example.com/w1+0a1b2c3d+BA… https://witness.example.com. The key is an Ed25519 key for cosignatures. Name each witness once, and no more than 16."
    )]
    BadWitnesses,
    #[error("The file of REGCRED_CA_FILE cannot be used: {0}.")]
    BadAuthorities(String),
    #[error(
        "DATABASE_URL must be a URL such as postgres://user:password@localhost/name. Remove it to use the embedded database."
    )]
    BadDatabase,
    #[error(
        "DATABASE_URL names a database on another machine without verified TLS, so others on the network could read its data or impersonate the database. Add sslmode=verify-full to its query, and sslrootcert=FILE for an authority of your own. REGCRED_DATABASE_INSECURE=true allows it anyway."
    )]
    OpenDatabase,
}
