//! The receipts of one fetch: their ids follow the fetch's own, so that a pipeline can say of all of
//! them at once how it went.

use uuid::Uuid;

/// The part of an id that counts the receipts of a fetch.
const NUMBER: u128 = 0xffff;

/// One request of a pipeline. Its id is that of none of its receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch(Uuid);

impl Fetch {
    /// The fetch that this id begins.
    pub fn new(id: Uuid) -> Self {
        Self(Uuid::from_u128(id.as_u128() & !NUMBER))
    }

    pub fn id(self) -> Uuid {
        self.0
    }

    /// The id of its receipt with this number; they count from 1.
    pub fn receipt(self, number: u16) -> Uuid {
        Uuid::from_u128(self.0.as_u128() | u128::from(number))
    }

    /// The number of the receipt with this id.
    pub fn number(receipt: Uuid) -> u16 {
        u16::try_from(receipt.as_u128() & NUMBER).unwrap_or_default()
    }

    /// The first and the last id of the receipts that somebody speaks of: those of a fetch, or one.
    pub fn spoken_of(id: Uuid) -> (Uuid, Uuid) {
        let is_fetch = id.as_u128() & NUMBER == 0;
        (id, if is_fetch { Uuid::from_u128(id.as_u128() | NUMBER) } else { id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receipts_of_a_fetch_are_its_own_and_no_others() {
        let (some, other) = (Uuid::from_u128(0x0123_4567_89ab), Uuid::from_u128(0x0123_4568_0000));
        let fetch = Fetch::new(some);
        let (first, last) = Fetch::spoken_of(fetch.id());
        for number in [1, 2, 300, u16::MAX] {
            let receipt = fetch.receipt(number);
            assert!(first < receipt && receipt <= last, "{number}");
            assert_eq!(Fetch::spoken_of(receipt), (receipt, receipt), "{number}");
            assert_eq!((Fetch::new(receipt), Fetch::number(receipt)), (fetch, number));
        }
        assert_eq!(first, fetch.id());
        assert!(Fetch::new(other).id() > last);
    }
}
