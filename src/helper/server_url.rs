//! What a client may ask for: the text on stdin, checked before anybody else sees it.

use crate::failure::Failure;

const LONGEST: usize = 2048;

/// The server that a client asks for, without the space around it.
///
/// # Errors
/// `NoServer` for nothing, and a sentence for what could be read as another server: user info,
/// spaces, line breaks and other control characters.
pub fn server(bytes: Option<&[u8]>) -> Result<&str, Failure> {
    let server = checked(bytes, "server URL")?;
    if server.contains('@') {
        return Err(Failure::here("The server URL on stdin contains user info. Remove it."));
    }
    Ok(server)
}

/// The image that the kubelet asks for.
pub fn image(image: &str) -> Result<&str, Failure> {
    checked(Some(image.as_bytes()), "image").map_err(|failure| match failure {
        Failure::NoServer => Failure::here("The request names no image."),
        failure => failure,
    })
}

fn checked<'a>(bytes: Option<&'a [u8]>, what: &str) -> Result<&'a str, Failure> {
    let too_long = || Failure::here(format!("The {what} on stdin is longer than {LONGEST} bytes."));
    let text = std::str::from_utf8(bytes.ok_or_else(too_long)?)
        .map_err(|_| Failure::here(format!("The {what} on stdin is not UTF-8.")))?
        .trim();
    if text.is_empty() {
        return Err(Failure::NoServer);
    }
    if text.len() > LONGEST {
        return Err(too_long());
    }
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(Failure::here(format!(
            "The {what} on stdin contains spaces, line breaks or control characters."
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_taken_as_clients_send_them() {
        for (given, taken) in [
            ("ghcr.io", "ghcr.io"),
            ("https://index.docker.io/v1/", "https://index.docker.io/v1/"),
            ("  registry.example.com:5000\r\n", "registry.example.com:5000"),
            ("reg.example.com/acme/api", "reg.example.com/acme/api"),
            ("bücher.example.com", "bücher.example.com"),
        ] {
            assert_eq!(server(Some(given.as_bytes())).unwrap(), taken);
        }
    }

    #[test]
    fn an_empty_server_is_refused() {
        for given in ["", " ", "\n", "\r\n\t "] {
            let refused = server(Some(given.as_bytes())).unwrap_err();
            assert_eq!(refused.to_string(), "no credentials server URL");
        }
    }

    #[test]
    fn what_could_be_read_as_another_server_is_refused_and_not_repeated() {
        let long = "evil".repeat(513);
        for given in [
            "evil.example.com\nreg.example.com",
            "evil.example.com\rreg.example.com",
            "evil.example.com\0reg.example.com",
            "evil\0",
            "evil.example.com\u{1b}[2J",
            "evil.example.com\u{85}x",
            "evil example.com",
            "evil\texample.com",
            "evil\u{a0}example.com",
            "evil\u{2028}example.com",
            "reg.example.com@evil.example.com",
            "https://user:hunter2@evil.example.com/",
            long.as_str(),
        ] {
            let said = server(Some(given.as_bytes())).unwrap_err().to_string();
            assert!(said.starts_with("regcred: The server URL on stdin "), "{said}");
            assert!(!said.contains("evil") && !said.contains("hunter2"), "{said}");
            assert!(!said.contains(char::is_control), "{said}");
        }
        assert!(server(Some(b"evil\xff")).is_err());
        assert!(server(None).is_err());
    }

    #[test]
    fn the_longest_server_has_2048_bytes() {
        assert!(server(Some("a".repeat(2048).as_bytes())).is_ok());
        assert!(server(Some("a".repeat(2049).as_bytes())).is_err());
    }

    #[test]
    fn an_image_may_have_a_digest() {
        assert!(image("registry.example.com:5000/acme/api@sha256:00").is_ok());
        assert!(image("").unwrap_err().to_string().contains("no image"));
        assert!(image("acme/api latest").is_err());
    }
}
