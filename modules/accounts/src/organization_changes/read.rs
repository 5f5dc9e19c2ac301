//! The form of a request, read against what is recorded.

use kit::credit_code::CreditCode;
use kit::organization::{self, Organization};
use kit::{Form, OrganizationKind, Result};
use sqlx::SqliteConnection;

use super::recorded::{self, Recorded};
use super::{Item, get};
use crate::organizations::form as fields;
use crate::organizations::picker::{self, Offer};
use crate::organizations::subjects;

/// Tick boxes: not ticked, they are not sent.
pub const TICKED: &[&str] = &["series", "categories", "forms", "fields"];

/// What the form does not show and the reading of an organization asks for.
const UNSEEN: &[&str] = &[
    "contact",
    "phone",
    "address",
    "postcode",
    "level",
    "recognized_by",
    "document_number",
    "recognized_on",
    "valid_until",
];

/// Puts what is recorded into a form, the superior by name.
pub async fn fill(
    db: &mut SqliteConnection,
    unit: &Organization,
    recorded: &Recorded,
    form: &mut Form,
) -> Result<()> {
    fields::fill(form, &recorded.name, &recorded.credit_code, &recorded.profile);
    if let Some(parent) = unit.parent_id {
        let superior = organization::find(db, parent).await?.map(|o| o.name);
        form.set("superior", superior.unwrap_or_default());
    }
    Ok(())
}

/// Whether a field was typed otherwise than it is recorded.
fn touched(form: &Form, filled: &Form, field: &str) -> bool {
    if !TICKED.contains(&field) {
        return form.text(field) != filled.text(field);
    }
    let ticked = |form: &Form| {
        let mut all: Vec<String> =
            form.list(field).iter().filter(|one| !one.is_empty()).cloned().collect();
        all.sort_unstable();
        all
    };
    ticked(form) != ticked(filled)
}

/// The fields and the superior that are to change; refused by field. What is left as it was need
/// not keep rules that are younger than it.
pub async fn changes(
    db: &mut SqliteConnection,
    unit: &Organization,
    recorded: &Recorded,
    form: &mut Form,
) -> Result<Vec<Item>> {
    let mut filled = Form::new();
    fill(&mut *db, unit, recorded, &mut filled).await?;
    let mut probe = form.clone();
    for name in UNSEEN {
        probe.set(name, filled.raw(name));
    }
    let subjects = subjects::offered(&mut *db).await?;
    let typed = fields::read(unit.kind, &mut probe, &recorded.profile, &subjects);
    let code = CreditCode::parse(&typed.credit_code).map(|code| code.as_str().to_owned());
    let typed = Recorded {
        name: typed.name,
        credit_code: code.unwrap_or_default(),
        profile: typed.profile,
    };
    let mut items = Vec::new();
    for field in recorded::names(unit.kind) {
        if !touched(form, &filled, field) {
            continue;
        }
        if let Some(sentence) = probe.errors().get(field) {
            form.refuse(field, sentence.clone());
            continue;
        }
        let (Some(old), Some(new)) = (get(recorded, field), get(&typed, field)) else { continue };
        if old != new {
            items.push(Item::Field { field: field.to_owned(), old, new });
        }
    }
    taken(&mut *db, unit, &items, form).await?;
    if unit.kind != OrganizationKind::Department && touched(form, &filled, "superior") {
        items.extend(superior(db, unit, filled.raw("superior"), form).await?);
    }
    Ok(items)
}

/// Names and credit codes are no secret: one that is taken is said plainly.
async fn taken(
    db: &mut SqliteConnection,
    unit: &Organization,
    items: &[Item],
    form: &mut Form,
) -> Result<()> {
    for item in items {
        let Item::Field { field, new, .. } = item else { continue };
        let sentence = match field.as_str() {
            "name" => name_taken(&mut *db, unit.id, new).await?,
            "credit_code" => code_taken(&mut *db, unit.id, new).await?,
            _ => None,
        };
        if let Some(sentence) = sentence {
            form.refuse(field, format!("{sentence}。请核对后重新填写。"));
        }
    }
    Ok(())
}

/// Whether another organization has this name, as a sentence without its end.
pub async fn name_taken(
    db: &mut SqliteConnection,
    own: kit::OrganizationId,
    name: &str,
) -> Result<Option<String>> {
    let taken: bool =
        sqlx::query_scalar("select exists (select 1 from organization where name = ? and id <> ?)")
            .bind(name)
            .bind(own)
            .fetch_one(db)
            .await?;
    Ok(taken.then(|| format!("已有名称为“{name}”的单位")))
}

/// Whether another organization has this credit code, as a sentence without its end.
pub async fn code_taken(
    db: &mut SqliteConnection,
    own: kit::OrganizationId,
    code: &str,
) -> Result<Option<String>> {
    let holder: Option<String> =
        sqlx::query_scalar("select name from organization where credit_code = ? and id <> ?")
            .bind(code)
            .bind(own)
            .fetch_optional(db)
            .await?;
    Ok(holder.map(|holder| format!("信用代码“{code}”已登记在“{holder}”名下")))
}

async fn superior(
    db: &mut SqliteConnection,
    unit: &Organization,
    old_name: &str,
    form: &mut Form,
) -> Result<Option<Item>> {
    let found = picker::read(form, db, "superior", "上级单位", Offer::Superiors).await?;
    Ok(match (found, unit.parent_id) {
        (Some(found), Some(old)) if found.id != old => Some(Item::Superior {
            old,
            new: found.id,
            old_name: old_name.to_owned(),
            new_name: found.name,
        }),
        _ => None,
    })
}
