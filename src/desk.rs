//! The review desk's screen, for every subject: 待审核, 已审核, export. `id` in its addresses is
//! the row of the subject's own table.

mod batch;
mod decide;
mod detail;

use std::marker::PhantomData;

use kit::access::{Grant, admit};
use kit::list::{self, Ask, Extra, Fixed};
use kit::review::{self, AnySubject, Side};
use kit::{
    Action, Clock, Db, Download, Grantable, Kinds, Modules, Page, Result, Scope, Settings, User,
};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::{Route, State, get, routes};

pub fn routes() -> Vec<Route> {
    routes![
        waiting_or_done,
        export,
        detail::open,
        detail::reveal,
        decide::confirm_approval,
        decide::approve,
        decide::confirm_rejection,
        decide::reject,
        decide::confirm_take_over,
        decide::take_over,
        batch::approve,
        batch::reject,
    ]
}

/// (method, route, what is asked of the subject's leaf), for the access test.
pub const ACCESS: &[(&str, &str, Action)] = &[
    ("GET", "/desk/<key>", Action::View),
    ("GET", "/desk/<key>/export", Action::Export),
    ("GET", "/desk/<key>/<id>", Action::View),
    ("POST", "/desk/<key>/<id>/reveal", Action::Review),
    ("GET", "/desk/<key>/<id>/approve", Action::Review),
    ("POST", "/desk/<key>/<id>/approve", Action::Review),
    ("GET", "/desk/<key>/<id>/reject", Action::Review),
    ("POST", "/desk/<key>/<id>/reject", Action::Review),
    ("GET", "/desk/<key>/<id>/take-over", Action::Review),
    ("POST", "/desk/<key>/<id>/take-over", Action::Review),
    ("POST", "/desk/<key>/batch/approve", Action::Review),
    ("POST", "/desk/<key>/batch/reject", Action::Review),
];

/// What a route of the desk asks of the subject's leaf.
pub trait Asks: Send + Sync + 'static {
    const ACTION: Action;
}

pub struct Viewing;
pub struct Reviewing;
pub struct Exporting;

impl Asks for Viewing {
    const ACTION: Action = Action::View;
}
impl Asks for Reviewing {
    const ACTION: Action = Action::Review;
}
impl Asks for Exporting {
    const ACTION: Action = Action::Export;
}

/// An administrator at the desk of the subject that the address names.
pub struct AtDesk<'r, A> {
    pub user: User,
    pub grant: Grant,
    pub subject: &'r dyn AnySubject,
    asks: PhantomData<A>,
}

impl<A> AtDesk<'_, A> {
    /// Address of the list.
    fn list(&self) -> String {
        format!("/desk/{}", self.subject.key())
    }

    /// Address of a case.
    fn address(&self, row: i64) -> String {
        format!("/desk/{}/{row}", self.subject.key())
    }

    /// Address of the case with this content.
    fn address_of(&self, content: Option<&str>) -> Result<String> {
        let row = content.map(|content| self.subject.row(content)).transpose()?;
        Ok(row.map(|row| self.address(row)).unwrap_or_default())
    }

    fn reviews(&self) -> bool {
        self.grant.may(Grantable { leaf: self.subject.leaf(), action: Action::Review })
    }
}

#[rocket::async_trait]
impl<'r, A: Asks> FromRequest<'r> for AtDesk<'r, A> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let user = match User::from_request(request).await {
            Outcome::Success(user) => user,
            Outcome::Error(error) => return Outcome::Error(error),
            Outcome::Forward(status) => return Outcome::Forward(status),
        };
        let key = request.uri().path().segments().get(1).unwrap_or_default();
        let modules = request.rocket().state::<Modules>();
        let Some(subject) = modules.and_then(|modules| modules.subject(key)) else {
            return Outcome::Error((Status::NotFound, ()));
        };
        match admit(request, &user, Grantable { leaf: subject.leaf(), action: A::ACTION }) {
            Ok(grant) => Outcome::Success(AtDesk { user, grant, subject, asks: PhantomData }),
            Err(error) => Outcome::Error(error),
        }
    }
}

#[get("/desk/<key>?<tab>")]
#[expect(clippy::too_many_arguments, reason = "guards and parameters of one route")]
async fn waiting_or_done(
    at: AtDesk<'_, Viewing>,
    key: &str,
    tab: Option<&str>,
    mut ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let side = side(&at, tab);
    let done = side != Side::Waiting;
    let mut db = db.read().await?;
    let seen = review::seen(&mut db).await?;
    let list = at.subject.list();
    debug_assert_eq!(key, at.subject.key());
    if done && list.orders.iter().any(|order| order.key == "acted") {
        // what was acted on last comes first, unless another order is asked for
        ask.values.entry("order".to_owned()).or_insert_with(|| "acted".to_owned());
    }
    let tabs = review::tabs(&mut db, at.subject, &at.grant, side).await?;
    let note = if done { String::new() } else { at.subject.note(&mut db, clock).await? };
    let decides = !done && at.reviews();
    // 详情 stays where there is nothing to decide
    let plain = list.ops.iter().take_while(|(title, _)| *title == "详情").count();
    let act = |title: &str, act: &str, class: &str| {
        (title.to_owned(), format!("{}/batch/{act}?seen={seen}", at.list()), class.to_owned())
    };
    let yes = format!("批量{}", at.subject.yes());
    let batch = if decides {
        vec![act(&yes, "approve", "btn-primary"), act("批量驳回", "reject", "btn-reject")]
    } else {
        vec![]
    };
    let actions = at.subject.actions().iter().filter(|(.., wanted)| at.grant.may(*wanted));
    let actions = actions.map(|(title, href, icon, _)| {
        ((*title).to_owned(), (*href).to_owned(), (*icon).to_owned(), false)
    });
    let extra = Extra {
        tabs,
        batch,
        actions: actions.collect(),
        ops: if decides { None } else { list.ops.get(..plain) },
        note,
        fold: if done { &[] } else { at.subject.folded() },
        template: Some("review/list.html"),
        dialogs: if at.subject.must_see() { &SEEN } else { &DIALOGS },
        ..narrowed(&at, side)
    };
    let grant = seen_by(&at, side);
    let family = review::family(&mut db, modules, at.subject, &at.grant).await?;
    let page = list::page(list, &ask, &mut db, &at.user, &grant, clock, settings, extra).await?;
    let (noun, reasons) = (at.subject.noun(), at.subject.reasons());
    let desk = Desk { noun, yes: at.subject.yes(), reasons, must_see: at.subject.must_see(), seen };
    Ok(page.with("desk", &desk).with("family", &family))
}

/// What opens a dialog in the list.
const DIALOGS: [(&str, &str); 4] =
    [("驳回", "#reject"), ("批量通过", "#pass"), ("批量同意", "#pass"), ("批量驳回", "#reject")];
/// The same where an approval needs its fields, which only the page has.
const SEEN: [(&str, &str); 2] = [("驳回", "#reject"), ("批量驳回", "#reject")];

/// The variable `desk` of review/list.html.
#[derive(serde::Serialize)]
struct Desk {
    noun: &'static str,
    yes: &'static str,
    reasons: &'static [&'static str],
    /// 通过 opens no dialog: its fields are on the page.
    must_see: bool,
    /// What the page was drawn with, for the addresses of verdicts.
    seen: i64,
}

/// The tab that an address names.
fn side<A>(at: &AtDesk<'_, A>, tab: Option<&str>) -> Side {
    match tab {
        Some("done") => Side::Done,
        Some("elsewhere") if review::sees_other_desks(at.subject, &at.grant) => Side::Elsewhere,
        _ => Side::Waiting,
    }
}

/// The right that narrows a tab's rows.
fn seen_by<A>(at: &AtDesk<'_, A>, side: Side) -> Grant {
    if side == Side::Waiting { review::at_desk(&at.grant) } else { at.grant.clone() }
}

/// The rows of a tab, shown and exported alike.
fn narrowed<A>(at: &AtDesk<'_, A>, side: Side) -> Extra {
    let sql = match side {
        Side::Waiting => at.subject.pending(),
        Side::Done | Side::More(_) => at.subject.done(),
        Side::Elsewhere => at.subject.elsewhere().unwrap_or(at.subject.done()),
    };
    let county = at.grant.scope == Scope::County;
    let superior = Kinds::SUPERIOR.has(at.grant.kind);
    Extra {
        // what waits has no verdict yet, what is done waits no more; below the bureau every
        // registration names the desk itself as its superior
        hide: match (side, county) {
            (Side::Waiting, true) => &["recognised", "acted_at", "state", "reviewer", "desk"],
            (Side::Waiting, false) if superior => {
                &["recognised", "acted_at", "state", "reviewer", "superior", "department", "desk"]
            }
            (Side::Waiting, false) => &[
                "recognised",
                "acted_at",
                "state",
                "reviewer",
                "superior",
                "department",
                "desk",
                "unit",
            ],
            (Side::Done | Side::More(_), true) => &["waiting", "desk"],
            (Side::Done | Side::More(_), false) if superior => {
                &["waiting", "superior", "department", "desk"]
            }
            (Side::Done | Side::More(_), false) => {
                &["waiting", "superior", "department", "desk", "unit"]
            }
            (Side::Elsewhere, true) => &["recognised", "acted_at"],
            (Side::Elsewhere, false) if superior => &["recognised", "acted_at", "department"],
            (Side::Elsewhere, false) => &["recognised", "acted_at", "department", "unit"],
        },
        fixed: vec![Fixed { sql, values: vec![at.grant.organization.0] }],
        export: Some(format!("{}/export", at.list())),
        ..Extra::default()
    }
}

#[get("/desk/<key>/export?<tab>")]
async fn export(
    at: AtDesk<'_, Exporting>,
    key: &str,
    tab: Option<&str>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    debug_assert_eq!(key, at.subject.key());
    let side = side(&at, tab);
    let (extra, grant) = (narrowed(&at, side), seen_by(&at, side));
    let list = at.subject.list();
    list::export(list, &ask, db, &at.user, &grant, clock, settings, extra).await
}
