//! Witnesses, which cosign checkpoints of the audit log.

use super::ConfigProblem;
use crate::outbound::plain_url;
use crate::vault::Witness;

/// Witnesses that are asked. A note with all their lines, and those of our own keys, can still be read.
const MOST: usize = 16;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct WitnessConfig {
    /// Witnesses that are asked to cosign checkpoints of the audit log: the public key of each, a space
    /// and its URL, separated by commas
    #[arg(long, env = "REGCRED_WITNESSES", value_delimiter = ',', value_name = "KEY URL")]
    pub witnesses: Vec<String>,
}

impl WitnessConfig {
    /// # Errors
    /// `BadWitnesses` for what is no witness, and for one that is named twice.
    pub fn read(&self) -> Result<Vec<Witness>, ConfigProblem> {
        let given = self.witnesses.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let all: Option<Vec<Witness>> = given.map(witness).collect();
        let all = all.filter(|all| all.len() <= MOST).ok_or(ConfigProblem::BadWitnesses)?;
        let mut names: Vec<String> = all.iter().map(|witness| witness.key.short()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() == all.len() { Ok(all) } else { Err(ConfigProblem::BadWitnesses) }
    }
}

fn witness(text: &str) -> Option<Witness> {
    let is_prefix =
        |witness: &Witness| plain_url(&witness.url).is_ok_and(|url| url.query().is_none());
    Witness::parse(text).filter(is_prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    fn read(given: &[String]) -> Result<Vec<Witness>, ConfigProblem> {
        WitnessConfig { witnesses: given.to_vec() }.read()
    }

    #[test]
    fn a_witness_is_a_key_and_a_url() {
        assert!(read(&[String::new()]).unwrap().is_empty());
        let one = read(&[format!(" {KEY}  https://witness.example.com/ ")]).unwrap();
        assert_eq!(one[0].url, "https://witness.example.com");
        assert_eq!(one[0].key.to_string(), KEY);
        for given in [
            KEY.to_owned(),
            "https://witness.example.com".to_owned(),
            format!("https://witness.example.com {KEY}"),
            format!("{} https://witness.example.com", KEY.replace("a0059f11", "a0059f12")),
            format!("{KEY} witness.example.com"),
            format!("{KEY} ftp://witness.example.com"),
            format!("{KEY} https://olga@witness.example.com"),
            format!("{KEY} https://witness.example.com/?a=b"),
            format!("{KEY} https://witness.example.com/ more"),
        ] {
            let found = read(std::slice::from_ref(&given));
            assert!(matches!(found, Err(ConfigProblem::BadWitnesses)), "{given}");
        }
    }

    #[test]
    fn nobody_is_asked_twice() {
        let given = ["https://one.example.com", "https://two.example.com"];
        let found = read(&given.map(|url| format!("{KEY} {url}")));
        assert!(matches!(found, Err(ConfigProblem::BadWitnesses)));
    }
}
