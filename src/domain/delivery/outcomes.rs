//! What became of one fetch: what it was handed, what was left out, and whether it got what it
//! asked for.

use super::{Fetch, Outcome, Receipt};

/// The receipts of one fetch, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    pub delivered: usize,
    /// Those that it was not handed, for whatever reason.
    pub left_out: usize,
    /// Whether it got nothing of what it named, or was refused as a whole. A fetch that names nothing
    /// asks for everything, and leaves out what it may not have.
    pub is_refused: bool,
}

impl Outcomes {
    pub fn of(receipts: &[Receipt]) -> Self {
        let is_delivered = |one: &&Receipt| one.outcome == Outcome::Delivered;
        let delivered = receipts.iter().filter(is_delivered).count();
        let mut named = receipts.iter().filter(|one| one.is_of_what_was_named()).peekable();
        Self {
            delivered,
            left_out: receipts.len() - delivered,
            is_refused: named.peek().is_some() && !named.any(|one| is_delivered(&one)),
        }
    }

    /// "3 delivered, 2 left out", or what became of the image that was named.
    pub fn label(self) -> String {
        let Self { delivered, left_out, is_refused } = self;
        match (delivered, left_out) {
            (0, _) if is_refused => "Refused".to_owned(),
            (1, _) if is_refused => "Image refused, 1 other delivered".to_owned(),
            (n, _) if is_refused => format!("Image refused, {n} others delivered"),
            (1, 0) => "Delivered".to_owned(),
            (n, 0) => format!("{n} delivered"),
            (0, 1) => "Left out".to_owned(),
            (0, n) => format!("{n} left out"),
            (n, m) => format!("{n} delivered, {m} left out"),
        }
    }
}

/// The receipts by their fetches, as they stand: those of one fetch stand together.
pub fn by_fetch(receipts: Vec<Receipt>) -> Vec<Vec<Receipt>> {
    let mut fetches: Vec<Vec<Receipt>> = Vec::new();
    for receipt in receipts {
        let of = Fetch::new(receipt.id);
        match fetches.last_mut() {
            Some(fetch) if fetch.first().is_some_and(|one| Fetch::new(one.id) == of) => {
                fetch.push(receipt);
            }
            _ => fetches.push(vec![receipt]),
        }
    }
    fetches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::delivery::{Claims, Door};
    use crate::domain::moment::Moment;
    use crate::domain::proof::Proof;
    use uuid::Uuid;

    fn receipt(fetch: u128, number: u16, outcome: Outcome) -> Receipt {
        Receipt {
            id: Fetch::new(Uuid::from_u128(fetch << 16)).receipt(number),
            at: Moment(0),
            pipeline: "build".to_owned(),
            pipeline_id: Uuid::nil(),
            credential: Some("ghcr".to_owned()),
            version: None,
            intent: Access::Pull,
            door: Door::DockerConfig,
            token_id: String::new(),
            claims: Claims::default(),
            proof: Proof::default(),
            image: None,
            address: None,
            outcome,
            reason: None,
            report: None,
        }
    }

    #[test]
    fn a_fetch_is_told_by_what_it_got_and_refused_only_when_it_named_what_it_did_not_get() {
        use Outcome::{Delivered, Refused};
        let named = |receipts: Vec<Receipt>| -> Vec<Receipt> {
            let image = Some("ghcr.io/acme/api".to_owned());
            receipts.into_iter().map(|one| Receipt { image: image.clone(), ..one }).collect()
        };
        let of = |outcomes: &[Outcome]| -> Vec<Receipt> {
            (1..).zip(outcomes).map(|(number, outcome)| receipt(1, number, *outcome)).collect()
        };
        let beside = |others: &[Outcome]| [named(of(&[Refused])), of(others)].concat();
        let whole = Receipt { credential: None, ..receipt(1, 1, Refused) };
        for (receipts, label, is_refused) in [
            (of(&[Delivered]), "Delivered", false),
            (of(&[Delivered; 3]), "3 delivered", false),
            (of(&[Delivered, Refused, Refused]), "1 delivered, 2 left out", false),
            (of(&[Refused]), "Left out", false),
            (of(&[Refused; 4]), "4 left out", false),
            (named(of(&[Refused])), "Refused", true),
            (named(of(&[Refused, Delivered])), "1 delivered, 1 left out", false),
            (vec![whole], "Refused", true),
            (beside(&[Delivered]), "Image refused, 1 other delivered", true),
            (beside(&[Delivered, Refused, Delivered]), "Image refused, 2 others delivered", true),
            (beside(&[Refused]), "Refused", true),
        ] {
            let outcomes = Outcomes::of(&receipts);
            assert_eq!((outcomes.label().as_str(), outcomes.is_refused), (label, is_refused));
        }
    }

    #[test]
    fn the_receipts_of_a_fetch_are_one_group() {
        let all = [(3, 2), (3, 1), (2, 1), (1, 3), (1, 1)];
        let receipts = all.map(|(fetch, number)| receipt(fetch, number, Outcome::Delivered));
        let sizes: Vec<usize> = by_fetch(receipts.into()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 2]);
        assert!(by_fetch(Vec::new()).is_empty());
    }
}
