//! Calls to other hosts, guarded: the only room that opens connections outwards.
//!
//! People type the names of hosts here, and registries answer with addresses of their own choice. So every address
//! is checked before the connection that goes to it: what is not public is refused unless the operator allowed it.
//! Redirects are not followed, and no proxy is asked: a proxy would look the names up itself, behind the check.

mod address;
mod names;
mod network;
mod problem;
mod range;
mod stream;
mod tls;
mod wait;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use rustls::ClientConfig;
use zeroize::Zeroizing;

pub use address::plain_url;
use names::{CheckedNames, Lookup};
pub use network::Network;
pub use problem::OutboundProblem;
#[cfg(test)]
pub(crate) use tests::loopback;
pub use wait::USUAL_WAIT;

/// What the operator says about calls to other hosts. By default nothing private is called.
#[derive(Clone, Debug, Default)]
pub struct OutboundSettings {
    /// Networks that may be called although they are not public.
    pub allowed: Vec<Network>,
    /// Certificates, as PEM, to trust in addition to the usual ones; may be empty.
    pub roots_pem: Vec<u8>,
}

/// Calls other hosts over HTTP, or sends to them over TLS, and none that it may not. Clones are the same client.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    allowed: Arc<[Network]>,
    lookup: Lookup,
    patience: Patience,
    /// Of what is not HTTP.
    tls: Arc<ClientConfig>,
}

/// What a host answered, whatever its status. Debug prints the status only.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The whole body, which may be a secret.
    pub body: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy)]
struct Patience {
    connect: Duration,
    /// From the start to the last byte of the body.
    whole: Duration,
    /// Of what is sent: to write it, and then again until the other side has ended the connection.
    end: Duration,
    /// After that: until it is known that nothing was refused.
    grace: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    whole: Duration::from_secs(10),
    end: Duration::from_secs(60),
    grace: Duration::from_millis(300),
};

impl Outbound {
    /// A client that keeps to `settings`. Fails only if a certificate in them cannot be read, or TLS be set up.
    pub fn new(settings: OutboundSettings) -> Result<Self, OutboundProblem> {
        Self::built(settings, names::system(), &PATIENCE)
    }

    fn built(
        settings: OutboundSettings,
        lookup: Lookup,
        patience: &Patience,
    ) -> Result<Self, OutboundProblem> {
        let tls = tls::config(&settings.roots_pem)?;
        let mut plain_tls = tls.clone();
        plain_tls.alpn_protocols.clear();
        let allowed: Arc<[Network]> = settings.allowed.into();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(CheckedNames::new(Arc::clone(&lookup), Arc::clone(&allowed)))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .referer(false)
            // Every call is a connection of its own, to an address checked for it; no buffers wait with secrets in them.
            .pool_max_idle_per_host(0)
            .connect_timeout(patience.connect)
            .timeout(patience.whole)
            .user_agent(concat!("regcred/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| OutboundProblem::Tls)?;
        let tls = Arc::new(plain_tls);
        Ok(Self { client, allowed, lookup, patience: *patience, tls })
    }

    /// Fetches `url` with these headers; a body of more than `limit` bytes is refused.
    ///
    /// Whether plain `http` will do is for the caller to know: it is called if the URL says so.
    pub async fn get(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        limit: usize,
    ) -> Result<Answer, OutboundProblem> {
        answer(self.request(Method::GET, url, headers)?, limit).await
    }

    /// Asks for the headers of `url` alone: the body of the answer is empty.
    pub async fn head(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, OutboundProblem> {
        headers_of(self.request(Method::HEAD, url, headers)?).await
    }

    /// Has what is at `url` removed. Of the answer nothing is read behind its headers.
    pub async fn delete(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, OutboundProblem> {
        headers_of(self.request(Method::DELETE, url, headers)?).await
    }

    /// Sends the body to `url` with these headers. Of the answer nothing is read behind its headers: its
    /// body is empty.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Vec<u8>,
    ) -> Result<Answer, OutboundProblem> {
        headers_of(self.request(Method::POST, url, headers)?.body(body)).await
    }

    /// The same, and reads the answer; a body of more than `limit` bytes is refused.
    pub async fn post_and_read(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Vec<u8>,
        limit: usize,
    ) -> Result<Answer, OutboundProblem> {
        answer(self.request(Method::POST, url, headers)?.body(body), limit).await
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<RequestBuilder, OutboundProblem> {
        let mut request = self.client.request(method, address::checked(url, &self.allowed)?);
        for (name, value) in headers {
            request = request.header(name.clone(), value.clone());
        }
        Ok(request)
    }

    /// Whether the URL may be called, as far as can be said before its name is looked up.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_call(&self, url: &str) -> Result<(), OutboundProblem> {
        address::checked(url, &self.allowed).map(drop)
    }

    /// Whether the host of the URL is an address, and in a network that the operator allowed.
    pub fn is_allowed_address(&self, url: &str) -> bool {
        let address = plain_url(url).ok().and_then(|url| address::ip(&url));
        address.is_some_and(|ip| self.allowed.iter().any(|network| network.contains(ip)))
    }
}

async fn headers_of(request: RequestBuilder) -> Result<Answer, OutboundProblem> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: Zeroizing::default() })
}

async fn answer(request: RequestBuilder, limit: usize) -> Result<Answer, OutboundProblem> {
    let mut response = request.send().await?;
    let announced = usize::try_from(response.content_length().unwrap_or(0))
        .ok()
        .filter(|length| *length <= limit)
        .ok_or(OutboundProblem::TooLarge)?;
    let mut body = Zeroizing::new(Vec::with_capacity(announced));
    while let Some(chunk) = response.chunk().await? {
        if chunk.len() > limit - body.len() {
            return Err(OutboundProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

impl Answer {
    /// The seconds after which the host wants to be asked again, if it says so and may mean it.
    pub fn wait(&self) -> Option<u32> {
        wait::asked_for(&self.headers, time::OffsetDateTime::now_utc())
    }

    /// The seconds after which the host wants to be asked again, however many, if it says so.
    pub fn told_wait(&self) -> Option<u32> {
        wait::told(&self.headers, time::OffsetDateTime::now_utc())
    }

    /// Whether the host asks to come back later, also when the time that it names cannot be meant.
    pub fn asks_to_wait(&self) -> bool {
        self.headers.get(http::header::RETRY_AFTER).is_some_and(|value| !value.is_empty())
    }

    /// The answer itself, unless it sends the caller elsewhere: for those who take no redirect as an answer.
    pub fn not_redirected(self) -> Result<Self, OutboundProblem> {
        match self.status {
            300..=399 => Err(OutboundProblem::Redirected),
            _ => Ok(self),
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbound")
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}
