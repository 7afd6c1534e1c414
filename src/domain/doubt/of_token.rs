//! What is doubted of a token that a person makes.

use super::Doubt;
use crate::domain::grant::Terms;
use crate::domain::moment::Day;

/// Whether every grant of the pipeline that has not ended has conditions: a token proves no branch and no
/// event. A pipeline without grants says itself that it has none.
pub fn of_token<'a>(grants: impl IntoIterator<Item = &'a Terms>, today: Day) -> Option<Doubt> {
    let lasting = grants.into_iter().filter(|one| one.expires_on.is_none_or(|day| day >= today));
    let mut left = lasting.peekable();
    left.peek()?;
    let is_met = left.any(|one| one.branches.is_empty() && one.events.is_empty());
    (!is_met).then_some(Doubt::NoGrantForToken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;

    #[test]
    fn a_token_that_meets_the_conditions_of_no_grant_is_doubted() {
        let (today, past) = (Day::parse("2026-11-21").unwrap(), Day::parse("2026-11-20").unwrap());
        let plain = Terms::plain(Access::Pull);
        let of_main = Terms { branches: vec!["main".to_owned()], ..plain.clone() };
        let of_pushes = Terms { events: vec!["push".to_owned()], ..plain.clone() };
        let ended = Terms { expires_on: Some(past), ..plain.clone() };
        let doubted = Some(Doubt::NoGrantForToken);
        assert_eq!(of_token([&of_main, &of_pushes], today), doubted);
        assert_eq!(of_token([&of_main, &ended], today), doubted);
        assert_eq!(of_token([&of_main, &plain], today), None);
        assert_eq!(of_token([], today), None);
    }
}
