//! Who tells what was made with the keys. This room never has one.

/// Tells the MACs of links, and the proofs that links were removed on purpose.
pub trait Verifies: Send + Sync {
    /// Whether the second is the MAC of the first, under any key there was.
    fn link(&self, message: &[u8], mac: &[u8]) -> bool;

    /// The same of a proof, under a key that is not retired: nobody chains proofs, so whoever has a key
    /// could make one for whatever is missing.
    fn proof(&self, message: &[u8], mac: &[u8]) -> bool;
}

/// With keys of which none is retired.
impl<F: Fn(&[u8], &[u8]) -> bool + Send + Sync> Verifies for F {
    fn link(&self, message: &[u8], mac: &[u8]) -> bool {
        self(message, mac)
    }

    fn proof(&self, message: &[u8], mac: &[u8]) -> bool {
        self(message, mac)
    }
}

/// What tells links and proofs.
pub type Holds<'a> = &'a dyn Verifies;
