//! People whom an import changed: field by field as they were, where they still are what it wrote.

use std::collections::HashMap;

use accounts::people::{self, Change, Fields};
use kit::{Event, PersonId, Result};
use sqlx::SqliteConnection;

use super::{Part, Stays, Touched, Undoing};

pub struct Updated;

/// A field, or fields that only fit each other.
struct Place {
    label: &'static str,
    fields: &'static [fn(&mut Fields) -> &mut String],
}

const PLACES: &[Place] = &[
    Place { label: "姓名", fields: &[|f| &mut f.name] },
    Place { label: "民族", fields: &[|f| &mut f.nation] },
    Place { label: "政治面貌", fields: &[|f| &mut f.political] },
    Place { label: "学历", fields: &[|f| &mut f.education] },
    Place { label: "学位", fields: &[|f| &mut f.degree] },
    Place {
        label: "职称",
        fields: &[
            |f| &mut f.series,
            |f| &mut f.level,
            |f| &mut f.title,
            |f| &mut f.titled_on,
            |f| &mut f.title_certificate,
        ],
    },
    Place { label: "毕业院校", fields: &[|f| &mut f.school] },
    Place { label: "所学专业", fields: &[|f| &mut f.major] },
    Place { label: "毕业时间", fields: &[|f| &mut f.graduated_on] },
    Place { label: "参加工作时间", fields: &[|f| &mut f.started_work_on] },
    Place { label: "从事专业或岗位", fields: &[|f| &mut f.position] },
    Place { label: "手机号码", fields: &[|f| &mut f.phone] },
    Place { label: "电子邮箱", fields: &[|f| &mut f.email] },
    Place { label: "备注", fields: &[|f| &mut f.note] },
    Place { label: "籍贯", fields: &[|f| &mut f.native_place] },
    Place { label: "用工类型", fields: &[|f| &mut f.employment] },
    Place { label: "通讯地址", fields: &[|f| &mut f.address] },
];

/// What a person becomes, and what of it stays as somebody else has changed it since.
#[derive(Debug, PartialEq, Eq)]
struct Restored {
    fields: Fields,
    place: Option<i64>,
    /// Whether that is another internal department than now.
    moves: bool,
    kept: Vec<&'static str>,
}

/// A person's fields with his internal department, as `import_touch` keeps them.
type State = (Fields, Option<i64>);

fn restored(before: &State, after: &State, now: &State) -> Restored {
    let (mut before_fields, mut after_fields) = (before.0.clone(), after.0.clone());
    let (mut fields, mut present) = (now.0.clone(), now.0.clone());
    let mut kept = vec![];
    for place in PLACES {
        let of = |from: &mut Fields| -> Vec<String> {
            place.fields.iter().map(|field| field(from).clone()).collect()
        };
        let (old, new, is) = (of(&mut before_fields), of(&mut after_fields), of(&mut present));
        if old == new || is == old {
            continue; // not written, or as it was already
        }
        if is != new {
            kept.push(place.label);
            continue;
        }
        for (field, old) in place.fields.iter().zip(old) {
            *field(&mut fields) = old;
        }
    }
    let mut department = now.1;
    if before.1 != after.1 && now.1 != before.1 {
        if now.1 == after.1 {
            department = before.1;
        } else {
            kept.push("内设部门");
        }
    }
    Restored { fields, place: department, moves: department != now.1, kept }
}

/// What each of these people becomes, or why nothing of him is touched.
async fn all(
    db: &mut SqliteConnection,
    touches: &[Touched],
) -> Result<HashMap<i64, std::result::Result<Restored, &'static str>>> {
    let ids: Vec<PersonId> = touches.iter().map(|touch| PersonId(touch.object_id)).collect();
    let now = people::recorded(&mut *db, &ids).await?;
    let mut now: HashMap<i64, _> =
        now.into_iter().map(|(id, fields, place, unit)| (id.0, ((fields, place), unit))).collect();
    let departments: Vec<(i64, kit::OrganizationId)> = sqlx::query_as(
        "select id, organization_id from internal_department where removed_at is null",
    )
    .fetch_all(db)
    .await?;
    let departments: HashMap<i64, _> = departments.into_iter().collect();
    let mut all = HashMap::with_capacity(touches.len());
    for touch in touches {
        let Some((present, unit)) = now.remove(&touch.object_id) else {
            all.insert(touch.object_id, Err("这个人已不在系统中"));
            continue;
        };
        let before: State = serde_json::from_str(&touch.before)?;
        let after: State = serde_json::from_str(&touch.after)?;
        let mut one = restored(&before, &after, &present);
        // a department that is gone, or another unit's: he has moved meanwhile
        if one.moves && one.place.is_some_and(|place| departments.get(&place) != Some(&unit)) {
            (one.place, one.moves) = (present.1, false);
            one.kept.push("内设部门");
        }
        all.insert(touch.object_id, Ok(one));
    }
    Ok(all)
}

fn told(kept: &[&'static str]) -> String {
    format!("{}后来改过，保留现在的内容", kept.join("、"))
}

#[rocket::async_trait]
impl Part for Updated {
    fn of(&self) -> (&'static str, &'static str) {
        ("person", "updated")
    }

    fn label(&self) -> &'static str {
        "恢复修改过的人员"
    }

    async fn stay(
        &self,
        db: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let mut staying = HashMap::new();
        for (id, found) in all(db, touches).await? {
            match found {
                Err(why) => {
                    staying.insert(id, Stays::Whole(why.to_owned()));
                }
                Ok(one) => {
                    if one.moves {
                        undoing.leaving.insert(PersonId(id));
                    }
                    if !one.kept.is_empty() {
                        staying.insert(id, Stays::Partly(told(&one.kept)));
                    }
                }
            }
        }
        Ok(staying)
    }

    async fn take(
        &self,
        tx: &mut SqliteConnection,
        undoing: &mut Undoing<'_>,
        touches: &[Touched],
    ) -> Result<HashMap<i64, Stays>> {
        let cause = format!("import-undo:{}", undoing.import);
        let ids: Vec<PersonId> = touches.iter().map(|touch| PersonId(touch.object_id)).collect();
        let mut all = all(&mut *tx, touches).await?;
        let mut changes = Vec::with_capacity(touches.len());
        for (person, old, old_place, _) in people::recorded(&mut *tx, &ids).await? {
            let Some(Ok(one)) = all.remove(&person.0) else { continue };
            let (new, place) = (one.fields, one.place);
            changes.push(Change { person, old, new, old_place, place });
        }
        let people = people::change_many(&mut *tx, &changes, &cause, undoing.clock).await?;
        if !people.is_empty() {
            let event = Event::PeopleChanged { people };
            undoing.modules.deliver(&mut *tx, &event, undoing.clock).await?;
        }
        Ok(HashMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(phone: &str, series: &str, level: &str, place: Option<i64>) -> State {
        let mut fields = Fields::named("周晓梅");
        phone.clone_into(&mut fields.phone);
        series.clone_into(&mut fields.series);
        level.clone_into(&mut fields.level);
        (fields, place)
    }

    #[test]
    fn what_is_still_as_the_import_wrote_it_becomes_what_it_was() {
        let (before, after) = (state("", "00", "", None), state("138", "04", "middle", Some(3)));
        let one = restored(&before, &after, &after);
        assert_eq!(one, Restored { fields: before.0, place: None, moves: true, kept: vec![] });
    }

    #[test]
    fn what_was_changed_since_stays_and_is_named() {
        let (before, after) = (state("", "00", "", None), state("138", "04", "middle", Some(3)));
        // the title went on as a whole, the department, too
        let now = state("138", "04", "senior", Some(4));
        let one = restored(&before, &after, &now);
        assert_eq!(one.kept, ["职称", "内设部门"]);
        assert_eq!((one.fields, one.place), (state("", "04", "senior", None).0, Some(4)));
    }

    #[test]
    fn what_the_import_did_not_write_is_not_looked_at() {
        let (before, after) = (state("", "00", "", None), state("138", "00", "", None));
        let now = state("138", "05", "senior", Some(4));
        let one = restored(&before, &after, &now);
        assert_eq!(
            (one.fields, one.place, one.kept.len()),
            (state("", "05", "senior", None).0, Some(4), 0)
        );
    }
}
