use super::*;

/// Knows so many keys, and every row under one of them.
#[derive(Debug)]
struct Known(u32);

impl RowMacs for Known {
    fn seal(&self, _: &[u8]) -> Option<String> {
        Some(self.0.to_string())
    }

    fn holds(&self, _: &[u8], mac: &str) -> bool {
        !self.names_newer_key(mac)
    }

    fn are_rows_sealed(&self) -> bool {
        true
    }

    fn newest_key(&self) -> u32 {
        self.0
    }

    fn names_newer_key(&self, mac: &str) -> bool {
        mac.parse().is_ok_and(|version: u32| version > self.0)
    }
}

/// Two keys are stored.
#[derive(Debug)]
struct Stored(Seals);

#[async_trait::async_trait]
impl KeyReader for Stored {
    async fn read(&self) -> bool {
        self.0.set(Arc::new(Known(2)));
        true
    }
}

#[tokio::test]
async fn a_key_of_another_server_is_read_once_a_row_names_it() {
    let seals = Seals::default();
    seals.set(Arc::new(Known(1)));
    seals.set_reader(Arc::new(Stored(seals.for_reader())));
    let met = seals.met();
    assert!(seals.hold("person", b"", Some("1")) && !seals.learn(met).await);
    assert!(!seals.hold("person", b"", Some("2")));
    assert_eq!(seals.clone().met(), 0, "each counts what it has met");
    assert!(seals.learn(met).await && seals.hold("person", b"", Some("2")));
    // One that nobody made is nobody's, and no more than one look is taken for it.
    let met = seals.met();
    assert!(!seals.hold("person", b"", Some("9")) && seals.learn(met).await);
    assert!(!seals.hold("person", b"", Some("9")));
    assert_eq!(seals.newest(), Some(2));
}

#[test]
fn a_table_is_told_of_again_after_an_hour_with_how_often_it_happened() {
    let (mut told, begin) = (Told::default(), Instant::now());
    assert_eq!(told.times("person", begin), Some(1));
    for minute in 1..60 {
        assert_eq!(told.times("person", begin + Duration::from_secs(60 * minute)), None);
    }
    assert_eq!(told.times("credential", begin + SILENCE), Some(1), "each has its own time");
    assert_eq!(told.times("person", begin + SILENCE), Some(60));
    assert_eq!(told.times("person", begin + SILENCE), None);
}
