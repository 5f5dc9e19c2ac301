//! What units did with their people in the demo county: some retired, some left, a few came back;
//! qualifications and honours of a few.

use kit::module::Demo;
use kit::{Actor, Clock, PersonId, Result, day};
use sqlx::SqliteConnection;
use time::Duration;

use crate::people::mark;
use crate::people::record::{self, Kind, Record};

/// Marks about one in forty, the oldest as 退休; whoever signs in to the demo stays 在职.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let clock = county.clock.clone();
    let most = (county.people / 40).clamp(6, 2_000) as i64;
    let old: Vec<PersonId> = sqlx::query_scalar(
        "select p.id from person p join account a on a.person_id = p.id
          where a.state = 'initial' and not exists (select 1 from grant g where g.account_id = a.id)
          order by p.born, p.id limit ?",
    )
    .bind(most)
    .fetch_all(&mut *tx)
    .await?;
    let actor = Actor::command("demo");
    for (index, id) in old.iter().enumerate() {
        let (state, reason) = match index % 6 {
            4 => ("left", "辞职"),
            5 if index % 12 == 5 => ("deceased", "因病去世"),
            _ => ("retired", "到龄退休"),
        };
        let ago = Duration::days(20 + county.random.below(200) as i64);
        let on = clock.today().saturating_sub(ago);
        set(tx, *id, state, &day::date_text(on), reason, &actor, &clock).await?;
        if state == "retired" && index % 4 == 0 {
            let on = day::date_text(on.saturating_add(Duration::days(15)));
            set(tx, *id, "rehired", &on, "返聘一年", &actor, &clock).await?;
        }
    }
    records(tx, county, &clock).await
}

async fn set(
    tx: &mut SqliteConnection,
    id: PersonId,
    state: &str,
    on: &str,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    mark::mark(tx, id, state, on, reason, actor, clock).await
}

/// Those who sign in have a qualification and an honour beside their title.
async fn records(tx: &mut SqliteConnection, county: &mut Demo, clock: &Clock) -> Result<()> {
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select person_id from account where password_hash is not null and person_id is not null
          order by id limit 10",
    )
    .fetch_all(&mut *tx)
    .await?;
    for id in people {
        let year = 2008 + county.random.below(12);
        let qualification = Record {
            name: "计算机技术与软件专业技术资格".to_owned(),
            number: format!("豫{year}{:06}", county.random.below(1_000_000)),
            got_on: format!("{year}-11"),
            issuer: "省人力资源和社会保障厅".to_owned(),
            ..Record::new(Kind::Qualification)
        };
        record::add(&mut *tx, id, &qualification, clock).await?;
        let honour = Record {
            name: "县级学术技术带头人".to_owned(),
            issuer: "云川县人民政府".to_owned(),
            got_on: format!("{}-05", year + 4),
            ..Record::new(Kind::Honour)
        };
        record::add(&mut *tx, id, &honour, clock).await?;
    }
    Ok(())
}
