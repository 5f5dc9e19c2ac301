//! Two people of the demo county who left it this year.

use accounts::people;
use kit::module::Demo;
use kit::{AccountId, Actor, Event, Module, PersonId, Result, day};
use sqlx::SqliteConnection;

use super::store::{self, Wanted};

/// Where they went, invented places outside the county: (title series, area, unit, why).
const WHERE: [(&str, &str, &str, &str); 3] = [
    ("04", "邻省青禾市", "青禾市第二人民医院", "夫妻两地分居，商调到对方所在地"),
    ("22", "本省平原市", "平原市实验中学", "公开选调到市直学校"),
    ("", "本省平原市", "平原市公共就业和人才服务中心", "公开选调到市直单位"),
];

/// Two who serve and have no right, request or transfer open.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let clock = county.clock.clone();
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select p.id from person p join account a on a.person_id = p.id
          where p.state = 'serving' and a.state = 'initial'
            and exists (select 1 from entry e where e.person_id = p.id)
            and not exists (select 1 from person_change c where c.person_id = p.id)
            and not exists (select 1 from transfer_person t where t.person_id = p.id)
            and not exists (select 1 from declaration d where d.person_id = p.id)
            and exists (select 1 from grant g where g.organization_id = p.organization_id
                  and g.state = 'active')
          order by p.id limit 40",
    )
    .fetch_all(&mut *tx)
    .await?;
    // one of either half, so that they are two; of fewer people nobody leaves
    let half = people.len() / 2;
    if half == 0 {
        return Ok(());
    }
    let at = county.random.below(half as u64) as usize;
    for (index, person) in [at, at + half].into_iter().filter_map(|at| people.get(at)).enumerate() {
        let brief = people::brief(&mut *tx, *person).await?;
        let fits = |one: &&(&str, &str, &str, &str)| one.0.is_empty() || one.0 == brief.series;
        let Some((_, area, receiver, reason)) = WHERE.iter().find(fits) else { continue };
        let (account, name): (AccountId, String) = sqlx::query_as(
            "select a.id, a.name from grant g join account a on a.id = g.account_id
              where g.organization_id = ? and g.state = 'active' order by g.id limit 1",
        )
        .bind(brief.organization)
        .fetch_one(&mut *tx)
        .await?;
        let ago = time::Duration::days(30 + 40 * index as i64);
        let wanted = Wanted {
            area: (*area).to_owned(),
            receiver: (*receiver).to_owned(),
            on: day::date_text(clock.today().saturating_sub(ago)),
            reason: (*reason).to_owned(),
            files: vec![],
        };
        let actor = Actor { account: Some(account), name, ..Actor::command("demo") };
        store::left(&mut *tx, &brief, &wanted, account, &actor, &clock).await?;
        // who is gone counts for nobody's 应参加
        let event = Event::PersonChanged { person: *person };
        credit_hours::CREDIT_HOURS.on(&mut *tx, &event, &clock).await?;
    }
    Ok(())
}
