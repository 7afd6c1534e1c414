//! How much a file may hold.

use super::Problem;

/// Nodes of one file, each alias counted as if it were written out.
pub(super) const MOST_NODES: usize = 200_000;

pub(super) const DEEPEST: usize = 100;

pub(super) const TOO_LARGE: &str = "The file is larger than 8 MiB.";
pub(super) const TOO_MANY: &str =
    "The file has more than 200000 values. Its aliases were counted as often as they are used.";
pub(super) const TOO_DEEP: &str = "The file is nested more than 100 levels deep.";
pub(super) const INSIDE_ITSELF: &str = "An alias stands inside what it is an alias of.";
pub(super) const TAB: &str = "A tab is used for indentation. YAML takes spaces only.";
pub(super) const CONTROL: &str =
    "The file has a control character, such as NUL. YAML does not allow these.";
pub(super) const ANCHOR: &str = "An alias has no anchor before it.";
pub(super) const NO_YAML: &str = "This is not valid YAML.";
pub(super) const TEMPLATE: &str =
    "This is not valid YAML. The file seems to be a template that another program fills in.";

/// The size and height are what they would be without aliases.
pub(super) fn check(line: usize, size: usize, height: usize) -> Result<(), Problem> {
    if size > MOST_NODES {
        return Err(Problem { line, sentence: TOO_MANY });
    }
    if height > DEEPEST {
        return Err(Problem { line, sentence: TOO_DEEP });
    }
    Ok(())
}
