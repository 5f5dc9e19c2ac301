//! Writing and changing a notice.

use kit::file::{ATTACHMENT, Stored, keep_as};
use kit::form::{Upload, Uploaded};
use kit::{Answer, Can, Clock, Db, Done, Error, FileId, Form, Page, Result, mask, trail};
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use crate::public::{Attached, attached};
use crate::store::{self, Fields, Notice};
use crate::{EditNotices, rich};

/// Attachments of one notice at most.
const MOST_FILES: usize = 10;

#[get("/manage/new")]
pub async fn new(_user: Can<EditNotices>) -> Page {
    page(None, &[], &Form::new())
}

#[get("/manage/<id>/edit")]
pub async fn edit(_user: Can<EditNotices>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut reader = db.read().await?;
    let notice = store::find(&mut reader, id).await?;
    let mut form = Form::of([("title", notice.title.clone())]);
    form.set("revision", notice.revision.to_string());
    form.set("pinned", if notice.pinned { "on" } else { "" });
    show_body(&mut form, &notice.body);
    Ok(page(Some(&notice), &store::files(&mut reader, id).await?, &form))
}

fn page(notice: Option<&Notice>, files: &[Stored], form: &Form) -> Page {
    let files: Vec<Attached> =
        files.iter().map(|file| attached(notice.map_or(0, |n| n.id), file)).collect();
    Page::new("notices/edit.html")
        .with("notice", &notice)
        .with("files", &files)
        .with("most_files", &MOST_FILES)
        .with("file_limit", &ATTACHMENT.limit)
        .with("form", form)
}

/// Gives the body to both boxes: the editor's takes HTML, the plain one text.
fn show_body(form: &mut Form, body: &str) {
    form.set("body", rich::text(body));
    form.set("body_html", body);
}

/// The typed body, sanitized. Without the editor an unchanged text keeps what it had (lists,
/// links, tables), which a plain box cannot show.
fn read_body(form: &mut Form, stored: &str) -> String {
    let typed = form.raw("body").to_owned();
    let body = if form.raw("body_format") == "html" {
        rich::clean(&typed)
    } else if rich::same(&rich::text(stored), &typed) {
        stored.to_owned()
    } else {
        rich::of_text(&typed)
    };
    let letters = rich::text(&body).chars().count();
    if letters > rich::MOST || typed.len() > rich::MOST_BYTES {
        form.refuse(
            "body",
            format!(
                "内容最多 {} 个字，现在有 {letters} 个，较长的内容请作为附件上传。",
                rich::MOST
            ),
        );
    }
    if mask::mask_numbers(&rich::text(&body)) != rich::text(&body) {
        form.refuse("body", "内容里有完整的身份证号。公告所有人都能看到，请删去或遮住中间各位。");
    }
    if form.raw("body_format") == "html" {
        show_body(form, &body);
    } else {
        form.set("body_html", body.as_str());
    }
    body
}

fn read(form: &mut Form, stored: &str, publish: bool) -> Fields {
    let title = form.required("title", "标题", 2..=100);
    if mask::mask_numbers(&title) != title {
        form.refuse("title", "标题里有完整的身份证号。公告所有人都能看到，请删去。");
    }
    let body = read_body(form, stored);
    if body.is_empty() && publish {
        form.refuse("body", "请填写内容，再发布。");
    }
    Fields { title, body, pinned: form.ticked("pinned") }
}

/// A new draft; with act=publish at once for everybody.
#[post("/manage", data = "<upload>")]
pub async fn create(
    user: Can<EditNotices>,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let publish = form.text("act") == "publish";
    let fields = read(&mut form, "", publish);
    let mut tx = db.begin().await?;
    let by = user.user.name.clone();
    let id = store::create(&mut tx, &fields, user.organization(), &by, clock).await?;
    keep(&mut tx, &user, db, clock, id, &files, &mut form).await?;
    if form.refused() {
        tx.rollback().await?;
        return Ok(page(None, &[], &form).refused().into());
    }
    let text = format!("新增通知公告草稿“{}”，附件 {} 个", fields.title, files.len());
    write(&mut tx, &user, clock, "create", id, &text).await?;
    if publish {
        go_public(&mut tx, &user, clock, id).await?;
    }
    tx.commit().await?;
    let done = Done::to(format!("/notices/manage/{id}"));
    Ok(match publish {
        true => done.ok("已发布，首页和公告页现在可以看到。"),
        false => done.ok("草稿已保存。发布以后，其他人才能看到。"),
    }
    .into())
}

/// A change; of a published notice the public sees it at once.
#[post("/manage/<id>", data = "<upload>")]
pub async fn update(
    user: Can<EditNotices>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let mut tx = db.begin().await?;
    let notice = store::find(&mut tx, id).await?;
    let publish = form.text("act") == "publish" && !notice.is_published();
    let fields = read(&mut form, &notice.body, publish || !notice.is_draft());
    let had = store::files(&mut tx, id).await?;
    let changed = change(&mut tx, &user, db, clock, &notice, &fields, &files, &mut form).await?;
    if form.refused() {
        tx.rollback().await?;
        return Ok(page(Some(&notice), &had, &form).refused().into());
    }
    if !changed.is_empty() {
        let what = format!("修改{}", changed.join("、"));
        let text = format!("通知公告“{}”{what}", fields.title);
        write(&mut tx, &user, clock, "change", id, &text).await?;
        if notice.is_published() {
            store::keep_version(&mut tx, id, &user.user.name, &what, clock).await?;
        }
    }
    if publish {
        go_public(&mut tx, &user, clock, id).await?;
    }
    tx.commit().await?;
    let done = Done::to(format!("/notices/manage/{id}"));
    Ok(match (publish, changed.is_empty()) {
        (true, _) => done.ok("已发布，首页和公告页现在可以看到。"),
        (false, true) => done.ok("没有改动。"),
        (false, false) if notice.is_published() => {
            done.ok(format!("已修改{}，公告页已更新。", changed.join("、")))
        }
        (false, false) => done.ok(format!("已保存，修改了{}。", changed.join("、"))),
    }
    .into())
}

/// Stores what differs and names it: 标题, 内容, 附件…
#[expect(clippy::too_many_arguments, reason = "the act's own context, and what it changes")]
async fn change(
    tx: &mut SqliteConnection,
    user: &Can<EditNotices>,
    db: &Db,
    clock: &Clock,
    notice: &Notice,
    fields: &Fields,
    files: &[Uploaded],
    form: &mut Form,
) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    if fields.title != notice.title {
        changed.push(format!("标题（原为“{}”）", notice.title));
    }
    if fields.body != notice.body {
        changed.push("内容".to_owned());
    }
    let removed = remove(&mut *tx, notice.id, form).await?;
    if !removed.is_empty() {
        changed.push(format!("附件（移除 {}）", removed.join("、")));
    }
    let added = keep(&mut *tx, user, db, clock, notice.id, files, form).await?;
    if !added.is_empty() {
        changed.push(format!("附件（增加 {}）", added.join("、")));
    }
    let told = !changed.is_empty();
    if fields.pinned != notice.pinned {
        changed.push(if fields.pinned { "置顶" } else { "取消置顶" }.to_owned());
    }
    let revision = form.text("revision").parse().unwrap_or_default();
    if !changed.is_empty()
        && !form.refused()
        && !store::update(tx, notice, fields, revision, told, clock).await?
    {
        form.refuse(
            "",
            "您打开这一页以后，别人已经保存过这条公告，您的修改没有保存。请另开一页查看现在的内容，再重新编辑。",
        );
    }
    Ok(changed)
}

/// Takes away the ticked attachments; gives their names.
async fn remove(tx: &mut SqliteConnection, notice: i64, form: &Form) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for ticked in form.list("remove") {
        let file = FileId(ticked.parse().map_err(|_| Error::NotFound)?);
        let file = match store::file(&mut *tx, notice, file).await {
            Ok(file) => file,
            // somebody was first: it is gone as wished
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        kit::file::discard(&mut *tx, file.id).await?;
        names.push(file.name);
    }
    Ok(names)
}

/// Keeps arrived attachments; those refused are named in the form. Gives the names.
async fn keep(
    tx: &mut SqliteConnection,
    user: &Can<EditNotices>,
    db: &Db,
    clock: &Clock,
    notice: i64,
    files: &[Uploaded],
    form: &mut Form,
) -> Result<Vec<String>> {
    let there = store::files(&mut *tx, notice).await?.len();
    if there + files.len() > MOST_FILES {
        form.refuse(
            "files",
            format!("最多 {MOST_FILES} 个附件：已有 {there} 个，这次选了 {} 个，都没有保存。请减少后重新选择。", files.len()),
        );
    }
    if form.refused() {
        if !files.is_empty() {
            form.refuse("files", "有内容需要修改，附件没有保存。改好以后请重新选择附件。");
        }
        return Ok(vec![]);
    }
    let (mut names, mut refused) = (Vec::new(), Vec::new());
    for file in files {
        let account = Some(user.user.account);
        match keep_as(ATTACHMENT, db.folder(), &mut *tx, file, account, clock).await {
            Ok(stored) => {
                store::attach(&mut *tx, notice, stored.id).await?;
                names.push(stored.name);
            }
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                refused.push(error.sentence().to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    if !refused.is_empty() {
        form.refuse("files", format!("{} 附件都没有保存，请重新选择。", refused.join(" ")));
    }
    Ok(names)
}

/// Publishes what is stored, with its version and its trail.
pub async fn go_public(
    tx: &mut SqliteConnection,
    user: &Can<EditNotices>,
    clock: &Clock,
    id: i64,
) -> Result<()> {
    let notice = store::find(&mut *tx, id).await?;
    if notice.body.is_empty() {
        return Err(Error::refused("这条公告还没有内容。请先编辑，填写内容以后再发布。"));
    }
    store::publish(&mut *tx, id, &user.user.name, clock).await?;
    let what = if notice.is_draft() { "发布" } else { "重新发布" };
    store::keep_version(&mut *tx, id, &user.user.name, what, clock).await?;
    write(tx, user, clock, "publish", id, &format!("{what}通知公告“{}”", notice.title)).await
}

/// A row of the trail about this notice.
pub async fn write(
    tx: &mut SqliteConnection,
    user: &Can<EditNotices>,
    clock: &Clock,
    act: &str,
    id: i64,
    text: &str,
) -> Result<()> {
    let (act, object) = (format!("notices.{act}"), format!("notice:{id}"));
    trail::write(tx, &user.actor(), clock, &act, &object, text).await
}
