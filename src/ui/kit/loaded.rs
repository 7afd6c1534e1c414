//! What a page reads, and then the page or the problem with it.

use super::{Dialog, Problem};
use crate::error::{Error, Result};
use leptos::prelude::*;
use leptos_meta::Title;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Draws its children with what `from` reads: `<Loaded from=load(page) let:found>`. When that fails,
/// it draws the problem instead. The page is called `title`, unless its children say otherwise.
///
/// The reading is a task of its own. A future that only the renderer polls could hold a connection
/// to the database that another part of the same page waits for.
#[component]
pub fn Loaded<T, Fut, Chil, V>(
    #[prop(optional)] title: &'static str,
    from: Fut,
    children: Chil,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
    Chil: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let problem = |error: Error| view! { <Problem error/> }.into_any();
    view! {
        {(!title.is_empty()).then(|| view! { <Title text=title/> })}
        {drawn(from, children, problem)}
    }
}

/// The children with what was read, or what is drawn of the error.
fn drawn<T, Fut, Chil, V>(
    from: Fut,
    children: Chil,
    problem: impl FnOnce(Error) -> AnyView + Send + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
    Chil: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let read = OnceResource::new_blocking(from);
    view! {
        <Suspense>
            {Suspend::new(async move {
                match read.await {
                    Ok(found) => children(found).into_any(),
                    Err(error) => problem(error),
                }
            })}
        </Suspense>
    }
}

/// A question that its children ask, in a dialog of their own, with what `from` reads. When that
/// fails, the problem stands in a dialog, too: what is behind one cannot be reached.
#[component]
pub fn LoadedQuestion<T, Fut, Chil, V>(
    id: &'static str,
    /// The title of the dialog when nothing could be read.
    title: &'static str,
    #[prop(into)] close_href: String,
    from: Fut,
    children: Chil,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
    Chil: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let problem = move |error: Error| {
        view! {
            <Dialog id title close_href>
                <Problem error is_in_dialog=true/>
            </Dialog>
        }
        .into_any()
    };
    drawn(from, children, problem)
}

/// What a dialog that cannot be shown offers below the problem.
pub type Offer = Box<dyn FnOnce(&Error) -> AnyView + Send>;

/// A dialog with what `from` reads. Its title is the verb and the name of what was read.
#[component]
pub fn LoadedDialog<T, Fut, Name, Chil, V>(
    id: &'static str,
    /// What it does, as in "Delete". It is the whole title when nothing could be read.
    verb: &'static str,
    /// What it is about; blank when the verb says it all.
    name: Name,
    #[prop(into)] close_href: String,
    /// For the forms in which credentials are entered.
    #[prop(optional)]
    is_wide: bool,
    /// The focus is on its heading.
    #[prop(optional)]
    is_read_first: bool,
    from: Fut,
    #[prop(optional)] offer: Option<Offer>,
    children: Chil,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
    Name: FnOnce(&T) -> String + Send + 'static,
    Chil: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let read = OnceResource::new_blocking(from);
    view! {
        <Suspense>
            {Suspend::new(async move {
                let (title, body) = match read.await {
                    Ok(found) => {
                        let title = format!("{verb} {}", name(&found)).trim_end().to_owned();
                        let body = view! {
                            <Title text=title.clone()/>
                            {children(found)}
                        };
                        (title, body.into_any())
                    }
                    Err(error) => {
                        let offered = offer.map(|offer| offer(&error));
                        let body = view! {
                            <Problem error is_in_dialog=true/>
                            {offered}
                        };
                        (verb.to_owned(), body.into_any())
                    }
                };
                view! {
                    <Dialog id title close_href is_wide is_read_first>
                        {body}
                    </Dialog>
                }
            })}
        </Suspense>
    }
}
