//! The fields of a registration: read, checked by field, and put back for a resubmission.

use kit::organization::{self, Organization};
use kit::password::{self, Context, policy_of};
use kit::{Clock, Error, Form, IdCard, Result, Settings};
use sqlx::SqliteConnection;

use super::applicant::salted_by;
use super::{Administrator, Content, Kind, What};
use crate::administrators;
use crate::organizations::picker::{self, Offer};
use crate::organizations::{Profile, form as unit, subjects};
use crate::people::form as person;
use crate::{contact, credentials};

/// A form that holds.
pub struct Typed {
    pub what: What,
    /// None: an administrator who keeps his number to himself.
    pub card: Option<IdCard>,
    pub organization: Organization,
}

impl Typed {
    /// The number that this registration claims: a person's ID number, a unit's credit code.
    pub fn claims(&self) -> Option<&str> {
        match &self.what {
            What::Person { .. } => self.card.as_ref().map(IdCard::number),
            What::Unit { credit_code, .. } => Some(credit_code),
        }
    }
}

/// Reads everything but password and files; none if a field is refused. `kept` is the ID number
/// of a resubmission, whose form need not bring it again, and the registration's own row.
pub async fn read(
    kind: Kind,
    form: &mut Form,
    db: &mut SqliteConnection,
    kept: Option<(i64, Option<IdCard>)>,
    clock: &Clock,
) -> Result<Option<Typed>> {
    let (own, kept) = match kept {
        Some((id, card)) => (Some(id), card),
        None => (None, None),
    };
    let (what, card, organization) = match kind.organization() {
        None => {
            let today = clock.today();
            let card = match kept {
                Some(card) if form.text("number").is_empty() => Some(card),
                _ => person::id_card(form, today),
            };
            let organization =
                picker::read(form, &mut *db, "unit", "所在单位", Offer::People).await?;
            let internal_department = form.optional("internal_department", "内设部门", 50);
            let born = card.as_ref().map(IdCard::birth);
            let fields = Box::new(person::read(form, born, today));
            let sex = card.as_ref().map_or("", |card| card.sex().label()).to_owned();
            let born = born.map(kit::day::date_text).unwrap_or_default();
            (What::Person { fields, sex, born, internal_department }, card, organization)
        }
        Some(of) => {
            let organization = match kind {
                Kind::Department => organization::bureau(&mut *db).await?,
                _ => picker::read(form, &mut *db, "superior", "上级单位", Offer::Superiors).await?,
            };
            let subjects = subjects::offered(&mut *db).await?;
            let typed = unit::read(of, form, &Profile::default(), &subjects);
            let administrator = administrator(form);
            let card = number_of_administrator(form, kept, clock);
            taken(form, &mut *db, &typed.name, &typed.credit_code, &administrator, own).await?;
            let code = kit::credit_code::CreditCode::parse(&typed.credit_code);
            let what = What::Unit {
                name: typed.name,
                credit_code: code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
                profile: Box::new(typed.profile),
                administrator,
            };
            (what, card, organization)
        }
    };
    Ok(match organization {
        Some(organization) if !form.refused() => Some(Typed { what, card, organization }),
        Some(_) => None,
        None if form.refused() => None,
        None => return Err(Error::refused("本系统还没有设置人社局，暂时不能注册。")),
    })
}

fn administrator(form: &mut Form) -> Administrator {
    let login = form.required("login", "登录账号", 1..=64);
    if !login.is_empty()
        && let Some(sentence) = administrators::login_fault(&login)
    {
        form.refuse("login", sentence);
    }
    Administrator {
        name: form.required("administrator", "管理员姓名", 2..=50),
        login,
        phone: contact::mobile(form, "administrator_phone", "管理员手机"),
        email: contact::email(form, "administrator_email", "管理员邮箱"),
        telephone: contact::telephone(form, "administrator_telephone", "办公电话"),
    }
}

/// The administrator's ID number, which is his to give.
fn number_of_administrator(form: &mut Form, kept: Option<IdCard>, clock: &Clock) -> Option<IdCard> {
    let typed = form.text("administrator_number");
    if typed.is_empty() {
        return kept;
    }
    match IdCard::parse(&typed, clock.today()) {
        Ok(card) => Some(card),
        Err(error) => {
            let text = format!("{}。{}，或者不填。", error.message(), error.remedy());
            form.refuse("administrator_number", text);
            None
        }
    }
}

/// Names, credit codes and logins are no secret: one that is taken is said plainly.
async fn taken(
    form: &mut Form,
    db: &mut SqliteConnection,
    name: &str,
    code: &str,
    administrator: &Administrator,
    own: Option<i64>,
) -> Result<()> {
    const TOLD: &str = "它的管理员可以直接登录；没有账号或忘记密码的，请联系上级单位或人社局。";
    let same_name: bool =
        sqlx::query_scalar("select exists (select 1 from organization where name = ?)")
            .bind(name)
            .fetch_one(&mut *db)
            .await?;
    if same_name {
        form.refuse("name", format!("“{name}”已在系统中登记，不用再注册。{TOLD}"));
    }
    if let Ok(parsed) = kit::credit_code::CreditCode::parse(code) {
        let holder: Option<String> =
            sqlx::query_scalar("select name from organization where credit_code = ?")
                .bind(parsed.as_str())
                .fetch_optional(&mut *db)
                .await?;
        if let Some(holder) = holder {
            let text = format!("这个信用代码已登记在“{holder}”名下，不用再注册。{TOLD}");
            form.refuse("credit_code", text);
        }
    }
    let same_login: bool = sqlx::query_scalar(
        "select exists (select 1 from account where login = ?1)
             or exists (select 1 from registration
                         where login = ?1 and state = 'pending' and id is not ?2)",
    )
    .bind(&administrator.login)
    .bind(own)
    .fetch_one(db)
    .await?;
    if same_login {
        form.refuse("login", administrators::LOGIN_TAKEN);
    }
    Ok(())
}

/// The password typed twice, as a hash; none if refused, or left empty where it may be. It never
/// comes back in a form.
pub async fn password(
    form: &mut Form,
    kind: Kind,
    typed: Option<&Typed>,
    may_keep: bool,
    settings: &Settings,
) -> Result<Option<String>> {
    let (password, again) = (form.raw("password").to_owned(), form.raw("again").to_owned());
    form.forget("password");
    form.forget("again");
    if password.is_empty() {
        if !may_keep {
            form.refuse("password", "请填写密码。");
        } else if !again.is_empty() {
            form.refuse("password", "两次输入的密码不一样，请重新输入；不改密码的，两处都不填。");
        }
        return Ok(None);
    }
    // even before all else holds: what can be said of it is said at once
    let (name, phone, login) =
        (form.text("person_name"), form.text("person_phone"), form.text("login"));
    let name = if kind == Kind::Person { name } else { form.text("administrator") };
    let unit = if kind == Kind::Person { form.text("unit") } else { form.text("name") };
    let context = Context {
        id_card: typed.and_then(|typed| typed.card.as_ref()),
        phone: if kind == Kind::Person { &phone } else { form.raw("administrator_phone") },
        name: &name,
        organization: &unit,
        login: &login,
    };
    let policy = policy_of(kind != Kind::Person, settings);
    if let Err(sentence) = password::check(&password, &context, policy) {
        form.refuse("password", sentence);
    } else if again != password {
        form.refuse("again", "两次输入的密码不一样，请重新输入。");
    }
    if form.refused() {
        return Ok(None);
    }
    let salted_by = salted_by(kind, typed.and_then(|typed| typed.card.as_ref()), &login);
    credentials::hashed_for(password, salted_by).await.map(Some)
}

/// Puts a submission back into the form; the ID number stays where it is.
pub fn fill(form: &mut Form, content: &Content) {
    match &content.what {
        What::Person { fields, internal_department, .. } => {
            person::fill(form, fields);
            form.set("unit", content.organization_name.as_str());
            form.set("internal_department", internal_department.as_str());
        }
        What::Unit { name, credit_code, profile, administrator } => {
            unit::fill(form, name, credit_code, profile);
            form.set("superior", content.organization_name.as_str());
            for (field, value) in [
                ("administrator", &administrator.name),
                ("login", &administrator.login),
                ("administrator_phone", &administrator.phone),
                ("administrator_email", &administrator.email),
                ("administrator_telephone", &administrator.telephone),
            ] {
                form.set(field, value.as_str());
            }
        }
    }
}
