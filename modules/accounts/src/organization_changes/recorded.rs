//! The fields that only a superior changes (domain.md §2.15, 3.2–3.4), read and written by name.

use kit::dictionary::{INDUSTRIES, ORGANIZATION_NATURES, SUBJECTS, TITLE_SERIES, TRAINING_FORMS};
use kit::organization::Organization;
use kit::{OrganizationKind, Result};
use sqlx::SqliteConnection;

use crate::organizations::{self, Base, Profile};

/// What is recorded of an organization, without its superior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub name: String,
    pub credit_code: String,
    pub profile: Profile,
}

impl Recorded {
    /// As it is now.
    pub async fn of(db: &mut SqliteConnection, unit: &Organization) -> Result<Self> {
        Ok(Self {
            name: unit.name.clone(),
            credit_code: unit.credit_code.clone().unwrap_or_default(),
            profile: organizations::profile(db, unit.id).await?,
        })
    }
}

/// Whose field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Department,
    Base,
}

/// (name in forms and requests, label, whose). What the recognising superior gives a base (level,
/// document, validity) is not among them, nor is what a unit changes at once.
const FIELDS: &[(&str, &str, Of)] = &[
    ("name", "单位名称", Of::All),
    ("credit_code", "统一社会信用代码", Of::All),
    ("nature", "单位性质", Of::All),
    ("industry", "行业", Of::All),
    ("area_code", "所属区域", Of::All),
    ("legal_person", "法定代表人", Of::All),
    ("staff", "职工总数", Of::All),
    ("professionals", "专技人员数", Of::All),
    ("series", "主管系列", Of::Department),
    ("host", "依托单位", Of::Base),
    ("head", "负责人", Of::Base),
    ("categories", "科目", Of::Base),
    ("forms", "培训形式", Of::Base),
    ("fields", "培训领域", Of::Base),
    ("area", "场地面积", Of::Base),
    ("seats", "座位数", Of::Base),
    ("full_time", "专职教师数", Of::Base),
    ("part_time", "兼职教师数", Of::Base),
    ("managers", "管理人员数", Of::Base),
    ("website", "网络平台网址", Of::Base),
    ("fee", "收费标准", Of::Base),
];

/// The reviewed fields of this kind of organization, in the order of the form.
pub fn names(kind: OrganizationKind) -> impl Iterator<Item = &'static str> {
    FIELDS
        .iter()
        .filter(move |(_, _, of)| match of {
            Of::All => true,
            Of::Department => kind == OrganizationKind::Department,
            Of::Base => kind == OrganizationKind::Base,
        })
        .map(|(name, _, _)| *name)
}

/// The label of a field.
pub fn label(kind: OrganizationKind, field: &str) -> &str {
    if field == "industry" && kind == OrganizationKind::Department {
        return "主管行业";
    }
    FIELDS.iter().find(|(name, _, _)| *name == field).map_or(field, |(_, label, _)| label)
}

fn number(value: Option<i64>) -> String {
    value.map(|n| n.to_string()).unwrap_or_default()
}

/// What a reviewed field holds, as stored; none for one that no request may change.
pub fn get(recorded: &Recorded, field: &str) -> Option<String> {
    let profile = &recorded.profile;
    let base = || profile.base.clone().unwrap_or_default();
    Some(match field {
        "name" => recorded.name.clone(),
        "credit_code" => recorded.credit_code.clone(),
        "nature" => profile.nature.clone(),
        "industry" => profile.industry.clone(),
        "area_code" => profile.area_code.clone(),
        "legal_person" => profile.legal_person.clone(),
        "staff" => number(profile.staff),
        "professionals" => number(profile.professionals),
        "series" => profile.series.clone(),
        "host" => base().host,
        "head" => base().head,
        "categories" => base().categories,
        "forms" => base().forms,
        "fields" => base().fields,
        "area" => number(base().area),
        "seats" => number(base().seats),
        "full_time" => number(base().full_time),
        "part_time" => number(base().part_time),
        "managers" => number(base().managers),
        "website" => base().website,
        "fee" => base().fee,
        _ => return None,
    })
}

/// Sets a reviewed field as stored; false for one that no request may change.
pub fn set(recorded: &mut Recorded, field: &str, value: &str) -> bool {
    let text = value.to_owned();
    let profile = &mut recorded.profile;
    match field {
        "name" => recorded.name = text,
        "credit_code" => recorded.credit_code = text,
        "nature" => profile.nature = text,
        "industry" => profile.industry = text,
        "area_code" => profile.area_code = text,
        "legal_person" => profile.legal_person = text,
        "staff" => profile.staff = value.parse().ok(),
        "professionals" => profile.professionals = value.parse().ok(),
        "series" => profile.series = text,
        _ => return set_of_base(profile.base.get_or_insert_default(), field, value),
    }
    true
}

fn set_of_base(base: &mut Base, field: &str, value: &str) -> bool {
    let text = value.to_owned();
    match field {
        "host" => base.host = text,
        "head" => base.head = text,
        "categories" => base.categories = text,
        "forms" => base.forms = text,
        "fields" => base.fields = text,
        "area" => base.area = value.parse().ok(),
        "seats" => base.seats = value.parse().ok(),
        "full_time" => base.full_time = value.parse().ok(),
        "part_time" => base.part_time = value.parse().ok(),
        "managers" => base.managers = value.parse().ok(),
        "website" => base.website = text,
        "fee" => base.fee = text,
        _ => return false,
    }
    true
}

/// A stored value with labels in place of codes.
pub fn value(field: &str, stored: &str) -> String {
    let counted = |unit: &str| match stored {
        "" => String::new(),
        number => format!("{number} {unit}"),
    };
    match field {
        "nature" => ORGANIZATION_NATURES.label(stored).to_owned(),
        "industry" => INDUSTRIES.label(stored).to_owned(),
        "series" | "fields" => TITLE_SERIES.labels_of(stored),
        "categories" => SUBJECTS.labels_of(stored),
        "forms" => TRAINING_FORMS.labels_of(stored),
        "staff" | "professionals" | "full_time" | "part_time" | "managers" => counted("人"),
        "area" => counted("平方米"),
        "seats" => counted("个"),
        _ => stored.to_owned(),
    }
}

/// Whether a field takes a line of its own.
pub fn is_wide(field: &str) -> bool {
    matches!(field, "name" | "series" | "fields" | "fee" | "website" | "host")
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, Recorded, get, label, names, set};
    use crate::organizations::{Base, Profile};
    use kit::OrganizationKind::{Base as OfBase, Department, Employer};

    #[test]
    fn every_reviewed_field_is_read_set_and_told() {
        let profile = Profile { base: Some(Base::default()), ..Profile::default() };
        let old = Recorded { name: String::new(), credit_code: String::new(), profile };
        for (field, text, _) in FIELDS {
            let mut new = old.clone();
            assert!(set(&mut new, field, "7"), "{field}");
            assert_eq!(get(&new, field).as_deref(), Some("7"), "{field}");
            assert_ne!(new, old, "{field}");
            assert_eq!(label(Employer, field), *text);
        }
        assert_eq!(label(Department, "industry"), "主管行业");
        let free = ["contact", "phone", "address", "postcode"];
        for other in free.into_iter().chain(["level", "valid_until", "recognized_by", "state"]) {
            assert!(get(&old, other).is_none() && !set(&mut old.clone(), other, "7"), "{other}");
        }
    }

    #[test]
    fn each_kind_has_its_own_fields() {
        let of = |kind| names(kind).collect::<Vec<_>>();
        assert_eq!(of(Employer).len(), 8);
        assert!(of(Department).contains(&"series") && !of(Department).contains(&"host"));
        assert!(of(OfBase).contains(&"fee") && !of(OfBase).contains(&"series"));
    }
}
