//! An uploaded roster: read, the good rows put on the list, the wrong cells kept for the
//! uploader. The file itself is not kept.

use kit::form::Upload;
use kit::{Answer, Can, Clock, Db, Done, Error, Result, trail};
use rocket::{State, post};

use super::own_people::{self, add};
use super::{BASE, problems, read, roster};
use crate::leaves::EditStaff;

#[post("/staff/<id>/upload", data = "<upload>")]
pub async fn upload(
    user: Can<EditStaff>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, mut files } = upload.into_inner();
    let unit = user.organization();
    let staff = roster::ready(&mut *db.read().await?, unit, id).await?;
    let told = match files.first() {
        None => Some("请选择填好的名单文件。"),
        Some(_) if files.len() > 1 => Some("一次只能上传一个文件。"),
        Some(file) if !file.complete => Some("文件超过 20 MB。请删去图片和多余的工作表。"),
        Some(_) => None,
    };
    if let Some(sentence) = told {
        form.refuse("file", sentence);
        return roster::refused(db, &user, &staff, &form).await;
    }
    let file = files.swap_remove(0);
    let table = match kit::sheet::table(file.bytes, read::wanted()).await {
        Ok(table) => table,
        Err(Error::Invalid(sentence)) => {
            form.refuse("file", sentence);
            return roster::refused(db, &user, &staff, &form).await;
        }
        Err(error) => return Err(error),
    };
    let mut tx = db.begin().await?;
    let staff = roster::ready(&mut tx, unit, id).await?;
    let people = own_people::all(&mut tx, unit).await?;
    let (added, wrong) = read::read(&table, staff.hours, &people, clock.today());
    let account = user.user.account;
    problems::keep(&mut tx, id, account, &file.name, &wrong, clock).await?;
    let unit_name = &user.grant.organization_name;
    let (new, changed) = add(&mut tx, &staff, unit_name, &added, true).await?;
    let text = format!("{}：上传名单，加入 {new} 人，更新 {changed} 人", staff.called());
    let (name, object) = ("credit-hours.staff.upload", staff.object());
    trail::write(&mut tx, &user.actor(), clock, name, &object, &text).await?;
    tx.commit().await?;
    let mut done = Done::to(format!("{BASE}/{id}/roster"));
    if new + changed > 0 {
        done = done.ok(format!("已读入名单：加入 {new} 人，更新 {changed} 人。"));
    }
    if table.hidden > 0 {
        done = done.warn(kit::sheet::hidden_rows(table.hidden));
    }
    let rows = table.rows.len() - added.len();
    if rows > 0 {
        done = done.warn(format!(
            "有 {rows} 行没有读入，问题见下面“没有读入的行”。改好后可以再上传整个文件。"
        ));
    }
    Ok(done.into())
}
