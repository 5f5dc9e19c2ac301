//! Writing an application, for either side: save, attach, remove, submit.

use kit::form::Upload;
use kit::review::{self, Submission};
use kit::{
    Answer, Clock, Db, Done, FileId, Form, Page, PersonId, Result, User, organization, serial,
    trail,
};
use serde_json::json;
use sqlx::SqliteConnection;

use super::form::{self, Fields, WAYS};
use super::store::{self, Exemption, Side};
use super::subject::{Content, Exemptions};

/// Files of one application at most.
const MOST_FILES: usize = 10;

/// What the pressed button asks for.
enum Act {
    Save,
    Attach,
    Remove(FileId),
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.strip_prefix("remove:").and_then(|id| id.parse().ok()) {
            Some(file) => Act::Remove(file),
            None if text == "submit" => Act::Submit,
            None if text == "attach" => Act::Attach,
            None => Act::Save,
        }
    }
}

/// Whom a new application is for: the person himself, or whom the unit names. None: refused.
async fn whom(tx: &mut SqliteConnection, side: Side, form: &mut Form) -> Result<Option<PersonId>> {
    let unit = match side {
        Side::Person(person) => return Ok(Some(person)),
        Side::Unit(unit) => unit,
    };
    let typed = form.required("who", "姓名或身份证号", 2..=50);
    if typed.is_empty() {
        return Ok(None);
    }
    let found: Vec<PersonId> = sqlx::query_scalar(
        "select p.id from person p join identity i on i.id = p.identity_id
          where p.organization_id = ?1 and (i.number = upper(?2) or p.name = ?2) limit 2",
    )
    .bind(unit)
    .bind(&typed)
    .fetch_all(tx)
    .await?;
    match found.as_slice() {
        [one] => return Ok(Some(*one)),
        [] => form.refuse("who", "本单位没有这个人。请填登记的姓名，或完整的身份证号。"),
        _ => form.refuse("who", "本单位有几位同名的人员，请填身份证号。"),
    }
    Ok(None)
}

/// A new application, or an existing one changed; or submitted.
pub async fn save(
    side: Side,
    user: &User,
    id: Option<i64>,
    (db, clock): (&Db, &Clock),
    upload: Upload,
) -> Result<Answer> {
    let Upload { mut form, files } = upload;
    let act = Act::of(&form);
    let submit = matches!(act, Act::Submit);
    let mut tx = db.begin().await?;
    let id = match id {
        Some(id) => store::editable(&mut tx, side, id).await?.id,
        None => match whom(&mut tx, side, &mut form).await? {
            Some(person) => store::create(&mut tx, person, side, user, clock).await?,
            None => return Ok(page(&mut tx, side, None, &form, clock).await?.refused().into()),
        },
    };
    let years = form::years(&mut tx, clock).await?;
    let kinds = form::kinds(&mut tx).await?;
    let fields = Fields::read(&mut form, submit, &years, &kinds);
    store::update(&mut tx, id, &fields, clock).await?;
    let there = store::files(&mut tx, id).await?.len();
    let limit = (there, MOST_FILES);
    let by = user.account;
    let kept = accounts::uploads::keep(&mut tx, db, &mut form, &files, limit, by, clock).await?;
    for file in &kept {
        store::attach(&mut tx, id, *file).await?;
    }
    let one = store::find(&mut tx, id).await?;
    if let Act::Remove(file) = act {
        store::detach(&mut tx, &one, file).await?;
    }
    if submit {
        ready(&mut tx, &one, &mut form).await?;
    }
    if submit && !form.refused() {
        let done = send(&mut tx, side, user, &one, clock).await?;
        tx.commit().await?;
        return Ok(done.into());
    }
    let (actor, object) = (user.actor(), format!("exemption:{id}"));
    let text = format!("保存 {} 年度减免申请草稿", one.year);
    trail::write(&mut tx, &actor, clock, "credit-hours.exemption.save", &object, &text).await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        return Ok(page(&mut db, side, Some(&one), &form, clock).await?.refused().into());
    }
    let done = Done::to(format!("{}/{id}/edit", side.base()));
    Ok(match act {
        Act::Attach if kept.is_empty() => {
            done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。")
        }
        Act::Attach => done.ok(format!("已上传 {} 份材料。", kept.len())),
        Act::Remove(_) => done.ok("已移除 1 份材料。"),
        Act::Save | Act::Submit => done.ok("草稿已保存。提交以后，审核单位才能看到。"),
    }
    .into())
}

/// Everything that must hold before a submission.
async fn ready(tx: &mut SqliteConnection, one: &Exemption, form: &mut Form) -> Result<()> {
    if store::files(&mut *tx, one.id).await?.is_empty() && !form.errors().contains_key("files") {
        form.refuse("files", "请至少上传 1 份证明材料（JPG、PNG 图片或 PDF）。");
    }
    if form.refused() {
        return Ok(());
    }
    if let Some(number) = store::pending(&mut *tx, one.person_id, one.year, one.id).await? {
        let text = format!("{} 年度已有减免申请 {number} 正在审核，一次只能申请一条。", one.year);
        form.refuse("year", text);
    }
    let required = form::required(tx, one.person_id, one.year).await?;
    let asked = form::amount(&one.way, one.months, one.hours, required);
    if required.is_zero() {
        form.refuse("year", format!("{} 年度没有学时要求，不用减免。", one.year));
    } else if one.way == "hours" && one.hours > required {
        form.refuse("hours", format!("减免不能超过本年度要求的 {required} 学时。"));
    } else if asked.is_zero() {
        form.refuse("hours", "减免学时要大于 0。");
    }
    Ok(())
}

/// Opens the case, or sends a rejected or withdrawn one again under its number.
async fn send(
    tx: &mut SqliteConnection,
    side: Side,
    user: &User,
    one: &Exemption,
    clock: &Clock,
) -> Result<Done> {
    let content = Content::of(&mut *tx, one).await?;
    let number = match one.number.as_str() {
        "" => number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let submission = Submission {
        title: format!("{} {} 年度{}", content.name, one.year, content.kind_name),
        number,
        person: Some(one.person_id),
        organization: one.organization_id,
        department: one.department_id,
        content,
    };
    let case = match one.case_id {
        None => review::submit(&mut *tx, &Exemptions, submission, user, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &Exemptions, case, submission, user, clock).await?
        }
    };
    store::link(&mut *tx, one).await?;
    let desk = match case.desk_id {
        Some(desk) => organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let done = Done::to(format!("{}/{}", side.base(), one.id))
        .ok(format!("已提交，申请编号 {}，等待{desk}审核。", case.number));
    Ok(if case.unattended {
        done.warn("审核单位暂时无人审核，已转上一级。")
    } else {
        done
    })
}

/// JM2026-0001: counted anew each year.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let year = clock.year();
    let next = serial::next(tx, &format!("exemption:{year}")).await?;
    Ok(format!("JM{year}-{next:04}"))
}

/// The form's page, with what was typed and, of a rejected one, why.
pub async fn page(
    db: &mut SqliteConnection,
    side: Side,
    one: Option<&Exemption>,
    form: &Form,
    clock: &Clock,
) -> Result<Page> {
    let choice = |value: &str, label: &str| json!({"value": value, "label": label});
    let years: Vec<_> = form::years(&mut *db, clock)
        .await?
        .into_iter()
        .map(|year| choice(&year.to_string(), &format!("{year} 年度")))
        .collect();
    let kinds = form::kinds(&mut *db).await?;
    let ways: Vec<_> = WAYS.iter().map(|(key, label)| choice(key, label)).collect();
    let (mut files, mut who, mut reason, mut required) = (vec![], String::new(), None, None);
    let person = match (one, side) {
        (Some(one), _) => Some(one.person_id),
        (None, Side::Person(person)) => Some(person),
        (None, Side::Unit(_)) => None,
    };
    if let Some(one) = one {
        files = store::files(&mut *db, one.id).await?;
        reason = super::show::rejection(&mut *db, one).await?;
    }
    if let Some(person) = person {
        let brief = accounts::people::brief(&mut *db, person).await?;
        who = format!("{}（{}）", brief.name, brief.id_card);
        let year = form.text("year").parse().unwrap_or_else(|_| clock.year());
        required = Some(form::required(db, person, year).await?);
    }
    let base = side.base();
    let id = one.map_or(0, |one| one.id);
    Ok(Page::new("credit-hours/exemption_edit.html")
        .with("base", base)
        .with("unit", &matches!(side, Side::Unit(_)))
        .with("id", &id)
        .with("number", one.map_or("", |one| one.number.as_str()))
        .with("action", &if id == 0 { base.to_owned() } else { format!("{base}/{id}") })
        .with("who", &who)
        .with("required", &required)
        .with("years", &years)
        .with("kinds", &kinds)
        .with("ways", &ways)
        .with("files", &accounts::uploads::shown(files))
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("reason", &reason)
        .with("form", form))
}
