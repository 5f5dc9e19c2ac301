//! Of the demo county's approved declarations three are revoked and one is corrected.

use kit::module::Demo;
use kit::{Actor, Hours, Result, organization};
use sqlx::SqliteConnection;

use super::{acts, store};
use crate::ledger::NewEntry;

const REASONS: [&str; 3] = [
    "经向主办单位核实，本人没有参加培训。",
    "结业证书编号与主办单位记录不符，证书不实。",
    "与单位申报的同一培训重复认定。",
];

/// Ends them; of people who have not signed in yet.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let Some(bureau) = organization::bureau(&mut *tx).await? else { return Ok(()) };
    let Some((user, grant)) = crate::exemption::clerk(&mut *tx, bureau.id).await? else {
        return Ok(());
    };
    let picked: Vec<i64> = sqlx::query_scalar(
        "select max(e.id) from entry e join account a on a.person_id = e.person_id
          where e.declaration_id is not null and e.hours >= 100 and a.state = 'initial'
          group by e.person_id order by max(e.id) desc limit 4",
    )
    .fetch_all(&mut *tx)
    .await?;
    let (clock, modules) = (county.clock.clone(), county.modules.clone());
    let actor: Actor = user.actor();
    for (at, id) in picked.into_iter().enumerate() {
        let one = store::find(&mut *tx, id, grant.scope).await?;
        match REASONS.get(at) {
            Some(reason) => {
                let all = std::slice::from_ref(&one);
                acts::revoke(&mut *tx, &modules, all, reason, &actor, &clock).await?;
            }
            None => {
                let reason = "录入有误：缺勤一天，应减 8 学时。";
                acts::take_out(&mut *tx, &modules, &one, reason, &actor, &clock).await?;
                let new = NewEntry {
                    hours: one.hours - Hours::whole(8),
                    recognised_by: bureau.name.clone(),
                    ..one.again()
                };
                acts::put_in(&mut *tx, &one, new, (reason, &[]), &clock).await?;
            }
        }
    }
    Ok(())
}
