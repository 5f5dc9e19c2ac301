//! The demo county's imports, by the screens' own code: one of long ago, one that filled in what was
//! empty (its failing rows kept), one of a wrong file, one cancelled, one checked and waiting, one
//! taken back. How many people there are does not change.

mod check;
mod files;

use kit::job::Progress;
use kit::module::Demo;
use kit::{Clock, Error, OrganizationId, Result, User, day, trail};
use sqlx::SqliteConnection;
use time::Duration;

use crate::commit::{self, By, Choice};
use crate::history::administrator;
use crate::policy::Policy;
use crate::store::{self, Import, NewImport};
use crate::undo;
use files::{Person, graduates, people, workbook};

/// Employers with so many people and an administrator at work import something.
const LEAST: i64 = 3;

/// Fills them.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    let units: Vec<OrganizationId> = sqlx::query_scalar(
        "select p.organization_id from person p join organization o on o.id = p.organization_id
          where o.kind = 'employer' and o.state = 'active' and p.state = 'serving'
            and exists (select 1 from grant g where g.organization_id = o.id and g.state = 'active')
          group by p.organization_id having count(*) >= ?
          order by count(*) desc, p.organization_id limit 4",
    )
    .bind(LEAST)
    .fetch_all(&mut *tx)
    .await?;
    for (at, unit) in units.into_iter().enumerate() {
        let Some(user) = administrator(&mut *tx, unit).await? else { continue };
        let by = Of { county, user: &user, unit };
        match at {
            0 => {
                by.long_ago(&mut *tx).await?;
                by.waiting(&mut *tx).await?;
            }
            1 => by.filled(&mut *tx).await?,
            2 => by.taken_back(&mut *tx).await?,
            _ => {
                by.wrong_file(&mut *tx).await?;
                by.cancelled(&mut *tx).await?;
            }
        }
    }
    Ok(())
}

/// A unit's administrator at his work.
struct Of<'a> {
    county: &'a Demo,
    user: &'a User,
    unit: OrganizationId,
}

impl Of<'_> {
    /// So many days ago, so many minutes after nine.
    fn ago(&self, days: i64, minutes: i64) -> Clock {
        let today = day::county_day(self.county.clock.now());
        let begun = day::begins(today.saturating_sub(Duration::days(days)));
        Clock::fixed(begun + Duration::minutes(540 + minutes))
    }

    /// Records an upload and checks it.
    async fn checked(
        &self,
        tx: &mut SqliteConnection,
        name: &str,
        bytes: Vec<u8>,
        clock: &Clock,
    ) -> Result<Import> {
        let new = NewImport {
            organization: self.unit,
            account: Some(self.user.account),
            by_name: &self.user.name,
            file_name: name,
            bytes: &bytes,
            create_departments: false,
            below: false,
            kind: store::PEOPLE,
            batch: None,
        };
        let id = store::begin(&mut *tx, &new, clock).await?;
        let import = store::find(&mut *tx, id, self.unit).await?;
        let text = format!("上传导入文件“{name}”，开始核对");
        let object = format!("import:{id}");
        trail::write(&mut *tx, &self.user.actor(), clock, "import.upload", &object, &text).await?;
        check::within(&mut *tx, &import, bytes, clock).await?;
        store::find(tx, id, self.unit).await
    }

    async fn import(
        &self,
        tx: &mut SqliteConnection,
        import: &Import,
        policy: Policy,
        clock: &Clock,
    ) -> Result<()> {
        let choice = Choice { policy, whole: false };
        let by = By::User(self.user);
        commit::within(&mut *tx, &self.county.modules, clock, by, import, choice).await?;
        check::forget(tx, import.id, false).await
    }

    /// The people of a wave came by a file; its failing rows are gone long since.
    async fn long_ago(&self, tx: &mut SqliteConnection) -> Result<()> {
        let latest: Option<(String, i64)> = sqlx::query_as(
            "select created_at, count(*) from person
              where organization_id = ? and origin = 'demo' and state = 'serving'
              group by created_at order by count(*) desc, created_at limit 1",
        )
        .bind(self.unit)
        .fetch_optional(&mut *tx)
        .await?;
        let Some((at, count)) = latest else { return Ok(()) };
        let id: i64 = sqlx::query_scalar(
            "insert into import (organization_id, account_id, by_name, file_name, sha256, size,
               policy, state, rows, valid, failing, imported, created_at, seen_at, ended_at)
             values (?1, ?2, ?3, '本单位专业技术人员花名册.xlsx', ?4, 20480, 'fill', 'imported',
               ?5 + 2, ?5, 2, ?5, ?6, ?6, ?6) returning id",
        )
        .bind(self.unit)
        .bind(self.user.account)
        .bind(&self.user.name)
        .bind(kit::migration::hex(&<sha2::Sha256 as sha2::Digest>::digest(at.as_bytes())))
        .bind(count)
        .bind(&at)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "insert into import_touch (import_id, object, object_id, what, number)
             select ?1, 'person', id, 'created', 2 + row_number() over (order by id) from person
              where organization_id = ?2 and created_at = ?3 and origin = 'demo' and state = 'serving'",
        )
        .bind(id)
        .bind(self.unit)
        .bind(&at)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "update person set origin = 'import', import_id = ?1
              where id in (select object_id from import_touch where import_id = ?1)",
        )
        .bind(id)
        .execute(tx)
        .await?;
        Ok(())
    }

    /// Checked yesterday; nobody has said yes yet.
    async fn waiting(&self, tx: &mut SqliteConnection) -> Result<()> {
        let mut rows = graduates(&self.county.clock, 5, 7);
        let last = if rows[3].number.ends_with('1') { "2" } else { "1" };
        rows[3].number.replace_range(17..18, last);
        rows[4].level = "中极".to_owned();
        rows.extend(people(&mut *tx, self.unit, 2).await?);
        let clock = self.ago(1, 52);
        self.checked(tx, "秋季新进人员.xlsx", workbook(&rows)?, &clock).await?;
        Ok(())
    }

    /// E-mail addresses for people who are there already; two rows have mistakes.
    async fn filled(&self, tx: &mut SqliteConnection) -> Result<()> {
        let mut rows = people(&mut *tx, self.unit, 12).await?;
        for row in &mut rows {
            row.email = format!("{}@example.com", kit::initials::initials(&row.name));
        }
        let mut wrong = graduates(&self.county.clock, 2, 31);
        wrong[0].number.pop();
        wrong[1].education = "本科学历".to_owned();
        rows.extend(wrong);
        let clock = self.ago(6, 95);
        let import = self.checked(&mut *tx, "补充邮箱.xlsx", workbook(&rows)?, &clock).await?;
        if import.fills > 0 {
            self.import(tx, &import, Policy::Fill, &self.ago(6, 101)).await?;
        }
        Ok(())
    }

    /// Imported into the wrong unit's list, and taken back the next day.
    async fn taken_back(&self, tx: &mut SqliteConnection) -> Result<()> {
        let rows = graduates(&self.county.clock, 3, 53);
        let clock = self.ago(9, 20);
        let import = self.checked(&mut *tx, "实习人员名单.xlsx", workbook(&rows)?, &clock).await?;
        self.import(&mut *tx, &import, Policy::Fill, &self.ago(9, 24)).await?;
        let clock = self.ago(8, 33);
        let actor = self.user.actor();
        let reason = "名单里是实习人员，还没有聘用";
        let (modules, progress) = (&self.county.modules, Progress::new(0));
        undo::within(tx, modules, &clock, &actor, import.id, reason, &progress).await?;
        Ok(())
    }

    /// Something else was chosen; the reader says so.
    async fn wrong_file(&self, tx: &mut SqliteConnection) -> Result<()> {
        let clock = self.ago(13, 211);
        let bytes = files::wages()?;
        match self.checked(&mut *tx, "工资发放表.xlsx", bytes, &clock).await {
            Ok(_) => Err(Error::Fault("a sheet of wages was read".to_owned())),
            Err(Error::Invalid(sentence)) => {
                let id: i64 =
                    sqlx::query_scalar("select max(id) from import").fetch_one(&mut *tx).await?;
                store::fail(&mut *tx, id, &sentence, &clock).await?;
                check::forget(tx, id, true).await
            }
            Err(error) => Err(error),
        }
    }

    /// A file that was thought better of.
    async fn cancelled(&self, tx: &mut SqliteConnection) -> Result<()> {
        let rows: Vec<Person> = people(&mut *tx, self.unit, 4).await?;
        let clock = self.ago(13, 220);
        let import = self.checked(&mut *tx, "去年的名单.xlsx", workbook(&rows)?, &clock).await?;
        let clock = self.ago(13, 226);
        store::cancel(&mut *tx, &import, &clock).await?;
        let text = format!("取消导入文件“{}”", import.file_name);
        let object = format!("import:{}", import.id);
        trail::write(&mut *tx, &self.user.actor(), &clock, "import.cancel", &object, &text).await?;
        check::forget(tx, import.id, true).await
    }
}
