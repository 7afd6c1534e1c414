//! The statements that the database is asked, for the tests that compare them with a list.

use super::Store;
use sea_orm::metric::Info;

impl Store {
    /// The same store, which tells `each` the text of every statement it runs from now on, in
    /// transactions and outside of them. The text has no values in it.
    pub fn observed(mut self, each: impl Fn(&str) + Clone + Send + Sync + 'static) -> Self {
        let of_reader = each.clone();
        self.reader.keep_none();
        self.reader
            .inner
            .set_metric_callback(move |info: &Info<'_>| of_reader(&info.statement.sql));
        if let Some(recorder) = &mut self.recorder {
            let of_recorder = each.clone();
            recorder.set_metric_callback(move |info: &Info<'_>| of_recorder(&info.statement.sql));
        }
        self.writer.set_metric_callback(move |info: &Info<'_>| each(&info.statement.sql));
        self
    }
}
