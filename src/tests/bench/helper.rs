//! `docker-credential-regcred get` against `curl` for the same request, by turns.

use super::seed::Seed;
use super::server::{Server, command};
use super::table::{Table, verdict};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TIMES: usize = 200;
/// The helper takes at most so many times what curl takes.
const TARGET: f64 = 1.5;
const SERVER: &str = "registry.example.com";

/// Measures and prints.
pub async fn run() {
    let title =
        format!("docker-credential-regcred get, against curl for the same ({TIMES} times each)");
    let Some(helper) = helper() else {
        println!("{title}: SKIPPED, REGCRED_HELPER_BIN names no program\n");
        return;
    };
    let curl = Path::new("/usr/bin/curl");
    if !curl.exists() {
        println!("{title}: SKIPPED, there is no curl\n");
        return;
    }
    let seed = Seed::on(None).await;
    let token = seed.tokens(1).await.remove(0);
    let (folder, kek) = seed.close().await;
    let mut serving = command(&folder.0);
    serving.env("REGCRED_KEK_FILE", &kek);
    let server = Server::start(serving, &folder.0.join("log"));
    let url = format!("http://127.0.0.1:{}", server.port);

    let mut get = Command::new(helper);
    get.arg("get").env_clear().env("REGCRED_URL", &url).env("REGCRED_TOKEN", &token);
    // Its settings come on stdin, as the server's name does for the helper.
    let mut same = Command::new(curl);
    same.args(["-q", "-sS", "--fail", "-K", "-"]).env_clear();
    let asked = format!(
        "url = \"{url}/api/v1/credential?server={SERVER}&intent=pull\"\nheader = \"authorization: Bearer {token}\"\n"
    );
    let (mut of_helper, mut of_curl) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        of_helper.push(once(&mut get, SERVER));
        of_curl.push(once(&mut same, &asked));
    }
    server.stop();

    let mut table = Table::new(&title, &["", "helper", "curl", "ratio", "target", ""]);
    for (name, part) in [("median", 50), ("p95", 95)] {
        let (helper, curl) = (at(&mut of_helper, part), at(&mut of_curl, part));
        let ratio = helper.as_secs_f64() / curl.as_secs_f64();
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let is_target = part == 95;
        table.row(&[
            name,
            &ms(helper),
            &ms(curl),
            &format!("{ratio:.2}"),
            &if is_target { format!("<= {TARGET:.2}") } else { String::new() },
            if is_target { verdict(ratio <= TARGET) } else { "" },
        ]);
    }
    table.print();
}

/// The program as it is shipped, if it was built.
#[expect(clippy::disallowed_methods, reason = "the benchmark is told by its environment")]
fn helper() -> Option<PathBuf> {
    let given = std::env::var_os("REGCRED_HELPER_BIN").filter(|path| !path.is_empty())?;
    PathBuf::from(given).canonicalize().ok()
}

/// From the start to the end of one run, which has to bring the secret.
fn once(command: &mut Command, input: &str) -> Duration {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("hunter2-hunter2-hunter2"), "{said} {problem}");
    took
}

/// The time below which that part of a hundred is.
fn at(times: &mut [Duration], part: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * part / 100).min(times.len() - 1)]
}
