//! The shell of the lines: a refusal is seen and stops the job, and no secret can be.

use super::names::Names;

/// Stands before what handles secrets: some CI servers print each command with the values in it.
pub(super) const QUIET: &str = "set +x";

/// With `--fail` the sentence of a refusal would be lost.
const CURL: &str = "curl --fail-with-body --silent --show-error";

/// Fetches `url` into the file, with the bearer token of the shell's variable `token`. `args` are
/// more of curl's.
pub(super) fn into_file(token: &str, file: &str, args: &[&str], url: &str) -> String {
    let (target, url) = (format!("-o \"{file}\""), format!("\"{url}\""));
    let asked = request(&bearer(token), &args_of(args, &[&target, &url]));
    format!("{asked} ||\n  {{ {IF_REFUSED}cat \"{file}\" >&2; rm -f \"{file}\"; exit 1; }}")
}

/// Fetches `url` into the shell's variable `name`, with the bearer token of `token`.
pub(super) fn into_variable(name: &str, token: &str, args: &[&str], url: &str) -> String {
    let url = format!("\"{url}\"");
    kept(name, &request(&bearer(token), &args_of(args, &[&url])))
}

/// Sets the shell's variable `token` to a short-lived pipeline token for the JWT in `jwt`.
pub(super) fn exchange(names: &Names, jwt: &str) -> String {
    let Names { address, pipeline, .. } = names;
    let input = format!(r#"printf '{{"pipeline":"{pipeline}","token":"%s"}}' "${jwt}""#);
    let url = format!("\"{address}/api/v1/token\"");
    let asked = request(&input, &["-H 'Content-Type: application/json' -d @-", &url]);
    format!("{}\n{}", kept("answer", &asked), member("token", "token"))
}

/// Sets the shell's variable `jwt` to an identity token of the CI: the `member` of what `url`
/// answers to who has the bearer token of the variable `token`.
pub(super) fn issued(token: &str, args: &[&str], url: &str, member: &str) -> String {
    format!("{}\n{}", into_variable("answer", token, args, url), self::member("jwt", member))
}

/// Sets the shell's variable `name` to a member of the JSON in `answer`.
fn member(name: &str, member: &str) -> String {
    format!("{name}=\"$(printf '%s' \"$answer\" | jq -r .{member})\"")
}

/// curl ends with 22 when it was refused. What came of an answer that broke off may be a secret.
const IF_REFUSED: &str = "[ \"$?\" != 22 ] || ";

/// The header goes through curl's input: its arguments can be read by every user of the machine.
/// `printf` has none, since it is a part of the shell.
fn bearer(token: &str) -> String {
    format!("printf 'Authorization: Bearer %s\\n' \"${token}\"")
}

/// The header first: it is what curl reads of its input.
fn args_of<'a>(more: &[&'a str], last: &[&'a str]) -> Vec<&'a str> {
    [&["-H @-"][..], more, last].concat()
}

fn request(input: &str, args: &[&str]) -> String {
    format!("{input} |\n  {CURL} {}", args.join(" \\\n    "))
}

/// What `request` prints is kept in the variable, and shown if it is a refusal.
fn kept(name: &str, request: &str) -> String {
    format!(
        "{name}=\"$({request})\" ||\n  {{ {IF_REFUSED}printf '%s\\n' \"${name}\" >&2; exit 1; }}"
    )
}

/// The text as YAML and JSON quote it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text as the shell quotes it: nothing in it means anything.
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

pub(super) fn indented(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") })
        .collect();
    lines.join("\n")
}
