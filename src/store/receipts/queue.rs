//! Who waits for their receipts: one line for each pipeline, taken by turns, so that a pipeline that
//! asks a lot waits for itself and not the others for it.

use std::collections::{HashMap, VecDeque};
use uuid::Uuid;

/// Requests of one pipeline that may wait; more of it are told to come back. The burst that a pipeline
/// may have by default fits.
const OF_ONE: usize = 512;
/// Requests that may wait in all. Beyond, a pipeline may still have one.
const OF_ALL: usize = 4096;

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) project: Uuid,
    pub(super) pipeline: Uuid,
}

/// The lines of all pipelines.
pub(super) struct Queue<T> {
    projects: HashMap<Uuid, Project<T>>,
    /// The projects that have somebody waiting, the next one first.
    turns: VecDeque<Uuid>,
    length: usize,
}

struct Project<T> {
    lines: HashMap<Uuid, VecDeque<(usize, T)>>,
    /// The pipelines that have somebody waiting, the next one first.
    turns: VecDeque<Uuid>,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self { projects: HashMap::new(), turns: VecDeque::new(), length: 0 }
    }

    /// Stands at the end of the pipeline's line, with so many receipts. `false`: there is no room.
    pub(super) fn push(&mut self, place: Place, receipts: usize, one: T) -> bool {
        let waiting = self.projects.get(&place.project);
        let waiting = waiting.and_then(|project| project.lines.get(&place.pipeline));
        let waiting = waiting.map_or(0, VecDeque::len);
        if waiting >= OF_ONE || (self.length >= OF_ALL && waiting > 0) {
            return false;
        }
        let turns = &mut self.turns;
        let project = self.projects.entry(place.project).or_insert_with(|| {
            turns.push_back(place.project);
            Project { lines: HashMap::new(), turns: VecDeque::new() }
        });
        if waiting == 0 {
            project.turns.push_back(place.pipeline);
        }
        project.lines.entry(place.pipeline).or_default().push_back((receipts, one));
        self.length += 1;
        true
    }

    /// Takes up to `most` of those who wait, with up to that many receipts together, though always
    /// one if somebody waits: one of each project in turn, and in a project one of each pipeline.
    pub(super) fn take(&mut self, most: usize, most_receipts: usize) -> Vec<T> {
        let mut taken = Vec::with_capacity(most.min(self.length));
        let mut receipts = 0;
        while taken.len() < most {
            let Some(next) = self.next_receipts() else { break };
            receipts += next;
            if receipts > most_receipts && !taken.is_empty() {
                break;
            }
            taken.extend(self.pop());
        }
        taken
    }

    /// How many receipts the next request has; `None` when nobody waits.
    fn next_receipts(&self) -> Option<usize> {
        let project = self.projects.get(self.turns.front()?)?;
        let line = project.lines.get(project.turns.front()?)?;
        line.front().map(|(receipts, _)| *receipts)
    }

    fn pop(&mut self) -> Option<T> {
        let id = self.turns.pop_front()?;
        let project = self.projects.get_mut(&id)?;
        let one = project.pop();
        if project.turns.is_empty() {
            self.projects.remove(&id);
        } else {
            self.turns.push_back(id);
        }
        self.length -= 1;
        one
    }
}

impl<T> Project<T> {
    fn pop(&mut self) -> Option<T> {
        let id = self.turns.pop_front()?;
        let line = self.lines.get_mut(&id)?;
        let one = line.pop_front().map(|(_, one)| one);
        if line.is_empty() {
            self.lines.remove(&id);
        } else {
            self.turns.push_back(id);
        }
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(project: u128, pipeline: u128) -> Place {
        Place { project: Uuid::from_u128(project), pipeline: Uuid::from_u128(pipeline) }
    }

    /// Everybody in the order in which they are taken.
    fn all(queue: &mut Queue<&'static str>) -> Vec<&'static str> {
        queue.take(usize::MAX, usize::MAX)
    }

    #[test]
    fn a_pipeline_that_asks_a_lot_waits_for_itself() {
        let mut queue = Queue::new();
        for _ in 0..3 {
            assert!(queue.push(place(1, 1), 1, "greedy"));
        }
        for (pipeline, name) in [(2, "a"), (3, "b")] {
            assert!(queue.push(place(1, pipeline), 1, name));
        }
        assert_eq!(all(&mut queue), ["greedy", "a", "b", "greedy", "greedy"]);
    }

    #[test]
    fn a_project_with_many_pipelines_has_one_turn_among_projects() {
        let mut queue = Queue::new();
        for pipeline in 1..=3 {
            assert!(queue.push(place(1, pipeline), 1, "many"));
        }
        assert!(queue.push(place(2, 4), 1, "few") && queue.push(place(2, 4), 1, "few"));
        assert_eq!(all(&mut queue), ["many", "few", "many", "few", "many"]);
    }

    #[test]
    fn of_one_pipeline_who_came_first_is_first() {
        let mut queue = Queue::new();
        let came = ["1", "2", "3"];
        assert!(came.iter().all(|name| queue.push(place(1, 1), 1, *name)));
        assert_eq!(all(&mut queue), came);
        assert!(queue.take(1, 1).is_empty());
        assert!(queue.push(place(1, 1), 1, "4"), "a line that was empty can be stood in again");
        assert_eq!(all(&mut queue), ["4"]);
    }

    #[test]
    fn a_full_line_refuses_its_own_pipeline_only() {
        let mut queue = Queue::new();
        assert!((0..OF_ONE).all(|_| queue.push(place(1, 1), 1, "greedy")));
        assert!(!queue.push(place(1, 1), 1, "greedy"));
        assert!(queue.push(place(1, 2), 1, "a") && queue.push(place(2, 3), 1, "b"));
    }

    #[test]
    fn when_all_lines_are_long_a_pipeline_has_one_place_all_the_same() {
        let mut queue = Queue::new();
        for number in 0..OF_ALL {
            assert!(queue.push(place(1, number as u128 % 32), 1, "greedy"));
        }
        assert!(!queue.push(place(1, 0), 1, "greedy"));
        assert!(queue.push(place(1, 99), 1, "a") && !queue.push(place(1, 99), 1, "a"));
    }

    #[test]
    fn a_group_is_as_large_as_it_may_be_and_at_least_one() {
        let mut queue = Queue::new();
        for (pipeline, receipts) in [(1, 500), (2, 60), (3, 40), (4, 1)] {
            assert!(queue.push(place(1, pipeline), receipts, receipts));
        }
        assert_eq!(queue.take(10, 100), [500], "more than a group may have, and yet it is taken");
        assert_eq!(queue.take(10, 100), [60, 40]);
        assert_eq!(queue.take(0, 100), [0_usize; 0]);
        assert_eq!(queue.take(10, 100), [1]);
    }
}
