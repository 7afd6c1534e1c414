//! Opens the readers of this room to `tests/fuzz`.

use super::{credential_post, definition_post, notes};
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
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let _ = runtime.block_on(credential_post::read(multipart(data)));
}

pub(crate) fn definitions(data: &[u8]) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    if let Ok(mut post) = runtime.block_on(definition_post::read(multipart(data))) {
        let _ = post.take_files();
    }
}

fn multipart(data: &[u8]) -> MultipartData {
    let stream = Body::from(data.to_vec()).into_data_stream();
    MultipartData::Server(Multipart::new(stream, "boundary"))
}
