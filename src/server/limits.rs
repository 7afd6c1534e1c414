//! How large a body may be, how long it may take, and of which kind it is (security T29).

use super::gate::Unread;
use super::multipart::Framed;
use crate::functions::credentials::{
    CreateCredential, CredentialQuestions, ReplaceSecret, UpdateCredential,
};
use crate::functions::definitions::CreateDefinitions;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use hyper::body::{Frame, SizeHint};
use leptos::server_fn::ServerFn;
use regcred_scan::LARGEST_REPORT;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// Bytes of whatever comes before a proof: of who is not signed in, and of machines, whose proof may
/// be in the body.
pub(super) const UNPROVED_MAX: usize = 64 * 1024;
/// Bytes of what a CI server signs in the head, which covers the digest of the body: what is more than
/// [`UNPROVED_MAX`] is read when the signature is known to hold.
const SIGNED_MAX: usize = 256 * 1024;
/// Bytes of what a machine sends after its proof, which is in the head: see [`takes_reports`].
const REPORT_MAX: usize = LARGEST_REPORT;
/// Bytes of a form, or a page's own request, of who is signed in.
const BODY_MAX: usize = 512 * 1024;
/// Bytes of a form with a file, of who is signed in. Of that 1 MiB is kept; what breaks the form's own
/// rules but is below this is read and dropped, so that the answer is a sentence at the field.
const UPLOAD_MAX: usize = 32 * 1024 * 1024;
/// How long a body may take altogether: a form needs less than a second, and nobody may keep a
/// connection by sending a byte now and then.
const BODY_TIME: Duration = Duration::from_secs(30);
/// The same before a proof, and where a place is held meanwhile.
const UNPROVED_TIME: Duration = Duration::from_secs(10);

pub(super) type Refusal = (StatusCode, &'static str);

pub(super) const TOO_LARGE: Refusal =
    (StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.\n");

/// The limit of a machine's request.
pub(super) async fn layer(request: Request<Body>, next: Next) -> Response {
    let max = match request.uri().path() {
        path if takes_reports(path) => REPORT_MAX,
        path if is_signed_in_head(path) => SIGNED_MAX,
        _ => UNPROVED_MAX,
    };
    if request.extensions().get::<Unread>().is_some() || is_too_large(&request, max) {
        return TOO_LARGE.into_response();
    }
    next.run(bounded(request, max)).await
}

/// Whether machines send there what a scan of files found.
fn takes_reports(path: &str) -> bool {
    path.starts_with("/api/v1/pipelines/") && path.ends_with("/definitions")
}

/// Whether CI servers sign there what they send.
pub(super) fn is_signed_in_head(path: &str) -> bool {
    ["/api/v1/drone/", "/api/v1/woodpecker/"].iter().any(|door| path.starts_with(door))
}

/// How large the body for this function may be, of who is signed in.
pub(super) fn of(path: &str) -> usize {
    if takes_files(path) { UPLOAD_MAX } else { BODY_MAX }
}

fn takes_files(path: &str) -> bool {
    const FORMS: [&str; 5] = [
        CreateCredential::PATH,
        UpdateCredential::PATH,
        ReplaceSecret::PATH,
        CredentialQuestions::PATH,
        CreateDefinitions::PATH,
    ];
    FORMS.contains(&path)
}

/// What is wrong with a body that is not of the kind that the function's form sends. Of a form with
/// files it has to say where its parts end; without that the framework panics.
pub(super) fn kind_problem(request: &Request<Body>) -> Option<Refusal> {
    let kind = kind(request.headers());
    let is_right = if takes_files(request.uri().path()) {
        boundary(request.headers()).is_some()
    } else {
        let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        request.body().is_end_stream()
            || essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    };
    (!is_right).then_some((StatusCode::BAD_REQUEST, "Invalid request.\n"))
}

fn kind(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    kind(headers).and_then(|kind| multer::parse_boundary(kind).ok())
}

/// Whether the request says itself that its body is larger.
pub(super) fn is_too_large(request: &Request<Body>, max: usize) -> bool {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    announced.is_some_and(|length| length > max)
}

/// The request, whose body fails when it is larger than that, or takes too long.
pub(super) fn bounded(request: Request<Body>, max: usize) -> Request<Body> {
    let boundary =
        if takes_files(request.uri().path()) { boundary(request.headers()) } else { None };
    let (parts, body) = request.into_parts();
    let time = if max <= SIGNED_MAX { UNPROVED_TIME } else { BODY_TIME };
    let body = if body.is_end_stream() { body } else { in_time(body, max, time) };
    let body = match boundary {
        Some(boundary) => Body::new(Framed::new(body, &boundary)),
        None => body,
    };
    Request::from_parts(parts, body)
}

/// The body, which fails when it is too large, or is not there in time: reading it fails, and the
/// connection is closed with what is unread.
fn in_time(body: Body, max: usize, time: Duration) -> Body {
    let end = Box::pin(tokio::time::sleep(time));
    Body::new(InTime { body: Limited::new(body, max), end })
}

/// The frame with its bytes alone. As it was read each frame, of one byte as well, keeps the whole buffer
/// that it was read into, and who sends a byte at a time would have one for each.
fn own(frame: Frame<Bytes>) -> Frame<Bytes> {
    frame.map_data(|data| Bytes::copy_from_slice(&data))
}

struct InTime {
    body: Limited<Body>,
    end: Pin<Box<Sleep>>,
}

impl HttpBody for InTime {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // What is there is taken, late or not.
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map(own)));
        }
        self.end.as_mut().poll(context).map(|()| Some(Err("the body took too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use tokio::time::{Interval, interval};

    /// A byte at each tick, for a minute and more.
    struct Drip {
        every: Interval,
        left: u32,
    }

    impl HttpBody for Drip {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            self.every.poll_tick(context).map(|_| {
                self.left -= 1;
                Some(Ok(Frame::data(Bytes::from_static(b"a"))))
            })
        }
    }

    /// A body that never comes.
    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_body_that_takes_too_long_is_an_error_however_steadily_it_comes() {
        let drip = Drip { every: interval(Duration::from_millis(2)), left: 60_000 };
        for body in [Body::new(drip), Body::new(Never)] {
            let body = in_time(body, BODY_MAX, Duration::from_millis(20));
            assert!(to_bytes(body, BODY_MAX).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_body_in_time_is_whole_and_one_that_is_too_large_an_error() {
        let read = async |max| to_bytes(in_time(Body::from("acme"), max, BODY_TIME), 10).await;
        assert_eq!(read(4).await.unwrap(), "acme");
        assert!(read(3).await.is_err());
    }

    #[tokio::test]
    async fn what_was_read_keeps_none_of_the_buffer_that_it_was_read_into() {
        let buffer = Bytes::from(vec![b'a'; 8 * 1024]);
        let body = in_time(Body::from(buffer.slice(..4)), 4, BODY_TIME);
        assert_eq!(to_bytes(body, 4).await.unwrap(), "aaaa");
        assert!(buffer.is_unique());
    }
}
