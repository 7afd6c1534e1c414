//! Makes inputs that nobody sends, from some that are sent, and gives them to a reader: it may refuse
//! each, and not panic over any nor take long for one. The same seed makes the same inputs.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, num};

/// A reader of what comes from outside.
pub struct Target {
    /// The file that it is in, from the root of the repository.
    pub file: &'static str,
    /// What it is used to, for the changes to begin with.
    pub seeds: &'static [&'static [u8]],
    /// Reads one input.
    pub run: fn(&[u8]),
}

/// Inputs for each reader in a quick run, and at full length with `REGCRED_SOAK=1`.
const QUICK: u64 = 2_000;
const FULL: u64 = 10_000_000;
/// Bytes of an input, and of one that is made to be long.
const SHORT: usize = 4 * 1024;
const LONG: usize = 32 * 1024;
/// How long one may take, on a machine that does other things as well.
const SOON: Duration = Duration::from_secs(5);

/// What readers tend to look for.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"'",
    b"://",
    b"@",
    b"%",
    b"%00",
    b"%c3%28",
    b"=",
    b";",
    b",",
    b":",
    b"[",
    b"]",
    b"::1",
    b"\r\n",
    b"\n",
    b"\0",
    b" ",
    b"\t",
    b"..",
    b"/",
    b"//",
    b"?",
    b"#",
    b"&",
    b"xn--",
    b"{",
    b"}",
    b"[[",
    b"null",
    b"{\"a\":",
    b"1e999",
    b"99999999999999999999",
    b"-1",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b"--",
    b"-----BEGIN ",
    b"-----END ",
    b"a",
    b"A.b",
    b"==",
];

struct Dice(u64);

impl Dice {
    /// `SplitMix64`: quick, and good enough for dice.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`, or 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).unwrap_or_default()
    }

    fn one_of<'a>(&mut self, many: &[&'a [u8]]) -> &'a [u8] {
        many.get(self.below(many.len())).copied().unwrap_or_default()
    }

    fn input(&mut self, seeds: &[&[u8]]) -> Vec<u8> {
        let mut input = self.one_of(seeds).to_vec();
        for _ in 0..=self.below(6) {
            self.change(&mut input, seeds);
        }
        input.truncate(SHORT);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[&[u8]]) {
        let (from, length) = (self.below(input.len() + 1), self.below(16));
        let to = (from + length).min(input.len());
        match self.below(8) {
            0 if from < input.len() => input[from] ^= 1 << self.below(8),
            1 if from < input.len() => input[from] = self.below(256) as u8,
            2 => drop(input.drain(from..to)),
            3 => input.truncate(from),
            4 => {
                let copy = input[from..to].repeat(1 + self.below(8));
                let at = self.below(input.len() + 1);
                drop(input.splice(at..at, copy));
            }
            5 => {
                let other = self.one_of(seeds);
                input.truncate(from);
                input.extend_from_slice(&other[self.below(other.len() + 1)..]);
            }
            _ => {
                let word = self.one_of(WORDS);
                drop(input.splice(from..from, word.iter().copied()));
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests are told by their environment")]
fn inputs() -> u64 {
    if std::env::var("REGCRED_SOAK").as_deref() == Ok("1") { FULL } else { QUICK }
}

/// Gives each reader its inputs, as many at once as there are cores.
pub fn drive(targets: &[Target]) {
    let cores = thread::available_parallelism().map_or(1, num::NonZero::get) as u64;
    for target in targets {
        let began = Instant::now();
        thread::scope(|scope| {
            for core in 0..cores {
                scope.spawn(move || {
                    let mut dice = Dice(core);
                    for _ in 0..inputs().div_ceil(cores) {
                        give(target, &dice.input(target.seeds));
                    }
                });
            }
        });
        eprintln!("{}: {} inputs in {:.1?}", target.file, inputs(), began.elapsed());
    }
}

/// Gives each reader long inputs that repeat themselves: what takes time with the square of the length
/// is found by it.
pub fn drive_long(targets: &[Target]) {
    for target in targets {
        let seed = target.seeds.first().copied().unwrap_or_default();
        let (head, tail) = seed.split_at(seed.len() / 2);
        for part in target.seeds.iter().chain(WORDS).filter(|part| !part.is_empty()) {
            let long = part.repeat(LONG / part.len());
            give(target, &long);
            give(target, &[head, &long, tail].concat());
        }
    }
}

fn give(target: &Target, input: &[u8]) {
    let began = Instant::now();
    let done = catch_unwind(|| (target.run)(input));
    let took = began.elapsed();
    let shown = &input[..input.len().min(SHORT)];
    assert!(done.is_ok(), "{} panics over \"{}\"", target.file, shown.escape_ascii());
    assert!(took < SOON, "{} takes {took:?} for \"{}\"", target.file, shown.escape_ascii());
}

/// The files in the folders that read something, and are neither a target nor among the others.
pub fn forgotten(folders: &[&str], targets: &[Target], others: &[(&str, &str)]) -> Vec<String> {
    let mut forgotten = Vec::new();
    for folder in folders {
        for path in files(Path::new(folder)) {
            let code = fs::read_to_string(&path).unwrap_or_default();
            let name = path.strip_prefix("./").unwrap_or(&path).display().to_string();
            let reads = ["fn parse(", "fn read(", "fn from_str(", "fn begin(", "fn parse_"];
            let is_known = targets.iter().any(|target| target.file == name)
                || others.iter().any(|(file, _)| *file == name);
            if !is_known && reads.iter().any(|words| code.contains(words)) {
                forgotten.push(name);
            }
        }
    }
    forgotten
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            found.extend(files(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found
}
