//! A declaration as it was submitted, and what a desk makes of it.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use kit::{Error, FileId, Hours, IdentityId, PersonId, Result};

use crate::claims::{Claim, Origin};
use crate::declaration::evidence;
use crate::declaration::store::Draft;
use crate::declaration::suggest;
use crate::rules::{Suggestion, Waiting};

use super::recognition;

/// A declaration as it was submitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub declaration: i64,
    pub person: PersonId,
    pub identity_id: IdentityId,
    pub name: String,
    pub organization_name: String,
    /// 卫生技术人员 · 中级（主治医师）
    pub person_title: String,
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
    pub rank: String,
    /// 种类 within the kind.
    #[serde(default)]
    pub item: String,
    /// 数量; zero: none.
    #[serde(default)]
    pub quantity: Hours,
    pub certificate_number: String,
    pub note: String,
    pub hours: Hours,
    pub files: Vec<FileId>,
    /// The slot of each file, in the same order: a code of the dictionary, or empty. None in what
    /// was submitted before there were slots.
    #[serde(default)]
    pub slots: Option<Vec<String>>,
    /// What the rules made of it that day; none in what was submitted before there were rules.
    #[serde(default)]
    pub suggestion: Option<Suggestion>,
    /// The most that its rule allows as the year stands now (`Subject::now`); never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Hours>,
}

/// What a desk recognises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognition {
    pub hours: Hours,
    /// Why less than declared, or more than the rules allow.
    pub reason: String,
    /// More than the rules allow.
    #[serde(default)]
    pub above: bool,
}

impl Content {
    /// The stored declaration and its person as they are now.
    pub async fn of(db: &mut SqliteConnection, draft: &Draft) -> Result<Self> {
        let person = accounts::people::brief(&mut *db, draft.person_id).await?;
        let category: Option<(i64, String)> =
            sqlx::query_as("select id, name from category where id = ?")
                .bind(draft.category_id)
                .fetch_optional(&mut *db)
                .await?;
        let (category, category_name) =
            category.ok_or_else(|| Error::Invalid("请选择科目类别。".to_owned()))?;
        let waiting = Waiting::Counts { but: Some(draft.id) };
        let suggestion = suggest::of_draft(&mut *db, draft, waiting).await?;
        let pieces = evidence::pieces(db, draft.id).await?;
        let files = pieces.iter().map(|piece| piece.file.id).collect();
        let slots = pieces.into_iter().map(|piece| piece.slot).collect();
        Ok(Self {
            declaration: draft.id,
            person: draft.person_id,
            identity_id: person.identity,
            name: person.name,
            organization_name: person.organization_name,
            person_title: title_text(&person.series_label, &person.level_label, &person.title),
            year: draft.year,
            category,
            category_name,
            kind: draft.kind.clone(),
            title: draft.title.clone(),
            organizer: draft.organizer.clone(),
            started_on: draft.started_on.clone(),
            ended_on: draft.ended_on.clone(),
            place: draft.place.clone(),
            level: draft.level.clone(),
            rank: draft.rank.clone(),
            item: draft.item.clone(),
            quantity: draft.quantity,
            certificate_number: draft.certificate_number.clone(),
            note: draft.note.clone(),
            hours: Hours::from_tenths(draft.hours),
            files,
            slots: Some(slots),
            suggestion: Some(suggestion),
            most: None,
        })
    }

    /// What it is compared by with other claims.
    pub(super) fn claim(&self) -> Claim<'_> {
        Claim {
            person: self.person,
            title: &self.title,
            certificate_number: &self.certificate_number,
            started_on: &self.started_on,
            ended_on: &self.ended_on,
            plan: None,
            own: Some(Origin::Declaration(self.declaration)),
        }
    }

    /// The most a desk may recognise: what was declared, or what an earlier desk left of it.
    pub(super) fn limit(&self, earlier: Option<&Recognition>) -> Hours {
        earlier.map_or(self.hours, |earlier| earlier.hours.min(self.hours))
    }

    /// What it gets where nobody says anything else; all that was declared if the rules leave
    /// nothing: then somebody had a reason.
    pub(crate) fn by_default(&self) -> Recognition {
        match self.usual(None) {
            hours if hours.is_zero() => Recognition {
                hours: self.hours,
                reason: "按主管部门文件认定".to_owned(),
                above: true,
            },
            hours => Recognition {
                hours,
                reason: recognition::reason(self, None, hours, ""),
                above: false,
            },
        }
    }

    /// What a desk recognises if it says nothing else: no more than declared, than an earlier desk
    /// left, and than the rules allow, unless that desk went beyond them and said why.
    pub(super) fn usual(&self, earlier: Option<&Recognition>) -> Hours {
        let limit = self.limit(earlier);
        match self.most {
            Some(most) if !earlier.is_some_and(|earlier| earlier.above) => limit.min(most),
            _ => limit,
        }
    }
}

/// 卫生技术人员 · 中级（主治医师）
pub(super) fn title_text(series: &str, level: &str, title: &str) -> String {
    let none = |text: &str| text.is_empty() || text == "none";
    match (none(series) || series == "无职称", none(level), title.is_empty()) {
        (true, ..) => "无职称".to_owned(),
        (_, true, true) => series.to_owned(),
        (_, true, false) => format!("{series} · {title}"),
        (_, false, true) => format!("{series} · {level}"),
        (_, false, false) => format!("{series} · {level}（{title}）"),
    }
}
