//! The head of a request in memory of its own. As it was read it is a part of the connection's buffer, which
//! would be kept, beside a new one, for as long as the request waits.

use axum::body::Bytes;
use axum::http::{HeaderValue, Request, Uri};

/// The request with a head that keeps nothing of what it was read into.
pub(super) fn own<B>(mut request: Request<B>) -> Request<B> {
    let target = Bytes::from(request.uri().to_string());
    if let Ok(own) = Uri::from_maybe_shared(target) {
        *request.uri_mut() = own;
    }
    for value in request.headers_mut().values_mut() {
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = own;
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_stays_as_it_was_and_keeps_none_of_the_buffer_that_it_was_read_into() {
        for target in ["/", "/sign-in?next=%2Fp%2Facme", "*", "a:1", "http://localhost:3000/?x=1"] {
            let buffer = Bytes::from(format!("{target}text/html").into_bytes());
            let mut request = Request::new(());
            *request.uri_mut() = Uri::from_maybe_shared(buffer.slice(..target.len())).unwrap();
            for name in ["accept", "accept", "x-other"] {
                let value = HeaderValue::from_maybe_shared(buffer.slice(target.len()..)).unwrap();
                request.headers_mut().append(name, value);
            }
            let before = format!("{request:?}");
            assert_eq!(format!("{:?}", own(request)), before);
            assert!(buffer.is_unique(), "{target}");
        }
    }
}
