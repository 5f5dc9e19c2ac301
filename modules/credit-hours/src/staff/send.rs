//! A unit's declaration goes its way: submitted, withdrawn, pushed, given up, what was left out
//! declared anew.

use kit::review::{self, Submission};
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Result, Settings, organization, trail};
use rocket::{State, post};
use sqlx::SqliteConnection;

use super::header::{self, Fields};
use super::measure::Basis;
use super::roster::{self as list, Line};
use super::store::{self, Staff};
use super::subject::{Content, StaffDeclarations};
use super::{BASE, edit, files, problems};
use crate::category;
use crate::declaration::evidence;
use crate::leaves::EditStaff;
use crate::roster::{self, STAFF};

type Editor = Can<EditStaff>;

/// 提交审核: the header, the files and every row of the roster must be in order.
#[post("/staff/<id>/submit", data = "<_form>")]
pub async fn submit(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let staff = store::editable(&mut tx, user.organization(), id).await?;
    let form = header_refused(&mut tx, &staff, clock).await?;
    if form.refused() {
        return Ok(edit::page(&mut tx, Some(&staff), &form, clock).await?.refused().into());
    }
    let lines = list::lines(&mut tx, &Basis::of(&staff)).await?;
    if let Some(sentence) = roster_refused(&lines) {
        let mut form = Form::new();
        form.refuse("", sentence);
        drop(tx);
        return list::refused(db, &user, &staff, &form).await;
    }
    let done = send(&mut tx, &staff, &user.user, clock).await?;
    tx.commit().await?;
    Ok(done.into())
}

/// The header as a form, with what stands against submitting it.
async fn header_refused(tx: &mut SqliteConnection, staff: &Staff, clock: &Clock) -> Result<Form> {
    let mut form = header::form_of(staff);
    let categories = category::active(&mut *tx).await?;
    let fields = Fields::read(&mut form, true, &categories);
    if !form.refused() {
        fields.check(&mut *tx, &mut form, clock).await?;
    }
    evidence::demand(&mut form, &staff.kind, &files::pieces(tx, staff.id).await?);
    Ok(form)
}

/// What stands against submitting the roster, one sentence.
fn roster_refused(lines: &[Line]) -> Option<String> {
    if lines.is_empty() {
        return Some("名单是空的。请选择人员，或者上传填好的名单，再提交。".to_owned());
    }
    let bad: Vec<String> = lines
        .iter()
        .filter(|line| !line.good)
        .map(|line| format!("第 {} 行 {}：{}", line.number, line.name, line.why))
        .collect();
    if bad.is_empty() {
        return None;
    }
    let shown = bad.iter().take(5).cloned().collect::<Vec<_>>().join("；");
    let more = if bad.len() > 5 { "等" } else { "" };
    Some(format!(
        "名单中有 {} 人不能记入，没有提交：{shown}{more}。请改正，或者点“移出不能记入的”，再提交。",
        bad.len()
    ))
}

/// Opens the case, or sends a rejected or withdrawn one again under its number.
pub async fn send(
    tx: &mut SqliteConnection,
    staff: &Staff,
    by: &kit::User,
    clock: &Clock,
) -> Result<Done> {
    let content = Content::of(&mut *tx, staff).await?;
    store::keep(&mut *tx, staff.id, content.suggestion.as_ref()).await?;
    let number = if staff.number.is_empty() {
        store::number(&mut *tx, clock).await?
    } else {
        staff.number.clone()
    };
    roster::set_state(&mut *tx, STAFF, staff.id, "draft", "pending").await?;
    files::link(&mut *tx, staff).await?;
    problems::forget(&mut *tx, staff.id).await?;
    let submission = Submission {
        title: format!("{} {}（{} 人）", content.organization_name, content.title, content.people),
        number,
        person: None,
        organization: staff.organization_id,
        department: staff.department_id,
        content,
    };
    let case = match staff.case_id {
        None => review::submit(&mut *tx, &StaffDeclarations, submission, by, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &StaffDeclarations, case, submission, by, clock).await?
        }
    };
    roster::of_case(&mut *tx, STAFF, staff.id, case.id).await?;
    let desk = match case.desk_id {
        Some(desk) => organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Done::to(format!("{BASE}/{}", staff.id))
        .ok(format!("已提交，申报编号 {}，等待{desk}审核。", case.number)))
}

/// 撤回: while no desk has passed it.
#[post("/staff/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = store::own(&mut tx, user.organization(), id).await?;
    let case = staff.case_id.ok_or_else(never_sent)?;
    review::withdraw(&mut tx, &StaffDeclarations, case, &user.user, clock).await?;
    roster::set_state(&mut tx, STAFF, id, "pending", "draft").await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", staff.number)))
}

/// 催办: when it waits too long.
#[post("/staff/<id>/remind", data = "<_form>")]
pub async fn remind(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = store::own(&mut tx, user.organization(), id).await?;
    let case = staff.case_id.ok_or_else(never_sent)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已催办 {}，审核单位会看到。", staff.number)))
}

/// 删除草稿: one never submitted, with roster and files.
#[post("/staff/<id>/discard", data = "<_form>")]
pub async fn discard(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = store::editable(&mut tx, user.organization(), id).await?;
    if staff.case_id.is_none() {
        for file in files::ids(&mut tx, id).await? {
            files::detach(&mut tx, &staff, file).await?;
        }
    }
    store::discard(&mut tx, &staff).await?;
    let text = format!("删除{}的草稿", staff.called());
    let (name, object) = ("credit-hours.staff.discard", staff.object());
    trail::write(&mut tx, &user.actor(), clock, name, &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok("已删除 1 份草稿。"))
}

/// 复制未记入的为新申报: header, files and the rows that were left out.
#[post("/staff/<id>/copy", data = "<_form>")]
pub async fn copy(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let staff = store::own(&mut tx, user.organization(), id).await?;
    if staff.left_out == 0 {
        return Err(Error::refused("这份申报没有未记入的人员，不用复制。"));
    }
    let new = copied(&mut tx, &staff, user.user.account, clock).await?;
    let text = format!("复制{}中未记入的 {} 人为新的草稿", staff.called(), staff.left_out);
    let (name, object) = ("credit-hours.staff.copy", staff.object());
    trail::write(&mut tx, &user.actor(), clock, name, &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{new}/roster"))
        .ok("已把未记入的人员和申报内容复制为新的草稿。请按每行的原因改正，或者移出，再提交。"))
}

async fn copied(
    tx: &mut SqliteConnection,
    staff: &Staff,
    account: kit::AccountId,
    clock: &Clock,
) -> Result<i64> {
    let new = store::create(&mut *tx, staff.organization_id, account, clock).await?;
    sqlx::query(
        "update staff_declaration set (year, category_id, kind, title, organizer, started_on,
           ended_on, place, level, item, rank, quantity, hours, note, opinion) = (select year, category_id, kind, title,
           organizer, started_on, ended_on, place, level, item, rank, quantity, hours, note, opinion
           from staff_declaration where id = ?1) where id = ?2",
    )
    .bind(staff.id)
    .bind(new)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into staff_file (staff_id, file_id, sort, slot)
         select ?, file_id, sort, slot from staff_file where staff_id = ? and removed = 0",
    )
    .bind(new)
    .bind(staff.id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into roster_row (subject, parent_id, number, identity_id, person_id, name, unit,
           year, category_id, kind, title, organizer, started_on, ended_on, certificate_number,
           hours, detail)
         select subject, ?1, row_number() over (order by number), identity_id, person_id, name,
                unit, year, category_id, kind, title, organizer, started_on, ended_on,
                certificate_number, coalesce(detail ->> 'declared', hours), detail
           from roster_row
          where subject = 'staff' and parent_id = ?2 and state in ('left', 'abroad')",
    )
    .bind(new)
    .bind(staff.id)
    .execute(&mut *tx)
    .await?;
    store::index(&mut *tx, new).await?;
    store::follow(tx, new).await?;
    Ok(new)
}

fn never_sent() -> Error {
    Error::refused("这份申报还没有提交，没有可以撤回或催办的申请。请先填写并提交。")
}
