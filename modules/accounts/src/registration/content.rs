//! A registration as submitted, kept as it was that day, and told on the desk and to its applicant.

use kit::review::Fact;
use kit::{FileId, IdentityId, OrganizationId, Result, mask};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::Kind;
use crate::organizations::Profile;
use crate::people::Fields;
use crate::{organizations, people};

/// What a case holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Its row in `registration`.
    pub registration: i64,
    pub kind: Kind,
    /// Of the person, or of the first administrator if he gave his number.
    pub identity_id: Option<IdentityId>,
    /// The unit or superior chosen.
    pub organization: OrganizationId,
    pub organization_name: String,
    pub files: Vec<FileId>,
    pub what: What,
}

/// Who or what is to exist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    Person {
        fields: Box<Fields>,
        /// 男 or 女, from the number.
        sex: String,
        /// From the number.
        born: String,
        /// As typed.
        internal_department: String,
    },
    Unit {
        name: String,
        credit_code: String,
        profile: Box<Profile>,
        administrator: Administrator,
    },
}

/// The first administrator of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    pub name: String,
    pub login: String,
    pub phone: String,
    pub email: String,
    /// 办公电话
    pub telephone: String,
}

impl Content {
    /// Name of the person or organization.
    pub fn name(&self) -> &str {
        match &self.what {
            What::Person { fields, .. } => &fields.name,
            What::Unit { name, .. } => name,
        }
    }

    /// Who registers.
    pub fn applicant(&self) -> &str {
        match &self.what {
            What::Person { fields, .. } => &fields.name,
            What::Unit { administrator, .. } => &administrator.name,
        }
    }

    /// The lines of the detail.
    pub async fn facts(&self, db: &mut SqliteConnection) -> Result<Vec<Fact>> {
        let number: Option<String> = sqlx::query_scalar("select number from identity where id = ?")
            .bind(self.identity_id)
            .fetch_optional(db)
            .await?;
        let masked = number.map(|number| mask::mask_id(&number)).unwrap_or_default();
        Ok(match &self.what {
            What::Person { fields, sex, born, internal_department } => {
                let mut facts = vec![
                    Fact::new("姓名", &fields.name),
                    Fact::new("身份证号", masked),
                    Fact::new("性别", sex),
                    Fact::new("出生日期", born),
                    Fact::new("所在单位", &self.organization_name),
                    Fact::new("内设部门", internal_department),
                ];
                let more = people::form::facts(fields).into_iter();
                facts.extend(more.filter(|(field, ..)| *field != "person_name").map(
                    |(field, label, value)| {
                        let fact = Fact::new(label, value);
                        if field == "person_address" { fact.wide() } else { fact }
                    },
                ));
                facts
            }
            What::Unit { name, credit_code, profile, administrator } => {
                let kind = self.kind.organization().unwrap_or(kit::OrganizationKind::Employer);
                let mut facts = vec![Fact::new("上级单位", &self.organization_name).wide()];
                facts.extend(
                    organizations::form::facts(kind, name, credit_code, profile).into_iter().map(
                        |(label, value, wide)| {
                            let fact = Fact::new(label, value);
                            if wide { fact.wide() } else { fact }
                        },
                    ),
                );
                facts.extend([
                    Fact::new("首位管理员", &administrator.name),
                    Fact::new("登录账号", &administrator.login),
                    Fact::new("管理员身份证号", masked),
                    Fact::new("管理员手机", &administrator.phone),
                    Fact::new("管理员邮箱", &administrator.email),
                    Fact::new("办公电话", &administrator.telephone),
                ]);
                facts
            }
        })
    }
}
