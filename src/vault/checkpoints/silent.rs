//! Witnesses that do not answer. There is a job for each chain, and one call waits for many seconds: as long as a
//! witness is silent, it is called for one chain, and the jobs of the others end at once.

use crate::checkpoints::cosignature::Cosignature;
use crate::domain::witness::{Uncosigned, WitnessProblem};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long other chains leave a witness alone that did not answer.
const PAUSE: Duration = Duration::from_secs(60);

pub(super) type Said = Result<Cosignature, Uncosigned>;

#[derive(Clone, Copy, Debug)]
struct Silence {
    chain: Uuid,
    at: Instant,
    why: Uncosigned,
}

/// By witness: for which chain it was called last in vain.
#[derive(Debug, Default)]
pub(in crate::vault) struct Silent(Mutex<BTreeMap<String, Silence>>);

impl Silent {
    /// Why the witness need not be called for this chain now.
    pub(super) fn why(&self, witness: &str, chain: Uuid) -> Option<Uncosigned> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = *all.get(witness)?;
        (last.chain != chain && last.at.elapsed() < PAUSE).then_some(last.why)
    }

    /// Remembers how a call went.
    pub(super) fn note(&self, witness: &str, chain: Uuid, said: &Said) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match said {
            Err(why) if is_silence(why.problem) => {
                all.insert(witness.to_owned(), Silence { chain, at: Instant::now(), why: *why });
            }
            _ => drop(all.remove(witness)),
        }
    }
}

fn is_silence(problem: WitnessProblem) -> bool {
    use WitnessProblem::{Forbidden, TimedOut, Tls, Unreachable, Unresolved};
    matches!(problem, Forbidden | TimedOut | Tls | Unreachable | Unresolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn because(problem: WitnessProblem) -> Said {
        Err(Uncosigned { problem, status: None })
    }

    #[test]
    fn a_silent_witness_is_called_for_one_chain_until_it_answers() {
        let (silent, one, other) = (Silent::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(silent.why("a", one), None);
        silent.note("a", one, &because(WitnessProblem::TimedOut));
        assert_eq!(silent.why("a", one), None, "somebody has to see that it is back");
        assert_eq!(silent.why("a", other), because(WitnessProblem::TimedOut).err());
        assert_eq!(silent.why("b", other), None);
        silent.note("a", one, &because(WitnessProblem::Unknown));
        assert_eq!(silent.why("a", other), None);
    }
}
