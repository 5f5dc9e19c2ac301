//! One thing that is to change: a field, the superior, the attachments of a kind.

use kit::{FileId, OrganizationId, OrganizationKind, Result, file};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::recorded::{is_wide, label, value};
use crate::units::attachment_label;

/// A change of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Item {
    /// A reviewed field, as stored.
    Field { field: String, old: String, new: String },
    /// Names as of that day.
    Superior { old: OrganizationId, new: OrganizationId, old_name: String, new_name: String },
    /// All attachments of a kind are replaced; the old ones stay in the history.
    Files { kind: String, old: Vec<FileId>, new: Vec<FileId> },
}

impl Item {
    /// Whether nobody believes it without a paper: what the licence says, and the superior.
    pub fn needs_evidence(&self) -> bool {
        match self {
            Self::Field { field, .. } => {
                matches!(field.as_str(), "name" | "credit_code" | "legal_person")
            }
            Self::Superior { .. } => true,
            Self::Files { .. } => false,
        }
    }

    fn title(&self, of: OrganizationKind) -> String {
        match self {
            Self::Field { field, .. } => label(of, field).to_owned(),
            Self::Superior { .. } => "上级单位".to_owned(),
            Self::Files { kind, .. } => attachment_label(kind).to_owned(),
        }
    }
}

/// What is to change, in words: 单位名称、法定代表人、营业执照或法人证.
pub fn titles(kind: OrganizationKind, items: &[Item]) -> String {
    let titles: Vec<String> = items.iter().map(|item| item.title(kind)).collect();
    titles.join("、")
}

/// A change as it is drawn: what it was and what it becomes.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub label: String,
    pub before: String,
    pub after: String,
    /// On a line of its own.
    pub wide: bool,
    /// Attachments that were replaced.
    pub replaced: Vec<Replaced>,
}

/// An attachment that was replaced.
#[derive(Debug, Clone, Serialize)]
pub struct Replaced {
    pub id: FileId,
    pub name: String,
}

/// The change with labels in place of codes.
pub async fn shown(
    db: &mut SqliteConnection,
    kind: OrganizationKind,
    item: &Item,
) -> Result<Shown> {
    let label = item.title(kind);
    Ok(match item {
        Item::Field { field, old, new } => Shown {
            label,
            before: value(field, old),
            after: value(field, new),
            wide: is_wide(field),
            replaced: vec![],
        },
        Item::Superior { old_name, new_name, .. } => Shown {
            label,
            before: old_name.clone(),
            after: new_name.clone(),
            wide: true,
            replaced: vec![],
        },
        Item::Files { old, new, .. } => {
            let old = file::find(&mut *db, old).await?;
            let new = file::find(db, new).await?;
            let names = |files: &[file::Stored]| {
                files.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join("、")
            };
            Shown {
                label,
                before: names(&old),
                after: names(&new),
                wide: true,
                replaced: old
                    .into_iter()
                    .map(|file| Replaced { id: file.id, name: file.name })
                    .collect(),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Item, titles};
    use kit::{OrganizationId, OrganizationKind};

    #[test]
    fn a_request_keeps_its_shape_as_json_and_is_told_in_words() {
        let field = Item::Field { field: "name".into(), old: "a".into(), new: "b".into() };
        let json = serde_json::to_string(&field).unwrap();
        assert_eq!(json, r#"{"what":"field","field":"name","old":"a","new":"b"}"#);
        assert_eq!(serde_json::from_str::<Item>(&json).unwrap(), field);
        let superior = Item::Superior {
            old: OrganizationId(1),
            new: OrganizationId(2),
            old_name: "甲局".into(),
            new_name: "乙局".into(),
        };
        let files = Item::Files { kind: "licence".into(), old: vec![], new: vec![] };
        assert!(field.needs_evidence() && superior.needs_evidence() && !files.needs_evidence());
        let told = titles(OrganizationKind::Employer, &[field, superior, files]);
        assert_eq!(told, "单位名称、上级单位、营业执照或法人证");
    }
}
