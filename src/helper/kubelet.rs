//! The kubelet's credential provider protocol, `credentialprovider.kubelet.k8s.io`.

use crate::api::Api;
use crate::bounded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::identity;
use crate::json;
use crate::report;
use crate::secret::Secret;
use crate::server_url;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use zeroize::Zeroizing;

const LIMIT: u64 = 256 * 1024;

/// How long the kubelet keeps that there is nothing: not at all. A grant that is made then counts at once.
const NOT_KEPT: &str = "0s";

const GROUP: &str = "credentialprovider.kubelet.k8s.io/";

const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];

/// The annotation of a service account that says which pipeline it is.
const PIPELINE: &str = "regcred/pipeline";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    api_version: String,
    kind: String,
    #[serde(default)]
    image: String,
    #[serde(default)]
    service_account_token: Option<Secret>,
    #[serde(default)]
    service_account_annotations: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    api_version: &'a str,
    kind: &'static str,
    cache_key_type: &'static str,
    cache_duration: &'a str,
    auth: Option<BTreeMap<&'a str, Login<'a>>>,
}

#[derive(Serialize)]
struct Login<'a> {
    username: &'a str,
    password: &'a str,
}

/// The response to the request on stdin. What was left out of it is said on stderr.
pub fn respond(
    input: &mut dyn Read,
    err: &mut dyn Write,
    variables: &Variables,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let asked = Asked::read(input)?;
    let image = server_url::image(&asked.image)?;
    let settings = Settings::read(variables)?;
    let (cache_key_type, cache) = cache(settings.kubelet_cache.as_deref())?;
    let cache_duration = settings.kubelet_cache_duration.as_deref().unwrap_or("10m0s");
    if !is_duration(cache_duration) {
        return Err(Failure::here(
            "REGCRED_KUBELET_CACHE_DURATION must be a duration such as 10m0s.",
        ));
    }
    let found = asked.open(&settings, variables)?.for_kubelet(image, cache)?;
    let deliveries: Vec<&str> = found.deliveries.iter().map(String::as_str).collect();
    report::note(&settings, &deliveries);
    report::say(err, &found.left_out);
    let auth = found.auth.as_ref().filter(|auth| !auth.is_empty());
    json::line(&Answered {
        api_version: &asked.api_version,
        kind: "CredentialProviderResponse",
        cache_key_type,
        cache_duration: if auth.is_some() { cache_duration } else { NOT_KEPT },
        auth: auth.map(|auth| {
            let entries = auth.iter().map(|(key, login)| {
                let (username, password) = (login.username.as_str(), login.password.expose());
                (key.as_str(), Login { username, password })
            });
            entries.collect()
        }),
    })
}

impl Asked {
    fn read(input: &mut dyn Read) -> Result<Self, Failure> {
        let unreadable = || Failure::here("The text on stdin is not a CredentialProviderRequest.");
        let bytes = bounded::read(input, LIMIT).ok().flatten().ok_or_else(unreadable)?;
        let asked: Self = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        let version = asked.api_version.strip_prefix(GROUP).unwrap_or_default();
        if asked.kind != "CredentialProviderRequest" || !VERSIONS.contains(&version) {
            return Err(unreadable());
        }
        Ok(asked)
    }

    /// As the pod's service account if the kubelet sent its token, else as the node's settings say.
    fn open(&self, settings: &Settings, variables: &Variables) -> Result<Api, Failure> {
        let token = self.service_account_token.as_ref();
        let Some(token) = token.filter(|token| !token.expose().is_empty()) else {
            return Api::open(settings, variables);
        };
        let annotations = self.service_account_annotations.as_ref();
        let annotated = annotations.and_then(|annotations| annotations.get(PIPELINE));
        let pipeline = annotated.or(settings.pipeline.as_ref()).ok_or(Failure::here(
            "No pipeline is set for the service account. Annotate it with regcred/pipeline, or set REGCRED_PIPELINE.",
        ))?;
        let token = identity::usable(token, "serviceAccountToken")?;
        Api::open_as(pipeline, &token, settings, variables)
    }
}

/// What the kubelet shares an answer by: its word for it, and ours.
fn cache(typed: Option<&str>) -> Result<(&'static str, &'static str), Failure> {
    match typed {
        None | Some("Image") => Ok(("Image", "image")),
        Some("Registry") => Ok(("Registry", "registry")),
        Some("Global") => Ok(("Global", "global")),
        // The kubelet would ignore the whole answer.
        Some(_) => Err(Failure::here("REGCRED_KUBELET_CACHE must be Image, Registry or Global.")),
    }
}

/// Whether Go reads it as a duration that is not negative: it counts nanoseconds in 64 bits, and the
/// kubelet ignores an answer that it cannot read.
fn is_duration(text: &str) -> bool {
    const MOST: f64 = i64::MAX as f64;
    let mut rest = if text == "0" { "" } else { text };
    let mut all = 0.0;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - unit.len()];
        // The longer word first: `ms` begins with `m`.
        let units = [
            ("ns", 1.0),
            ("us", 1e3),
            ("\u{b5}s", 1e3),
            ("\u{3bc}s", 1e3),
            ("ms", 1e6),
            ("h", 3.6e12),
            ("m", 6e10),
            ("s", 1e9),
        ];
        let read = |(word, size): (&str, f64)| Some((unit.strip_prefix(word)?, size));
        let (Some((after, size)), Ok(number)) =
            (units.into_iter().find_map(read), number.parse::<f64>())
        else {
            return false;
        };
        all += number * size;
        if all >= MOST {
            return false;
        }
        rest = after;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests;
