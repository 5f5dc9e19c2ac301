//! A person's record in parts, as his unit and he himself see it.

use kit::dictionary::EMPLOYMENTS;
use kit::{Error, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::people::record::{self, Kind};
use crate::people::{self, PersonBrief};

/// A panel: facts, and the records below them.
#[derive(Debug, Serialize)]
pub struct Section {
    title: &'static str,
    /// Of a section with records: their kind, in addresses.
    kind: &'static str,
    facts: Vec<Fact>,
    records: Vec<Shown>,
}

impl Section {
    /// Whether it is the part of this title.
    pub fn is(&self, title: &str) -> bool {
        self.title == title
    }
}

#[derive(Debug, Serialize)]
pub struct Fact {
    label: &'static str,
    value: String,
    wide: bool,
}

/// A record as a line.
#[derive(Debug, Serialize)]
pub struct Shown {
    id: i64,
    heading: String,
    line: String,
    files: Vec<Attached>,
}

#[derive(Debug, Serialize)]
pub struct Attached {
    name: String,
    href: String,
}

fn fact(label: &'static str, value: impl Into<String>) -> Fact {
    Fact { label, value: value.into(), wide: false }
}

fn plain(title: &'static str, facts: Vec<Fact>) -> Section {
    Section { title, kind: "", facts, records: vec![] }
}

/// The parts, in the order shown. `note`: with the unit's own remark.
pub async fn sections(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    note: bool,
) -> Result<Vec<Section>> {
    let fields = people::fields(&mut *db, brief.id).await?.ok_or(Error::NotFound)?;
    let state = match brief.state_on.as_str() {
        "" => brief.state_label.clone(),
        on => format!("{}（{on}）", brief.state_label),
    };
    let employment = match fields.employment.as_str() {
        "" => String::new(),
        code => EMPLOYMENTS.label(code).to_owned(),
    };
    let mut work = vec![
        fact("工作单位", &brief.organization_name),
        fact("主管部门", &brief.department_name),
        fact("内设部门", &brief.internal_department),
        fact("岗位", &brief.position),
        fact("参加工作", &brief.started_work_on),
        fact("用工类型", employment),
        fact("人员状态", state),
    ];
    if note && !fields.note.is_empty() {
        work.push(Fact { wide: true, ..fact("备注", &fields.note) });
    }
    let mut sections = vec![
        plain(
            "身份",
            vec![
                fact("姓名", &brief.name),
                fact("身份证号", &brief.id_card),
                fact("性别", &brief.sex),
                fact("出生日期", &brief.born),
                fact("民族", &brief.nation),
                fact("籍贯", &fields.native_place),
                fact("政治面貌", &brief.political),
            ],
        ),
        plain("工作", work),
        plain(
            "联系方式",
            vec![
                fact("手机号码", &brief.phone),
                fact("电子邮箱", &brief.email),
                Fact { wide: true, ..fact("通讯地址", &fields.address) },
            ],
        ),
    ];
    let mut records = record::of(&mut *db, brief.id).await?;
    for kind in [Kind::Title, Kind::Education, Kind::Qualification, Kind::Honour] {
        let mut shown = Vec::new();
        for stored in records.extract_if(.., |stored| stored.record.kind == kind) {
            let files = record::files(&mut *db, stored.id).await?;
            let attached = |file: kit::file::Stored| Attached {
                href: format!("/files/{}", file.id),
                name: file.name,
            };
            shown.push(Shown {
                id: stored.id,
                heading: stored.record.heading(),
                line: stored.record.line(),
                files: files.into_iter().map(attached).collect(),
            });
        }
        let title = match kind {
            Kind::Title => "职称",
            Kind::Education => "学历学位",
            other => other.label(),
        };
        sections.push(Section {
            title,
            kind: kind.key(),
            facts: main(kind, brief),
            records: shown,
        });
    }
    Ok(sections)
}

/// The main title and the highest education, which the person's own row holds.
fn main(kind: Kind, brief: &PersonBrief) -> Vec<Fact> {
    match kind {
        Kind::Title => vec![
            fact("主职称系列", &brief.series_label),
            fact("等级", &brief.level_label),
            fact("职称名称", &brief.title),
            fact("取得时间", &brief.titled_on),
            fact("证书编号", &brief.title_certificate),
        ],
        Kind::Education => vec![
            fact("最高学历", &brief.education),
            fact("学位", &brief.degree),
            fact("毕业院校", &brief.school),
            fact("所学专业", &brief.major),
            fact("毕业时间", &brief.graduated_on),
        ],
        _ => vec![],
    }
}
