//! Values of variables, put into the text of a file before it is read as YAML.

use crate::variables::{Lookup, Syntax, hole, substitute};

/// Names of a matrix with the values of one of its runs.
pub(in crate::systems) type Axis = Vec<(String, String)>;

/// The text with the values of its `${…}`. Each line is done by itself, so that the lines stay where they are.
pub(in crate::systems) fn with_values(text: &str, lookup: &dyn Fn(&str) -> Lookup) -> String {
    text.split_inclusive('\n').map(|line| substitute(line, Syntax::ENVSUBST, lookup)).collect()
}

/// What is known of a variable: the value of the axis; that there is one, for those that each run has; else nothing.
pub(in crate::systems) fn lookup(name: &str, axis: &[(String, String)], always: &[&str]) -> Lookup {
    if let Some((_, value)) = axis.iter().find(|(known, _)| known == name) {
        // A value of several lines is put in as one that is quoted.
        let is_long = value.contains('\n');
        return Lookup::Is(if is_long { format!("{value:?}") } else { value.clone() });
    }
    if always.contains(&name) {
        // Its default is never used.
        return Lookup::Is(hole(name));
    }
    Lookup::Unknown
}
