//! 个人资料: a professional's own page; phone and e-mail are changed at once.

use kit::{Answer, Clock, Db, Done, Form, Page, Person, PersonId, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

mod sections;

use crate::units::Crumb;
use crate::{contact, people};

pub use sections::sections;

pub fn routes() -> Vec<Route> {
    routes![show, update]
}

#[get("/profile")]
async fn show(person: Person, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let form = match people::fields(&mut db, person.id).await? {
        Some(fields) => Form::of([
            ("phone", fields.phone),
            ("email", fields.email),
            ("address", fields.address),
        ]),
        None => Form::new(),
    };
    page(&mut db, person.id, &form).await
}

#[post("/profile", data = "<form>")]
async fn update(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let phone = contact::mobile(&mut form, "phone", "手机号码");
    let email = contact::email(&mut form, "email", "电子邮箱");
    let address = form.optional("address", "通讯地址", 100);
    if form.refused() {
        let mut db = db.read().await?;
        return Ok(page(&mut db, person.id, &form).await?.refused().into());
    }
    let mut tx = db.begin().await?;
    let done = Done::to("/accounts/profile");
    if !people::change_contact(&mut tx, person.id, &phone, &email, &address, clock).await? {
        return Ok(done.ok("内容没有变化，不需要保存。").into());
    }
    let object = format!("person:{}", person.id);
    let actor = person.user.actor();
    let text = "本人修改手机号码或电子邮箱";
    trail::write(&mut tx, &actor, clock, "accounts.profile.change", &object, text).await?;
    tx.commit().await?;
    Ok(done.ok("已保存联系方式。").into())
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
}

async fn page(db: &mut SqliteConnection, id: PersonId, form: &Form) -> Result<Page> {
    let brief = people::brief(db, id).await?;
    let fact = |label, value: &str| Fact { label, value: value.to_owned() };
    let identity = [
        fact("姓名", &brief.name),
        fact("身份证号", &brief.id_card),
        fact("性别", &brief.sex),
        fact("出生日期", &brief.born),
        fact("民族", &brief.nation),
        fact("政治面貌", &brief.political),
    ];
    let work = [
        fact("工作单位", &brief.organization_name),
        fact("主管部门", &brief.department_name),
        fact("内设部门", &brief.internal_department),
        fact("岗位", &brief.position),
        fact("参加工作", &brief.started_work_on),
        fact("人员状态", &brief.state_label),
    ];
    let title = [
        fact("职称系列", &brief.series_label),
        fact("职称等级", &brief.level_label),
        fact("职称名称", &brief.title),
        fact("取得时间", &brief.titled_on),
        fact("证书编号", &brief.title_certificate),
    ];
    let education = [
        fact("学历", &brief.education),
        fact("学位", &brief.degree),
        fact("毕业院校", &brief.school),
        fact("所学专业", &brief.major),
        fact("毕业时间", &brief.graduated_on),
    ];
    Ok(Page::new("accounts/profile.html")
        .with("crumbs", &[Crumb::new("我的继续教育", ""), Crumb::new("个人资料", "")])
        .with("identity", &identity)
        .with("work", &work)
        .with("title_facts", &title)
        .with("education", &education)
        .with("form", form))
}
