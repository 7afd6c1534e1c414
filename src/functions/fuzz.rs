//! Opens the readers of this room to `tests/fuzz`.

use super::{credential_post, notes};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use leptos::server_fn::codec::MultipartData;
use multer::Multipart;
use tokio::runtime::Builder;

pub(crate) fn cookies(data: &[u8]) {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(data) {
        headers.append(header::COOKIE, value);
    }
    assert!(notes::cookies(&headers).all(|(name, _)| !name.contains(';')));
}

pub(crate) fn post(data: &[u8]) {
    let stream = Body::from(data.to_vec()).into_data_stream();
    let post = MultipartData::Server(Multipart::new(stream, "boundary"));
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let _ = runtime.block_on(credential_post::read(post));
}
