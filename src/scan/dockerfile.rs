//! Dockerfiles as BuildKit reads them.

mod instructions;
mod lines;
mod stages;
#[cfg(test)]
mod tests;

use crate::found::{Findings, Kind, Place};
use crate::variables::with_template_holes;
use crate::yaml::Script;
use instructions::{flags, mount_from, words};
use lines::Lines;
use stages::Stages;

pub(crate) use instructions::fields;

const NO_VARIABLES: &str = "BuildKit replaces no variables here.";
const NO_STAGE: &str = "No other stage has this number.";
const OWN_STAGE: &str = "A stage cannot copy from itself.";
const WRONG_FROM: &str = "FROM takes an image, or an image, AS and a name.";

/// What a build is given besides the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Build arguments and their values, which may have holes.
    pub args: Vec<(String, String)>,
    /// Names that a named context stands for: they are no images of the file any more.
    pub contexts: Vec<String>,
}

/// Reads a Dockerfile: `Script::file(text)` for a whole one, or the text of a field. The place is what its findings are
/// part of: its path is put before theirs, and its job, if it has one, is theirs; else the job is the stage.
pub fn read(file: Script<'_>, place: &Place, build: &Build, found: &mut Findings) {
    let lines = Lines::of(file.text);
    // What another program fills in may have spaces.
    let instructions: Vec<(usize, String)> =
        lines.instructions.iter().map(|(line, text)| (*line, with_template_holes(text))).collect();
    let mut stages = Stages::new(build, lines.escape);
    for (command, rest) in instructions.iter().map(|(_, text)| split(text)) {
        if command.eq_ignore_ascii_case("from") {
            stages.announce(stage(rest).and_then(|(_, name)| name));
        }
    }
    let mut reader = Reader { file, place, stages, found };
    if let Some((line, image)) = &lines.syntax {
        let place = reader.at(*line, "# syntax");
        reader.found.image(Kind::Pulls, image, place);
    }
    for (line, text) in &instructions {
        reader.instruction(*line, text, "");
    }
}

struct Reader<'a> {
    file: Script<'a>,
    place: &'a Place,
    stages: Stages<'a>,
    found: &'a mut Findings,
}

impl Reader<'_> {
    fn instruction(&mut self, line: usize, text: &str, before: &str) {
        let (command, rest) = split(text);
        match command.to_ascii_lowercase().as_str() {
            "arg" => self.stages.declare(&words(rest, self.stages.escape)),
            // BuildKit takes it nowhere else.
            "from" if before.is_empty() => self.from(line, rest),
            "copy" => {
                let from = flags(rest).into_iter().find_map(|flag| flag.strip_prefix("--from="));
                if let Some(from) = from {
                    self.other(line, from, &format!("{before}COPY --from"));
                }
            }
            "run" => {
                for flag in flags(rest) {
                    if let Some(from) = flag.strip_prefix("--mount=").and_then(mount_from) {
                        self.other(line, &from, &format!("{before}RUN --mount"));
                    }
                }
            }
            // It is done in the builds that begin with this image; it cannot hold itself.
            "onbuild" if before.is_empty() => self.instruction(line, rest, "ONBUILD "),
            _ => {}
        }
    }

    /// `FROM [--platform=…] image [AS name]`
    fn from(&mut self, line: usize, rest: &str) {
        let Some((image, name)) = stage(rest) else {
            self.stages.begin(None);
            let place = self.at(line, "FROM");
            return self.found.invalid(Kind::Pulls, WRONG_FROM, place);
        };
        let named = self.stages.base(image);
        self.stages.begin(name);
        let Some(named) = named else { return };
        let place = self.at(line, "FROM");
        let is_fixed = !image.contains('$');
        let notes: &[&str] =
            if is_fixed { &[] } else { &["A build argument can change this name."] };
        if named.trim().is_empty() {
            return self.found.invalid(Kind::Pulls, "The name is empty.", place);
        }
        self.found.image_with(Kind::Pulls, &named, place, notes);
    }

    /// What `COPY --from` and a mount take: a stage, its number, a named context or an image.
    fn other(&mut self, line: usize, from: &str, path: &str) {
        let place = self.at(line, path);
        if from.contains('$') {
            self.found.invalid(Kind::Pulls, NO_VARIABLES, place);
        } else if let Ok(number) = from.parse::<usize>() {
            if !self.stages.is_another(number) {
                self.found.invalid(Kind::Pulls, NO_STAGE, place);
            }
        } else if self.stages.is_own(from) {
            self.found.invalid(Kind::Pulls, OWN_STAGE, place);
        } else if !self.stages.is_other(from) {
            self.found.image(Kind::Pulls, from, place);
        }
    }

    fn at(&self, line: usize, path: &str) -> Place {
        let outer = &self.place.path;
        let path = if outer.is_empty() { path.to_owned() } else { format!("{outer} {path}") };
        let place = self.place.line(self.file.line_of(line)).path(path);
        let stage = if place.job.is_none() { self.stages.current() } else { None };
        match stage {
            Some(stage) => place.job(stage),
            None => place,
        }
    }
}

/// The image of FROM and the name of the stage, in lower case; nothing if it is none of the forms that FROM has.
fn stage(rest: &str) -> Option<(&str, Option<String>)> {
    let mut parts = rest.split_whitespace().skip_while(|word| word.starts_with("--"));
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(image), None, None, None) => Some((image, None)),
        (Some(image), Some(word), Some(name), None) if word.eq_ignore_ascii_case("as") => {
            Some((image, Some(name.to_ascii_lowercase())))
        }
        _ => None,
    }
}

/// The instruction and what it is given.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(command, rest)| (command, rest.trim()))
}
