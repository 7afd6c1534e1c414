//! What a client asks for: a registry as docker names it, an image, a repository.

use crate::domain::image::Image;
use crate::domain::registry::{HostProblem, RegistryHost, path_scope};
use crate::error::{Error, Result};

/// The registry that a docker client means by the server's name that it gives to a credential
/// helper: a host, with `https://` or without, or the key of Docker Hub. Never part of a host.
///
/// # Errors
/// `BadRequest` for what may be an attack or a mistake: user info, spaces, control characters.
/// `NotFound` for any other text that names no registry, since clients then go on without.
pub(super) fn server(text: &str) -> Result<RegistryHost> {
    plain(text)?;
    let has_scheme = text.contains("://");
    let is_https = text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
    match RegistryHost::parse(text) {
        // A path is no part of a registry's key: `…/v1/access-token` is something else of docker's.
        Ok(parsed) if parsed.path.is_none() && (is_https || !has_scheme) => Ok(parsed.host),
        Err(
            problem @ (HostProblem::Empty
            | HostProblem::TooLong
            | HostProblem::UserInfo
            | HostProblem::InnerSpace
            | HostProblem::ControlCharacter
            | HostProblem::QueryOrFragment),
        ) => Err(Error::BadRequest(problem.to_string())),
        Ok(_) | Err(_) => Err(Error::NotFound),
    }
}

/// The image that a client names.
pub(super) fn image(text: &str) -> Result<Image> {
    plain(text)?;
    Image::parse(text).map_err(|problem| Error::BadRequest(problem.to_string()))
}

/// One repository of the registry, as images name it: on Docker Hub a single word is an official one.
pub(super) fn repository(text: &str, host: &RegistryHost) -> Result<String> {
    plain(text)?;
    let read = path_scope(text).map_err(|problem| Error::BadRequest(problem.to_string()))?;
    if read != [text] {
        return Err(Error::BadRequest(
            "The repository must be one path, for example acme/api.".to_owned(),
        ));
    }
    host.named_in(&read).map_err(|problem| Error::BadRequest(problem.to_string()))?;
    let is_official = host.is_docker_hub() && !text.contains('/');
    Ok(if is_official { format!("library/{text}") } else { text.to_owned() })
}

/// Spaces are dropped where people type; a machine that sends one does not mean what it says.
fn plain(text: &str) -> Result<()> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Error::BadRequest(
            "The name of a registry, image or repository cannot contain a space, line break or control character."
                .to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_clients_name_a_registry_in_a_few_ways() {
        for (text, host) in [
            ("https://index.docker.io/v1/", "docker.io"),
            ("index.docker.io", "docker.io"),
            ("docker.io", "docker.io"),
            ("registry-1.docker.io", "docker.io"),
            ("ghcr.io", "ghcr.io"),
            ("https://ghcr.io", "ghcr.io"),
            ("HTTPS://GHCR.io/", "ghcr.io"),
            ("https://registry.example.com/v2/", "registry.example.com"),
            ("registry.example.com:443", "registry.example.com"),
            ("registry.example.com:5000", "registry.example.com:5000"),
            ("localhost:5000", "localhost:5000"),
            ("[::1]:5000", "[::1]:5000"),
            ("ghcr.io.evil.example.com", "ghcr.io.evil.example.com"),
        ] {
            assert_eq!(server(text).map(String::from).as_deref(), Ok(host), "{text}");
        }
    }

    #[test]
    fn what_names_no_registry_is_not_found_and_what_looks_like_an_attack_is_refused() {
        for (text, status) in [
            ("zebra", 404),
            ("Zebra credentials", 400),
            ("zebra.example.com/acme", 404),
            ("https://index.docker.io/v1/access-token", 404),
            ("https://index.docker.io/v1/refresh-token", 404),
            ("http://zebra.example.com", 404),
            ("ftp://zebra.example.com", 404),
            ("docker://zebra.example.com", 404),
            ("*.zebra.example.com", 404),
            ("https://hub.docker.com", 404),
            ("zebra.example.com:0", 404),
            ("ghcr.io\\zebra", 404),
            ("", 400),
            ("zebra@ghcr.io", 400),
            ("https://zebra:zebra@ghcr.io/", 400),
            ("ghcr.io@zebra.example.com", 400),
            ("ghcr.io\n", 400),
            ("ghcr.io\r\nhost=zebra.example.com", 400),
            ("ghcr.io\0zebra", 400),
            ("gh\u{200b}cr.io", 400),
            ("ghcr.io?zebra", 400),
            ("ghcr.io#zebra", 400),
            ("a".repeat(3000).as_str(), 400),
        ] {
            let error = server(text).unwrap_err();
            assert_eq!(error.status(), status, "{text}");
            assert!(!error.to_string().to_lowercase().contains("zebra"), "{text}");
        }
    }

    #[test]
    fn an_image_has_a_registry_and_a_repository() {
        let nginx = image("nginx:1.27").unwrap();
        assert_eq!(
            (nginx.host.as_str(), nginx.repository.as_str()),
            ("docker.io", "library/nginx")
        );
        for text in
            ["", "ghcr.io/acme/api\n", " ghcr.io/acme/api", "zebra@ghcr.io/acme", "ghcr.io/"]
        {
            let error = image(text).unwrap_err();
            assert_eq!(error.status(), 400, "{text}");
            assert!(!error.to_string().contains("zebra"));
        }
    }

    #[test]
    fn a_repository_is_one_whole_path() {
        let host = |text| RegistryHost::stored(text).unwrap();
        let (hub, own) = (host("docker.io"), host("registry.example.com:5000"));
        assert_eq!(repository("acme/api", &own).as_deref(), Ok("acme/api"));
        assert_eq!(repository("nginx", &own).as_deref(), Ok("nginx"));
        assert_eq!(repository("nginx", &hub).as_deref(), Ok("library/nginx"));
        for text in ["", "/", "/acme", "acme/", "acme,api", "acme/api:1", "Acme", "acme\n", "a b"] {
            assert_eq!(repository(text, &own).unwrap_err().status(), 400, "{text}");
        }
    }

    #[test]
    fn a_repository_that_begins_with_its_registry_is_a_mistake_and_no_path_of_it() {
        for (at, text) in [
            ("ghcr.io", "ghcr.io/acme/api"),
            ("ghcr.io", "ghcr.io"),
            ("docker.io", "docker.io/acme/api"),
            ("docker.io", "index.docker.io/nginx"),
            ("localhost", "localhost/acme"),
        ] {
            let host = RegistryHost::stored(at).unwrap();
            let error = repository(text, &host).unwrap_err();
            assert_eq!(error.status(), 400, "{text}");
            assert!(error.to_string().contains("Remove the registry"), "{text}: {error}");
        }
        // What another registry mirrors may be below its name.
        let mirror = RegistryHost::stored("mirror.example.com").unwrap();
        let text = "ghcr.io/acme/api";
        assert_eq!(repository(text, &mirror).as_deref(), Ok(text));
    }
}
