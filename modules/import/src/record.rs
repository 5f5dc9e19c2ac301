//! One import as it is kept: what it did line by line, what did not go in, whether it can be undone.

use kit::access::Grant;
use kit::job::{self, Jobs};
use kit::{AccountId, Can, Clock, Db, Error, OrganizationId, Page, Permission, Result, Settings};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::policy::Policy;
use crate::result::{self, pager};
use crate::{EditImports, ViewImports, below, records, store, undo};

/// Lines on a page.
const PAGE: i64 = 50;

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// What its page shows of an import.
#[derive(Serialize, sqlx::FromRow)]
struct Record {
    id: i64,
    #[serde(skip)]
    account_id: Option<AccountId>,
    organization_id: OrganizationId,
    organization: String,
    by_name: String,
    file_name: String,
    sha256: String,
    policy: String,
    whole: bool,
    below: bool,
    create_departments: bool,
    state: String,
    message: String,
    rows: i64,
    imported: i64,
    updated: i64,
    requested: i64,
    approved: i64,
    skipped: i64,
    failing: i64,
    changed: i64,
    touched: i64,
    created_at: String,
    ended_at: String,
    undone_at: String,
    undone_by: String,
    undo_reason: String,
    undone: i64,
    kept: i64,
}

/// The import, if it is of the caller's unit or of one below it; one that went to units below only
/// if his right covers these.
async fn find(db: &mut SqliteConnection, id: i64, grant: &Grant) -> Result<Record> {
    let (department, organization) = grant.scope.values();
    let found: Option<Record> = sqlx::query_as(
        "select i.id, i.account_id, i.organization_id, o.name as organization, i.by_name,
                i.file_name, i.sha256, i.policy, i.whole, i.below, i.create_departments,
                i.state, i.message, i.rows, i.imported, i.updated, i.requested,
                (select count(*) from import_touch t
                  where t.import_id = i.id and t.what = 'approved') as approved,
                i.skipped, i.failing, i.changed,
                (select count(*) from import_touch t where t.import_id = i.id) as touched,
                i.created_at, coalesce(i.ended_at, '') as ended_at, i.undone_at, i.undone_by,
                i.undo_reason, i.undone, i.kept
           from import i join organization o on o.id = i.organization_id
          where i.id = ?1 and i.kind = 'people' and (?2 is null or i.department_id = ?2)
            and (?3 is null or i.organization_id = ?3) and i.below <= ?4",
    )
    .bind(id)
    .bind(department)
    .bind(organization)
    .bind(below::sees(grant))
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The columns of a `Line`. An undone one's number may be nobody's any more.
macro_rules! line {
    () => {
        "select t.number, t.object, t.what, t.state, t.note,
                case t.object
                  when 'person' then coalesce(p.name, '')
                  when 'organization' then coalesce(o.name, '')
                  else coalesce(d.name, '') end as name,
                coalesce(substr(n.number, 1, 4) || '************' || substr(n.number, 17), '') as masked,
                case when ?2 and p.id is not null then '/accounts/people/' || p.id else '' end as href
           from import_touch t
           left join person p on t.object = 'person' and p.id = t.object_id
           left join identity n on n.id = p.identity_id
           left join organization o on t.object = 'organization' and o.id = t.object_id
           left join internal_department d
             on t.object = 'internal-department' and d.id = t.object_id"
    };
}

/// Something the import did.
#[derive(Serialize, sqlx::FromRow)]
struct Line {
    number: i64,
    object: String,
    what: String,
    state: String,
    note: String,
    name: String,
    masked: String,
    /// Where it is seen; empty: nowhere by this caller.
    href: String,
}

#[get("/records/<id>?<tab>&<page>")]
#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
async fn show(
    user: Can<ViewImports>,
    id: i64,
    tab: Option<&str>,
    page: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    jobs: &State<Jobs>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let record = find(&mut db, id, &user.grant).await?;
    let job = undoing(&mut db, jobs, id).await?;
    let days = settings.integer(&undo::UNDO_DAYS);
    let may = user.user.may(EditImports::grantable())
        && undo::reaches(&user.grant, record.organization_id, record.below);
    let running = job.as_ref().is_some_and(|job| !job.state.ended());
    let refusal = undo::refusal(&undo::subject(&mut db, id).await?, days, clock);
    let tab = Tab::of(tab, &record);
    let number = page.unwrap_or(1).clamp(1, 100_000);
    let own = record.account_id == Some(user.user.account);
    let base = format!("/import/records/{id}");
    let (mut touched, mut failing, mut total) = (vec![], vec![], record.touched);
    match tab {
        Tab::Touched | Tab::Kept => {
            let see = user.user.may(SEE) && record.organization_id == user.organization();
            touched = lines(&mut db, id, tab == Tab::Kept, see, number).await?;
            if tab == Tab::Kept {
                total = record.kept;
            }
        }
        Tab::Failing => {
            let import = store::find(&mut db, id, record.organization_id).await?;
            failing = result::lines(&mut db, &import, "error", number, own).await?;
            total = result::problems(&mut db, id, "error").await?;
        }
    }
    let view = Page::new("import/record.html")
        .with("record", &record)
        .with("state", label(records::STATES, record.told()))
        .with("tag", tag(record.told()))
        .with("policy", Policy::of(&record.policy).unwrap_or_default().label())
        .with("tab", tab.key())
        .with("tabs", &tab.all(&record, &base))
        .with("may_edit", &user.user.may(EditImports::grantable()))
        .with("lines", &touched)
        .with("failing", &failing)
        .with("pager", &pager(&base, tab.key(), number, total))
        .with("own", &own)
        .with("mine", &(record.organization_id == user.organization()))
        .with("keep_days", &settings.integer(&crate::KEEP_DAYS))
        .with("may_undo", &(may && refusal.is_none() && !running))
        .with("until", &undo::until(&record.ended_at, days))
        .with("why_not", &refusal.filter(|_| may && record.undone_at.is_empty()))
        .with("job", &job);
    Ok(if running { view.with("reload", &2) } else { view })
}

/// 本单位人员, where a touched person is looked at; the screen stands in `accounts`.
const SEE: kit::Grantable = kit::Grantable {
    leaf: kit::Leaf {
        key: "accounts.people",
        title: "",
        group: kit::Group::Profile,
        kinds: kit::Kinds::STAFFED.own_unit(),
    },
    action: kit::Action::View,
};

impl Record {
    /// Its state, as the list tells it.
    fn told(&self) -> &str {
        if self.undone_at.is_empty() { &self.state } else { "undone" }
    }
}

fn label(of: &[(&'static str, &'static str, &'static str)], stored: &str) -> &'static str {
    of.iter().find(|one| one.0 == stored).map_or("", |one| one.1)
}

fn tag(stored: &str) -> &'static str {
    records::STATES.iter().find(|one| one.0 == stored).map_or("off", |one| one.2)
}

/// What its tables show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    /// All that it did.
    Touched,
    /// What its undo kept.
    Kept,
    /// Rows that did not go in.
    Failing,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Kept, Self::Touched, Self::Failing];

    fn of(key: Option<&str>, record: &Record) -> Self {
        let asked = Self::ALL.into_iter().find(|tab| key == Some(tab.key()));
        asked.unwrap_or_else(|| {
            let first = Self::ALL.into_iter().find(|tab| tab.rows(record) > 0);
            first.unwrap_or(Self::Touched)
        })
    }

    fn key(self) -> &'static str {
        match self {
            Self::Touched => "touched",
            Self::Kept => "kept",
            Self::Failing => "error",
        }
    }

    fn rows(self, record: &Record) -> i64 {
        match self {
            Self::Touched => record.touched,
            Self::Kept => record.kept,
            Self::Failing => record.failing,
        }
    }

    fn all(self, record: &Record, base: &str) -> Vec<result::Tab> {
        let shown = Self::ALL.into_iter().filter(|tab| *tab == self || tab.rows(record) > 0);
        let title = |tab: Self| match tab {
            Self::Touched => "逐条经过",
            Self::Kept => "撤销时保留",
            Self::Failing => "没有导入的行",
        };
        shown
            .map(|tab| result::Tab {
                title: format!("{} {}", title(tab), result::grouped(tab.rows(record))),
                href: format!("{base}?tab={}", tab.key()),
                current: tab == self,
            })
            .collect()
    }
}

/// A page of what it did, by the file's rows. `see`: whether the caller sees the people themselves.
async fn lines(
    db: &mut SqliteConnection,
    id: i64,
    kept: bool,
    see: bool,
    page: i64,
) -> Result<Vec<Line>> {
    // two constants: the kept ones stand on the index of states
    let sql = if kept {
        concat!(
            line!(),
            " where t.import_id = ?1 and t.state = 'kept' order by t.number limit ?3 offset ?4"
        )
    } else {
        concat!(
            line!(),
            " where t.import_id = ?1 order by t.number, t.object_id limit ?3 offset ?4"
        )
    };
    Ok(sqlx::query_as(sql)
        .bind(id)
        .bind(see)
        .bind(PAGE)
        .bind((page - 1) * PAGE)
        .fetch_all(db)
        .await?)
}

/// The job that undoes it, or tried to last.
async fn undoing(db: &mut SqliteConnection, jobs: &Jobs, id: i64) -> Result<Option<job::Status>> {
    let found: Option<(kit::JobId, AccountId)> = sqlx::query_as(
        "select id, account_id from job where object = ? and kind = ? order by id desc limit 1",
    )
    .bind(format!("import:{id}"))
    .bind(undo::JOB)
    .fetch_optional(&mut *db)
    .await?;
    let Some((job, owner)) = found else { return Ok(None) };
    Ok(Some(jobs.status(db, job, owner).await?))
}
