//! 签到表: A4 on its side, sheets for each day of the course table, paged here.

use kit::{Can, Clock, Db, Page, Result, trail};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::own;
use crate::leaves::PrintPlans;
use crate::plans::{Course as Lesson, content_in_force};

/// Rows of a sheet: 15 of 9.5 mm stand under title, heads and above the foot of 210 mm.
const ROWS: usize = 15;
/// Columns to sign in that fit beside each other.
const COLUMNS: usize = 6;

/// Somebody who signs; without a number, a line for who comes unannounced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Line {
    serial: Option<usize>,
    name: String,
    unit: String,
}

/// One sheet of paper.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Sheet {
    day: String,
    /// What is signed for: 上午, 下午, or a course.
    columns: Vec<String>,
    lines: Vec<Line>,
    /// Of its day.
    page: usize,
    pages: usize,
}

/// Sheets for the days of the course table, or for the one day.
fn lay_out(
    lessons: &[Lesson],
    people: &[(String, String)],
    day: &str,
    by_course: bool,
) -> Vec<Sheet> {
    let mut days: Vec<&str> = lessons.iter().map(|lesson| lesson.day.as_str()).collect();
    days.sort_unstable();
    days.dedup();
    let mut sheets = Vec::new();
    for one in days.into_iter().filter(|one| day.is_empty() || *one == day) {
        let columns = if by_course {
            let of_day = lessons.iter().filter(|lesson| lesson.day == one);
            of_day.take(COLUMNS).map(|lesson| lesson.title.clone()).collect()
        } else {
            vec!["上午".to_owned(), "下午".to_owned()]
        };
        let pages = people.len().div_ceil(ROWS).max(1);
        for page in 0..pages {
            let first = page * ROWS;
            let mut lines: Vec<Line> = people
                .iter()
                .zip(1..)
                .skip(first)
                .take(ROWS)
                .map(|((name, unit), serial)| Line {
                    serial: Some(serial),
                    name: name.clone(),
                    unit: unit.clone(),
                })
                .collect();
            lines.resize(ROWS, Line::default());
            let (day, columns) = (one.to_owned(), columns.clone());
            sheets.push(Sheet { day, columns, lines, page: page + 1, pages });
        }
    }
    sheets
}

/// (name, unit) of all signed up, in the order of the list.
async fn people(db: &mut SqliteConnection, plan: i64) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        "select p.name, u.name from trainee t join person p on p.id = t.person_id
           join organization u on u.id = t.organization_id
          where t.plan_id = ? and t.state = 'signed' order by t.id",
    )
    .bind(plan)
    .fetch_all(db)
    .await?)
}

/// A day to choose.
#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[get("/plans/<id>/sign-in-sheets?<day>&<by>")]
pub async fn print(
    user: Can<PrintPlans>,
    id: i64,
    day: Option<&str>,
    by: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    let lessons = content_in_force(&mut tx, id).await?.map(|c| c.courses).unwrap_or_default();
    let people = people(&mut tx, id).await?;
    let mut days: Vec<String> = lessons.iter().map(|lesson| lesson.day.clone()).collect();
    days.sort_unstable();
    days.dedup();
    let day = day.filter(|day| days.iter().any(|one| one == day)).unwrap_or_default();
    let by_course = by == Some("course");
    let sheets = lay_out(&lessons, &people, day, by_course);
    let text = format!("打开培训班“{}”的签到表供打印，{} 人", course.title, people.len());
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.sheets", &object, &text).await?;
    tx.commit().await?;
    let form = kit::Form::of([
        ("day", day.to_owned()),
        ("by", if by_course { "course" } else { "half" }.to_owned()),
    ]);
    let choices: Vec<Choice> =
        days.into_iter().map(|day| Choice { value: day.clone(), label: day }).collect();
    Ok(Page::new("training/sign_in_sheets.html")
        .with("course", &course)
        .with("sheets", &sheets)
        .with("count", &people.len())
        .with("days", &choices)
        .with("form", &form))
}

#[cfg(test)]
mod tests {
    use super::{ROWS, lay_out};
    use crate::plans::Course;

    fn lesson(day: &str, title: &str) -> Course {
        Course { day: day.to_owned(), title: title.to_owned(), ..Course::default() }
    }

    #[test]
    fn each_day_has_its_sheets_and_each_sheet_its_full_height() {
        let lessons =
            [lesson("2026-12-08", "三"), lesson("2026-12-07", "一"), lesson("2026-12-07", "二")];
        let people: Vec<(String, String)> =
            (1..=ROWS + 1).map(|n| (format!("学员{n}"), "一中".to_owned())).collect();
        let sheets = lay_out(&lessons, &people, "", false);
        let found: Vec<(&str, usize, usize)> =
            sheets.iter().map(|s| (s.day.as_str(), s.page, s.pages)).collect();
        assert_eq!(
            found,
            [
                ("2026-12-07", 1, 2),
                ("2026-12-07", 2, 2),
                ("2026-12-08", 1, 2),
                ("2026-12-08", 2, 2)
            ]
        );
        assert!(sheets.iter().all(|sheet| sheet.lines.len() == ROWS));
        assert_eq!(sheets[1].lines[0].serial, Some(ROWS + 1));
        assert_eq!(sheets[1].lines[1].serial, None);
        assert_eq!(sheets[0].columns, ["上午", "下午"]);
        let one = lay_out(&lessons, &people, "2026-12-07", true);
        assert_eq!(
            (one.len(), one[0].columns.as_slice()),
            (2, &["一".to_owned(), "二".to_owned()][..])
        );
        // nobody yet: a sheet to write on
        assert_eq!(lay_out(&lessons, &[], "2026-12-08", true).len(), 1);
    }
}
