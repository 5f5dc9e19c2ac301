//! 提醒: a message to those who have not completed the year, one a day at most, with its trail.

use kit::{
    AccountId, Can, Clock, Db, Done, Error, Form, OrganizationId, PersonId, Result, Scope, day,
    message, trail,
};
use rocket::{State, post};
use sqlx::{QueryBuilder, SqliteConnection};

use super::RemindUnfinished;
use super::explain::explain_all;
use super::list::BASE;

/// People of one act at most; more are reminded by their units or departments.
const MOST: usize = 2_000;
/// People explained at once.
const CHUNK: usize = 500;

/// Ticked rows of the list (`id`), or with `all` everybody unfinished of `year` in the scope.
#[post("/unfinished/remind", data = "<form>")]
pub async fn remind(
    user: Can<RemindUnfinished>,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let ids: Vec<i64> = form.list("id").iter().filter_map(|id| id.parse().ok()).collect();
    let year: Option<i32> = form.text("year").parse().ok();
    let chosen = match (form.ticked("all"), year) {
        (true, Some(year)) => Chosen::All(year),
        _ => Chosen::Ids(ids),
    };
    let people = find(&mut tx, &chosen, user.scope()).await?;
    if let Chosen::Ids(ids) = &chosen {
        let distinct: std::collections::HashSet<i64> = ids.iter().copied().collect();
        if distinct.is_empty() {
            return Err(Error::Invalid("请先勾选要提醒的人员。".to_owned()));
        }
    }
    if people.len() > MOST {
        return Err(Error::refused(format!(
            "未完成的超过 {MOST} 人，一次提醒不完。请按条件勾选后提醒，或由各单位自己提醒。"
        )));
    }
    let years: std::collections::BTreeSet<i32> = people.iter().map(|row| row.1).collect();
    let (mut sent, mut left) = (0, 0);
    for year in &years {
        let of_year: Vec<PersonId> =
            people.iter().filter(|row| row.1 == *year).map(|row| row.0).collect();
        let (told, not) = tell(&mut tx, &user, &of_year, *year, clock).await?;
        sent += told;
        left += not;
    }
    if sent > 0 {
        let named: Vec<String> = years.iter().map(ToString::to_string).collect();
        let text = format!("提醒 {} 年度未完成学时的人员 {sent} 人", named.join("、"));
        let object = format!("organization:{}", user.organization());
        trail::write(&mut tx, &user.actor(), clock, "credit-hours.remind", &object, &text).await?;
    }
    tx.commit().await?;
    let back = match years.first() {
        Some(year) if *year != clock.year() => format!("{BASE}?year={year}"),
        _ => BASE.to_owned(),
    };
    let mut done = Done::to(back);
    if sent > 0 {
        done = done.ok(format!("已提醒 {sent} 人，他们登录后在消息中看到。"));
    }
    if left > 0 {
        done = done.warn(format!("{left} 人没有提醒：今天已经提醒过，或者已经完成。"));
    }
    if sent + left == 0 {
        done = done.warn("没有需要提醒的人员。");
    }
    Ok(done)
}

enum Chosen {
    Ids(Vec<i64>),
    All(i32),
}

/// (person, year) of those chosen who are unfinished and in the scope, at most one more than `MOST`.
///
/// # Errors
/// `NotFound` if one of the ids is not in the scope.
async fn find(
    db: &mut SqliteConnection,
    chosen: &Chosen,
    scope: Scope,
) -> Result<Vec<(PersonId, i32)>> {
    let mut sql = QueryBuilder::new("select y.person_id, y.year, y.complete = 0 and y.counted = 1");
    sql.push(" from person_year y where ");
    match chosen {
        Chosen::Ids(ids) => {
            sql.push("y.id in (select value from json_each(");
            sql.push_bind(serde_json::to_string(ids)?).push("))");
        }
        Chosen::All(year) => {
            sql.push("y.complete = 0 and y.counted = 1 and y.year = ").push_bind(*year);
        }
    }
    scope.narrow(&mut sql, "y");
    sql.push(" limit ").push_bind(MOST as i64 + 1);
    let rows: Vec<(PersonId, i32, bool)> = sql.build_query_as().fetch_all(db).await?;
    if let Chosen::Ids(ids) = chosen {
        let distinct: std::collections::HashSet<i64> = ids.iter().copied().collect();
        if rows.len() < distinct.len().min(MOST + 1) {
            return Err(Error::NotFound);
        }
    }
    Ok(rows.into_iter().filter(|row| row.2).map(|(person, year, _)| (person, year)).collect())
}

/// Tells each of them once a day; gives how many were told and how many had been already.
async fn tell(
    tx: &mut SqliteConnection,
    user: &Can<RemindUnfinished>,
    people: &[PersonId],
    year: i32,
    clock: &Clock,
) -> Result<(usize, usize)> {
    let (mut sent, mut left) = (0, 0);
    for chunk in people.chunks(CHUNK) {
        let due = due(&mut *tx, chunk, year, user.user.account, user.organization(), clock).await?;
        left += chunk.len() - due.len();
        let mut found = explain_all(&mut *tx, &due, year, clock).await?;
        let accounts: Vec<(PersonId, AccountId)> = sqlx::query_as(
            "select a.person_id, a.id from json_each(?) j
              cross join account a on a.person_id = j.value order by a.person_id",
        )
        .bind(serde_json::to_string(&due)?)
        .fetch_all(&mut *tx)
        .await?;
        for (person, account) in accounts {
            let Some(found) = found.remove(&person) else { continue };
            let until = found.sentences.iter().find(|one| one.kind == "next");
            let text = format!(
                "{}提醒您：{} 年度学时还没有完成（{}）。{}",
                user.grant.organization_name,
                year,
                found.line,
                until.map_or("", |one| one.text.as_str())
            );
            let title = format!("{year} 年度学时未完成");
            message::send(&mut *tx, account, &title, &text, "/credit-hours/mine", clock).await?;
            sent += 1;
        }
    }
    Ok((sent, left))
}

/// Notes today's reminder; those who had none yet.
async fn due(
    tx: &mut SqliteConnection,
    people: &[PersonId],
    year: i32,
    account: AccountId,
    organization: OrganizationId,
    clock: &Clock,
) -> Result<Vec<PersonId>> {
    Ok(sqlx::query_scalar(
        "insert into unfinished_reminder (person_id, year, day, account_id, organization_id, at)
         select a.person_id, ?, ?, ?, ?, ? from json_each(?) j
          cross join account a on a.person_id = j.value where true
         on conflict (person_id, year, day) do nothing returning person_id",
    )
    .bind(year)
    .bind(day::date_text(clock.today()))
    .bind(account)
    .bind(organization)
    .bind(clock.stamp())
    .bind(serde_json::to_string(people)?)
    .fetch_all(tx)
    .await?)
}

/// When this person was reminded of the year last: stored time and by which organization.
pub(super) async fn last(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as(
        "select r.at, o.name from unfinished_reminder r join organization o on o.id = r.organization_id
          where r.person_id = ? and r.year = ? order by r.day desc limit 1",
    )
    .bind(person)
    .bind(year)
    .fetch_optional(db)
    .await?)
}
