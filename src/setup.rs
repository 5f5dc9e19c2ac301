//! First start: the bureau and its first administrator, by a one-time link.

use std::sync::atomic::{AtomicBool, Ordering};

use accounts::administrators::{self, Credential, NewAdministrator};
use accounts::organizations::{self, NewOrganization, Profile};
use kit::password::{self, Context};
use kit::shell::BureauName;
use kit::{
    Actor, Answer, Clock, Db, Done, Error, Form, Modules, OrganizationKind, Page, Result, Settings,
    Visitor, organization, serial, trail,
};
use rocket::http::Status;
use rocket::{Route, State, get, post, routes};
use subtle::ConstantTimeEq;
use verification::PUBLIC_ADDRESS;

use crate::machine::{self, Machine};
use crate::sign_in::Hashing;
use crate::{core, demo};

/// Whether the bureau exists, and until then the code of the link; managed by Rocket.
#[derive(Debug)]
pub struct Setup {
    done: AtomicBool,
    code: String,
}

impl Setup {
    pub fn new(done: bool) -> Result<Self> {
        Ok(Self { done: AtomicBool::new(done), code: serial::token()?[..32].to_owned() })
    }

    pub fn done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }

    /// The one-time link's end, while it is needed.
    pub fn link(&self) -> Option<String> {
        (!self.done()).then(|| format!("/setup?code={}", self.code))
    }

    /// Another command (demo, restore) filled the folder meanwhile, or this one did.
    pub fn finish(&self) {
        self.done.store(true, Ordering::SeqCst);
    }

    fn admits(&self, code: &str) -> bool {
        bool::from(code.as_bytes().ct_eq(self.code.as_bytes()))
    }
}

/// People of the county that the wizard fills, as `jxjy demo` does by default.
const PEOPLE: u64 = 2_000;

const NO_CODE: &str = "首次设置要用启动程序时窗口里显示的一次性链接打开。请到运行本系统的电脑上，复制含有 /setup?code= 的整条链接。";

#[get("/setup?<code>")]
async fn form(
    _visitor: Visitor,
    code: Option<&str>,
    setup: &State<Setup>,
    machine: &State<Machine>,
) -> Result<Answer> {
    if setup.done() {
        return Ok(Done::to("/").into());
    }
    let Some(code) = code.filter(|code| setup.admits(code)) else {
        return Ok(Page::error(Status::Forbidden, NO_CODE).into());
    };
    let mut form = Form::new();
    form.set("network", if machine.tls.is_some() { "tls" } else { "this" });
    Ok(page(&form, code, machine).into())
}

fn page(form: &Form, code: &str, machine: &Machine) -> Page {
    Page::new("setup.html")
        .with("form", form)
        .with("action", &format!("/setup?code={code}"))
        .with("demo_action", &format!("/setup/demo?code={code}"))
        .with("addresses", &machine::colleagues(machine.port, machine.tls.is_some()))
}

/// The form, read.
struct Answers {
    bureau: String,
    area_code: String,
    certificate_name: String,
    public_address: String,
    network: String,
    name: String,
    phone: String,
    login: String,
    password: String,
}

impl Answers {
    fn organization(&self) -> NewOrganization {
        let shown = match self.certificate_name.as_str() {
            "" => &self.bureau,
            name => name,
        };
        NewOrganization {
            kind: OrganizationKind::Bureau,
            name: self.bureau.clone(),
            credit_code: None,
            parent: None,
            profile: Profile {
                certificate_name: shown.to_owned(),
                area_code: self.area_code.clone(),
                ..Profile::default()
            },
        }
    }
}

fn read(form: &mut Form, settings: &Settings, machine: &Machine) -> Option<Answers> {
    let bureau = form.required("bureau", "人社局全称", 4..=60);
    let area_code = form.required("area_code", "行政区划代码", 6..=6);
    if !area_code.is_empty() && !area_code.bytes().all(|b| b.is_ascii_digit()) {
        form.refuse("area_code", "行政区划代码是 6 位数字，请核对后重新填写。");
    }
    let certificate_name = form.optional("certificate_name", "证明落款名称", 60);
    let public_address = form.optional("public_address", "对外网址", 200);
    let public_address = match PUBLIC_ADDRESS.accept(&public_address) {
        Ok(address) => address,
        Err(sentence) => {
            form.refuse("public_address", sentence);
            String::new()
        }
    };
    let network = form.choice("network", "从哪里打开本系统", &["this", "lan", "tls"]);
    if network == "tls" && machine.tls.is_none() {
        form.refuse(
            "network",
            "要用 https，请先在 Rocket.toml 里写好 certificate 和 key 两个文件再启动；也可以先选前两项，以后再改。",
        );
    }
    let name = form.required("name", "姓名", 2..=50);
    let phone = form.optional("phone", "手机", 20);
    let login = form.required("login", "登录账号", 4..=32);
    if let Some(sentence) = administrators::login_fault(&login) {
        form.refuse("login", sentence);
    }
    let (password, again) = (form.raw("password").to_owned(), form.raw("again").to_owned());
    form.forget("password");
    form.forget("again");
    let context =
        Context { id_card: None, phone: &phone, name: &name, organization: &bureau, login: &login };
    if password.is_empty() {
        form.refuse("password", "请填写密码。");
    } else if let Err(sentence) =
        password::check(&password, &context, password::policy_of(true, settings))
    {
        form.refuse("password", sentence);
    } else if again != password {
        form.refuse("again", "两次输入的密码不一样，请重新输入。");
    }
    (!form.refused()).then_some(Answers {
        bureau,
        area_code,
        certificate_name,
        public_address,
        network,
        name,
        phone,
        login,
        password,
    })
}

#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/setup?<code>", data = "<form>")]
async fn save(
    visitor: Visitor,
    code: Option<&str>,
    setup: &State<Setup>,
    machine: &State<Machine>,
    settings: &State<Settings>,
    hashing: &State<Hashing>,
    bureau_name: &State<BureauName>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    if setup.done() {
        return Err(Error::refused("本系统已经设置过，不能再次设置。请从首页登录。"));
    }
    let Some(code) = code.filter(|code| setup.admits(code)) else {
        return Ok(Page::error(Status::Forbidden, NO_CODE).into());
    };
    let Some(answers) = read(&mut form, settings, machine) else {
        return Ok(page(&form, code, machine).refused().into());
    };
    let hash = hashing.hash(answers.password.clone()).await?;
    let mut tx = db.begin().await?;
    let bureau = organizations::create(&mut tx, &answers.organization(), "setup", clock).await?;
    let administrator = NewAdministrator {
        organization: bureau,
        name: answers.name.clone(),
        login: answers.login.clone(),
        phone: answers.phone.clone(),
        role: administrators::SUPER,
        credential: Credential::Password(hash),
        created_by: None,
    };
    let account = administrators::create(&mut tx, &administrator, clock).await?;
    let actor = Actor {
        account: Some(account),
        name: answers.name.clone(),
        organization: Some(bureau),
        ..visitor.actor()
    };
    let plain = if answers.network == "lan" { "1" } else { "0" };
    Settings::store(&mut tx, &core::PLAIN_LAN, plain, &actor, clock).await?;
    if !answers.public_address.is_empty() {
        let address = &answers.public_address;
        Settings::store(&mut tx, &PUBLIC_ADDRESS, address, &actor, clock).await?;
    }
    let text = format!("首次设置：{}，第一位管理员 {}", answers.bureau, answers.name);
    let object = format!("organization:{bureau}");
    trail::write(&mut tx, &actor, clock, "setup", &object, &text).await?;
    tx.commit().await?;

    setup.finish();
    settings.load(&mut *db.read().await?).await?;
    if let Ok(mut name) = bureau_name.0.lock() {
        name.clone_from(&answers.bureau);
    }
    let done = Done::to("/").ok("设置完成。请用刚才填写的账号和密码登录。");
    Ok(match (answers.network.as_str(), machine.tls.is_some()) {
        ("lan", false) => {
            let addresses = machine::colleagues(machine.port, false).join(" 或 ");
            done.warn(format!(
                "请关闭程序后重新启动，局域网才能打开。之后同事在浏览器里输入 {addresses}"
            ))
        }
        _ => done,
    }
    .into())
}

/// A county to try things out in; who can sign in is shown once.
#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/setup/demo?<code>")]
async fn demonstrate(
    _visitor: Visitor,
    code: Option<&str>,
    setup: &State<Setup>,
    settings: &State<Settings>,
    bureau_name: &State<BureauName>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Page> {
    if setup.done() {
        return Err(Error::refused("本系统已经设置过，不能再装入示例数据。请从首页登录。"));
    }
    if !code.is_some_and(|code| setup.admits(code)) {
        return Ok(Page::error(Status::Forbidden, NO_CODE));
    }
    let size = demo::Size::of(PEOPLE);
    let signers = demo::fill(db, modules, clock, size, |line| tracing::info!("{line}")).await?;
    setup.finish();
    let mut reader = db.read().await?;
    settings.load(&mut reader).await?;
    let bureau = organization::bureau(&mut reader).await?.ok_or(Error::NotFound)?;
    if let Ok(mut name) = bureau_name.0.lock() {
        name.clone_from(&bureau.name);
    }
    Ok(Page::new("setup_demo.html").with("signers", &signers).with("bureau", &bureau.name))
}

pub fn routes() -> Vec<Route> {
    routes![form, save, demonstrate]
}
