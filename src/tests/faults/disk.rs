//! The disk that fails, as a test gives it its orders.

use crate::process::server::Folder;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;

/// Calls that write bytes.
pub const WRITE: u64 = 1;
/// Calls that wait for the disk.
pub const FLUSH: u64 = 2;
/// All calls that change a file.
pub const ANY: u64 = 7;
/// There is no room left.
pub const ENOSPC: u64 = 28;
/// The file may grow no longer.
pub const EFBIG: u64 = 27;
/// The disk is broken.
pub const EIO: u64 = 5;
/// Until it is told to stop.
pub const ALWAYS: u64 = u64::MAX;

/// What is loaded into a server, and the file with its orders.
pub struct Disk {
    folder: Folder,
    orders: File,
}

impl Disk {
    /// A disk without faults.
    pub fn new() -> Self {
        let folder = Folder::new();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/faults/disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.0.join("disk.so"));
        assert!(compiler.args([source, "-ldl"]).status().unwrap().success());
        let mut new = File::options();
        new.read(true).write(true).create_new(true);
        let orders = new.open(folder.0.join("orders")).unwrap();
        orders.set_len(48).unwrap();
        Self { folder, orders }
    }

    /// Where it is loaded from.
    pub fn library(&self) -> PathBuf {
        self.folder.0.join("disk.so")
    }

    /// The program, with the calls on files that have `on` in their path under these orders.
    pub fn under(&self, mut command: Command, on: &str) -> Command {
        command.env("LD_PRELOAD", self.library());
        command.env("REGCRED_FAULTS", self.folder.0.join("orders"));
        command.env("REGCRED_FAULTS_ON", on);
        command
    }

    /// From the call number `from` on, counted from now and of these kinds, so many fail.
    pub fn fail(&self, kinds: u64, error: u64, from: u64, times: u64) {
        // The first number last: it is what arms it.
        self.set(1, times);
        self.set(2, error);
        self.set(3, kinds);
        self.set(0, from);
    }

    /// It works again.
    pub fn mend(&self) {
        self.set(0, 0);
        self.set(1, 0);
    }

    /// How many calls have failed.
    pub fn failed(&self) -> u64 {
        self.number(5)
    }

    /// How many calls there were.
    pub fn seen(&self) -> u64 {
        self.number(4)
    }

    fn set(&self, place: u64, number: u64) {
        self.orders.write_all_at(&number.to_ne_bytes(), place * 8).unwrap();
    }

    fn number(&self, place: u64) -> u64 {
        let mut bytes = [0; 8];
        self.orders.read_exact_at(&mut bytes, place * 8).unwrap();
        u64::from_ne_bytes(bytes)
    }
}
