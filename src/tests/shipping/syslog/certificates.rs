//! An authority, and the certificate that it gave to an address of this machine.

use crate::process::server::Folder;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/// `ca.pem`, and `cert.pem` with `cert.key`, in a folder of their own.
pub struct Certificates(Folder);

impl Certificates {
    pub fn of(address: IpAddr) -> Self {
        let made = Self(Folder::new());
        fs::write(made.path("names"), format!("subjectAltName=IP:{address}\n")).unwrap();
        for arguments in [
            format!("req -x509 -newkey {EC} -keyout ca.key -out ca.pem -subj /CN=ca -days 2"),
            format!("req -newkey {EC} -keyout cert.key -out cert.csr -subj /CN=siem"),
            "x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem".to_owned(),
        ] {
            let mut openssl = Command::new("openssl");
            openssl.args(arguments.split(' ')).current_dir(&made.0.0).stdin(Stdio::null());
            let done = openssl.output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{arguments}: {said}");
        }
        made
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.0.join(name)
    }

    /// The authority, as an operator gives it.
    pub fn authority(&self) -> Vec<u8> {
        fs::read(self.path("ca.pem")).unwrap()
    }
}
