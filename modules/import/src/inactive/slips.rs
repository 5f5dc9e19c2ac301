//! 登录条: what each person needs to sign in the first time, on paper to be cut.

use kit::access::Scope;
use kit::list::Ask;
use kit::{Can, Clock, Db, Done, Error, Form, Page, PersonId, Result, Settings, day, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use verification::PUBLIC_ADDRESS;

use super::chosen::{Chosen, conditions};
use super::sheets::{self, Slip};
use super::{BASE, PrintSlips};

pub fn routes() -> Vec<Route> {
    routes![print, ticked]
}

/// Slips of one print: 50 sheets; more are printed part by part.
const PART: i64 = 500;
/// People ticked at most: a page of the list.
const MOST: usize = 100;
/// In the trail.
const ACT: &str = "import.slips";

/// Whose slips.
struct Whose {
    chosen: Chosen,
    place: Option<i64>,
    /// Those alone, if any are named.
    ids: Vec<PersonId>,
}

impl Whose {
    /// # Errors
    /// `NotFound` for somebody or a unit outside the scope; `Invalid` if a superior names neither
    /// people nor a unit nor an import.
    async fn read(db: &mut SqliteConnection, ask: &Ask, user: &Can<PrintSlips>) -> Result<Self> {
        let chosen = Chosen::read(&mut *db, ask, &user.grant).await?;
        let ids: Vec<PersonId> = ask
            .value("ids")
            .unwrap_or_default()
            .split(',')
            .filter(|id| !id.is_empty())
            .take(MOST)
            .map(|id| id.parse().map_err(|_| Error::NotFound))
            .collect::<Result<_>>()?;
        for id in &ids {
            accounts::people::in_scope(&mut *db, *id, user.scope()).await?;
        }
        let whole = ids.is_empty() && chosen.unit.is_none() && chosen.import.is_none();
        if whole && !matches!(user.scope(), Scope::Organization(_)) {
            return Err(Error::Invalid("请先选择一个单位，或勾选人员，再打印登录条。".to_owned()));
        }
        let place = ask.value("place").and_then(|place| place.parse().ok());
        Ok(Self { chosen, place, ids })
    }

    fn narrow(&self, sql: &mut QueryBuilder<Sqlite>, scope: Scope, clock: &Clock) -> Result<()> {
        sql.push(" where true");
        scope.narrow(sql, "x");
        conditions(sql, &self.chosen.fixed(clock));
        if let Some(place) = self.place {
            sql.push(" and x.internal_department_id = ").push_bind(place);
        }
        if !self.ids.is_empty() {
            sql.push(" and x.id in (select value from json_each(");
            sql.push_bind(serde_json::to_string(&self.ids)?).push("))");
        }
        Ok(())
    }

    /// What the trail calls them.
    fn words(&self) -> String {
        match (&self.chosen.unit, self.chosen.import, self.ids.len()) {
            (_, _, 1..) => "勾选的人员".to_owned(),
            (Some(unit), _, _) => unit.name.clone(),
            (None, Some(import), _) => format!("导入 {import}（{}）", self.chosen.file),
            (None, None, _) => "本单位".to_owned(),
        }
    }

    /// The address of another part of the same print.
    fn part(&self, part: i64) -> String {
        let path = format!("{BASE}/slips");
        let to = self.chosen.address(&path, self.chosen.band);
        let place = self.place.map(|place| format!("&place={place}")).unwrap_or_default();
        let sign = if to.contains('?') { '&' } else { '?' };
        format!("{to}{sign}part={part}{place}")
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    unit: String,
    place: String,
    name: String,
    number: String,
    until: String,
}

/// One part of the slips, by unit, internal department and name.
async fn rows(
    db: &mut SqliteConnection,
    whose: &Whose,
    scope: Scope,
    part: i64,
    clock: &Clock,
) -> Result<Vec<Slip>> {
    let mut sql = QueryBuilder::new(
        "select o.name as unit, coalesce(n.name, '') as place, p.name,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as number,
                coalesce(a.initial_until, '') as until
           from initial_account x join person p on p.id = x.id
           join identity i on i.id = p.identity_id
           join account a on a.person_id = x.id
           join organization o on o.id = x.organization_id
           left join internal_department n on n.id = x.internal_department_id
           left join internal_department u on u.id = n.parent_id",
    );
    whose.narrow(&mut sql, scope, clock)?;
    sql.push(
        " order by o.name, o.id, n.id is null, coalesce(u.sort, n.sort), coalesce(u.id, n.id),
                   u.id is not null, n.sort, n.id, p.name, x.id limit ",
    );
    sql.push_bind(PART).push(" offset ").push_bind((part - 1) * PART);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(db).await?;
    let now = clock.stamp();
    let slip = |row: Row| Slip {
        expired: !row.until.is_empty() && row.until <= now,
        until: day::shown_time(&row.until),
        unit: row.unit,
        place: row.place,
        name: row.name,
        number: row.number,
    };
    Ok(rows.into_iter().map(slip).collect())
}

/// Draws the sheets; opening them is in the trail.
#[get("/inactive/slips")]
async fn print(
    user: Can<PrintSlips>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut tx = db.begin().await?;
    let whose = Whose::read(&mut tx, &ask, &user).await?;
    let mut sql = QueryBuilder::new("select count(*) from initial_account x");
    whose.narrow(&mut sql, user.scope(), clock)?;
    let total: i64 = sql.build_query_scalar().fetch_one(&mut *tx).await?;
    let parts = ((total - 1).max(0) / PART) + 1;
    let part = ask.value("part").and_then(|part| part.parse().ok()).unwrap_or(1).clamp(1, parts);
    let slips = rows(&mut tx, &whose, user.scope(), part, clock).await?;
    let count = slips.len();
    if count > 0 {
        let text = format!("打印登录条 {count} 人：{}", whose.words());
        let unit = whose.chosen.unit.as_ref().map_or(user.organization(), |unit| unit.id);
        let object = format!("organization:{unit}");
        trail::write(&mut tx, &user.actor(), clock, ACT, &object, &text).await?;
    }
    tx.commit().await?;
    let address = settings.text(&PUBLIC_ADDRESS);
    let address = address.trim_end_matches('/').to_owned();
    let (path, width) = match address.as_str() {
        "" => (String::new(), 0),
        _ => sheets::code(&format!("{address}/"))?,
    };
    let expired = slips.iter().filter(|slip| slip.expired).count();
    let ways: Vec<_> = (1..=if parts > 1 { parts } else { 0 })
        .map(|n| {
            let (from, to) = ((n - 1) * PART + 1, (n * PART).min(total));
            serde_json::json!({
                "title": format!("第 {from}–{to} 人"), "href": whose.part(n), "current": n == part,
            })
        })
        .collect();
    Ok(Page::new("import/slips.html")
        .with("sheets", &sheets::lay_out(slips))
        .with("count", &count)
        .with("total", &total)
        .with("expired", &expired)
        .with("parts", &ways)
        .with("address", &address)
        .with("code", &path)
        .with("width", &width)
        .with("back", &whose.chosen.address(BASE, whose.chosen.band)))
}

/// The ticked: to their sheets.
#[post("/inactive/slips", data = "<form>")]
async fn ticked(user: Can<PrintSlips>, db: &State<Db>, form: Form) -> Result<Done> {
    let mut ids: Vec<PersonId> = vec![];
    for id in form.list("id").iter().take(MOST) {
        let id: PersonId = id.parse().map_err(|_| Error::NotFound)?;
        accounts::people::in_scope(&mut *db.read().await?, id, user.scope()).await?;
        ids.push(id);
    }
    if ids.is_empty() {
        return Err(Error::Invalid("没有勾选人员。请返回列表勾选后再打印。".to_owned()));
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    Ok(Done::to(format!("{BASE}/slips?ids={}", ids.join(","))))
}
