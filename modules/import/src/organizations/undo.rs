//! 撤销导入 of organizations: those nobody has touched vanish with their administrators; the others
//! are kept and named.

use accounts::organizations::{self, NewOrganization};
use kit::{
    AccountId, Answer, Clock, Db, Done, Error, Form, Modules, OrganizationId, Page, Result, trail,
};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::{Connection, SqliteConnection};

use super::kind::At;
use crate::store::Import;

pub fn routes() -> Vec<Route> {
    routes![page, undo]
}

/// An organization that an undo left.
#[derive(Serialize, sqlx::FromRow)]
pub struct Kept {
    number: i64,
    name: String,
    note: String,
}

/// Those that were kept, and why.
pub async fn kept(db: &mut SqliteConnection, import: i64) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as(
        "select t.number, o.name, t.note from import_touch t join organization o on o.id = t.object_id
          where t.import_id = ? and t.object = 'organization' and t.state = 'kept' order by t.number",
    )
    .bind(import)
    .fetch_all(db)
    .await?)
}

/// What became of an undo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    pub undone: i64,
    pub kept: i64,
}

/// Takes back what an import did to organizations, the last first; the caller claims the import,
/// counts and writes the trail.
pub async fn take_back(
    tx: &mut SqliteConnection,
    modules: &Modules,
    import: i64,
    clock: &Clock,
) -> Result<Undone> {
    let mut outcome = put_back(&mut *tx, modules, import, clock).await?;
    let touched: Vec<(OrganizationId, Option<AccountId>)> = sqlx::query_as(
        "select t.object_id, a.account_id from import_touch t
           left join import_administrator a
             on a.import_id = t.import_id and a.organization_id = t.object_id
          where t.import_id = ? and t.object = 'organization' and t.what = 'created'
            and t.state = 'done'
          order by t.number desc",
    )
    .bind(import)
    .fetch_all(&mut *tx)
    .await?;
    for (id, account) in touched {
        let held = match held(&mut *tx, id, account).await? {
            Some(note) => Some(note),
            None => removed(&mut *tx, id, account).await?,
        };
        outcome.note(&mut *tx, import, id, held).await?;
    }
    Ok(outcome)
}

impl Undone {
    /// Counts one, and keeps what became of it.
    async fn note(
        &mut self,
        tx: &mut SqliteConnection,
        import: i64,
        id: OrganizationId,
        held: Option<String>,
    ) -> Result<()> {
        match held {
            Some(_) => self.kept += 1,
            None => self.undone += 1,
        }
        sqlx::query(
            "update import_touch set state = ?, note = ?
              where import_id = ? and object = 'organization' and object_id = ?",
        )
        .bind(if held.is_some() { "kept" } else { "undone" })
        .bind(held.unwrap_or_default())
        .bind(import)
        .bind(id)
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// Profiles that it changed are as before, if they are still as it left them.
async fn put_back(
    tx: &mut SqliteConnection,
    modules: &Modules,
    import: i64,
    clock: &Clock,
) -> Result<Undone> {
    let touched: Vec<(OrganizationId, String, String)> = sqlx::query_as(
        "select object_id, before, after from import_touch
          where import_id = ? and object = 'organization' and what = 'updated' and state = 'done'
          order by number desc",
    )
    .bind(import)
    .fetch_all(&mut *tx)
    .await?;
    let mut outcome = Undone::default();
    for (id, before, after) in touched {
        let found = kit::organization::find(&mut *tx, id).await?.ok_or(Error::NotFound)?;
        let same = !before.is_empty()
            && organizations::profile(&mut *tx, id).await? == serde_json::from_str(&after)?;
        let held = (!same).then(|| "资料在导入后又修改过".to_owned());
        if same {
            let new = NewOrganization {
                kind: found.kind,
                name: found.name,
                credit_code: found.credit_code,
                parent: found.parent_id,
                profile: serde_json::from_str(&before)?,
            };
            let cause = format!("import-undo:{import}");
            organizations::change(&mut *tx, modules, id, &new, &cause, clock).await?;
        }
        outcome.note(&mut *tx, import, id, held).await?;
    }
    Ok(outcome)
}

/// Why an organization must stay; none if nobody has touched it.
async fn held(
    db: &mut SqliteConnection,
    id: OrganizationId,
    account: Option<AccountId>,
) -> Result<Option<String>> {
    let (people, below, cases, versions): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from person where organization_id = ?1),
                (select count(*) from organization where parent_id = ?1),
                (select count(*) from review_case where organization_id = ?1),
                (select count(*) from organization_version where organization_id = ?1)",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await?;
    if people > 0 {
        return Ok(Some(format!("已有 {people} 名专技人员")));
    }
    if below > 0 {
        return Ok(Some(format!("下面已有 {below} 个单位")));
    }
    if cases > 0 {
        return Ok(Some("已有审核事项".to_owned()));
    }
    if versions > 1 {
        return Ok(Some("导入后修改过资料或停用过".to_owned()));
    }
    let (others, elsewhere, signed_in): (bool, bool, bool) = sqlx::query_as(
        "select exists (select 1 from grant where organization_id = ?1 and account_id is not ?2),
                exists (select 1 from grant where account_id = ?2 and organization_id <> ?1),
                exists (select 1 from account where id = ?2
                         and (signed_in_at is not null or password_hash is not null))",
    )
    .bind(id)
    .bind(account)
    .fetch_one(db)
    .await?;
    Ok(match (signed_in, others, elsewhere) {
        (true, ..) => Some("管理员已经登录过".to_owned()),
        (_, true, _) => Some("已有别的管理员".to_owned()),
        (_, _, true) => Some("管理员还管理别的单位".to_owned()),
        _ => None,
    })
}

/// Removes an organization with its administrator; why it cannot go, if something refers to it
/// after all.
async fn removed(
    tx: &mut SqliteConnection,
    id: OrganizationId,
    account: Option<AccountId>,
) -> Result<Option<String>> {
    const OF_ACCOUNT: [&str; 6] = [
        "delete from grant_role where grant_id in (select id from grant where account_id = ?)",
        "delete from grant_department where grant_id in (select id from grant where account_id = ?)",
        "delete from session where account_id = ?",
        "delete from message where account_id = ?",
        "delete from grant where account_id = ?",
        "delete from account where id = ?",
    ];
    const OF_ORGANIZATION: [&str; 4] = [
        "delete from organization_search where rowid = ?",
        "delete from organization_version where organization_id = ?",
        "delete from organization_profile where organization_id = ?",
        "delete from organization where id = ?",
    ];
    let mut inner = tx.begin().await?;
    let attempt = async {
        sqlx::query("delete from import_administrator where organization_id = ?")
            .bind(id)
            .execute(&mut *inner)
            .await?;
        for sql in OF_ACCOUNT {
            sqlx::query(sql).bind(account).execute(&mut *inner).await?;
        }
        for sql in OF_ORGANIZATION {
            sqlx::query(sql).bind(id).execute(&mut *inner).await?;
        }
        Ok::<(), sqlx::Error>(())
    };
    match attempt.await {
        Ok(()) => {
            inner.commit().await?;
            Ok(None)
        }
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
            inner.rollback().await?;
            Ok(Some("已有与它关联的记录".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// An import that can be undone.
async fn done(at: &At, db: &mut SqliteConnection, id: i64) -> Result<Import> {
    let import = at.found(db, id).await?;
    if !import.undone_at.is_empty() {
        return Err(Error::refused(format!(
            "这次导入已由 {} 于 {} 撤销，没有重复撤销。",
            import.undone_by,
            kit::day::shown_time(&import.undone_at)
        )));
    }
    if import.state != "imported" {
        return Err(Error::refused("这次上传没有导入，不用撤销。"));
    }
    Ok(import)
}

fn confirmation(at: &At, import: &Import, form: &Form) -> Page {
    Page::new("import/organizations_undo.html")
        .with("noun", at.kind.noun)
        .with("root", at.kind.base)
        .with("base", &at.address(import.id))
        .with("file_name", &import.file_name)
        .with("imported", &import.imported)
        .with("form", form)
}

#[get("/<id>/undo")]
async fn page(at: At, db: &State<Db>, id: i64) -> Result<Page> {
    let import = done(&at, &mut *db.read().await?, id).await?;
    Ok(confirmation(&at, &import, &Form::new()))
}

/// With a reason and one's own password, as other undoing.
#[post("/<id>/undo", data = "<form>")]
async fn undo(
    at: At,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    id: i64,
    mut form: Form,
) -> Result<Answer> {
    let import = done(&at, &mut *db.read().await?, id).await?;
    let reason = form.required("reason", "撤销原因", 2..=200);
    let what = format!("撤销导入文件“{}”", import.file_name);
    accounts::confirm::own_password(&mut form, db, &at.user, clock, &what).await?;
    if form.refused() {
        return Ok(confirmation(&at, &import, &form).refused().into());
    }
    let mut tx = db.begin().await?;
    done(&at, &mut tx, id).await?;
    let outcome = take_back(&mut tx, modules, id, clock).await?;
    if outcome.undone == 0 {
        let sentence = format!(
            "导入的{}都已经有人用过，没有可以撤销的。要停用的，请在它们的页面上办理。",
            at.kind.noun
        );
        return Err(Error::refused(sentence));
    }
    sqlx::query(
        "update import set undone_at = ?, undone_by = ?, undo_reason = ?, undone = ?, kept = ?
          where id = ?",
    )
    .bind(clock.stamp())
    .bind(&at.user.name)
    .bind(&reason)
    .bind(outcome.undone)
    .bind(outcome.kept)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let text = format!(
        "撤销批量导入{}（文件“{}”）：撤销 {} 个，保留 {} 个，原因：{reason}",
        at.kind.noun, import.file_name, outcome.undone, outcome.kept
    );
    let object = format!("import:{id}");
    trail::write(&mut tx, &at.actor(), clock, "import.undo", &object, &text).await?;
    tx.commit().await?;
    let done = Done::to(at.address(id))
        .ok(format!("已撤销对 {} 个{}的导入。", outcome.undone, at.kind.noun));
    Ok(match outcome.kept {
        0 => done,
        kept => done.warn(format!("{kept} 个已经有人用过，保留下来，原因见下表。")),
    }
    .into())
}
