//! The roster of a unit's declaration: each row with its check, failing ones first; hours and
//! certificate of a row, rows taken out.

use std::collections::HashMap;

use kit::list::MASKED_ID;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Hours, OrganizationId, Page, Result, trail};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::measure::Basis;
use super::store::{self, Staff};
use super::{BASE, own_people, problems};
use crate::declaration::form::sentence;
use crate::leaves::EditStaff;
use crate::roster::{self, Row, STAFF, Verdict};

/// Rows of a page.
const PAGE: usize = 100;

type Editor = Can<EditStaff>;

/// A row as the pages draw it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub id: i64,
    pub number: i64,
    pub name: String,
    pub masked: String,
    pub place: String,
    /// 职称名称
    pub title: String,
    pub hours: String,
    pub certificate: String,
    pub note: String,
    /// Class of its mark: pass, wait, back, off.
    pub tag: &'static str,
    /// 可以记入, 请核对, 不能记入, 已记入, 未记入
    pub mark: &'static str,
    /// Why, or what to know.
    pub why: String,
    /// Whether it would be, or was, entered.
    pub good: bool,
    #[serde(skip)]
    pub tenths: Hours,
    /// The most that the rules give him; none: they say nothing.
    #[serde(skip)]
    pub most: Option<Hours>,
    /// 12 学时; empty: no rule, or decided.
    pub suggested: String,
    /// What is wrong with what was just typed.
    pub error: String,
}

/// What of a row's own fields is kept as JSON.
#[derive(Debug, Default, serde::Deserialize)]
struct Detail {
    #[serde(default)]
    note: String,
}

/// Every row with its check, failing ones first.
pub async fn lines(db: &mut SqliteConnection, basis: &Basis) -> Result<Vec<Line>> {
    let unit = basis.unit;
    let rows = roster::rows(&mut *db, STAFF, basis.id, None).await?;
    let open: Vec<Row> = rows.iter().filter(|row| waits(row)).cloned().collect();
    let verdicts = roster::check(&mut *db, &open, Some(unit)).await?;
    let mut verdicts: HashMap<i64, Verdict> = open.iter().map(|row| row.id).zip(verdicts).collect();
    let entered: Vec<i64> = rows.iter().filter_map(|row| row.entry_id).collect();
    let mut ended = crate::revocation::ended(&mut *db, &entered).await?;
    let mut suggestions = basis.suggestions(&mut *db, &open).await?;
    let mut known = known(db, &rows, unit).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let verdict = verdicts.remove(&row.id);
        let (tag, mark, why, good) = match row.entry_id.and_then(|id| ended.remove(&id)) {
            Some((mark, why)) => ("off", mark, why, true),
            None => marked(&row, verdict, basis.hours),
        };
        let made = suggestions.remove(&row.id).unwrap_or_default();
        let (tag, mark, why, good) = match made.most.filter(|most| good && row.hours > *most) {
            Some(most) => above(&row, most, why, basis.reasoned),
            None => (tag, mark, why, good),
        };
        let (masked, place, title) = known.remove(&row.id).unwrap_or_default();
        let detail: Detail = serde_json::from_str(&row.detail).unwrap_or_default();
        lines.push(Line {
            id: row.id,
            number: row.number,
            name: row.name,
            masked,
            place,
            title,
            hours: row.hours.to_string(),
            certificate: row.certificate_number,
            note: detail.note,
            tag,
            mark,
            why,
            good,
            tenths: row.hours,
            most: made.most,
            suggested: if made.text.is_empty() { String::new() } else { made.short() },
            error: String::new(),
        });
    }
    lines.sort_by_key(|line| (rank(line), line.number));
    Ok(lines)
}

/// Whether nothing has become of a row yet.
fn waits(row: &Row) -> bool {
    matches!(row.state.as_str(), "draft" | "pending")
}

fn rank(line: &Line) -> u8 {
    match line.tag {
        "back" => 0,
        "wait" => 1,
        _ => 2,
    }
}

type Mark = (&'static str, &'static str, String, bool);

fn marked(row: &Row, verdict: Option<Verdict>, most: Hours) -> Mark {
    let bad = |why: String| ("back", "不能记入", why, false);
    match (row.state.as_str(), verdict) {
        ("entered", _) => ("pass", "已记入", String::new(), true),
        ("left" | "abroad", _) => ("back", "未记入", row.reason.clone(), false),
        (_, Some(Verdict::Failing(why) | Verdict::Abroad(why))) => bad(why),
        _ if row.hours > most => bad(format!("{} 学时超过这次申报的 {most} 学时", row.hours)),
        (_, Some(Verdict::Good(notes))) if !notes.is_empty() => {
            ("wait", "请核对", notes.join("；"), true)
        }
        _ => ("pass", "可以记入", String::new(), true),
    }
}

/// A row with more than the rules give: only with the header's reason; a desk, which may lower it,
/// is told.
fn above(row: &Row, most: Hours, why: String, reasoned: bool) -> Mark {
    let told = format!("{} 学时超过按规则最多的 {most} 学时", row.hours);
    if row.state == "draft" && !reasoned {
        let told = format!("{told}；确实应多认定的，请在申报内容的内容摘要中写明理由");
        return ("back", "不能记入", told, false);
    }
    let told = if why.is_empty() { told } else { format!("{why}；{told}") };
    ("wait", "请核对", told, true)
}

/// Masked number, internal department and title of now, by row; of who belongs elsewhere by now
/// the number only.
async fn known(
    db: &mut SqliteConnection,
    rows: &[Row],
    unit: OrganizationId,
) -> Result<HashMap<i64, (String, String, String)>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut sql = QueryBuilder::<Sqlite>::new("select r.id, ");
    sql.push(MASKED_ID);
    sql.push(", coalesce(n.name, ''), coalesce(p.title, '') from json_each(");
    sql.push_bind(serde_json::to_string(&ids)?);
    sql.push(
        ") j cross join roster_row r on r.id = j.value join identity i on i.id = r.identity_id
           left join person p on p.identity_id = r.identity_id and p.organization_id = ",
    );
    sql.push_bind(unit);
    sql.push(" left join internal_department n on n.id = p.internal_department_id");
    let found: Vec<(i64, String, String, String)> = sql.build_query_as().fetch_all(db).await?;
    Ok(found.into_iter().map(|(id, masked, place, title)| (id, (masked, place, title))).collect())
}

/// The declaration that may be changed, its header filled in.
///
/// # Errors
/// `NotFound`, or refused while it is being reviewed or without a header.
pub async fn ready(db: &mut SqliteConnection, unit: OrganizationId, id: i64) -> Result<Staff> {
    let staff = store::editable(db, unit, id).await?;
    if staff.has_header() {
        Ok(staff)
    } else {
        Err(Error::refused("申报内容还没有填完，不能选名单。请先填写申报内容，再点“下一步”。"))
    }
}

#[get("/staff/<id>/roster?<page>")]
pub async fn page(user: Editor, id: i64, page: Option<usize>, db: &State<Db>) -> Result<Answer> {
    let mut db = db.read().await?;
    let staff = store::editable(&mut db, user.organization(), id).await?;
    if !staff.has_header() {
        let text = "申报内容还没有填完。请填写以后点“下一步”，再选名单。";
        return Ok(Done::to(format!("{BASE}/{id}/edit")).warn(text).into());
    }
    let lines = lines(&mut db, &Basis::of(&staff)).await?;
    Ok(drawn(&mut db, &user, &staff, lines, page, &Form::new()).await?.into())
}

/// The page once more, with what was refused.
pub async fn refused(db: &Db, user: &Editor, staff: &Staff, form: &Form) -> Result<Answer> {
    let mut db = db.read().await?;
    let lines = lines(&mut db, &Basis::of(staff)).await?;
    Ok(drawn(&mut db, user, staff, lines, None, form).await?.refused().into())
}

async fn drawn(
    db: &mut SqliteConnection,
    user: &Editor,
    staff: &Staff,
    mut lines: Vec<Line>,
    page: Option<usize>,
    form: &Form,
) -> Result<Page> {
    let (file_name, cells) = problems::of(&mut *db, staff.id, user.user.account).await?;
    let bad = lines.iter().filter(|line| !line.good).count();
    let total: Hours = lines.iter().map(|line| line.tenths).sum();
    let (count, pages) = (lines.len(), lines.len().div_ceil(PAGE).max(1));
    let page = page.unwrap_or(1).clamp(1, pages);
    let mut shown: Vec<Line> = lines.drain(..).skip((page - 1) * PAGE).take(PAGE).collect();
    for line in &mut shown {
        typed_again(line, form);
    }
    Ok(Page::new("credit-hours/staff_roster.html")
        .with("staff", staff)
        .with("hours", &staff.hours.to_string())
        .with("lines", &shown)
        .with("count", &count)
        .with("bad", &bad)
        .with("total", &total.to_string())
        .with("page", &page)
        .with("pages", &(1..=pages).collect::<Vec<_>>())
        .with("most", &own_people::MOST)
        .with("file_name", &file_name)
        .with("problems", &cells)
        .with("form", form))
}

/// A refused form comes back as typed.
fn typed_again(line: &mut Line, form: &Form) {
    for (field, name) in [("hours", &mut line.hours), ("certificate", &mut line.certificate)] {
        let field = format!("{field}-{}", line.id);
        if !form.list(&field).is_empty() {
            form.raw(&field).clone_into(name);
        }
        if let Some(sentence) = form.errors().get(&field) {
            line.error.clone_from(sentence);
        }
    }
}

/// 保存学时, 移出勾选的, 移出不能记入的.
#[post("/staff/<id>/roster?<page>", data = "<form>")]
pub async fn change(
    user: Editor,
    id: i64,
    page: Option<usize>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let staff = ready(&mut tx, user.organization(), id).await?;
    let act = form.text("act");
    let (removed, changed) = match act.as_str() {
        "remove" => (remove(&mut tx, id, &ids(&form, "tick")).await?, 0),
        "remove-failing" => {
            let lines = lines(&mut tx, &Basis::of(&staff)).await?;
            let bad: Vec<i64> = lines.iter().filter(|l| !l.good).map(|l| l.id).collect();
            (remove(&mut tx, id, &bad).await?, 0)
        }
        _ => (0, save(&mut tx, &staff, &mut form).await?),
    };
    if form.refused() {
        let lines = lines(&mut tx, &Basis::of(&staff)).await?;
        let answer = drawn(&mut tx, &user, &staff, lines, page, &form).await?;
        return Ok(answer.refused().into());
    }
    store::follow(&mut tx, id).await?;
    let text = format!("{}：名单移出 {removed} 人，保存学时 {changed} 人", staff.called());
    let (name, object) = ("credit-hours.staff.roster", staff.object());
    trail::write(&mut tx, &user.actor(), clock, name, &object, &text).await?;
    tx.commit().await?;
    let done = Done::to(format!("{BASE}/{id}/roster?page={}", page.unwrap_or(1)));
    Ok(match act.as_str() {
        "remove" if removed == 0 => done.warn("没有勾选人员。请先勾选，再点“移出名单”。"),
        "remove" | "remove-failing" => done.ok(format!("已移出名单 {removed} 人。")),
        _ => done.ok("已保存这一页的学时和证书编号。"),
    }
    .into())
}

fn ids(form: &Form, name: &str) -> Vec<i64> {
    form.list(name).iter().take(2 * PAGE).filter_map(|id| id.parse().ok()).collect()
}

async fn remove(tx: &mut SqliteConnection, id: i64, rows: &[i64]) -> Result<u64> {
    Ok(sqlx::query(
        "delete from roster_row where subject = 'staff' and parent_id = ? and state = 'draft'
            and id in (select value from json_each(?))",
    )
    .bind(id)
    .bind(serde_json::to_string(rows)?)
    .execute(tx)
    .await?
    .rows_affected())
}

/// Hours and certificates of the rows that were on the page. Gives how many.
async fn save(tx: &mut SqliteConnection, staff: &Staff, form: &mut Form) -> Result<usize> {
    let rows = ids(form, "row");
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let hours = own_hours(form, &format!("hours-{row}"), staff.hours);
        let certificate = form.optional(&format!("certificate-{row}"), "证书编号", 80);
        changes.push((row, hours, certificate));
    }
    if form.refused() {
        return Ok(0);
    }
    for (row, hours, certificate) in &changes {
        sqlx::query(
            "update roster_row set hours = ?, certificate_number = ?,
               detail = json_set(detail, '$.own', json(?))
              where subject = 'staff' and parent_id = ? and state = 'draft' and id = ?",
        )
        .bind(hours)
        .bind(certificate)
        .bind(if *hours == staff.hours { "false" } else { "true" })
        .bind(staff.id)
        .bind(row)
        .execute(&mut *tx)
        .await?;
    }
    Ok(changes.len())
}

/// A row's hours: blank means the header's, more is refused.
fn own_hours(form: &mut Form, name: &str, most: Hours) -> Hours {
    let typed = form.text(name);
    if typed.is_empty() {
        return most;
    }
    match Hours::parse(&typed) {
        Ok(hours) if hours.is_zero() => form.refuse(name, "学时要大于 0；不申报的请移出名单。"),
        Ok(hours) if hours > most => {
            form.refuse(name, format!("不能超过这次申报的 {most} 学时，现在填了 {hours}。"));
        }
        Ok(hours) => return hours,
        Err(error) => form.refuse(name, sentence(&error)),
    }
    most
}
