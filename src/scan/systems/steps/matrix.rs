//! A matrix: one run of the pipeline for each combination of its values.

use super::text::Axis;
use crate::yaml::Node;

/// The runs that lists of values make at most.
const MOST: usize = 27;

/// The runs that a list of them makes at most. The CIs have no limit.
const MOST_LISTED: usize = 100;

/// The runs: those that are listed under `include`, else each combination. None if there is no matrix.
pub(in crate::systems) fn axes(root: &Node) -> Vec<Axis> {
    let Some(matrix) = root.get("matrix") else { return Vec::new() };
    let listed = matrix.get("include").map(Node::items).unwrap_or_default();
    if !listed.is_empty() {
        return listed.iter().take(MOST_LISTED).map(listed_axis).collect();
    }
    let mut axes: Vec<Axis> = Vec::new();
    for entry in matrix.entries() {
        let values: Vec<&str> =
            entry.value.one_or_more().iter().filter_map(Node::text).take(MOST).collect();
        if values.is_empty() {
            continue;
        }
        if axes.is_empty() {
            axes.push(Axis::new());
        }
        let mut wider: Vec<Axis> = Vec::new();
        for axis in &axes {
            for value in &values {
                let mut axis = axis.clone();
                axis.push((entry.key.clone(), (*value).to_owned()));
                wider.push(axis);
            }
        }
        wider.truncate(MOST);
        axes = wider;
    }
    axes
}

fn listed_axis(node: &Node) -> Axis {
    let entries = node.entries().iter();
    entries.filter_map(|entry| Some((entry.key.clone(), entry.value.text()?.to_owned()))).collect()
}
