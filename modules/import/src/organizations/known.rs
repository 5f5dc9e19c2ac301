//! A row of an organization that is there already: what 补空 and 更新 would make of its profile.

use accounts::organizations::{self, Profile};
use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

use super::check::{Accepted, CheckedRow, Checker};
use super::columns::{self, Column};
use crate::policy::Policy;
use crate::store::KeptProblem;

/// An organization that is there already.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: OrganizationId,
    pub parent: Option<OrganizationId>,
    /// What is recorded.
    pub profile: Profile,
    /// What 补空 and 更新 would record; none if that changes nothing.
    pub fills: Option<Profile>,
    pub updates: Option<Profile>,
}

impl Known {
    pub fn new(id: OrganizationId, parent: Option<OrganizationId>) -> Self {
        Self { id, parent, profile: Profile::default(), fills: None, updates: None }
    }

    /// What this policy would record; none if nothing changes.
    pub fn by(&self, policy: Policy) -> Option<&Profile> {
        match policy {
            Policy::Fill => self.fills.as_ref(),
            Policy::Update => self.updates.as_ref(),
            Policy::Skip | Policy::Reject => None,
        }
    }

    /// What is told of the row.
    pub fn told(&self, accepted: &Accepted) -> KeptProblem {
        let mut remedy = "跳过：资料和管理员都不改动".to_owned();
        for (policy, profile) in [(Policy::Fill, &self.fills), (Policy::Update, &self.updates)] {
            if let Some(profile) = profile {
                let names = changes(&self.profile, profile).join("、");
                remedy = format!("{remedy}；{}：{names}", policy.label());
            }
        }
        KeptProblem {
            level: "skip",
            column: Column::Name.title(),
            value: accepted.name.clone(),
            message: "已经登记，名称和信用代码都相同".to_owned(),
            remedy,
        }
    }
}

/// A field of a profile as text, by its column.
fn field(profile: &mut Profile, column: Column) -> Option<&mut String> {
    Some(match column {
        Column::Nature => &mut profile.nature,
        Column::Industry => &mut profile.industry,
        Column::Area => &mut profile.area_code,
        Column::LegalPerson => &mut profile.legal_person,
        Column::Contact => &mut profile.contact,
        Column::Phone => &mut profile.phone,
        Column::Address => &mut profile.address,
        Column::Postcode => &mut profile.postcode,
        Column::Series => &mut profile.series,
        _ => return None,
    })
}

/// The columns whose values differ.
pub fn changes(old: &Profile, new: &Profile) -> Vec<&'static str> {
    let (mut old, mut new) = (old.clone(), new.clone());
    let differs = |column| match column {
        Column::Staff => old.staff != new.staff,
        Column::Professionals => old.professionals != new.professionals,
        column => {
            field(&mut old, column).map(|text| text.clone()) != field(&mut new, column).cloned()
        }
    };
    let columns: Vec<Column> = columns::COLUMNS.iter().map(|one| one.column).collect();
    let mut differs = differs;
    columns.into_iter().filter(|column| differs(*column)).map(Column::title).collect()
}

/// What is recorded once the row is in; empty cells change nothing.
fn merged(row: &CheckedRow, recorded: &Profile, checker: &Checker, update: bool) -> Profile {
    let mut merged = recorded.clone();
    let Some(mut typed) = row.accepted.as_ref().map(|one| one.profile.clone()) else {
        return merged;
    };
    for definition in columns::of(checker.kind) {
        let column = definition.column;
        if crate::check::one_line(row.typed(&checker.layout, column)).is_empty() {
            continue;
        }
        let number = match column {
            Column::Staff => Some((&mut merged.staff, typed.staff)),
            Column::Professionals => Some((&mut merged.professionals, typed.professionals)),
            _ => None,
        };
        if let Some((place, typed)) = number {
            if update || place.is_none() {
                *place = typed;
            }
            continue;
        }
        let (Some(place), Some(typed)) = (field(&mut merged, column), field(&mut typed, column))
        else {
            continue;
        };
        if update || place.is_empty() {
            place.clone_from(typed);
        }
    }
    merged
}

/// Adds what the policies would make of each known row.
pub async fn compare(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    checker: &Checker,
) -> Result<()> {
    for row in rows {
        let Some(id) = row.known.as_ref().map(|known| known.id) else { continue };
        let recorded = organizations::profile(&mut *db, id).await?;
        let (fills, updates) =
            (merged(row, &recorded, checker, false), merged(row, &recorded, checker, true));
        if let Some(known) = &mut row.known {
            known.fills = Some(fills).filter(|one| *one != recorded);
            known.updates = Some(updates).filter(|one| *one != recorded);
            known.profile = recorded;
        }
    }
    Ok(())
}
