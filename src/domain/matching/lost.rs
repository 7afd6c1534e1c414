//! Why a credential is not in an answer, and what to know about one that is: the same words in
//! receipts, in headers and in the explainer.

use super::Shape;

crate::domain::words! {
    /// Why a credential is not the one, or not in the answer. The label stands in receipts, in the
    /// header of an answer and in the explainer.
    pub enum Lost {
        Disabled = "disabled", "it is disabled";
        NotGranted = "not_granted", "it is not granted to this pipeline";
        /// The credential can do less than what is asked, or the grant is for less.
        WrongIntent = "wrong_intent", "the grant or the credential is for pulling only";
        OtherRepository = "other_repository", "it is for other repositories";
        GrantRepository = "grant_repository", "the grant is for other repositories";
        /// The grant is for some repositories, and this reader names only hosts.
        NeedsRepository = "needs_repository", "the grant is for some repositories only, and this format names only hosts; ask with image=";
        /// Only tokens for one repository may be handed out, and none was named.
        NeedsImage = "needs_image", "the grant is for short-lived tokens only; ask with image=";
        /// Only tokens of the registry may be handed out, and this reader cannot use them.
        NeedsTokenClient = "needs_token_client", "the grant is for short-lived tokens only, which this client cannot use";
        /// Another one has a longer prefix.
        LessExact = "less_exact", "another credential is more specific (this format holds one per host)";
        ShorterPrefix = "shorter_prefix", "another credential covers more of the repository's path";
        /// Another one can do less, and that is enough.
        Wider = "wider", "another credential suffices and allows less";
        /// It has expired, and another one for the same has not; whether that one can be read is no part of it.
        GivesWay = "gives_way", "its expiry date has passed, and a credential that has not expired comes first";
        Tie = "tie", "another credential ties with it";
        Expired = "grant_expired", "the grant has expired";
        NotApproved = "not_approved", "waiting for approval";
        /// A second person was asked, and said no.
        Rejected = "rejected", "the grant was rejected by a second person";
        ApprovalEnded = "approval_ended", "the approval of the grant has ended";
        /// Whoever asks was not on the page of the person who approved the grant.
        NewerThanApproval = "newer_than_approval", "this token or trust rule is newer than the approval; ask for a new approval";
        /// It may be a fork's pull request.
        Fork = "fork", "the grant does not allow pull requests from forks";
        /// The grant has a condition on the branch, and none was proved.
        BranchNotProved = "branch_not_proved", "the grant is for some branches, and the branch was not proven";
        Branch = "branch", "the grant is for other branches";
        /// The grant has a condition on the event, and none was proved.
        EventNotProved = "event_not_proved", "the grant is for some events, and the event was not proven";
        Event = "event", "the grant is for other events";
        Unreadable = "unreadable", "its stored secret cannot be read; save a new one";
        /// The registry was asked for a token and gave none.
        NoToken = "no_token", "the registry issued no short-lived token for it";
        /// The secret is bytes that are no text.
        NotText = "not_text", "its secret is not text, and this format holds only text";
        /// Its user name says that it is no password.
        IdentityToken = "identity_token", "it is an identity token, which this client cannot use";
        /// What it would be called by is another one's.
        KeyTaken = "key_taken", "another credential takes its place in this answer";
        /// There is no room for it.
        TooLong = "too_long", "with it, the answer would be too long for the client; ask with image=";
    }
}

/// What receipts of an older version of the program say, where somebody looks for it.
const SAID_BEFORE: &[(&str, Lost)] = &[("the approval of the grant was rejected", Lost::Rejected)];

impl Lost {
    /// Whether a receipt that says this names this reason, in the words of now or of before.
    pub fn is_said_as(self, reason: &str) -> bool {
        let before = SAID_BEFORE.iter().filter(|(_, lost)| *lost == self);
        before.map(|(words, _)| *words).chain([self.label()]).any(|words| words == reason)
    }

    /// Whether the credential would be the one but for a rule of the grant, or for what the format
    /// can hold: then the answer is a refusal and has a receipt. Who only loses a choice has none.
    pub fn is_refusal(self) -> bool {
        !matches!(
            self,
            Self::NotGranted
                | Self::OtherRepository
                | Self::LessExact
                | Self::ShorterPrefix
                | Self::Wider
                | Self::GivesWay
        )
    }
}

crate::domain::words! {
    /// What readers make of a credential that is for some repositories only.
    pub enum Note {
        /// The answer has keys with paths.
        PathKeys = "path_keys", "a key with a path is a prefix: docker uses it for the whole host, and the kubelet compares it as text, so host/acme is also host/acmeco; ask with image= for exactly one repository";
        /// The answer has the host as its key.
        HostOnly = "host_only", "a credential in it is for some repositories only, but clients use it for the whole host; ask with image= for exactly one repository";
    }
}

impl Note {
    /// What to know about a credential that is handed out for these paths when no image was named.
    pub fn of(shape: Shape, paths: &[String]) -> Option<Self> {
        match (paths.is_empty(), shape) {
            (true, _) => None,
            (false, Shape::Paths) => Some(Self::PathKeys),
            (false, Shape::One | Shape::Hosts) => Some(Self::HostOnly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_loses_a_choice_is_not_refused() {
        for lost in [Lost::Wider, Lost::ShorterPrefix, Lost::LessExact, Lost::GivesWay] {
            assert!(!lost.is_refusal(), "{lost:?}");
        }
        for lost in [Lost::Tie, Lost::NotText, Lost::KeyTaken, Lost::TooLong, Lost::Unreadable] {
            assert!(lost.is_refusal(), "{lost:?}");
        }
    }

    #[test]
    fn a_reason_is_known_by_its_words_of_before_as_well() {
        for reason in
            ["the grant was rejected by a second person", "the approval of the grant was rejected"]
        {
            let said: Vec<&Lost> = Lost::ALL.iter().filter(|one| one.is_said_as(reason)).collect();
            assert_eq!(said, [&Lost::Rejected], "{reason}");
        }
        assert!(!Lost::Rejected.is_said_as("waiting for approval"));
    }

    #[test]
    fn a_reason_fits_on_a_line_of_a_header() {
        let labels = Lost::ALL.iter().map(|lost| lost.label());
        for label in labels.chain(Note::ALL.iter().map(|note| note.label())) {
            assert!(label.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{label}");
        }
    }
}
