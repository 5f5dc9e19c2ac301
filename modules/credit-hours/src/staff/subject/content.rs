//! A unit's declaration as it was submitted; its roster stands in `roster_row`.

use kit::dictionary::DECLARATION_LEVELS;
use kit::review::Fact;
use kit::{Error, FileId, Form, Hours, OrganizationId, Result, organization};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::declaration::pages::{dates, optional};
use crate::declaration::suggest;
use crate::read;
use crate::rules::{self, Suggestion};
use crate::staff::store::Staff;
use crate::staff::{files, header, measure};

/// What a round was submitted with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// Row of `staff_declaration`.
    pub staff: i64,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub year: i32,
    pub category: i64,
    pub category_name: String,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub place: String,
    pub level: String,
    /// 种类 within the kind.
    #[serde(default)]
    pub item: String,
    /// 排名, the same for all of the roster.
    #[serde(default)]
    pub rank: String,
    /// 数量; zero: none.
    #[serde(default)]
    pub quantity: Hours,
    /// Of each person at most.
    pub hours: Hours,
    pub note: String,
    /// 单位意见
    pub opinion: String,
    pub people: i64,
    pub total: Hours,
    pub files: Vec<FileId>,
    /// The slot of each file, in the same order: a code of the dictionary, or empty. None in what
    /// was submitted before there were slots.
    #[serde(default)]
    pub slots: Option<Vec<String>>,
    /// What the rules give each person, as it was submitted; none in what was submitted before
    /// they were asked.
    #[serde(default)]
    pub suggestion: Option<Suggestion>,
}

impl Content {
    /// The stored declaration as it is now; of a draft with what it has.
    pub async fn of(db: &mut SqliteConnection, staff: &Staff) -> Result<Self> {
        let unit = organization::find(&mut *db, staff.organization_id).await?;
        let name: Option<String> = sqlx::query_scalar("select name from category where id = ?")
            .bind(staff.category_id)
            .fetch_optional(&mut *db)
            .await?;
        let suggestion = match staff.editable() {
            true => Some(measure::each(&rules::all(&mut *db).await?, &header::form_of(staff))),
            false => suggest::kept(&staff.suggestion),
        };
        let pieces = files::pieces(db, staff.id).await?;
        let one = staff.clone();
        Ok(Self {
            staff: one.id,
            organization: one.organization_id,
            organization_name: unit.ok_or(Error::NotFound)?.name,
            year: one.year,
            category: one.category_id.unwrap_or_default(),
            category_name: name.unwrap_or_default(),
            kind: one.kind,
            title: one.title,
            organizer: one.organizer,
            started_on: one.started_on,
            ended_on: one.ended_on,
            place: one.place,
            level: one.level,
            item: one.item,
            rank: one.rank,
            quantity: one.quantity,
            hours: one.hours,
            note: one.note,
            opinion: one.opinion,
            people: one.people,
            total: one.total,
            files: pieces.iter().map(|piece| piece.file.id).collect(),
            slots: Some(pieces.into_iter().map(|piece| piece.slot).collect()),
            suggestion,
        })
    }

    /// As the rules' fields.
    pub fn form(&self) -> Form {
        Form::of([
            ("kind", self.kind.clone()),
            ("item", self.item.clone()),
            ("level", self.level.clone()),
            ("rank", self.rank.clone()),
            ("quantity", header::number(self.quantity)),
            ("category", self.category.to_string()),
            ("started_on", self.started_on.clone()),
            ("ended_on", self.ended_on.clone()),
            ("hours", self.hours.to_string()),
        ])
    }

    /// The most that its rule gives each person; none: the rules say nothing.
    pub fn most(&self) -> Option<Hours> {
        self.suggestion.as_ref().and_then(|then| then.most)
    }
}

/// The lines of the detail, for the desk and for the unit.
pub fn facts(content: &Content) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("学习项目", &content.title).wide(),
        Fact::new("学习年度", content.year.to_string()),
        Fact::new("科目类别", &content.category_name),
        Fact::new("学习形式", read::kind_label(&content.kind)),
        Fact::new("起止时间", dates(&content.started_on, &content.ended_on)),
        Fact::new("主办单位", &content.organizer),
        Fact::new("每人申报学时", format!("{} 学时", content.hours)),
        Fact::new("名单", format!("{} 人，合计 {} 学时", content.people, content.total)),
    ];
    facts.extend(optional(&[
        ("地点", &content.place),
        ("种类", &content.item),
        ("级别", DECLARATION_LEVELS.label(&content.level)),
        ("排名", &content.rank),
        ("数量", &header::number(content.quantity)),
    ]));
    if let Some(made) = &content.suggestion {
        facts.push(Fact::new("每人建议学时", made.short()));
        facts.push(Fact::new("折算规则", made.whole()).wide());
    }
    for (label, text) in [("内容摘要", &content.note), ("单位意见", &content.opinion)] {
        if !text.is_empty() {
            facts.push(Fact::new(label, text).wide());
        }
    }
    facts
}
