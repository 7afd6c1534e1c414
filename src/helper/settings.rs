//! Every setting: from the environment, then from the settings file. Where to go and what proves who
//! is asking come from one of them: a settings file can lie in a checkout, and what it names as the
//! server must not get a token of the job.

mod written;

use crate::address;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::image::Image;
use crate::proxy::Proxies;
use crate::secret::Secret;
use std::path::PathBuf;
use std::time::Duration;
use written::Written;

const UNSET: &str = "REGCRED_URL is not set. Set it to the address of Regcred, such as https://regcred.example.com.";

const ELSEWHERE: &str = "REGCRED_URL is not set. The address in the settings file is used only with a token in that file, not with a token from the environment or the CI. Set REGCRED_URL in the environment as well.";

const MIXED: &str = "REGCRED_URL is set in the environment to another address than the settings file has, and the token is in the file. Put the address and the token in one place.";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Intent {
    Pull,
    Push,
}

impl Intent {
    pub fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }
}

/// What was given to prove who is asking, in the order in which it is used.
pub struct Given {
    pub token: Option<Secret>,
    pub token_file: Option<PathBuf>,
    /// A JWT of the CI.
    pub id_token: Option<Secret>,
    pub id_token_file: Option<PathBuf>,
}

impl Given {
    fn is_nothing(&self) -> bool {
        matches!(self, Self { token: None, token_file: None, id_token: None, id_token_file: None })
    }
}

/// The settings. What only one verb needs is checked by that verb.
pub struct Settings {
    url: Option<String>,
    /// Whether the settings file has an address that may not be used.
    has_other_url: bool,
    may_be_plain: bool,
    audience: Option<String>,
    pub given: Given,
    /// The pipeline that an identity of the CI is to be.
    pub pipeline: Option<String>,
    pub intent: Intent,
    /// The repository that they are asked for, whatever the server.
    repository: Option<String>,
    /// The image that the job is about. One that cannot be read stops no pull: it is said where it
    /// would have been used.
    image: Option<Result<Image, Failure>>,
    /// The id of the service connection that an Azure job is to be known by.
    pub service_connection: Option<String>,
    /// Whether the client is to stop where there should have been a credential.
    pub is_strict: bool,
    /// Certificates that are trusted in addition to the usual ones.
    pub ca_file: Option<PathBuf>,
    /// What a request goes through, which only the environment says.
    pub proxies: Proxies,
    pub timeout: Duration,
    /// Where the ids of deliveries are noted.
    pub state: Option<PathBuf>,
    /// Whether `store` and `erase` do as if.
    pub is_store_ignored: bool,
    /// What the kubelet shares an answer by, as it was typed.
    pub kubelet_cache: Option<String>,
    /// How long the kubelet keeps an answer, as it was typed.
    pub kubelet_cache_duration: Option<String>,
}

impl Settings {
    pub fn read(variables: &Variables) -> Result<Self, Failure> {
        let mut written = Written::read(variables)?;
        let text = |name: &str, written: Option<String>| {
            variables.text(name).map(|typed| typed.or(written))
        };
        let is_on = |name: &str, written: Option<bool>| {
            variables.is_on(name).map(|typed| typed.or(written).unwrap_or(false))
        };
        let path = |name: &str, written: Option<PathBuf>| variables.path(name).or(written);
        let mut given = Given {
            token: variables.secret("REGCRED_TOKEN")?,
            token_file: variables.path("REGCRED_TOKEN_FILE"),
            id_token: variables.secret("REGCRED_ID_TOKEN")?,
            id_token_file: variables.path("REGCRED_ID_TOKEN_FILE"),
        };
        let of_file = Given {
            token: written.token.take(),
            token_file: written.token_file.take(),
            id_token: written.id_token.take(),
            id_token_file: written.id_token_file.take(),
        };
        let mut has_other_url = false;
        // All or none from one place: else a token of the file would win over the job's own.
        if given.is_nothing() && !of_file.is_nothing() {
            given = of_file;
            let typed = variables.text("REGCRED_URL")?;
            if typed.is_some_and(|typed| !written.is_at(&typed)) {
                return Err(Failure::here(MIXED));
            }
        } else {
            has_other_url = written.keep_to_itself();
        }
        // As far as it can be shown: what is wrong with it stops no pull.
        let image = variables.shown("REGCRED_IMAGE").filter(|typed| !typed.trim().is_empty());
        let image = image.or(written.image);
        Ok(Self {
            url: text("REGCRED_URL", written.url)?,
            has_other_url,
            may_be_plain: is_on("REGCRED_INSECURE_HTTP", written.insecure_http)?,
            audience: text("REGCRED_AUDIENCE", written.audience)?,
            given,
            pipeline: text("REGCRED_PIPELINE", written.pipeline)?,
            intent: match text("REGCRED_INTENT", written.intent)?.as_deref() {
                None | Some("pull") => Intent::Pull,
                Some("push") => Intent::Push,
                Some(_) => return Err(Failure::here("REGCRED_INTENT must be pull or push.")),
            },
            repository: text("REGCRED_REPOSITORY", written.repository)?,
            image: image.as_deref().map(Image::parse),
            service_connection: text(
                "REGCRED_AZURE_SERVICE_CONNECTION",
                written.azure_service_connection,
            )?,
            is_strict: is_on("REGCRED_STRICT", written.strict)?,
            ca_file: path("REGCRED_CA_FILE", written.ca_file),
            proxies: Proxies::read(variables),
            timeout: timeout(variables.text("REGCRED_TIMEOUT")?, written.timeout)?,
            state: path("REGCRED_STATE", written.state),
            is_store_ignored: is_on("REGCRED_IGNORE_STORE", written.ignore_store)?,
            kubelet_cache: text("REGCRED_KUBELET_CACHE", written.kubelet_cache)?,
            kubelet_cache_duration: text(
                "REGCRED_KUBELET_CACHE_DURATION",
                written.kubelet_cache_duration,
            )?,
        })
    }

    /// Where Regcred is, without a trailing slash.
    pub fn server(&self) -> Result<String, Failure> {
        // A variable that came from a file often ends with a line break.
        let unset = if self.has_other_url { ELSEWHERE } else { UNSET };
        let url = self.url.as_deref().map(str::trim).ok_or_else(|| Failure::here(unset))?;
        let origin = address::origin(url).filter(|_| address::is_safe(url, true));
        let origin = origin.ok_or_else(|| {
            Failure::here("REGCRED_URL must be https:// and a host, without user, path or query.")
        })?;
        if address::is_safe(&origin, self.may_be_plain) {
            return Ok(origin);
        }
        Err(Failure::here(
            "REGCRED_URL must be https://: with http://, others on the network can read the credentials. REGCRED_INSECURE_HTTP=true allows it anyway.",
        ))
    }

    /// Whom an identity token is meant for.
    pub fn audience(&self) -> Result<String, Failure> {
        self.audience.clone().map_or_else(|| self.server(), Ok)
    }

    /// Of which repository the server is asked for a credential. An image says it for its own
    /// registry only: some clients ask for every registry they know.
    pub fn repository_at(&self, server: &str) -> Option<&str> {
        match &self.image {
            Some(Ok(image)) => image.is_at(server).then_some(image.repository.as_str()),
            // Of which registry it would be is not known.
            Some(Err(_)) => None,
            None => self.repository.as_deref(),
        }
    }

    /// Whether the job can tell how it went with a credential of the server: with all, unless it is
    /// about an image of another one.
    pub fn is_about(&self, server: &str) -> bool {
        match &self.image {
            Some(image) => image.as_ref().is_ok_and(|image| image.is_at(server)),
            None => true,
        }
    }

    /// What is wrong with the image, which was ignored.
    pub fn image_problem(&self) -> Option<&Failure> {
        self.image.as_ref()?.as_ref().err()
    }

    /// Whether a secret may be sent to the address.
    pub fn may_send_to(&self, url: &str) -> bool {
        address::is_safe(url, self.may_be_plain)
    }
}

fn timeout(typed: Option<String>, written: Option<u64>) -> Result<Duration, Failure> {
    let seconds = match typed {
        Some(typed) => typed.parse().ok(),
        None => Some(written.unwrap_or(10)),
    };
    let seconds = seconds.filter(|seconds| (1..=120).contains(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| Failure::here("REGCRED_TIMEOUT must be a number of seconds from 1 to 120."))
}

#[cfg(test)]
mod tests;
