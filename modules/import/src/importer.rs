//! Who imports, and so what his file may decide: the bureau everything, a unit of its own people
//! what its form decides, a department of people of a unit below nothing (domain.md, Decisions: 4.4).

use kit::{AccountId, Clock, OrganizationId, OrganizationKind, Result, day};
use sqlx::SqliteConnection;

use crate::effect::Decides;

/// Who imports.
#[derive(Debug, Clone)]
pub struct Importer {
    own: OrganizationId,
    bureau: bool,
    /// ID numbers of those who uploaded and confirm: nobody's file is about himself.
    themselves: Vec<String>,
    /// Whether who acts may review registrations (4.3).
    registrations: bool,
}

impl Importer {
    /// `uploader` and `acting` (who confirms) import for `own`; nobody is the command line, which
    /// acts as the bureau.
    pub async fn of(
        db: &mut SqliteConnection,
        own: OrganizationId,
        uploader: Option<AccountId>,
        acting: Option<AccountId>,
        clock: &Clock,
    ) -> Result<Self> {
        let accounts: Vec<AccountId> = [uploader, acting].into_iter().flatten().collect();
        let kind = kit::organization::find(&mut *db, own).await?.map(|o| o.kind);
        let themselves = sqlx::query_scalar(
            "select i.number from json_each(?) j
               join account a on a.id = j.value
               left join person p on p.id = a.person_id
               join identity i on i.id in (a.identity_id, p.identity_id)",
        )
        .bind(serde_json::to_string(&accounts)?)
        .fetch_all(&mut *db)
        .await?;
        let registrations = match acting.or(uploader) {
            Some(account) => reviews(db, account, own, clock).await?,
            None => false,
        };
        let bureau = accounts.is_empty() || kind == Some(OrganizationKind::Bureau);
        Ok(Self { own, bureau, themselves, registrations })
    }

    /// What the file decides about people of a unit.
    pub fn decides(&self, unit: OrganizationId) -> Decides {
        match unit {
            _ if self.bureau => Decides::All,
            unit if unit == self.own => Decides::Unit,
            _ => Decides::Nothing,
        }
    }

    /// Whether it is the importer himself.
    pub fn is_himself(&self, number: &str) -> bool {
        self.themselves.iter().any(|own| own == number)
    }

    /// Whether he may decide a registration that waits at this desk.
    pub fn reviews_at(&self, desk: Option<OrganizationId>) -> bool {
        self.registrations && desk == Some(self.own)
    }
}

/// Whether an account holds 审核注册人员·审核 in an organization.
async fn reviews(
    db: &mut SqliteConnection,
    account: AccountId,
    organization: OrganizationId,
    clock: &Clock,
) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (
           select 1 from grant g
             join grant_role h on h.grant_id = g.id
             join role r on r.id = h.role_id
            where g.account_id = ?1 and g.organization_id = ?2 and g.state = 'active'
              and (g.until is null or g.until >= ?3)
              and (r.key = 'super' or exists (
                select 1 from role_permission p
                 where p.role_id = r.id and p.leaf = 'audits.person-registrations'
                   and p.action = 'review')))",
    )
    .bind(account)
    .bind(organization)
    .bind(day::date_text(clock.today()))
    .fetch_one(db)
    .await?)
}
