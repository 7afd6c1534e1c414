//! The server functions of access reviews.

use super::right::{WRITE_AUDIT, WRITE_PIPELINES};
use super::{Function, Objects};

pub(super) fn functions(project: &str, at: &Objects) -> Vec<Function> {
    let of = ("project", project);
    let (review, item) = (at.review.to_string(), at.item.to_string());
    let (review, item) = (review.as_str(), item.as_str());
    vec![
        Function::new(
            "/rpc/reviews/create",
            WRITE_AUDIT,
            &[of, ("form[name]", "made by the matrix"), ("form[undecided]", "list")],
        ),
        Function::new(
            "/rpc/reviews/decide",
            WRITE_PIPELINES,
            &[of, ("id", review), ("form[items][]", item), ("form[verdict]", "confirm")],
        )
        .about_one(),
        Function::new("/rpc/reviews/close", WRITE_AUDIT, &[of, ("id", review)]).about_one(),
    ]
}
