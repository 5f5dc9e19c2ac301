//! What every list page shares: its posted query and its workbook.

use kit::access::{Grant, admit};
use kit::list::{self, Ask, Extra, List};
use kit::{Action, Clock, Db, Done, Download, Form, Grantable, Modules, Result, Settings, User};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Route, State, get, post, routes};

/// Someone who may do this on the list that the address names.
struct Listed {
    user: User,
    grant: Grant,
    list: &'static List,
}

impl Listed {
    /// Reads the `<key>` segment: which permission is asked for is known at run time only.
    async fn admitted(request: &Request<'_>, action: Action) -> Outcome<Self, ()> {
        let user = match User::from_request(request).await {
            Outcome::Success(user) => user,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let key = request.routed_segment(1).unwrap_or_default();
        let modules = request.rocket().state::<Modules>();
        let Some(list) = modules.and_then(|modules| modules.list(key)) else {
            return Outcome::Error((Status::NotFound, ()));
        };
        match admit(request, &user, Grantable { leaf: list.leaf, action }) {
            Ok(mut grant) => {
                if modules.is_some_and(|modules| modules.is_own(key)) {
                    grant.scope = grant.own();
                }
                Outcome::Success(Listed { user, grant, list })
            }
            Err(error) => Outcome::Error(error),
        }
    }
}

/// Who may see the list.
struct Viewer(Listed);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Viewer {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Listed::admitted(request, Action::View).await.map(Viewer)
    }
}

/// Who may take the list along.
struct Exporter(Listed);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Exporter {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Listed::admitted(request, Action::Export).await.map(Exporter)
    }
}

/// Keeps what was typed with the session and leads back to the page.
#[post("/lists/<key>/query", data = "<form>")]
async fn query(
    viewer: Viewer,
    key: &str,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let Viewer(Listed { user, list, .. }) = viewer;
    debug_assert_eq!(key, list.key);
    let page = ask.value("page").unwrap_or(list.href);
    let mut tx = db.begin().await?;
    let address = list::store_query(&mut tx, list, page, &user, &form, clock).await?;
    tx.commit().await?;
    Ok(Done::to(address))
}

/// All that the list shows under these conditions, as a workbook.
#[get("/lists/<key>/export")]
async fn export(
    exporter: Exporter,
    key: &str,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    let Exporter(Listed { user, grant, list }) = exporter;
    debug_assert_eq!(key, list.key);
    list::export(list, &ask, db, &user, &grant, clock, settings, Extra::default()).await
}

/// (method, route, what is asked of the list's leaf), for the access test.
pub const ACCESS: &[(&str, &str, Action)] =
    &[("POST", "/lists/<key>/query", Action::View), ("GET", "/lists/<key>/export", Action::Export)];

pub fn routes() -> Vec<Route> {
    routes![query, export]
}
