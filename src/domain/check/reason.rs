//! Why a step ended as it did, and what to do about it.

super::super::words! {
    /// The label is the sentence that people read.
    pub enum CheckReason {
        Answered = "answered", "The registry answers over a secure connection.";
        AnsweredPlainly = "answered_plainly", "The registry answers. The connection is not encrypted.";
        NameNotFound = "name_not_found", "The host name was not found.";
        AddressNotAllowed = "address_not_allowed", "The host has an address that is not public, and the operator has not allowed it.";
        Unreachable = "unreachable", "The host cannot be reached, or it closed the connection.";
        TimedOut = "timed_out", "The host did not answer in time.";
        NotSecure = "not_secure", "No secure connection could be made: the host does not speak TLS, or its certificate is not valid or not trusted.";
        Redirected = "redirected", "The host answered with a redirect. A secret is never sent on to another address.";
        NotARegistry = "not_a_registry", "There is no registry at this address.";
        Malformed = "malformed", "The answer does not follow the registry protocol.";
        UnexpectedStatus = "unexpected_status", "The answer says neither yes nor no.";
        Busy = "busy", "The registry is not available, or it limits how often it may be asked.";

        EachRequest = "each_request", "It expects the username and the password in each request.";
        TokenService = "token_service", "It has a token service that is accepted for this credential.";
        RealmNotAccepted = "realm_not_accepted", "It asks to send the password to another address, which is not accepted for this credential. Nothing was sent there.";
        AsksForNothing = "asks_for_nothing", "It asks for no username and no password.";

        SignedIn = "signed_in", "The registry accepts the username and the password.";
        SignedInForRepository = "signed_in_for_repository", "The registry accepts the username and the password for this repository.";
        Refused = "refused", "The registry refused the username and the password.";
        RefusedExpired = "refused_expired", "The registry says that the password has expired.";
        LockedOut = "locked_out", "The registry accepts no sign-ins for now, after too many that failed.";
        IdentityToken = "identity_token", "This is an identity token and no password. Regcred does not check it.";
        BudgetSpent = "budget_spent", "The registry refused this username several times, so it was not tried again.";
        TokenNotTaken = "token_not_taken", "The registry did not accept the token of its own token service.";

        CanPull = "can_pull", "The image can be pulled.";
        CanPullNoSuchTag = "can_pull_no_such_tag", "The repository may be read, but it has no image with this tag.";
        Public = "public", "Everybody can pull this image, so it does not show what the credential can do.";
        CannotPull = "cannot_pull", "The credential may not pull from this repository.";
        MissingOrForbidden = "missing_or_forbidden", "The repository does not exist, or the credential may not pull from it. This registry does not say which.";
        NoRepository = "no_repository", "No repository was named.";

        CanPush = "can_push", "The credential may push to this repository.";
        CanPushNotCancelled = "can_push_not_cancelled", "The credential may push to this repository. The registry did not cancel the empty upload of this check. It removes it by itself.";
        CannotPush = "cannot_push", "The credential may not push to this repository.";
        CannotPushOrMissing = "cannot_push_or_missing", "The registry closed the connection. The credential may not push to this repository, or the repository does not exist.";
        ReadOnly = "read_only", "The registry or this repository is read-only for now.";
        RepositoryMissing = "repository_missing", "The repository does not exist. Push was not tried, since that can create it.";
        PushHinted = "push_hinted", "Push was not tried. The token that the registry gave says that it is allowed.";
        PushNotAsked = "push_not_asked", "Push is checked only when somebody asks for it.";
        Before = "before", "An earlier step did not pass.";
    }
}

impl CheckReason {
    /// What to do about it, or what it means; empty where nothing is to be done.
    pub fn advice(self) -> &'static str {
        match self {
            Self::NameNotFound => {
                "Check the spelling of the registry URL. It cannot be changed: if it is wrong, create another credential."
            }
            Self::AddressNotAllowed => {
                "Ask the operator of this server to add the network of the registry to REGCRED_PRIVATE_NETWORKS."
            }
            Self::Unreachable | Self::TimedOut => {
                "Check the host and the port, and whether a firewall lets this server through. Pipelines elsewhere may still reach it."
            }
            Self::NotSecure => {
                "If the registry has a certificate of your own authority, ask the operator to add that to REGCRED_CA_FILE. If it speaks plain HTTP only, create a credential that is marked as insecure."
            }
            Self::Redirected | Self::NotARegistry | Self::Malformed | Self::UnexpectedStatus => {
                "Check that the registry URL is the address of the registry itself, and not of its website."
            }
            Self::Busy => "Try again later.",
            Self::AnsweredPlainly => "Everybody on the way can read the password.",
            Self::RealmNotAccepted => {
                "If this is the registry's own token service, accept it under Who can read it."
            }
            Self::AsksForNothing => "A registry without sign-in needs no credential.",
            Self::Refused => {
                "Check the username and the password, whether the token has expired or was revoked, and whether the account is locked."
            }
            Self::RefusedExpired => "Create a new token at the registry, and replace the secret.",
            Self::LockedOut => {
                "Wait until the registry accepts sign-ins again. Replace the secret first if it is wrong."
            }
            Self::IdentityToken => "Pull an image with it to see whether it works.",
            Self::BudgetSpent => {
                "Registries lock accounts that fail too often. Replace the secret, or wait a quarter of an hour."
            }
            Self::TokenNotTaken => {
                "The clock of the registry may be wrong, or a proxy may stand in front of it."
            }
            Self::CanPullNoSuchTag => "Name a tag that exists to check a whole image.",
            Self::Public => "Name a private image.",
            Self::CannotPull | Self::MissingOrForbidden => {
                "Check the spelling of the repository. At the registry, let the account or the token read it."
            }
            Self::NoRepository => "Name an image to check whether it can be pulled.",
            Self::CannotPush | Self::CannotPushOrMissing => {
                "At the registry, let the account or the token write to the repository."
            }
            Self::ReadOnly => "Ask who runs the registry. The sign-in itself is accepted.",
            Self::RepositoryMissing => "Name a repository that exists.",
            Self::PushNotAsked
            | Self::PushHinted
            | Self::Before
            | Self::Answered
            | Self::EachRequest
            | Self::TokenService
            | Self::SignedIn
            | Self::SignedInForRepository
            | Self::CanPull
            | Self::CanPush
            | Self::CanPushNotCancelled => "",
        }
    }

    /// Whether the registry looked at the password and said no: what counts against the account.
    pub fn is_refused_sign_in(self) -> bool {
        matches!(self, Self::Refused | Self::RefusedExpired | Self::LockedOut)
    }

    /// Whether asking again changes nothing until somebody stores another secret.
    pub fn stays_until_replaced(self) -> bool {
        matches!(self, Self::Refused | Self::RefusedExpired)
    }
}
