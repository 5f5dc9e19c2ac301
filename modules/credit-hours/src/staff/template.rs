//! The roster's template, empty or with the unit's own people: their numbers masked, as the unit
//! sees them everywhere; such rows are known again by number and name.

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Db, Download, Error, Result, mask};
use rocket::{State, get};

use super::own_people::{self, OwnPerson};
use super::read::{CERTIFICATE, HOURS, NAME, NOTE, NUMBER, SHEET};
use super::store;
use crate::leaves::EditStaff;

#[get("/staff/<id>/template?<names>")]
pub async fn download(
    user: Can<EditStaff>,
    id: i64,
    names: Option<bool>,
    db: &State<Db>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    let staff = store::editable(&mut reader, user.organization(), id).await?;
    let people = if names == Some(true) {
        let all = own_people::all(&mut reader, user.organization()).await?;
        all.into_iter().filter(|one| kit::dictionary::takes_part(&one.state)).collect()
    } else {
        vec![]
    };
    drop(reader);
    let hours = staff.hours.to_string();
    let folder = db.folder().join("tmp");
    let bytes = rocket::tokio::task::spawn_blocking(move || workbook(&folder, &people, &hours));
    let bytes = bytes.await.map_err(|e| Error::Fault(e.to_string()))??;
    Ok(Download::xlsx(format!("单位申报名单模板-{}.xlsx", user.grant.organization_name), bytes))
}

fn workbook(folder: &std::path::Path, people: &[OwnPerson], hours: &str) -> Result<Vec<u8>> {
    let rules = [
        "在“单位申报名单”表中填写，每人一行。身份证号和姓名必填；学时、证书编号、备注可以不填。".to_owned(),
        format!("学时留空的，按这次申报的 {hours} 学时；填写的不能超过 {hours} 学时。"),
        "模板带出的人员，身份证号只显示前四位和后两位，可以直接使用，不用改成完整号码；没有参加的，把整行删去。".to_owned(),
        "只能填写本单位的人员。上传后逐行核对，有问题的行会指出哪一格、怎样改。".to_owned(),
    ];
    let mut book = Book::in_folder(folder)?;
    let mut sheet = book.sheet(SHEET)?;
    sheet.typed_columns(5)?;
    sheet.head(&[
        Column::new(NUMBER, 22.0).required(),
        Column::new(NAME, 14.0).required(),
        Column::new(HOURS, 8.0),
        Column::new(CERTIFICATE, 22.0),
        Column::new(NOTE, 24.0),
    ])?;
    for one in people {
        let number = mask::mask_id(&one.number);
        let empty = Value::Text("");
        sheet.row(&[
            Value::Text(&number),
            Value::Text(&one.name),
            empty.clone(),
            empty.clone(),
            empty,
        ])?;
    }
    let mut sheet = book.sheet("填写说明")?;
    sheet.head(&[Column::new("怎样填写", 100.0)])?;
    for rule in &rules {
        sheet.row(&[Value::Long(rule)])?;
    }
    book.bytes()
}
