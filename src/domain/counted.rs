//! How many there are of something, as a sentence says it.

/// `1 secret`, `2 secrets`. The noun takes an s.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The same, and what is said of one of them or of several: `2 secrets still use`.
pub fn counted(number: u64, noun: &str, [one, several]: [&str; 2]) -> String {
    format!("{} {}", count(number, noun), if number == 1 { one } else { several })
}

/// `10,000`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut said = if number < 0 { "-" } else { "" }.to_owned();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped};

    #[test]
    fn thousands_are_set_apart() {
        for (number, said) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")]
        {
            assert_eq!(grouped(number), said);
        }
    }

    #[test]
    fn one_secret_is_not_said_as_several() {
        let verbs = ["still has", "still have"];
        assert_eq!(counted(1, "secret", verbs), "1 secret still has");
        assert_eq!(counted(2, "secret", verbs), "2 secrets still have");
        assert_eq!(counted(0, "secret", verbs), "0 secrets still have");
    }
}
