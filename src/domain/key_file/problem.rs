//! What is wrong with a key file, in the words people read.

use thiserror::Error;

/// Why a key file was refused: what is wrong, which file it probably is, what to give instead.
///
/// The cases are those of design section 3. The text never repeats what was given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyFileProblem {
    #[error("The service account key is missing. Upload the .json key file, or paste all of it.")]
    Empty,
    #[error(
        "That is longer than 64 KiB, and a key file has about 2. Upload the .json key file of a service account."
    )]
    TooLong,
    #[error(
        "That looks like a .p12 key. Create a key of the type JSON for the service account, and upload that file."
    )]
    Pkcs12,
    #[error("That is not text in UTF-8. Upload the .json key file as it was downloaded.")]
    NotText,
    #[error(
        "The file begins with a byte order mark, which an editor has put there. Upload the .json key file as it was downloaded."
    )]
    ByteOrderMark,
    #[error(
        "That is only the private key. Upload or paste the whole .json key file, from the first {{ to the last }}."
    )]
    PrivateKeyOnly,
    #[error(
        "That looks like the base64 of a key file. Upload the file itself. It needs no encoding."
    )]
    Base64,
    #[error(
        "That is not a JSON file. Upload the .json key file of a service account as it was downloaded."
    )]
    NotJson,
    #[error(
        "The key file stops before its end. Copy all of it, from the first {{ to the last }}, or upload the file."
    )]
    CutShort,
    #[error(
        "That is JSON, but not a key file. Upload or paste the whole .json key file, from the first {{ to the last }}."
    )]
    NotObject,
    #[error(
        "That looks like an OAuth client, which signs people in. Upload the key file of a service account."
    )]
    OAuthClient,
    #[error("That looks like a docker config.json. Upload the key file of a service account.")]
    DockerConfig,
    #[error(
        "That looks like an answer of Google's API, in which privateKeyData is the base64 of the key file. Decode it, and upload the file."
    )]
    ApiAnswer,
    #[error(
        "That looks like the sign-in of a person (authorized_user), as gcloud keeps it. Upload the key file of a service account."
    )]
    AuthorizedUser,
    #[error(
        "That looks like a workload identity configuration (external_account), which contains no key. Upload the key file of a service account."
    )]
    ExternalAccount,
    #[error("The file's type is not service_account. Upload the key file of a service account.")]
    OtherType,
    #[error("The key file has no {0}. Upload the whole file as it was downloaded.")]
    Missing(&'static str),
    #[error(
        "The private_key in the file is not a PEM key (BEGIN PRIVATE KEY) as Google writes it. Upload the whole file as it was downloaded."
    )]
    PrivateKey,
    #[error(
        "The line breaks of the private_key in the file were escaped twice, which happens in environment variables. Upload the file as it was downloaded."
    )]
    PrivateKeyEscaped,
    #[error(
        "The client_email in the file is not an email address. Upload the whole file as it was downloaded."
    )]
    Email,
    #[error(
        "The {0} in the file is not what Google writes there. Upload the file as it was downloaded."
    )]
    Altered(&'static str),
}
