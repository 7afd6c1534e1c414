//! Registries of plain http are stored without port 80, as those of TLS are without port 443: one
//! origin is one host.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the secrets are bound to is `http://host:80` either way, so they still open. Left as they
/// are: a bare word, which is no host without its port, and a name of Docker Hub, which would be
/// another one.
const DROP_PORT: &str = "UPDATE credential
    SET search_key = replace(search_key, '\n' || host || '\n',
            '\n' || substr(host, 1, length(host) - 3) || '\n'),
        host = substr(host, 1, length(host) - 3)
    WHERE is_insecure AND host LIKE '%:80'
        AND (host LIKE '%.%' OR host LIKE '[%' OR host = 'localhost:80')
        AND host <> 'docker.com:80' AND host NOT LIKE '%.docker.com:80'
        AND host NOT LIKE '%.docker.io:80'";

// The older program reads the same origin in the shorter host.
runs!(&[DROP_PORT], &[""; 0]);
