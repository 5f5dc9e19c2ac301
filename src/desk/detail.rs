//! One case at the desk: the data, its evidence beside it, checks, history, and what can be done.

use kit::mask::mask_id;
use kit::review::{self, Case, CaseState, Fact, Level};
use kit::{
    CaseId, Clock, Db, Error, Form, Grantable, OrganizationId, Page, Result, Settings, file,
    organization,
};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{AtDesk, Reviewing, Viewing};

#[get("/desk/<key>/<id>", rank = 2)]
pub async fn open(
    at: AtDesk<'_, Viewing>,
    key: &str,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    debug_assert_eq!(key, at.subject.key());
    let mut db = db.read().await?;
    let case = find(&mut db, &at, id).await?;
    page(&mut db, &at, &case, clock, settings, &Form::new(), None).await
}

/// 显示完整身份证号: shown on this answer only, kept in the trail.
#[post("/desk/<key>/<id>/reveal", rank = 2)]
pub async fn reveal(
    at: AtDesk<'_, Reviewing>,
    key: &str,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    debug_assert_eq!(key, at.subject.key());
    let mut tx = db.begin().await?;
    let case = find(&mut tx, &at, id).await?;
    let number = review::reveal(&mut tx, at.subject, case.id, &at.user, &at.grant, clock).await?;
    tx.commit().await?;
    let mut db = db.read().await?;
    page(&mut db, &at, &case, clock, settings, &Form::new(), Some(&number)).await
}

/// The case of a row that lies in the caller's scope, or waits at his desk or was decided there in
/// this round: what was sent elsewhere after a rejection is no longer the former desk's to read.
pub async fn find<A>(db: &mut SqliteConnection, at: &AtDesk<'_, A>, row: i64) -> Result<Case> {
    // a bureau's clerk limited to a department sees no others at the desk either
    let limited = review::limit(&at.grant).any();
    let desk: Option<OrganizationId> = (!limited).then_some(at.grant.organization);
    let (department, organization) = at.grant.scope.values();
    let mut sql = QueryBuilder::<Sqlite>::new("select t.case_id from ");
    sql.push(at.subject.table()).push(" t where t.case_id is not null and t.id = ").push_bind(row);
    sql.push(" and (t.desk_id = ").push_bind(desk);
    sql.push(" or ((")
        .push_bind(department)
        .push(" is null or t.department_id = ")
        .push_bind(department);
    sql.push(") and (").push_bind(organization).push(" is null or t.organization_id = ");
    sql.push_bind(organization).push("))");
    sql.push(
        " or exists (select 1 from review_step s
             join review_case c on c.id = s.case_id and c.round = s.round
             where s.case_id = t.case_id and s.act in ('pass', 'approve', 'reject')
               and s.desk_id = ",
    );
    sql.push_bind(desk).push("))");
    let id: Option<CaseId> = sql.build_query_scalar().fetch_optional(&mut *db).await?;
    let case = review::case(db, id.ok_or(Error::NotFound)?).await?;
    // several subjects may share a table
    if case.subject == at.subject.key() { Ok(case) } else { Err(Error::NotFound) }
}

/// The variable `case` of review/detail.html.
#[derive(Serialize)]
struct Shown {
    title: String,
    noun: &'static str,
    /// The word for a yes.
    yes: &'static str,
    number: String,
    state: Tag,
    /// 已等 8 个工作日, 今天提交; empty unless it waits.
    waited: String,
    overdue: bool,
    back: String,
    applicant: String,
    previous: String,
    next: String,
    approve: String,
    reject: String,
    blocked: String,
    /// More that must be known before deciding.
    notes: Vec<String>,
    acts: Vec<Link>,
}

#[derive(Serialize)]
struct Tag {
    kind: &'static str,
    text: &'static str,
}

/// A link, or a crumb.
#[derive(Serialize)]
pub struct Link {
    pub title: String,
    pub href: String,
}

impl Link {
    pub fn new(title: impl Into<String>, href: impl Into<String>) -> Self {
        Self { title: title.into(), href: href.into() }
    }
}

/// The way to a page below the list.
pub fn crumbs<A>(at: &AtDesk<'_, A>, last: &str) -> Vec<Link> {
    let group = at.subject.leaf().group.title();
    let mut crumbs = vec![Link::new(at.subject.title(), at.list()), Link::new(last, "")];
    if group != at.subject.title() {
        crumbs.insert(0, Link::new(group, ""));
    }
    crumbs
}

#[derive(Serialize)]
struct ShownFact {
    #[serde(flatten)]
    fact: Fact,
    reveal: String,
}

#[derive(Serialize)]
struct ShownFile {
    id: kit::FileId,
    name: String,
    href: String,
    kind: &'static str,
    size: String,
    /// What it is: 结业证书; empty where the subject does not say.
    slot: String,
}

/// Draws the case; `form` is a refused decision's, `revealed` the full ID number.
pub async fn page<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    case: &Case,
    clock: &Clock,
    settings: &Settings,
    form: &Form,
    revealed: Option<&str>,
) -> Result<Page> {
    let (subject, content) = (at.subject, case.content.as_str());
    let row = subject.row(content)?;
    let here = case.state == CaseState::Pending && case.desk_id == Some(at.grant.organization);
    let decides = here
        && at.reviews()
        && review::concerns(&mut *db, subject, case, &at.user, clock).await?.is_none();
    let checks = subject.checks(&mut *db, content, clock).await?;
    let against = checks.iter().any(|check| check.level == Level::Refuse);
    let (previous, next) =
        if here { review::neighbours(&mut *db, &at.grant, case).await? } else { (None, None) };
    let address = at.address(row);
    let seen = review::seen_of(&mut *db, case).await?;
    let (waited, overdue) = waiting(&mut *db, case, clock, settings).await?;
    let since = subject.since(&mut *db, case).await?;
    let own = (case.state.tag(), case.state.label());
    let (kind, text) = since.tag.unwrap_or(own);
    let shown = Shown {
        waited,
        overdue,
        title: format!("{}详情", subject.noun()),
        noun: subject.noun(),
        yes: subject.yes(),
        number: case.number.clone(),
        state: Tag { kind, text },
        back: if here { at.list() } else { format!("{}?tab=done", at.list()) },
        applicant: case.title.clone(),
        previous: at.address_of(previous.as_deref())?,
        next: at.address_of(next.as_deref())?,
        approve: if decides && !against {
            format!("{address}/approve?seen={seen}")
        } else {
            String::new()
        },
        reject: if decides { format!("{address}/reject?seen={seen}") } else { String::new() },
        blocked: blocked(&mut *db, at, case, here, decides && against, clock).await?,
        notes: notes(case),
        acts: acts(&mut *db, at, case, since.links, (&address, clock, settings)).await?,
    };
    let fields = if decides {
        subject.decision_fields(&mut *db, content, &case.decision).await?
    } else {
        vec![]
    };
    let facts = facts(&mut *db, at, case, revealed, decides, &address).await?;
    let files = files(&mut *db, at, content).await?;
    let mut tables = subject.tables(&mut *db, content).await?;
    leave_out(&mut *db, at, &mut tables).await?;
    let before = review::before(&mut *db, subject, case).await?;
    let panels = subject.panels(&mut *db, content).await?;
    let mut steps = review::history(db, subject, case, true, clock).await?;
    steps.extend(since.lines);
    Ok(Page::new("review/detail.html")
        .with("crumbs", &crumbs(at, &shown.title))
        .with("case", &shown)
        .with("facts_title", &format!("{}内容", subject.noun()))
        .with("facts", &facts)
        .with("files", &files)
        .with("tables", &tables)
        .with("panels", &panels)
        .with("checks", &checks)
        .with("before", &before)
        .with("steps", &steps)
        .with("decision_fields", &fields)
        .with("reasons", subject.reasons())
        .with("form", form))
}

/// How long a case has waited where it is, and whether that is too long.
async fn waiting(
    db: &mut SqliteConnection,
    case: &Case,
    clock: &Clock,
    settings: &Settings,
) -> Result<(String, bool)> {
    if case.state != CaseState::Pending {
        return Ok((String::new(), false));
    }
    let calendar = review::working_days(db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let limit = settings.integer(&review::OVERDUE_DAYS);
    let text = if waited > limit {
        format!("已等 {waited} 个工作日，超过 {limit} 个工作日的审核时限")
    } else {
        review::waited_words(&calendar, &case.waiting_since, clock)
    };
    Ok((text, waited > limit))
}

/// Leaves out links to cases of this desk that the reviewer may not open.
async fn leave_out<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    tables: &mut [review::Table],
) -> Result<()> {
    let own = at.address(0);
    let own = own.trim_end_matches('0');
    for cell in tables.iter_mut().flat_map(|table| table.rows.iter_mut().flatten()) {
        let row = cell.href.strip_prefix(own).and_then(|row| row.parse().ok());
        let may = match row {
            Some(row) => match find(&mut *db, at, row).await {
                Ok(_) => true,
                Err(Error::NotFound) => false,
                Err(error) => return Err(error),
            },
            None => cell.href.is_empty(),
        };
        if !may {
            cell.href.clear();
        }
    }
    Ok(())
}

/// The facts; the one with the masked ID number can be opened while deciding.
async fn facts<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    case: &Case,
    revealed: Option<&str>,
    decides: bool,
    address: &str,
) -> Result<Vec<ShownFact>> {
    let facts = at.subject.facts(&mut *db, &case.content).await?;
    let masked = review::identity_number(db, case).await?.map(|number| mask_id(&number));
    let shown = facts.into_iter().map(|mut fact| {
        let holds = masked.as_ref().filter(|masked| fact.value.contains(masked.as_str()));
        let reveal = match (holds, revealed) {
            (Some(masked), Some(number)) => {
                fact.value = fact.value.replace(masked, number);
                String::new()
            }
            (Some(_), None) if decides => format!("{address}/reveal"),
            _ => String::new(),
        };
        ShownFact { fact, reveal }
    });
    Ok(shown.collect())
}

async fn files<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    content: &str,
) -> Result<Vec<ShownFile>> {
    let ids = at.subject.evidence(&mut *db, content).await?;
    let slots = at.subject.slots(content)?;
    let slot = |id| slots.iter().find(|(file, _)| *file == id).map(|(_, slot)| slot.clone());
    let shown = file::find(db, &ids).await?.into_iter().map(|stored| ShownFile {
        slot: slot(stored.id).unwrap_or_default(),
        id: stored.id,
        href: format!("/files/{}", stored.id),
        kind: if stored.mime.starts_with("image/") { "image" } else { "pdf" },
        size: size(stored.size),
        name: stored.name,
    });
    Ok(shown.collect())
}

/// `862 KB`, `1.4 MB`
fn size(bytes: i64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

fn notes(case: &Case) -> Vec<String> {
    let unattended = case.unattended && case.state == CaseState::Pending;
    if unattended {
        vec!["单位无人审核：前面有单位没有能办理的人员，已转到上一级。".to_owned()]
    } else {
        vec![]
    }
}

/// Why he cannot decide, and what to do.
async fn blocked<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    case: &Case,
    here: bool,
    against: bool,
    clock: &Clock,
) -> Result<String> {
    let Some(desk) = case.desk_id else { return Ok(String::new()) };
    let text = if !here {
        let desk = organization::find(db, desk).await?.map(|o| o.name).unwrap_or_default();
        format!("这条申请现在由{desk}审核。")
    } else if !at.reviews() {
        "您可以查看这条申请，没有审核权限。需要时请联系本单位的超级管理员。".to_owned()
    } else if let Some(sentence) =
        review::concerns(&mut *db, at.subject, case, &at.user, clock).await?
    {
        let parties = review::Parties::of(&mut *db, at.subject, case).await?;
        let others = review::attended(db, desk, at.subject.leaf(), &parties, clock).await?;
        let todo =
            "本单位目前没有其他能办理的人员，请在“管理单位管理员”中增加一名有审核权限的管理员。";
        format!("{sentence}{}", if others { "" } else { todo })
    } else if against {
        "系统核对有不能通过的事项（见“系统核对”）。请驳回，或等事项解决后再通过。".to_owned()
    } else {
        String::new()
    };
    Ok(text)
}

/// The subject's own links, and 接管, while it waits too long at a desk below.
async fn acts<A>(
    db: &mut SqliteConnection,
    at: &AtDesk<'_, A>,
    case: &Case,
    since: Vec<(&'static str, String, Grantable)>,
    (address, clock, settings): (&str, &Clock, &Settings),
) -> Result<Vec<Link>> {
    let below = case.state == CaseState::Pending
        && case.desk_id != Some(at.grant.organization)
        && review::from_below(&mut *db, case, at.grant.organization).await?.is_some();
    let links = since.into_iter().chain(at.subject.links(case)?);
    let mut links: Vec<Link> = links
        .filter(|(_, _, wanted)| at.grant.may(*wanted))
        .map(|(title, href, _)| Link::new(title, href))
        .collect();
    if !below
        || !at.reviews()
        || review::concerns(&mut *db, at.subject, case, &at.user, clock).await?.is_some()
    {
        return Ok(links);
    }
    let waited = review::waited(&review::working_days(db).await?, &case.waiting_since, clock);
    if waited > settings.integer(&review::OVERDUE_DAYS) {
        links.push(Link::new("接管", format!("{address}/take-over")));
    }
    Ok(links)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_read_like_sizes() {
        assert_eq!(super::size(862 * 1024 + 5), "862 KB");
        assert_eq!(super::size(1_468_007), "1.4 MB");
        assert_eq!(super::size(12), "12 B");
    }
}
