//! The four kinds of registration.

use kit::OrganizationKind;

/// Who registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Kind {
    /// 4.1 主管部门
    Department,
    /// 4.2 用人单位
    Employer,
    /// 4.8 继续教育基地
    Base,
    /// 4.3 专业技术人员
    Person,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Person, Self::Employer, Self::Department, Self::Base];

    /// By its name in an address.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// In addresses and as stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Employer => "employer",
            Self::Base => "base",
            Self::Person => "person",
        }
    }

    /// Key of the review subject that decides (module audits).
    pub fn subject(self) -> &'static str {
        match self {
            Self::Department => "department-registrations",
            Self::Employer => "employer-registrations",
            Self::Base => "base-registrations",
            Self::Person => "person-registrations",
        }
    }

    /// As the manual calls it.
    pub fn noun(self) -> &'static str {
        match self.organization() {
            Some(kind) => kind.label(),
            None => "专业技术人员",
        }
    }

    /// The home page's entry.
    pub fn entry(self) -> &'static str {
        match self {
            Self::Department => "主管部门注册",
            Self::Employer => "用人单位注册",
            Self::Base => "继续教育基地注册",
            Self::Person => "专业技术人员注册",
        }
    }

    pub fn href(self) -> &'static str {
        match self {
            Self::Department => "/accounts/registration/department",
            Self::Employer => "/accounts/registration/employer",
            Self::Base => "/accounts/registration/base",
            Self::Person => "/accounts/registration/person",
        }
    }

    /// What an approval creates; none: a person.
    pub fn organization(self) -> Option<OrganizationKind> {
        match self {
            Self::Department => Some(OrganizationKind::Department),
            Self::Employer => Some(OrganizationKind::Employer),
            Self::Base => Some(OrganizationKind::Base),
            Self::Person => None,
        }
    }

    /// Kinds of which one file at least must be there, beside those required each.
    pub fn one_of(self) -> &'static [&'static str] {
        match self {
            Self::Base => &["recognition", "qualification"],
            _ => &[],
        }
    }

    /// Its attachments, in the order of the form.
    pub fn attachments(self) -> &'static [Attachment] {
        match self {
            Self::Department => {
                const {
                    &[
                        Attachment::new("licence", "统一社会信用代码证书", false),
                        Attachment::new("authorization", "管理员授权书", false),
                    ]
                }
            }
            Self::Employer => {
                const {
                    &[
                        Attachment::new("licence", "营业执照或法人证书", true),
                        Attachment::new("authorization", "管理员授权书", false),
                    ]
                }
            }
            Self::Base => {
                const {
                    &[
                        Attachment::new("recognition", "认定文件", false),
                        Attachment::new("qualification", "办学资质", false),
                        Attachment::new("rules", "管理制度", false),
                        Attachment::new("authorization", "管理员授权书", false),
                    ]
                }
            }
            Self::Person => {
                const { &[Attachment::new("evidence", "职称、学历等证明材料", false)] }
            }
        }
    }
}

/// One kind of attachment: a file field of the form.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Attachment {
    /// Its field, and its kind in the database.
    pub kind: &'static str,
    pub label: &'static str,
    pub required: bool,
}

impl Attachment {
    const fn new(kind: &'static str, label: &'static str, required: bool) -> Self {
        Self { kind, label, required }
    }
}
