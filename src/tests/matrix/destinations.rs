//! What is done with the destinations of an audit log.

use super::Function;
use super::right::WRITE_AUDIT;
use crate::app::PASSWORD;

/// Their server functions; `id` is of no destination.
pub(super) fn functions(project: &str, id: &str) -> Vec<Function> {
    let of = ("project", project);
    vec![
        Function::new(
            "/rpc/destinations/create",
            WRITE_AUDIT,
            &[
                of,
                ("form[name]", "made by the matrix"),
                ("form[transport]", "pull"),
                ("form[format]", "json"),
                ("form[from]", "now"),
                ("password", PASSWORD),
            ],
        ),
        Function::new("/rpc/destinations/test", WRITE_AUDIT, &[of, ("id", id)]).about_one(),
        Function::new(
            "/rpc/destinations/switch",
            WRITE_AUDIT,
            &[of, ("id", id), ("is_on", "false")],
        )
        .about_one(),
        Function::new(
            "/rpc/destinations/renew",
            WRITE_AUDIT,
            &[of, ("id", id), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/destinations/delete",
            WRITE_AUDIT,
            &[of, ("id", id), ("password", PASSWORD)],
        )
        .about_one(),
    ]
}
