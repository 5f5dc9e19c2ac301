//! Writing a batch: its dates, files and roster over as many visits as it takes, then submitted.

use kit::form::{Upload, Uploaded};
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, FileId, Form, Hours, Page, Result, trail,
};
use rocket::{Route, State, get, post, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use super::content::FileKind;
use super::list::BASE;
use super::roster::{self, Sums};
use super::store::{self, Draft, Proxy};
use super::upload::{self, Problems};
use super::{form as fields, pages, send, uploads};
use crate::leaves::EditProxies;
use crate::plans::{self, store::Plan};

pub fn routes() -> Vec<Route> {
    routes![edit, update, template]
}

/// What the pressed button asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Save,
    Attach,
    Detach(FileId),
    /// 带出培训班名册
    Class,
    /// 上传名册
    Upload,
    Discard,
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.split_once(':') {
            Some(("detach", id)) => id.parse().map_or(Act::Save, Act::Detach),
            _ => match text.as_str() {
                "attach" => Act::Attach,
                "class" => Act::Class,
                "upload" => Act::Upload,
                "discard" => Act::Discard,
                "submit" => Act::Submit,
                _ => Act::Save,
            },
        }
    }
}

/// The base's own batch, which may be written in, and its plan.
async fn open(
    db: &mut SqliteConnection,
    user: &Can<EditProxies>,
    id: i64,
) -> Result<(Proxy, Plan)> {
    let proxy = store::own(&mut *db, user.organization(), id).await?;
    let plan = plans::store::find(db, proxy.plan_id).await?;
    Ok((proxy, plan))
}

fn writable(proxy: &Proxy) -> Result<()> {
    match proxy.state.as_str() {
        _ if proxy.editable() => Ok(()),
        "pending" => Err(Error::refused(format!(
            "{} 正在审核，不能修改。要修改的，请先撤回。",
            proxy.number
        ))),
        _ => Err(Error::refused(format!(
            "{} 已经通过，不能修改。漏报的人员，请从培训班名册再次代申报（补报）。",
            proxy.number
        ))),
    }
}

#[get("/proxies/<id>/edit?<page>")]
async fn edit(
    user: Can<EditProxies>,
    id: i64,
    page: Option<usize>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut db = db.read().await?;
    let (proxy, plan) = open(&mut db, &user, id).await?;
    if !proxy.editable() {
        return Ok(Done::to(format!("{BASE}/{id}")).into());
    }
    let mut form = Form::new();
    proxy.draft()?.fill(&mut form);
    Ok(draw(&mut db, &proxy, &plan, &form, None, page, clock).await?.into())
}

#[post("/proxies/<id>/edit", data = "<upload>")]
async fn update(
    user: Can<EditProxies>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let act = Act::of(&form);
    let (workbooks, papers): (Vec<&Uploaded>, Vec<&Uploaded>) =
        files.iter().partition(|one| one.field == "file");
    // a workbook is read before anything is locked
    let mut read = None;
    if act == Act::Upload {
        let (proxy, plan) = open(&mut *db.read().await?, &user, id).await?;
        writable(&proxy)?;
        read = workbook(&mut form, &workbooks, &plan, clock).await?;
    }
    let mut tx = db.begin().await?;
    let (proxy, plan) = open(&mut tx, &user, id).await?;
    writable(&proxy)?;
    if act == Act::Discard {
        return discard(tx, &user, &proxy, clock).await;
    }
    store::save(&mut tx, id, &Draft::typed(&form), clock).await?;
    let account = user.user.account;
    let kept = uploads::keep(&mut tx, db, &mut form, &papers, id, account, clock).await?;
    if act == Act::Submit
        && let Some(done) = submit(&mut tx, &user, (&proxy, &plan), &mut form, clock).await?
    {
        tx.commit().await?;
        return Ok(done.into());
    }
    let mut wrong = None;
    let what = match act {
        Act::Class if plan.stage == "running" => {
            return Err(Error::refused("培训班正在重新登记成绩，办理结业以后才能带出名册。"));
        }
        Act::Class => {
            format!("带出培训班名册 {} 人", roster::of_class(&mut tx, &proxy, &plan).await?)
        }
        Act::Upload => take_over(&mut tx, &proxy, &plan, read, &mut wrong).await?,
        Act::Detach(file) => {
            store::detach(&mut tx, &proxy, file).await?;
            "移除 1 份附件".to_owned()
        }
        _ => "保存草稿".to_owned(),
    };
    if let Some(wrong) = &wrong {
        let text = format!("名册文件有 {} 处需要修改，没有保存。请改好以后重新上传。", wrong.count);
        form.refuse("file", text);
    }
    let text = format!("代申报{}：{what}", plan.called());
    trail::write(&mut tx, &user.actor(), clock, "training.proxy.save", &proxy.object(), &text)
        .await?;
    tx.commit().await?;
    if form.refused() {
        let mut db = db.read().await?;
        let (proxy, plan) = open(&mut db, &user, id).await?;
        let page = draw(&mut db, &proxy, &plan, &form, wrong.as_ref(), None, clock).await?;
        return Ok(page.refused().into());
    }
    Ok(told(act, id, kept, &what).into())
}

/// What is told of an act that is done.
fn told(act: Act, id: i64, kept: usize, what: &str) -> Done {
    let done = Done::to(format!("{BASE}/{id}/edit"));
    match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传附件”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份附件。")),
        Act::Detach(_) => done.ok(format!("已{what}。")),
        Act::Class => done.ok(format!("已{what}，原来的名册已替换。")),
        Act::Upload => done.ok(format!("已{what}，原来的名册已替换。核对结果见下面的名册。")),
        Act::Save | Act::Discard | Act::Submit => {
            done.ok("草稿已保存。提交以后，审核单位才能看到。")
        }
    }
}

/// Sends the batch, the class's own roster as it is now; none if a field is refused.
async fn submit(
    tx: &mut SqliteConnection,
    user: &Can<EditProxies>,
    (proxy, plan): (&Proxy, &Plan),
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<Done>> {
    if proxy.roster == "class" && plan.stage != "running" {
        // results may have been recorded anew since
        roster::of_class(&mut *tx, proxy, plan).await?;
    }
    match fields::asked(&mut *tx, proxy, plan, form, clock).await? {
        Some(content) => Ok(Some(send::send(tx, user, proxy, content, clock).await?)),
        None => Ok(None),
    }
}

/// The rows of a workbook in place of what was there; `wrong` if some cannot be taken. Gives what
/// the trail says.
async fn take_over(
    tx: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &Plan,
    read: Option<Workbook>,
    wrong: &mut Option<Problems>,
) -> Result<String> {
    let refused = |name: &str| format!("上传名册“{name}”，内容有误，没有保存");
    Ok(match read {
        None => "上传名册，没有读取".to_owned(),
        Some((name, Err(problems))) => {
            *wrong = Some(problems);
            refused(&name)
        }
        Some((name, Ok(taken))) => match upload::identified(&mut *tx, taken.rows).await? {
            Err(problems) => {
                *wrong = Some(problems);
                refused(&name)
            }
            Ok(rows) => {
                let count = rows.len();
                roster::put(tx, proxy, plan, rows, &name).await?;
                let hidden = match taken.hidden {
                    0 => String::new(),
                    rows => format!("（其中 {rows} 行在表格里是隐藏的）"),
                };
                format!("上传名册“{name}” {count} 人{hidden}")
            }
        },
    })
}

type Workbook = (String, std::result::Result<upload::Taken, Problems>);

/// The chosen workbook, read; none if the field is refused.
async fn workbook(
    form: &mut Form,
    chosen: &[&Uploaded],
    plan: &Plan,
    clock: &Clock,
) -> Result<Option<Workbook>> {
    let file = match chosen {
        [] => {
            form.refuse(
                "file",
                "请先选择填好的名册文件（.xlsx、.xls、.ods、.csv），再点“上传名册”。",
            );
            return Ok(None);
        }
        [file] if !file.complete => {
            form.refuse("file", "文件超过 20 MB。请删去图片和多余的工作表后再上传。");
            return Ok(None);
        }
        [file] => file,
        _ => {
            form.refuse("file", "一次只能上传一个名册文件。");
            return Ok(None);
        }
    };
    match upload::read(file.bytes.clone(), Hours::from_tenths(plan.hours), clock.today()).await {
        Ok(read) => Ok(Some((file.name.chars().take(100).collect(), read))),
        Err(Error::Invalid(sentence)) => {
            form.refuse("file", sentence);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// 放弃草稿: what was submitted once stays as it was decided.
async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    user: &Can<EditProxies>,
    proxy: &Proxy,
    clock: &Clock,
) -> Result<Answer> {
    if proxy.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能放弃。请修改后重新提交，编号不变。",
            proxy.number
        )));
    }
    store::discard(&mut tx, proxy).await?;
    let text = format!("放弃“{}”的代申报草稿", proxy.title);
    trail::write(&mut tx, &user.actor(), clock, "training.proxy.discard", &proxy.object(), &text)
        .await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已放弃“{}”的代申报草稿。", proxy.title)).into())
}

async fn draw(
    db: &mut SqliteConnection,
    proxy: &Proxy,
    plan: &Plan,
    form: &Form,
    problems: Option<&Problems>,
    page: Option<usize>,
    clock: &Clock,
) -> Result<Page> {
    let marked = roster::marked(&mut *db, proxy.id).await?;
    let sums = Sums::of(&marked);
    let files = store::attached(&mut *db, proxy.id).await?;
    let missing: Vec<&str> = FileKind::ALL
        .iter()
        .filter(|kind| !files.iter().any(|file| file.kind == **kind))
        .map(|kind| kind.label())
        .collect();
    let kinds = FileKind::ALL.map(|kind| json!({ "key": kind.key(), "label": kind.label() }));
    let checks = plans::blocks(&mut *db, proxy.organization_id, proxy.year, clock).await?;
    let against: Vec<String> = checks
        .into_iter()
        .filter(|check| check.level == kit::review::Level::Refuse)
        .map(|check| check.text)
        .collect();
    let shown = uploads::shown(&mut *db, proxy.id, &files).await?;
    Ok(Page::new("training/proxy_form.html")
        .with("proxy", proxy)
        .with("plan", plan)
        .with("dates", &plans::dates(&plan.begins_on, &plan.ends_on))
        .with("rejection", &super::show::rejection(db, proxy).await?)
        .with("against", &against.join("；"))
        .with("roster", &pages::of(&marked, page, &format!("{BASE}/{}/edit", proxy.id)))
        .with("summary", &sums.sentence(false))
        .with("problems", &problems)
        .with("kinds", &kinds)
        .with("missing", &missing)
        .with("files", &shown)
        .with("most_files", &uploads::MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("book_limit", &kit::sheet::PACKED)
        .with("base", BASE)
        .with("form", form))
}

/// 名册模板
#[get("/proxies/<id>/template")]
async fn template(user: Can<EditProxies>, id: i64, db: &State<Db>) -> Result<Download> {
    let (_, plan) = open(&mut *db.read().await?, &user, id).await?;
    let most = Hours::from_tenths(plan.hours);
    let bytes = rocket::tokio::task::spawn_blocking(move || upload::template(most));
    let bytes = bytes.await.map_err(|error| Error::Fault(error.to_string()))??;
    Ok(Download::xlsx(format!("代申报名册模板-{}.xlsx", plan.title), bytes))
}
