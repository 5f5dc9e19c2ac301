//! Organizations (bureau, 主管部门, 用人单位, 继续教育基地): written, versioned and indexed here.

pub mod adding;
mod base;
mod change;
mod create;
mod dissolve;
pub mod form;
pub mod picker;
pub mod subjects;

pub use base::may_train;
pub use change::{change, enable};
pub(crate) use create::insert;
pub use create::{NewOrganization, create};
pub use dissolve::{Dissolved, Plan, below, dissolve, merged_into, pending_cases};

use kit::credit_code::CreditCode;
use kit::organization::{self, Organization};
use kit::{Error, OrganizationId, OrganizationKind, Result, Scope};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// The sentence of a name that another organization has.
pub const NAME_TAKEN: &str = "已有同名的单位。请核对名称；确是另一个单位的，请在名称中加以区别。";
/// The sentence of a credit code that another organization has.
pub const CODE_TAKEN: &str = "这个统一社会信用代码已登记在另一个单位名下。请核对后重新填写。";

/// What is recorded of an organization beside its place in the tree. Coded fields hold codes of
/// `kit::dictionary`; empty means unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Profile {
    /// Name on the certificate (bureau).
    pub certificate_name: String,
    /// GB/T 2260, six digits.
    pub area_code: String,
    /// `ORGANIZATION_NATURES`
    pub nature: String,
    /// `INDUSTRIES`
    pub industry: String,
    pub legal_person: String,
    pub contact: String,
    pub phone: String,
    pub address: String,
    pub postcode: String,
    /// 职工总数
    pub staff: Option<i64>,
    /// 专技人员数 as reported; how many are recorded is counted.
    pub professionals: Option<i64>,
    /// 主管系列 of a department: codes of `TITLE_SERIES`, by comma.
    pub series: String,
    /// Of a 继续教育基地.
    #[sqlx(skip)]
    pub base: Option<Base>,
}

/// What is recorded of a 继续教育基地 beside its profile; days are `YYYY-MM-DD`, empty unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Base {
    /// 依托单位
    pub host: String,
    /// `BASE_LEVELS`
    pub level: String,
    /// 认定机构
    pub recognized_by: String,
    /// 认定文号
    pub document_number: String,
    pub recognized_on: String,
    /// The last day; empty has no end.
    pub valid_until: String,
    /// 培训领域: codes of `TITLE_SERIES`, by comma.
    pub fields: String,
    /// 科目: codes of `SUBJECTS`, by comma.
    pub categories: String,
    /// `TRAINING_FORMS`, by comma.
    pub forms: String,
    /// Square metres.
    pub area: Option<i64>,
    pub seats: Option<i64>,
    pub full_time: Option<i64>,
    pub part_time: Option<i64>,
    pub managers: Option<i64>,
    pub website: String,
    pub fee: String,
    /// 负责人
    pub head: String,
}

/// The profile; empty if none was recorded.
pub async fn profile(db: &mut SqliteConnection, id: OrganizationId) -> Result<Profile> {
    let found: Option<Profile> = sqlx::query_as(
        "select certificate_name, area_code, nature, industry, legal_person, contact, phone, address,
                postcode, staff, professionals, series
           from organization_profile where organization_id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let base: Option<Base> = sqlx::query_as(
        "select host, level, recognized_by, document_number, recognized_on, valid_until, fields,
                categories, forms, area, seats, full_time, part_time, managers, website, fee, head
           from base_profile where organization_id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(Profile { base, ..found.unwrap_or_default() })
}

/// The organization of this kind, if it lies within the scope.
///
/// # Errors
/// `NotFound` for absent, of another kind or not ours.
pub async fn in_scope(
    db: &mut SqliteConnection,
    kind: OrganizationKind,
    id: OrganizationId,
    scope: Scope,
) -> Result<Organization> {
    let found = organization::find(db, id).await?.filter(|found| {
        found.kind == kind
            && match scope {
                Scope::County => true,
                Scope::Department(department) => found.department_id == Some(department),
                Scope::Organization(own) => found.id == own,
            }
    });
    found.ok_or(Error::NotFound)
}

/// The organization with exactly this name or credit code (`jxjy import --organization`).
pub async fn named(db: &mut SqliteConnection, text: &str) -> Result<Option<Organization>> {
    let text = text.trim();
    let by_code: Option<OrganizationId> = match CreditCode::parse(text) {
        Ok(code) => {
            sqlx::query_scalar("select id from organization where credit_code = ?")
                .bind(code.as_str())
                .fetch_optional(&mut *db)
                .await?
        }
        Err(_) => None,
    };
    let found = match by_code {
        Some(id) => Some(id),
        None => {
            sqlx::query_scalar("select id from organization where name = ?")
                .bind(text)
                .fetch_optional(&mut *db)
                .await?
        }
    };
    match found {
        Some(id) => organization::find(db, id).await,
        None => Ok(None),
    }
}

/// Superiors an employer or base may be put under, for a caller of this scope: (id, name).
pub async fn superiors(
    db: &mut SqliteConnection,
    scope: Scope,
) -> Result<Vec<(OrganizationId, String)>> {
    let (county, department) = match scope {
        Scope::County => (true, None),
        Scope::Department(id) => (false, Some(id)),
        Scope::Organization(_) => (false, None),
    };
    Ok(sqlx::query_as(
        "select id, name from organization
          where kind in ('bureau', 'department') and state = 'active' and (?1 or id = ?2)
          order by kind = 'department', id",
    )
    .bind(county)
    .bind(department)
    .fetch_all(db)
    .await?)
}

/// The version in force ends and one of the rows as they are now begins.
pub(crate) async fn version(
    tx: &mut SqliteConnection,
    id: OrganizationId,
    cause: &str,
    at: &str,
) -> Result<()> {
    sqlx::query(
        "update organization_version set recorded_to = ?
          where organization_id = ? and recorded_to is null",
    )
    .bind(at)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into organization_version (organization_id, recorded_from, cause, kind, name,
           credit_code, parent_id, department_id, state, certificate_name, area_code, nature,
           industry, legal_person, contact, phone, address, more)
         select o.id, ?, ?, o.kind, o.name, o.credit_code, o.parent_id, o.department_id, o.state,
                f.certificate_name, f.area_code, f.nature, f.industry, f.legal_person, f.contact,
                f.phone, f.address,
                json_object('postcode', f.postcode, 'staff', f.staff, 'professionals',
                  f.professionals, 'series', f.series, 'base', case when b.organization_id is null
                  then null else json_object('host', b.host, 'level', b.level, 'recognized_by',
                  b.recognized_by, 'document_number', b.document_number, 'recognized_on',
                  b.recognized_on, 'valid_until', b.valid_until, 'fields', b.fields, 'categories',
                  b.categories, 'forms', b.forms, 'area', b.area, 'seats', b.seats, 'full_time',
                  b.full_time, 'part_time', b.part_time, 'managers', b.managers, 'website',
                  b.website, 'fee', b.fee, 'head', b.head) end)
           from organization o join organization_profile f on f.organization_id = o.id
           left join base_profile b on b.organization_id = o.id
          where o.id = ?",
    )
    .bind(at)
    .bind(cause)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes the name into the search.
async fn index(tx: &mut SqliteConnection, id: OrganizationId, name: &str) -> Result<()> {
    sqlx::query("delete from organization_search where rowid = ?")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into organization_search (rowid, tokens) values (?, ?)")
        .bind(id)
        .bind(kit::initials::search_tokens(name))
        .execute(tx)
        .await?;
    Ok(())
}
