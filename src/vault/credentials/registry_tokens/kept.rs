//! Short-lived tokens of registries that are still good: the secret is sent once for each life of a
//! token, and never twice at once for the same thing.

use crate::domain::credential::Access;
use crate::registries::{Bearer, RegistryProblem};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Tokens that are kept.
const MOST: usize = 1_000;
/// How long a registry that refused a secret is not shown it again: it counts the tries, and locks
/// the account in the end.
const REFUSED: Duration = Duration::from_secs(30);

/// What a token is for. What it is asked with is part of it: another secret is another version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) credential: Uuid,
    pub(super) version: i64,
    pub(super) origin: String,
    pub(super) username: String,
    pub(super) token_service: Option<String>,
    pub(super) repository: String,
    pub(super) intent: Access,
}

/// What was answered last.
struct Answer {
    /// When it had come.
    at: Instant,
    given: Result<Token, RegistryProblem>,
}

struct Token {
    text: Zeroizing<String>,
    life: Duration,
    /// Counted from before it was asked for, so that it is never kept for too long.
    end: Instant,
}

/// Held while somebody asks.
type Slot = tokio::sync::Mutex<Option<Answer>>;

/// The tokens of all credentials.
#[derive(Default)]
pub(in crate::vault) struct Kept(Mutex<HashMap<Key, Arc<Slot>>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Answer {
    /// It, for somebody who came at `came` and is served `now`; `None` when it is better to ask.
    fn again(&self, came: Instant, now: Instant) -> Option<Result<Bearer, RegistryProblem>> {
        match &self.given {
            Ok(token) => {
                let left = token.end.saturating_duration_since(now);
                // Who gets it needs some time to use it.
                let is_good = left * 2 >= token.life && left >= Duration::from_secs(1);
                is_good
                    .then(|| Ok(Bearer { token: token.text.clone(), expires_in: left.as_secs() }))
            }
            Err(RegistryProblem::Refused) if now < self.at + REFUSED => {
                Some(Err(RegistryProblem::Refused))
            }
            // Those who waited for this very answer need not ask one after the other.
            Err(problem) => (came <= self.at).then(|| Err(problem.clone())),
        }
    }
}

impl Kept {
    /// The token that is kept for the key, or what `asking` gives, which is not begun otherwise.
    pub(super) async fn or_ask(
        &self,
        key: Key,
        asking: impl Future<Output = Result<Bearer, RegistryProblem>>,
    ) -> Result<Bearer, RegistryProblem> {
        let came = Instant::now();
        let Some(slot) = self.slot(key, came) else { return asking.await };
        let mut last = slot.lock().await;
        let asked = Instant::now();
        if let Some(answer) = last.as_ref().and_then(|last| last.again(came, asked)) {
            return answer;
        }
        let answer = asking.await;
        let given = match &answer {
            Ok(bearer) => {
                let life = Duration::from_secs(bearer.expires_in);
                Ok(Token { text: bearer.token.clone(), life, end: asked + life })
            }
            Err(problem) => Err(problem.clone()),
        };
        *last = Some(Answer { at: Instant::now(), given });
        answer
    }

    /// Where the key's answers are kept; `None` when there is no room.
    fn slot(&self, key: Key, now: Instant) -> Option<Arc<Slot>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&key) {
            return Some(Arc::clone(slot));
        }
        // A token that is over does not stay in memory. What somebody holds is in use.
        let is_good = |last: &Option<Answer>| {
            last.as_ref().is_some_and(|last| last.again(now, now).is_some())
        };
        slots.retain(|_, slot| {
            Arc::strong_count(slot) > 1 || slot.try_lock().is_ok_and(|last| is_good(&last))
        });
        if slots.len() >= MOST {
            return None;
        }
        let slot = Arc::new(Slot::default());
        slots.insert(key, Arc::clone(&slot));
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::time::{advance, sleep};

    fn key(version: i64, repository: &str) -> Key {
        Key {
            credential: Uuid::nil(),
            version,
            origin: "https://ghcr.io:443".to_owned(),
            username: "acme-bot".to_owned(),
            token_service: None,
            repository: repository.to_owned(),
            intent: Access::Pull,
        }
    }

    /// A token service that numbers its tokens and takes a second for each.
    #[derive(Default)]
    struct Service {
        kept: Kept,
        asked: AtomicU64,
    }

    impl Service {
        async fn ask(&self, key: Key, says: Result<u64, RegistryProblem>) -> Option<(String, u64)> {
            let asking = async {
                let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
                sleep(Duration::from_secs(1)).await;
                let token = Zeroizing::new(number.to_string());
                says.map(|expires_in| Bearer { token, expires_in })
            };
            let given = self.kept.or_ask(key, asking).await.ok()?;
            Some((given.token.as_str().to_owned(), given.expires_in))
        }

        fn asked(&self) -> u64 {
            self.asked.load(Ordering::Relaxed)
        }
    }

    fn token(text: &str, seconds: u64) -> Option<(String, u64)> {
        Some((text.to_owned(), seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_asked_for_once_as_long_as_half_of_its_life_is_left() {
        let service = Service::default();
        assert_eq!(service.ask(key(1, "acme/api"), Ok(61)).await, token("1", 61));
        advance(Duration::from_secs(20)).await;
        // 61 seconds from before it was asked for.
        assert_eq!(service.ask(key(1, "acme/api"), Ok(61)).await, token("1", 40));
        advance(Duration::from_secs(10)).await;
        assert_eq!(service.ask(key(1, "acme/api"), Ok(61)).await, token("2", 61));
    }

    #[tokio::test(start_paused = true)]
    async fn another_secret_or_another_repository_is_another_token() {
        let service = Service::default();
        for (at, key) in
            [key(1, "acme/api"), key(2, "acme/api"), key(1, "acme/web")].iter().enumerate()
        {
            let number = (at + 1).to_string();
            assert_eq!(service.ask(key.clone(), Ok(61)).await, token(&number, 61));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_at_once_one_asks() {
        let service = Service::default();
        let ask = || service.ask(key(1, "acme/api"), Ok(61));
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert_eq!((one, two, three), (token("1", 61), token("1", 60), token("1", 60)));
        assert_eq!(service.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_those_who_waited_and_not_to_those_who_come_later() {
        let service = Service::default();
        let busy = || Err(RegistryProblem::Busy { status: 503, wait: 1 });
        let ask = || service.ask(key(1, "acme/api"), busy());
        assert_eq!(tokio::join!(ask(), ask()), (None, None));
        assert_eq!(service.asked(), 1);
        advance(Duration::from_millis(1)).await;
        assert_eq!(service.ask(key(1, "acme/api"), Ok(61)).await, token("2", 61));
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_that_was_refused_is_not_shown_again_at_once() {
        let service = Service::default();
        for _ in 0..10 {
            let refused = Err(RegistryProblem::Refused);
            assert_eq!(service.ask(key(1, "acme/api"), refused).await, None);
        }
        assert_eq!(service.asked(), 1);
        assert!(service.ask(key(2, "acme/api"), Ok(61)).await.is_some(), "another one is");
        advance(REFUSED).await;
        assert!(service.ask(key(1, "acme/api"), Ok(61)).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_over_is_forgotten() {
        let service = Service::default();
        service.ask(key(1, "acme/api"), Ok(61)).await;
        advance(Duration::from_secs(61)).await;
        service.ask(key(1, "acme/web"), Ok(61)).await;
        assert_eq!(service.kept.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_who_finds_none_asks() {
        let (kept, now) = (Kept::default(), Instant::now());
        let slot = |name: &str| kept.slot(key(1, name), now);
        let held: Vec<_> = (0..MOST).map(|at| slot(&format!("acme/{at}"))).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(slot("acme/more").is_none());
        let asking = async { Ok(Bearer { token: Zeroizing::new("1".to_owned()), expires_in: 60 }) };
        assert!(kept.or_ask(key(1, "acme/more"), asking).await.is_ok());
        drop(held);
        assert!(slot("acme/more").is_some());
        assert_eq!(kept.0.lock().unwrap().len(), 1);
    }
}
