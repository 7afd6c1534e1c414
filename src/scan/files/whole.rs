//! Files that are parts of others: read alone, they are half of a pipeline, and their variables have no values.

use crate::found::Report;
use std::collections::HashSet;

/// Adds the reports of single files to the whole one. Of a file that another one includes, only that it was read is
/// kept, unless the other is itself left out because the two include one another.
pub(super) fn join(reports: Vec<Report>, whole: &mut Report) {
    let mut parts: HashSet<String> = HashSet::new();
    for report in &reports {
        let name = name(report);
        parts.extend(report.parts.iter().filter(|part| part.as_str() != name).cloned());
    }
    let (inner, outer): (Vec<Report>, Vec<Report>) =
        reports.into_iter().partition(|report| parts.contains(name(report)));
    let mut covered: HashSet<String> = HashSet::new();
    for report in outer.into_iter().chain(inner) {
        let is_covered = covered.contains(name(&report));
        whole.files.extend(report.files);
        if !is_covered {
            covered.extend(report.parts);
            whole.found.extend(report.found);
            whole.passwords.extend(report.passwords);
            whole.notes.extend(report.notes);
            whole.unread.extend(report.unread);
        }
    }
}

/// The name of the file that the report is about; nothing if it was not read.
fn name(report: &Report) -> &str {
    report.files.first().map_or("", |read| read.file.as_str())
}
