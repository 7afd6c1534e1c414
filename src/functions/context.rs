//! What a server function's body may ask for: the vault, and who is asking.

use super::mark::Mark;
use super::session::Frame;
use crate::domain::actor::{Confirmed, Granter, Member};
use crate::domain::asker::{Asker, Who};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::user::Person;
use crate::error::{Error, Result};
pub use crate::vault::PASSWORD;
use crate::vault::{SlotKind, Vault};
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use leptos::prelude::{expect_context, provide_context, use_context};
use leptos_axum::ResponseOptions;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::try_join;
use tower_sessions::Session;
use uuid::Uuid;
use zeroize::Zeroizing;

/// In the session: who is signed in.
pub const PERSON: &str = "person";
const SEEN: &str = "seen";
/// Who typed their password to give a credential away, and when, in milliseconds.
const CONFIRMED: &str = "confirmed";
/// Milliseconds that are not written again.
const CONFIRMED_ANEW: i64 = 60_000;

/// Where the request came from, as the server found out.
#[derive(Clone, Debug)]
pub(super) struct ClientAddress(pub(super) String);

/// When the request came: all of a page counts from one moment, and a test may give another.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedAt(pub(super) Moment);

/// Gives every page and server function what it may ask for.
pub fn provide(vault: &Vault, client: Option<String>) {
    provide_context(vault.clone());
    provide_context(client.map(ClientAddress));
    provide_context(Taken::default());
    provide_context(AskedAt(crate::vault::now()));
}

pub(super) fn vault() -> Vault {
    expect_context::<Vault>()
}

pub(super) fn client() -> Option<String> {
    use_context::<Option<ClientAddress>>().flatten().map(|address| address.0)
}

/// The mark of the browser, where the server keeps marks.
pub(super) fn mark() -> Option<Mark> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Mark>().cloned())
}

pub(super) fn session() -> Result<Session> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Session>().cloned())
        .ok_or(Error::Internal)
}

/// Who is signed in.
pub(super) async fn person() -> Result<Person> {
    let id = signed_in().await?.ok_or(Error::Unauthenticated)?;
    vault().person(id).await
}

/// Who is signed in. A session that is used is kept alive, with one write per minute at most.
pub(super) async fn signed_in() -> Result<Option<Uuid>> {
    let person = signed_in_to(&session()?).await?;
    if let (Some(id), Some(asker)) = (person, asker()) {
        asker.is(Who::Person(id));
    }
    Ok(person)
}

fn asker() -> Option<Asker> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Asker>().cloned())
}

/// Notes for the audit that who is signed in may not do what they asked for.
pub(super) fn note_refusal(error: &Error) {
    if error.status() == 403
        && let Some(who) = asker().and_then(|asker| asker.refused())
    {
        vault().record_forbidden(who, client().as_deref());
    }
}

async fn signed_in_to(session: &Session) -> Result<Option<Uuid>> {
    let unread = |error| no_session(&error, "a session was not read");
    let person = session.get::<Uuid>(PERSON).await.map_err(unread)?;
    if person.is_some() {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let seen = session.get::<i64>(SEEN).await.map_err(unread)?;
        if seen.is_none_or(|seen| now - seen >= 60) {
            session.insert(SEEN, now).await.map_err(unread)?;
        }
    }
    Ok(person)
}

/// Whether somebody is signed in with the session who may still be. It is not kept alive by that.
pub async fn is_signed_in(vault: &Vault, session: &Session) -> Result<bool> {
    let unread = |error| no_session(&error, "a session was not read");
    let person = session.get::<Uuid>(PERSON).await.map_err(unread)?;
    let Some(id) = person else { return Ok(false) };
    match vault.person(id).await {
        Ok(_) => Ok(true),
        Err(Error::Unauthenticated) => Ok(false),
        Err(other) => Err(other),
    }
}

/// What is said when a session cannot be had. What the database refused was logged by its store.
pub(super) fn no_session(error: &tower_sessions::session::Error, what: &str) -> Error {
    use tower_sessions::{session, session_store};
    if !matches!(error, session::Error::Store(session_store::Error::Backend(_))) {
        tracing::error!(error = %error, "{what}");
    }
    Error::Unavailable
}

/// Who is signed in, as a member of the project: as it was read for this very request, if it was.
pub(super) async fn member(project: &str) -> Result<Member> {
    if let Some(Ok(here)) = found()
        && here.frame.project.slug == project
    {
        return Ok(here.member);
    }
    let id = signed_in().await?.ok_or(Error::Unauthenticated)?;
    Ok(vault().member_among(id, project).await?.0)
}

/// Who is signed in with this session.
pub(super) async fn person_of(vault: &Vault, session: &Session) -> Result<Person> {
    let id = signed_in_to(session).await?.ok_or(Error::Unauthenticated)?;
    vault.person(id).await
}

/// The same as a member of the project.
pub(super) async fn member_of(vault: &Vault, session: &Session, project: &str) -> Result<Member> {
    let id = signed_in_to(session).await?.ok_or(Error::Unauthenticated)?;
    Ok(vault.member_among(id, project).await?.0)
}

/// Who hands a credential out, by the password they typed just now, or a few minutes ago in this
/// session if they typed none.
pub(super) async fn granter(project: &str, password: String) -> Result<Granter> {
    let password = Zeroizing::new(password);
    let (member, session) = (member(project).await?, session()?);
    let id = member.person().id;
    let before = confirmed_at(&session, id).await?;
    if password.is_empty()
        && let Some(at) = before
        && let Some(granter) = vault().reauthenticated_at(&member, at)?
    {
        return Ok(granter);
    }
    let granter = vault().reauthenticate(&member, &password).await?;
    let now = crate::vault::now();
    // With one write per minute at most.
    if before.is_none_or(|at| !(0..CONFIRMED_ANEW).contains(&(now.0 - at.0))) {
        let unwritten = |error| no_session(&error, "a session was not written");
        session.insert(CONFIRMED, (id, now.0)).await.map_err(unwritten)?;
    }
    Ok(granter)
}

/// Who decides as a second person, or ends a secret that is in use: by the password they typed just now.
/// What somebody else made at their browser a moment ago is not decided by their password of then.
pub(super) async fn granter_anew(project: &str, password: String) -> Result<Granter> {
    let password = Zeroizing::new(password);
    let member = member(project).await?;
    vault().reauthenticate(&member, &password).await
}

/// When this person typed their password in the session to give a credential away.
async fn confirmed_at(session: &Session, person: Uuid) -> Result<Option<Moment>> {
    let unread = |error| no_session(&error, "a session was not read");
    let confirmed = session.get::<(Uuid, i64)>(CONFIRMED).await.map_err(unread)?;
    Ok(confirmed.filter(|(id, _)| *id == person).map(|(_, at)| Moment(at)))
}

/// That the person typed their own password just now, for what cannot be undone. Asked after
/// whether they may: what their role does not allow, no password does.
pub(super) async fn confirmed(person: &Person, password: String) -> Result<Confirmed> {
    let password = Zeroizing::new(password);
    vault().confirm(person, &password).await
}

/// What the server read before it began to render a page of a project.
#[derive(Clone, Debug)]
pub struct Here {
    frame: Frame,
    member: Member,
}

impl Here {
    pub fn person_id(&self) -> Uuid {
        self.member.person().id
    }
}

/// The frame for the person of the session. What depends on their rights is asked once these are known,
/// and then at once.
pub async fn load_frame(vault: &Vault, session: &Session, project: &str) -> Result<Here> {
    let id = signed_in_to(session).await?.ok_or(Error::Unauthenticated)?;
    let (member, projects) = vault.member_among(id, project).await?;
    let confirmed_at = confirmed_at(session, id).await?;
    let person = member.person().clone();
    // The notice is for those who can do something about it; nobody else waits for the answer.
    let notice = async { Ok(person.is_admin && vault.needs_key_backup().await?) };
    let (waiting, beside, needs_key_backup) =
        try_join!(waiting_for(vault, &member), vault.beside(&member), notice)?;
    let frame = Frame {
        waiting,
        findings: beside.findings,
        notifications: beside.notifications,
        is_confirmed: confirmed_at.is_some_and(|at| vault.is_confirmed_still(at)),
        projects,
        role: member.role(),
        permissions: member.permissions(),
        needs_key_backup,
        project: member.project().clone(),
        person,
    };
    Ok(Here { frame, member })
}

/// How many requests wait for this member to approve them, counted up to a bound; none for who may not.
pub(super) async fn waiting_for(vault: &Vault, member: &Member) -> Result<usize> {
    match (member.can::<of::RegistryWrite>(), member.can::<of::PipelineWrite>()) {
        (Ok(_), Ok(approver)) => vault.count_approvals(&approver).await,
        _ => Ok(0),
    }
}

fn found() -> Option<Result<Here>> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Result<Here>>().cloned())
}

/// The frame that the server read before it began to render this page.
pub(super) fn found_frame() -> Result<Frame> {
    found().map_or(Err(Error::NotFound), |here| here.map(|here| here.frame))
}

/// What this request has taken out of slots. Rendering may ask twice (once to find out what a page
/// waits for), and a slot can be taken once only.
#[derive(Clone, Debug, Default)]
struct Taken(Arc<tokio::sync::Mutex<HashMap<(SlotKind, String), Content>>>);

/// What was in a slot, if there was one.
type Content = Option<Zeroizing<Vec<u8>>>;

/// What is in the slot of the person who is signed in. A database that fails is logged there.
pub(super) async fn take_slot(kind: SlotKind, id: &str) -> Content {
    let person = signed_in().await.ok().flatten()?;
    let taken = use_context::<Taken>().unwrap_or_default();
    let mut taken = taken.0.lock().await;
    let key = (kind, id.to_owned());
    if let Some(content) = taken.get(&key) {
        return content.clone();
    }
    let content = vault().take_slot(kind, person, id).await.ok().flatten();
    if kind != SlotKind::FailedForm {
        stay_as_it_is();
    }
    taken.insert(key, content.clone());
    content
}

/// The same, which leaves it in the slot. What was taken in this request is there no more.
pub(super) async fn look_at_slot(kind: SlotKind, id: &str) -> Content {
    let person = signed_in().await.ok().flatten()?;
    vault().look_at_slot(kind, person, id).await.ok().flatten()
}

/// Nobody on the way, nor this server, may compress the page: it shows something that is a secret (see
/// `server::compression`).
pub(super) fn stay_as_it_is() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    }
}

pub(super) fn set_status(status: u16) {
    if let (Some(response), Ok(status)) =
        (use_context::<ResponseOptions>(), StatusCode::from_u16(status))
    {
        response.set_status(status);
    }
}
