//! GitLab CI/CD: `.gitlab-ci.yml` and what it includes. Each job is read with what it gets from others, as GitLab merges
//! them: itself, `extends`, `default`, the top.

mod environment;
mod includes;
mod inputs;
mod jobs;
mod logins;
mod pipeline;
mod scripts;
#[cfg(test)]
mod tests;
mod value;

use crate::found::{Findings, Found, Place, Report, SeenIn, What};
use crate::source::Source;
use std::collections::HashSet;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let pipeline = includes::pipeline(source.clone(), found);
    let mut sorted = Sorted { running: Findings::new(origin), resting: Findings::new(origin) };
    jobs::read(&pipeline, 0, &mut sorted);
    sorted.end(found);
}

pub(super) fn origin(variable: &str) -> &'static str {
    if variable.starts_with("CI_DEPENDENCY_PROXY_") {
        return "GitLab: the dependency proxy of the group";
    }
    if variable.starts_with("inputs.") {
        return "the inputs of the include";
    }
    match variable {
        "CI_REGISTRY" | "CI_REGISTRY_IMAGE" => "GitLab: the container registry of the project",
        "CI_TEMPLATE_REGISTRY_HOST" => "GitLab: the registry of the images of its templates",
        "()" => "a command of the script",
        _ if variable.starts_with("CI_") || variable.starts_with("GITLAB_") => {
            "GitLab, when the pipeline runs"
        }
        _ if variable.starts_with(|c: char| !c.is_ascii_alphabetic() && c != '_') => {
            "the arguments of the script"
        }
        // An expression of whatever makes the file.
        _ if variable.contains('.') => "the template",
        _ => "the CI/CD variables of the project, its groups or the instance",
    }
}

/// What is found, by whether it is in a job that runs.
struct Sorted {
    running: Findings,
    /// In hidden jobs and defaults: said only of what no job took.
    resting: Findings,
}

impl Sorted {
    /// Adds both to the findings of the file.
    fn end(self, found: &mut Findings) {
        let running = self.running.into_report();
        let mut resting = self.resting.into_report();
        let mut seen = Seen::of(&running);
        resting.found.retain(|one| seen.is_new(one));
        resting.passwords.retain(|one| {
            !running.passwords.iter().any(|other| spot(&other.place) == spot(&one.place))
        });
        found.add(running);
        found.add(resting);
    }
}

/// A file, a line and the last key: an anchor has another path wherever it is used.
fn spot(place: &Place) -> (&str, usize, &str) {
    let key = place.path.rsplit('.').next().unwrap_or(&place.path);
    // The scripts of a job are read as one.
    let key = if key.ends_with("script") { "script" } else { key };
    (place.file.as_str(), place.line, key)
}

/// What was found already.
struct Seen {
    spots: HashSet<(String, usize, String)>,
    whole: HashSet<(String, usize, String, String)>,
}

impl Seen {
    fn of(report: &Report) -> Self {
        let mut seen = Self { spots: HashSet::new(), whole: HashSet::new() };
        for one in &report.found {
            let (file, line, key) = spot(&one.place);
            seen.spots.insert((file.to_owned(), line, key.to_owned()));
            seen.whole.insert(whole(one));
        }
        seen
    }

    /// Whether nothing says the same of the place. A job that runs knows more of its variables than a hidden one.
    fn is_new(&mut self, one: &Found) -> bool {
        let (file, line, key) = spot(&one.place);
        let is_made_of_variables = matches!(one.what, What::Unresolved { .. })
            || one.place.seen_in == SeenIn::Script
            || !one.notes.is_empty();
        let is_known =
            is_made_of_variables && self.spots.contains(&(file.to_owned(), line, key.to_owned()));
        !is_known && self.whole.insert(whole(one))
    }
}

fn whole(one: &Found) -> (String, usize, String, String) {
    let (file, line, key) = spot(&one.place);
    let what = format!("{} {} {}", one.kind.label(), one.what.to_text(), one.name);
    (file.to_owned(), line, key.to_owned(), what)
}
