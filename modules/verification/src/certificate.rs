//! A certificate's stored form: snapshot, hash, state.

use kit::module::Finding;
use kit::{Clock, Error, Event, Hours, IdentityId, PersonId, Result, message};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

/// Everything printed, as it was at issue. Hours are tenths.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    pub identity_id: IdentityId,
    pub name: String,
    pub sex: String,
    pub organization: String,
    pub series: String,
    pub level: String,
    pub title: String,
    pub titled_on: String,
    pub years: Vec<Year>,
    pub entries: Vec<Entry>,
    /// 落款: the bureau's name for the certificate.
    pub issuer: String,
    /// 经办人: who issued it.
    pub handler: String,
    /// County day of issue, `YYYY-MM-DD`.
    pub issued_on: String,
}

/// One year's result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Year {
    pub year: i32,
    /// Short name, required and reached of each category, in the categories' order.
    pub categories: Vec<Category>,
    pub required: Hours,
    pub total: Hours,
    pub complete: bool,
    /// What of the requirement was waived (减免), and as what; certificates of before do not say.
    #[serde(default, skip_serializing_if = "nothing")]
    pub exempt: Hours,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exemption: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Category {
    pub name: String,
    pub required: Hours,
    pub done: Hours,
}

/// One counted ledger entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub id: i64,
    pub year: i32,
    pub title: String,
    pub kind: String,
    pub started_on: String,
    pub ended_on: String,
    pub organizer: String,
    pub category: String,
    pub hours: Hours,
    pub source: String,
    pub recognised_by: String,
}

impl Entry {
    /// What stands under 举办单位: of hours that were imported, who had recognised them.
    pub fn organizer_text(&self) -> String {
        if self.source == credit_hours::source_label("import") {
            format!("导入（原认定机构：{}）", self.recognised_by)
        } else {
            self.organizer.clone()
        }
    }
}

/// A year as the tables draw it: one cell for each column, none where the category did not apply.
#[derive(Debug, Clone, Serialize)]
pub struct YearRow<'a> {
    pub year: i32,
    pub cells: Vec<Option<&'a Category>>,
    pub required: Hours,
    pub total: Hours,
    pub complete: bool,
}

/// For a certificate without an exemption to read as those of before.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn nothing(hours: &Hours) -> bool {
    hours.is_zero()
}

impl Snapshot {
    /// Heads of the year table: the categories of any year, in order.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for category in self.years.iter().flat_map(|year| &year.categories) {
            if !names.contains(&category.name.as_str()) {
                names.push(&category.name);
            }
        }
        names
    }

    /// What was waived, one sentence; empty: nothing.
    pub fn exemptions(&self) -> String {
        let told: Vec<String> = self
            .years
            .iter()
            .filter(|year| !year.exempt.is_zero())
            .map(|year| {
                let how = if year.required.is_zero() {
                    "全部减免".to_owned()
                } else {
                    format!("减免 {} 学时", year.exempt)
                };
                format!("{} 年度{}，{how}", year.year, year.exemption)
            })
            .collect();
        if told.is_empty() {
            String::new()
        } else {
            format!("减免：{}。表中“要求”已减去减免的学时。", told.join("；"))
        }
    }

    /// Its rows, aligned to `columns`.
    pub fn rows(&self) -> Vec<YearRow<'_>> {
        let columns = self.columns();
        let row = |year| {
            let year: &Year = year;
            let find = |name: &&str| year.categories.iter().find(|c| c.name == *name);
            YearRow {
                year: year.year,
                cells: columns.iter().map(find).collect(),
                required: year.required,
                total: year.total,
                complete: year.complete,
            }
        };
        self.years.iter().map(row).collect()
    }
}

/// A row of `certificate`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub id: i64,
    pub number: String,
    pub code: String,
    pub token: String,
    pub person_id: PersonId,
    /// `valid`, `revoked` (已失效) or `updated` (已更新)
    pub state: String,
    pub state_reason: String,
    pub state_at: String,
    pub snapshot: String,
    pub hash: Vec<u8>,
    pub issued_at: String,
}

impl Row {
    /// What was printed.
    ///
    /// # Errors
    /// A fault when the stored text no longer has its hash: somebody changed the database.
    pub fn open(&self) -> Result<Snapshot> {
        if hash_of(&self.number, &self.code, &self.token, &self.snapshot) != self.hash {
            return Err(Error::Fault(format!(
                "certificate {} does not match its hash",
                self.number
            )));
        }
        Ok(serde_json::from_str(&self.snapshot)?)
    }

    /// 有效, 已失效 or 已更新.
    pub fn state_label(&self) -> &'static str {
        match self.state.as_str() {
            "valid" => "有效",
            "updated" => "已更新",
            _ => "已失效",
        }
    }
}

/// What makes a certificate's text and keys belong together.
pub fn hash_of(number: &str, code: &str, token: &str, snapshot: &str) -> Vec<u8> {
    let mut sum = Sha256::new();
    for text in [number, code, token, snapshot] {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text.as_bytes());
    }
    sum.finalize().to_vec()
}

/// Ends certificates whose ground is gone; follows the holder to a new unit.
pub async fn on(tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
    match event {
        Event::EntryRevoked { entry, corrected, reason, .. } => {
            revoked(tx, *entry, *corrected, reason, clock).await?;
        }
        Event::IdentityCorrected { person, correction } => {
            updated(tx, *person, *correction, clock).await?;
        }
        Event::PeopleMoved { people, .. } => follow(tx, people).await?,
        Event::PersonChanged { person } => follow(tx, &[*person]).await?,
        Event::PeopleChanged { people } => follow(tx, people).await?,
        Event::OrganizationChanged { organization } => {
            sqlx::query(
                "update certificate
                    set department_id = (select department_id from organization where id = ?1)
                  where organization_id = ?1",
            )
            .bind(organization)
            .execute(tx)
            .await?;
        }
        _ => {}
    }
    Ok(())
}

/// Certificates that count an entry which counts no longer; their holder hears of it.
async fn revoked(
    tx: &mut SqliteConnection,
    entry: i64,
    corrected: bool,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let verb = if corrected { "更正" } else { "撤销" };
    let ended: Vec<(String, PersonId)> = sqlx::query_as(
        "update certificate set state = 'revoked', state_at = ?1, state_reason =
           '所列的一条学时已被' || ?2 || '，原因：' || rtrim(?3, '。') || '（' || e.year || ' 年度“' || e.title || '”）。'
           from (select year, title from entry where id = ?4) e
          where state = 'valid' and id in
            (select certificate_id from certificate_entry where entry_id = ?4)
         returning number, person_id",
    )
    .bind(clock.stamp())
    .bind(verb)
    .bind(reason)
    .bind(entry)
    .fetch_all(&mut *tx)
    .await?;
    for (number, person) in ended {
        let text = format!(
            "您的学时证明 {number} 所列的一条学时已被{verb}，这份证明已失效，需要的请重新出具。"
        );
        let to = [(person, text)];
        message::send_people(&mut *tx, &to, "学时证明已失效", "/verification/mine", clock).await?;
    }
    Ok(())
}

/// What was issued under a former name or number is out of date, and keeps that number.
async fn updated(
    tx: &mut SqliteConnection,
    person: PersonId,
    correction: Option<i64>,
    clock: &Clock,
) -> Result<()> {
    let reason = match correction {
        Some(_) => "身份证号已更正，请以更正后重新出具的证明为准。",
        None => "身份信息已更正，请以更正后重新出具的证明为准。",
    };
    sqlx::query(
        "update certificate set state = 'updated', state_at = ?, state_reason = ?
          where state = 'valid' and person_id = ?",
    )
    .bind(clock.stamp())
    .bind(reason)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update certificate set correction_id = ?
          where person_id = ? and correction_id is null and ? is not null",
    )
    .bind(correction)
    .bind(person)
    .bind(correction)
    .execute(tx)
    .await?;
    Ok(())
}

/// The ID number that is printed on a certificate: its holder's, or what it was before the first
/// correction after the issue. Full: masked by who shows it, but for the print.
pub async fn number_on(
    db: &mut SqliteConnection,
    certificate: i64,
    identity: IdentityId,
) -> Result<String> {
    sqlx::query_scalar(
        "select coalesce((select x.old_number from certificate c
                            join identity_correction x on x.id = c.correction_id
                           where c.id = ?), (select number from identity where id = ?))",
    )
    .bind(certificate)
    .bind(identity)
    .fetch_one(db)
    .await
    .map(|number: Option<String>| number)?
    .ok_or_else(|| Error::Fault(format!("certificate {certificate} without identity")))
}

/// Certificates belong to whom their holders belong to now.
async fn follow(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    sqlx::query(
        "update certificate set (organization_id, department_id) =
           (select organization_id, department_id from person where id = certificate.person_id)
          where person_id in (select value from json_each(?))",
    )
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Every certificate still has its hash.
pub async fn doctor(db: &mut SqliteConnection) -> Result<Vec<Finding>> {
    let mut after = 0;
    let (mut whole, mut broken) = (0, Vec::new());
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, number, code, token, person_id, state, state_reason,
                    state_at, snapshot, hash, issued_at
               from certificate where id > ? order by id limit 1000",
        )
        .bind(after)
        .fetch_all(&mut *db)
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            match row.open() {
                Ok(_) => whole += 1,
                Err(_) => broken.push(row.number.clone()),
            }
        }
    }
    let text = match broken.first() {
        None => format!("学时证明 {whole} 份，内容与校验值一致"),
        Some(first) => format!("学时证明有 {} 份内容被改动，第一份是 {first}", broken.len()),
    };
    Ok(vec![Finding { ok: broken.is_empty(), text }])
}
