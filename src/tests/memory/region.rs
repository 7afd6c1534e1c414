//! The memory of another process, as the kernel shows it to root.

use crate::canary::search::Search;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

/// What the kernel hands out at once.
const PAGE: usize = 4096;
static UNTOUCHED: [u8; PAGE] = [0; PAGE];

/// The memory of a process.
pub struct Memory {
    id: u32,
    file: File,
}

impl Memory {
    /// That of the process, or `None` when we may not look.
    pub fn of(id: u32) -> Option<Self> {
        match File::open(format!("/proc/{id}/mem")) {
            Ok(file) => Some(Self { id, file }),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Who of those searched for is in what the process may write to (heaps, stacks, data), and in
    /// which region of what size.
    pub fn hits(&self, search: &Search) -> BTreeSet<(usize, &'static str, String)> {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.id)).unwrap();
        let mut hits = BTreeSet::new();
        let mut searched = 0;
        for (line, (from, to)) in maps.lines().filter_map(|line| Some((line, writable(line)?))) {
            let name = line.split_whitespace().nth(5).unwrap_or("anonymous");
            let bytes = self.read(from, to);
            // Pages that nobody has touched hold nothing and are most of every stack.
            let pages: Vec<&[u8]> = bytes.chunks(PAGE).collect();
            let touched = pages.split(|page| *page == UNTOUCHED).filter(|run| !run.is_empty());
            for run in touched {
                let run = run.concat();
                searched += run.len();
                let found = search.plain_hits(&run).into_iter();
                hits.extend(found.map(|(who, form)| (who, form, format!("{name} {}", to - from))));
            }
        }
        assert!(searched > 1024 * 1024, "only {searched} bytes of memory were searched");
        hits
    }

    /// As far as it can be read: a region may be gone by now.
    fn read(&self, from: u64, to: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        let mut read = 0;
        while read < bytes.len() {
            match self.file.read_at(&mut bytes[read..], from + read as u64) {
                Ok(0) | Err(_) => break,
                Ok(more) => read += more,
            }
        }
        bytes.truncate(read);
        bytes
    }
}

/// Where a line of `maps` begins and ends, if that may be read and written:
/// `7f2c00000000-7f2c00021000 rw-p 00000000 00:00 0`.
fn writable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    if rest.starts_with("rw") { Some((number(from)?, number(to)?)) } else { None }
}
