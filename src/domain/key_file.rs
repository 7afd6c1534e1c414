//! The Google service account key file: what of it may be shown, and what is wrong with one.
//!
//! The rules are those of design section 3 ("GCP service account key"). Nothing here keeps the private key, and no
//! text of the parser is passed on: it quotes its input.

mod problem;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
pub use problem::KeyFileProblem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest secret (design section 3).
const MAX_BYTES: usize = 64 * 1024;
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The user name that Google's registries want with the base64 of a key file.
pub const BASE64_USERNAME: &str = "_json_key_base64";

/// Whether the text is base64 of anything, wrapped or not.
pub fn is_base64(text: &str) -> bool {
    decode(text).is_some_and(|bytes| !bytes.is_empty())
}

/// What may be shown of a key file. The private key is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    pub client_email: String,
    pub project_id: String,
    pub private_key_id: String,
}

impl KeyFile {
    /// Reads a whole key file; a failure says which file was probably given instead.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyFileProblem> {
        let text = text_of(bytes)?;
        let file = object_of(text)?;
        check_type(&file)?;
        let client_email = field(&file, "client_email")?;
        let project_id = field(&file, "project_id")?;
        let private_key_id = field(&file, "private_key_id")?;
        check_private_key(field(&file, "private_key")?)?;
        let has_name_and_domain =
            |(name, domain): (&str, &str)| !name.is_empty() && !domain.is_empty();
        if !client_email.split_once('@').is_some_and(has_name_and_domain) || !is_word(client_email)
        {
            return Err(KeyFileProblem::Email);
        }
        for (word, field) in [(project_id, "project_id"), (private_key_id, "private_key_id")] {
            if !is_word(word) {
                return Err(KeyFileProblem::Altered(field));
            }
        }
        Ok(Self {
            client_email: client_email.to_owned(),
            project_id: project_id.to_owned(),
            private_key_id: private_key_id.to_owned(),
        })
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, KeyFileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(KeyFileProblem::TooLong);
    }
    if is_der(bytes) && bytes.get(1).is_some_and(|length| *length >= 0x80) {
        return Err(KeyFileProblem::Pkcs12);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyFileProblem::NotText)?;
    if text.starts_with('\u{FEFF}') {
        return Err(KeyFileProblem::ByteOrderMark);
    }
    let text = text.trim();
    if text.is_empty() { Err(KeyFileProblem::Empty) } else { Ok(text) }
}

fn object_of(text: &str) -> Result<Map<String, Value>, KeyFileProblem> {
    if text.starts_with("-----BEGIN") {
        return Err(KeyFileProblem::PrivateKeyOnly);
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(file)) => Ok(file),
        // The field's value with its quotation marks, copied out of the file.
        Ok(Value::String(inner)) if inner.trim_start().starts_with("-----BEGIN") => {
            Err(KeyFileProblem::PrivateKeyOnly)
        }
        Ok(_) => Err(KeyFileProblem::NotObject),
        Err(_) if !text.starts_with('{') => Err(encoded(text).unwrap_or(KeyFileProblem::NotJson)),
        Err(error) if error.is_eof() => Err(KeyFileProblem::CutShort),
        Err(_) => Err(KeyFileProblem::NotJson),
    }
}

/// What the text is the base64 of, if it is.
fn encoded(text: &str) -> Option<KeyFileProblem> {
    let bytes = decode(text.trim_matches(['"', '\'']))?;
    if bytes.trim_ascii_start().starts_with(b"{") {
        return Some(KeyFileProblem::Base64);
    }
    is_der(&bytes).then_some(KeyFileProblem::PrivateKeyOnly)
}

fn check_type(file: &Map<String, Value>) -> Result<(), KeyFileProblem> {
    if file.contains_key("installed") || file.contains_key("web") {
        return Err(KeyFileProblem::OAuthClient);
    }
    if file.contains_key("auths") {
        return Err(KeyFileProblem::DockerConfig);
    }
    if file.contains_key("privateKeyData") {
        return Err(KeyFileProblem::ApiAnswer);
    }
    // Without any of these it is another file, and not one of which something is missing.
    let of_keys = ["type", "client_email", "private_key", "private_key_id"];
    if !of_keys.iter().any(|field| file.contains_key(*field)) {
        return Err(KeyFileProblem::NotObject);
    }
    match field(file, "type")? {
        "service_account" => Ok(()),
        "authorized_user" => Err(KeyFileProblem::AuthorizedUser),
        "external_account" => Err(KeyFileProblem::ExternalAccount),
        _ => Err(KeyFileProblem::OtherType),
    }
}

fn field<'a>(file: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, KeyFileProblem> {
    let value = file.get(name).and_then(Value::as_str);
    value.filter(|value| !value.trim().is_empty()).ok_or(KeyFileProblem::Missing(name))
}

fn check_private_key(pem: &str) -> Result<(), KeyFileProblem> {
    // As text once more: Google's own ends in a line end, which is then a backslash and an n.
    if pem.contains("\\n") {
        return Err(KeyFileProblem::PrivateKeyEscaped);
    }
    let body = pem
        .trim()
        .strip_prefix("-----BEGIN PRIVATE KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----"))
        .ok_or(KeyFileProblem::PrivateKey)?;
    decode(body).filter(|der| is_der(der)).map(drop).ok_or(KeyFileProblem::PrivateKey)
}

/// The bytes that the text is base64 of, in either alphabet, wrapped or not; `None` when it is none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let joined: String = text.split_ascii_whitespace().collect();
    BASE64.decode(&joined).or_else(|_| BASE64_URL.decode(&joined)).ok()
}

/// Keys and `.p12` files are DER sequences.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}

/// What Google writes into e-mail, project and key id: one short line without spaces. It is shown on pages.
fn is_word(text: &str) -> bool {
    text.len() <= 320 && text.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key() -> Value {
        json!({
            "type": "service_account",
            "project_id": "acme-images",
            "private_key_id": "0123456789abcdef",
            "private_key": "-----BEGIN PRIVATE KEY-----\nMIIBzebra+zz\nAAAA\n-----END PRIVATE KEY-----\n",
            "client_email": "ci@acme-images.iam.gserviceaccount.com",
            "client_id": "1",
        })
    }

    fn with(field: &str, value: Value) -> String {
        let mut key = key();
        key[field] = value;
        key.to_string()
    }

    #[test]
    fn a_key_file_shows_its_email_project_and_key_id() {
        let pretty = serde_json::to_string_pretty(&key()).unwrap();
        for text in [key().to_string(), format!("\r\n{}\r\n", pretty.replace('\n', "\r\n"))] {
            let file = KeyFile::read(text.as_bytes()).unwrap();
            assert_eq!(file.client_email, "ci@acme-images.iam.gserviceaccount.com");
            assert_eq!(file.project_id, "acme-images");
            assert_eq!(file.private_key_id, "0123456789abcdef");
            assert!(!format!("{file:?}").contains("zebra"));
        }
    }

    #[test]
    fn another_file_is_named_for_what_it_probably_is() {
        let whole = key().to_string();
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIBzebra\n-----END PRIVATE KEY-----";
        for (bytes, problem) in [
            (b"".to_vec(), KeyFileProblem::Empty),
            (b" \n".to_vec(), KeyFileProblem::Empty),
            (vec![b' '; MAX_BYTES + 1], KeyFileProblem::TooLong),
            (vec![0x30, 0x82, 0x09, 0x41], KeyFileProblem::Pkcs12),
            (vec![0xFF, 0xFE, b'{', 0], KeyFileProblem::NotText),
            (format!("\u{FEFF}{whole}").into(), KeyFileProblem::ByteOrderMark),
            (pem.into(), KeyFileProblem::PrivateKeyOnly),
            (json!(pem).to_string().into(), KeyFileProblem::PrivateKeyOnly),
            (b"MIIBzebra+zz\nAAAA".to_vec(), KeyFileProblem::PrivateKeyOnly),
            (BASE64.encode(&whole).into(), KeyFileProblem::Base64),
            (
                BASE64_URL.encode(format!("\n{whole}")).trim_end_matches('=').into(),
                KeyFileProblem::Base64,
            ),
            (b"zebra".to_vec(), KeyFileProblem::NotJson),
            (whole.replace(',', ";").into(), KeyFileProblem::NotJson),
            (whole[..whole.len() - 1].into(), KeyFileProblem::CutShort),
            (b"[]".to_vec(), KeyFileProblem::NotObject),
            (br#"{"installed":{}}"#.to_vec(), KeyFileProblem::OAuthClient),
            (br#"{"web":{"client_id":"zebra"}}"#.to_vec(), KeyFileProblem::OAuthClient),
            (br#"{"auths":{}}"#.to_vec(), KeyFileProblem::DockerConfig),
            (br#"{"privateKeyData":"zebra"}"#.to_vec(), KeyFileProblem::ApiAnswer),
            (b"{}".to_vec(), KeyFileProblem::NotObject),
            (br#"{"AccessKeyId":"zebra"}"#.to_vec(), KeyFileProblem::NotObject),
            (br#"{"project_id":"zebra"}"#.to_vec(), KeyFileProblem::NotObject),
            (br#"{"type":"authorized_user"}"#.to_vec(), KeyFileProblem::AuthorizedUser),
            (br#"{"type":"external_account"}"#.to_vec(), KeyFileProblem::ExternalAccount),
            (br#"{"type":"zebra"}"#.to_vec(), KeyFileProblem::OtherType),
        ] {
            assert!(!problem.to_string().contains("zebra"));
            assert_eq!(KeyFile::read(&bytes), Err(problem));
        }
    }

    #[test]
    fn each_field_that_is_missing_empty_or_altered_is_named() {
        let pem = |body: &str| {
            json!(format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----"))
        };
        for field in ["type", "client_email", "project_id", "private_key_id", "private_key"] {
            for value in [Value::Null, json!(" "), json!(7)] {
                let problem = KeyFile::read(with(field, value).as_bytes()).unwrap_err();
                assert_eq!(problem, KeyFileProblem::Missing(field));
                assert!(problem.to_string().contains(field));
            }
        }
        for (field, value, problem) in [
            ("private_key", json!("zebra"), KeyFileProblem::PrivateKey),
            ("private_key", pem("\nzebra*\n"), KeyFileProblem::PrivateKey),
            ("private_key", pem("\nAAAA\n"), KeyFileProblem::PrivateKey),
            ("private_key", pem(""), KeyFileProblem::PrivateKey),
            ("private_key", pem("\\nMIIB\\n"), KeyFileProblem::PrivateKeyEscaped),
            ("client_email", json!("zebra"), KeyFileProblem::Email),
            ("client_email", json!("@"), KeyFileProblem::Email),
            ("project_id", json!("zebra zebra"), KeyFileProblem::Altered("project_id")),
            ("private_key_id", json!("zebra\u{0}"), KeyFileProblem::Altered("private_key_id")),
        ] {
            assert_eq!(KeyFile::read(with(field, value).as_bytes()), Err(problem));
        }
    }
}
