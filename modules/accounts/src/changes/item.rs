//! One thing that is to change: a field old → new, a record added, changed or removed.

use kit::dictionary::{
    DEGREES, EDUCATIONS, EMPLOYMENTS, NATIONS, POLITICAL_STATUSES, TITLE_LEVELS, TITLE_SERIES,
};
use kit::{FileId, Result};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::internal_departments;
use crate::people::Fields;
use crate::people::record::Record;

/// The field of the internal department, which is no column of `Fields`.
pub const PLACE: &str = "internal_department";

/// A change of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "a request holds a handful of them")]
pub enum Item {
    /// A field of `FIELDS`, as stored; of `PLACE` the department's number.
    Field {
        field: String,
        old: String,
        new: String,
    },
    Add {
        record: Record,
        files: Vec<FileId>,
    },
    Change {
        id: i64,
        old: Record,
        new: Record,
        files: Vec<FileId>,
    },
    Remove {
        id: i64,
        old: Record,
    },
}

impl Item {
    /// The files that come with a record.
    pub fn files(&self) -> &[FileId] {
        match self {
            Self::Add { files, .. } | Self::Change { files, .. } => files,
            Self::Field { .. } | Self::Remove { .. } => &[],
        }
    }
}

/// (field, label, whether the bureau decides it, too).
const FIELDS: &[(&str, &str, bool)] = &[
    ("name", "姓名", true),
    ("nation", "民族", false),
    ("political", "政治面貌", false),
    ("native_place", "籍贯", false),
    ("education", "学历", false),
    ("degree", "学位", false),
    ("school", "毕业院校", false),
    ("major", "所学专业", false),
    ("graduated_on", "毕业时间", false),
    ("started_work_on", "参加工作时间", false),
    ("series", "职称系列", true),
    ("level", "职称等级", true),
    ("title", "职称名称", true),
    ("titled_on", "职称取得时间", true),
    ("title_certificate", "职称证书编号", true),
    ("position", "从事专业或岗位", false),
    ("employment", "用工类型", false),
];

fn of<'f>(fields: &'f Fields, field: &str) -> Option<&'f String> {
    Some(match field {
        "name" => &fields.name,
        "nation" => &fields.nation,
        "political" => &fields.political,
        "native_place" => &fields.native_place,
        "education" => &fields.education,
        "degree" => &fields.degree,
        "school" => &fields.school,
        "major" => &fields.major,
        "graduated_on" => &fields.graduated_on,
        "started_work_on" => &fields.started_work_on,
        "series" => &fields.series,
        "level" => &fields.level,
        "title" => &fields.title,
        "titled_on" => &fields.titled_on,
        "title_certificate" => &fields.title_certificate,
        "position" => &fields.position,
        "employment" => &fields.employment,
        _ => return None,
    })
}

/// What a reviewed field holds now; none for one that no request may change.
pub fn get(fields: &Fields, field: &str) -> Option<String> {
    of(fields, field).cloned()
}

/// Sets a reviewed field; false for one that no request may change.
pub fn set(fields: &mut Fields, field: &str, value: &str) -> bool {
    let place = match field {
        "name" => &mut fields.name,
        "nation" => &mut fields.nation,
        "political" => &mut fields.political,
        "native_place" => &mut fields.native_place,
        "education" => &mut fields.education,
        "degree" => &mut fields.degree,
        "school" => &mut fields.school,
        "major" => &mut fields.major,
        "graduated_on" => &mut fields.graduated_on,
        "started_work_on" => &mut fields.started_work_on,
        "series" => &mut fields.series,
        "level" => &mut fields.level,
        "title" => &mut fields.title,
        "titled_on" => &mut fields.titled_on,
        "title_certificate" => &mut fields.title_certificate,
        "position" => &mut fields.position,
        "employment" => &mut fields.employment,
        _ => return false,
    };
    value.clone_into(place);
    true
}

/// The label of a field.
pub fn label(field: &str) -> &str {
    if field == PLACE {
        return "内设部门";
    }
    FIELDS.iter().find(|(key, _, _)| *key == field).map_or(field, |(_, label, _)| label)
}

/// Whether the bureau decides it, too: 姓名 and the main title.
pub fn decided_above(item: &Item) -> bool {
    let Item::Field { field, .. } = item else { return false };
    FIELDS.iter().any(|(key, _, above)| key == field && *above)
}

/// The fields in which two records differ, in the order of the form.
pub fn differences(old: &Fields, new: &Fields, place: (Option<i64>, Option<i64>)) -> Vec<Item> {
    let mut items = Vec::new();
    for (field, _, _) in FIELDS {
        if let (Some(before), Some(after)) = (of(old, field), of(new, field))
            && before != after
        {
            items.push(Item::Field {
                field: (*field).to_owned(),
                old: before.clone(),
                new: after.clone(),
            });
        }
    }
    if place.0 != place.1 {
        let text = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        items.push(Item::Field { field: PLACE.to_owned(), old: text(place.0), new: text(place.1) });
    }
    items
}

/// What is to change, in words: 职称等级、职称名称、新增执（职）业资格.
pub fn titles(items: &[Item]) -> String {
    let title = |item: &Item| match item {
        Item::Field { field, .. } => label(field).to_owned(),
        Item::Add { record, .. } => format!("新增{}", record.kind.label()),
        Item::Change { new, .. } => format!("修改{}", new.kind.label()),
        Item::Remove { old, .. } => format!("删除{}", old.kind.label()),
    };
    let mut titles: Vec<String> = Vec::new();
    for item in items {
        let title = title(item);
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles.join("、")
}

/// A change as it is drawn: what it was and what it becomes.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub label: String,
    pub before: String,
    pub after: String,
    /// A whole record, on a line of its own.
    pub wide: bool,
}

/// The change with labels in place of codes.
pub async fn shown(db: &mut SqliteConnection, item: &Item) -> Result<Shown> {
    Ok(match item {
        Item::Field { field, old, new } => Shown {
            label: label(field).to_owned(),
            before: value(&mut *db, field, old).await?,
            after: value(db, field, new).await?,
            wide: false,
        },
        Item::Add { record, .. } => Shown {
            label: format!("新增{}", record.kind.label()),
            before: String::new(),
            after: record.line(),
            wide: true,
        },
        Item::Change { old, new, .. } => Shown {
            label: format!("修改{}", new.kind.label()),
            before: old.line(),
            after: new.line(),
            wide: true,
        },
        Item::Remove { old, .. } => Shown {
            label: format!("删除{}", old.kind.label()),
            before: old.line(),
            after: String::new(),
            wide: true,
        },
    })
}

/// A stored value as people read it.
pub async fn value(db: &mut SqliteConnection, field: &str, stored: &str) -> Result<String> {
    if stored.is_empty() {
        return Ok(String::new());
    }
    let dictionary = match field {
        "nation" => &NATIONS,
        "political" => &POLITICAL_STATUSES,
        "education" => &EDUCATIONS,
        "degree" => &DEGREES,
        "series" => &TITLE_SERIES,
        "level" => &TITLE_LEVELS,
        "employment" => &EMPLOYMENTS,
        PLACE => return internal_departments::name(db, stored.parse().ok()).await,
        _ => return Ok(stored.to_owned()),
    };
    Ok(dictionary.label(stored).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, Item, decided_above, differences, get, label, set, titles};
    use crate::people::Fields;

    #[test]
    fn every_reviewed_field_is_read_set_and_told() {
        let old = Fields::named("周晓梅");
        let mut new = old.clone();
        for (field, _, _) in FIELDS {
            assert!(set(&mut new, field, "x"), "{field}");
            assert_eq!(get(&new, field).as_deref(), Some("x"), "{field}");
        }
        let items = differences(&old, &new, (None, Some(3)));
        assert_eq!(items.len(), FIELDS.len() + 1);
        assert_eq!(items.iter().filter(|item| decided_above(item)).count(), 6);
        assert!(titles(&items).starts_with("姓名、民族"));
        assert!(titles(&items).ends_with("内设部门"));
        for free in ["phone", "email", "address", "note", "born", "sex"] {
            assert!(get(&new, free).is_none() && !set(&mut new, free, "x"), "{free}");
            assert_eq!(label(free), free);
        }
    }

    #[test]
    fn a_request_keeps_its_shape_as_json() {
        let item = Item::Field { field: "name".into(), old: "a".into(), new: "b".into() };
        let json = serde_json::to_string(&item).unwrap();
        assert_eq!(json, r#"{"what":"field","field":"name","old":"a","new":"b"}"#);
        assert_eq!(serde_json::from_str::<Item>(&json).unwrap(), item);
    }
}
