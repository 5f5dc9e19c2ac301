//! 调出记录: who left a unit of the scope, by whom he was taken in; kept for good.

use accounts::uploads;
use kit::list::{self, Ask, Cell, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search};
use kit::review::{self, AnySubject, Fact, Side};
use kit::{
    Can, CaseId, Clock, Db, Error, FileId, Modules, OrganizationId, Page, PersonId, Result, Scope,
    Settings, User,
};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::content::SUBJECT;
use crate::subject::{TransferRequests, column};
use crate::{LEAF, ViewTransfers, store};

pub const OUT: &str = "/transfers/out";

pub fn routes() -> Vec<Route> {
    routes![all, one]
}

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已调出", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
    ("left out", "未调动", "off"),
];

/// Who decided; of one that waits the desk, of 调出本县 who recorded it.
const HANDLER: &str = "case when t.kind = 'leave' then (select a.name from account a where a.id = t.account_id) \
     when t.state = 'pending' \
     then '由' || (select d.name from organization d where d.id = t.desk_id) || '审核' \
     else coalesce((select s.name from review_step s where s.case_id = t.case_id \
       and s.act in ('approve', 'reject') order by s.id desc limit 1), '') end";

/// 调出记录
pub static LIST: List = List {
    key: "transfers-out",
    title: "调出记录",
    href: OUT,
    leaf: LEAF,
    from: "transfer_person r left join transfer t on t.id = r.transfer_id \
           left join person p on p.id = r.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = r.organization_id \
           left join organization n on n.id = r.to_id",
    alias: "r",
    only: "r.state <> 'draft'",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link, ""),
        column("id_card", "身份证号", MASKED_ID, Cell::Text, ""),
        column("from", "原单位", "o.name", Cell::Long, ""),
        column("to", "目标单位", "coalesce(n.name, t.destination)", Cell::Long, ""),
        column("reason", "原因", "t.reason", Cell::Long, ""),
        column(
            "state",
            "状态",
            "case when r.note <> '' then 'left out' else r.state end",
            Cell::Tag(STATES),
            "",
        ),
        column("submitted_at", "申请时间", "r.submitted_at", Cell::Minute, "submitted"),
        column("handler", "处理人", HANDLER, Cell::Long, ""),
        column(
            "acted_at",
            "处理时间",
            "case r.state when 'pending' then '' else r.acted_at end",
            Cell::Minute,
            "acted",
        ),
        column("number", "申请编号", "t.number", Cell::Text, ""),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "r.department_id = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已调出"),
                ("pending", "待审核"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回或未调动"),
            ]),
            sql: "r.state = ?",
        },
        Filter {
            key: "submitted",
            label: "申请日期",
            kind: FilterKind::Times,
            sql: "r.submitted_at",
        },
    ],
    search: Some(Search {
        label: "姓名或身份证号",
        placeholder: "姓名（可用拼音首字母）、身份证号或后四位",
        phrase: "r.person_id in (select rowid from person_search where person_search match ?)",
        number: "r.person_id = (select sp.id from identity si join person sp on sp.identity_id = si.id where si.number = ?)",
        number_end: "r.person_id in (select sp.id from identity si join person sp on sp.identity_id = si.id where si.reversed >= ? and si.reversed < ?)",
        phone: "r.person_id in (select sp.id from person sp where sp.phone <> '' and sp.phone = ?)",
        code: "",
    }),
    orders: &[
        Order { key: "submitted", label: "申请时间", by: "r.submitted_at", descending: true },
        Order { key: "acted", label: "处理时间", by: "r.acted_at", descending: true },
    ],
    row: "/transfers/out/{id}",
    ops: &[("详情", "/transfers/out/{id}")],
    empty: "没有调出记录。本单位人员调到其他单位的，会在这里长期保存。",
};

/// The desk's buttons, which stand here, too.
fn actions(user: &User, subject: &dyn AnySubject) -> Vec<(String, String, String, bool)> {
    let his = subject.actions().iter().filter(|(.., wanted)| user.may(*wanted));
    his.map(|(title, href, icon, _)| {
        ((*title).to_owned(), (*href).to_owned(), (*icon).to_owned(), false)
    })
    .collect()
}

#[get("/out")]
async fn all(
    user: Can<ViewTransfers>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let subject = modules.subject(SUBJECT).ok_or(Error::NotFound)?;
    let extra = Extra {
        tabs: review::tabs(&mut db, subject, &user.grant, Side::More(OUT)).await?,
        actions: actions(&user.user, subject),
        crumbs: vec![
            (LEAF.group.title().to_owned(), String::new()),
            (LEAF.title.to_owned(), "/desk/transfers".to_owned()),
        ],
        ..Extra::default()
    };
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

#[derive(Debug, sqlx::FromRow)]
struct Record {
    transfer_id: i64,
    person_id: PersonId,
    organization_id: OrganizationId,
    case_id: Option<CaseId>,
    number: String,
    kind: String,
    state: String,
    note: String,
    name: String,
    masked: String,
    from: String,
    to: String,
    reason: String,
    effective_on: String,
    submitted_at: String,
    acted_at: String,
}

/// The record, if the unit left lies within the scope.
async fn find(db: &mut SqliteConnection, id: i64, scope: Scope) -> Result<Record> {
    let (department, organization) = scope.values();
    let found: Option<Record> = sqlx::query_as(
        "select r.transfer_id, r.person_id, r.organization_id, t.case_id, t.number, t.kind, r.state, r.note, p.name,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                o.name as \"from\", coalesce(n.name, t.destination) as \"to\", t.reason,
                t.effective_on, r.submitted_at, r.acted_at
           from transfer_person r
           join transfer t on t.id = r.transfer_id
           join person p on p.id = r.person_id
           join identity i on i.id = p.identity_id
           join organization o on o.id = r.organization_id
           left join organization n on n.id = r.to_id
          where r.id = ?1 and r.state <> 'draft' and (?2 is null or r.department_id = ?2)
            and (?3 is null or r.organization_id = ?3)",
    )
    .bind(id)
    .bind(department)
    .bind(organization)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

impl Record {
    /// Where the unit that recorded it finds certificate and ledger; empty for others.
    fn left(&self, unit: OrganizationId) -> String {
        let here = self.kind == "leave" && self.state == "approved" && self.organization_id == unit;
        if here { format!("/transfers/left/{}", self.person_id) } else { String::new() }
    }

    fn label(&self) -> (&'static str, &'static str) {
        let key = if self.note.is_empty() { self.state.as_str() } else { "left out" };
        STATES.iter().find(|one| one.0 == key).map_or(("", ""), |one| (one.1, one.2))
    }

    fn facts(&self) -> Vec<Fact> {
        let dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
        let mut facts = vec![
            Fact::new("人员", format!("{}（{}）", self.name, self.masked)),
            Fact::new("原单位", &self.from),
            Fact::new(if self.kind == "leave" { "接收单位" } else { "目标单位" }, dash(&self.to)),
            Fact::new("申请时间", kit::day::shown_time(&self.submitted_at)),
        ];
        if self.state != "pending" {
            facts.push(Fact::new("处理时间", kit::day::shown_time(&self.acted_at)));
        }
        facts.push(Fact::new("生效日期", dash(&self.effective_on)));
        facts.push(Fact::new("原因", dash(&self.reason)).wide());
        if !self.note.is_empty() {
            facts.push(Fact::new("没有调动", &self.note).wide());
        }
        facts
    }
}

#[derive(Serialize)]
struct Crumb<'a> {
    title: &'a str,
    href: &'a str,
}

#[get("/out/<id>")]
async fn one(
    user: Can<ViewTransfers>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let record = find(&mut db, id, user.scope()).await?;
    let files: Vec<FileId> =
        store::files(&mut db, record.transfer_id).await?.into_iter().map(|file| file.id).collect();
    let files = kit::file::find(&mut db, &files).await?;
    let steps = match record.case_id {
        Some(case) => {
            let case = review::case(&mut db, case).await?;
            let subject: &dyn AnySubject = &TransferRequests;
            review::history(&mut db, subject, &case, false, clock).await?
        }
        None => vec![],
    };
    let (state, tag) = record.label();
    let crumbs = [
        Crumb { title: "人员调转", href: "/desk/transfers" },
        Crumb { title: "调出记录", href: OUT },
        Crumb { title: &record.name, href: "" },
    ];
    Ok(Page::new("transfers/out_show.html")
        .with("crumbs", &crumbs)
        .with("left", &record.left(user.organization()))
        .with("number", &record.number)
        .with("name", &record.name)
        .with("state", state)
        .with("tag", tag)
        .with("back", OUT)
        .with("facts", &record.facts())
        .with("files", &uploads::shown(files))
        .with("steps", &steps))
}
