//! What the person's form and the batch's have in common: target, reason, day, evidence.

use accounts::organizations::picker::{self, Offer};
use accounts::uploads;
use kit::form::Uploaded;
use kit::organization::Organization;
use kit::{AccountId, Clock, Db, FileId, Form, OrganizationId, Result, day};
use sqlx::SqliteConnection;

use crate::content::MOST_FILES;
use crate::store::{self, Transfer};

/// What the pressed button asks for.
pub enum Act {
    Save,
    Attach,
    Detach(FileId),
    Discard,
    Submit,
}

impl Act {
    /// The button `act`; whatever else is pressed saves.
    pub fn of(form: &Form) -> Self {
        let text = form.text("act");
        let (word, rest) = text.split_once(':').unwrap_or((&text, ""));
        match word {
            "attach" => Self::Attach,
            "detach" => rest.parse().map_or(Self::Save, Self::Detach),
            "discard" => Self::Discard,
            "submit" => Self::Submit,
            _ => Self::Save,
        }
    }
}

/// What a form asks for.
#[derive(Debug)]
pub struct Asked {
    pub to: Organization,
    pub wish: String,
    pub reason: String,
    pub effective_on: String,
}

/// Reads the form; refused by field. `from` is the unit that is left.
pub async fn read(
    db: &mut SqliteConnection,
    form: &mut Form,
    from: OrganizationId,
    clock: &Clock,
) -> Result<Option<Asked>> {
    let to = picker::read(form, db, "target", "目标单位", Offer::People).await?;
    if to.as_ref().is_some_and(|to| to.id == from) {
        form.refuse("target", "目标单位就是现在的单位，不用调转。请另选一个单位。");
    }
    let wish = form.optional("wish", "拟到部门", 40);
    let reason = form.required("reason", "调转原因", 5..=200);
    let effective_on = form.optional_date("effective_on", "生效日期");
    if let Some(on) = day::stored_date(&effective_on)
        && (on - clock.today()).whole_days().abs() > 3660
    {
        form.refuse("effective_on", "生效日期与今天相差十年以上，请核对。");
    }
    let asked = to.map(|to| Asked { to, wish, reason, effective_on });
    Ok(asked.filter(|_| !form.refused()))
}

/// What a draft keeps of a field at most, in characters, as typed.
const KEPT_AS_TYPED: usize = 2000;
/// (field, its name, characters it takes at most)
const MOST: [(&str, &str, usize); 4] = [
    ("target", "目标单位", 200),
    ("wish", "拟到部门", 40),
    ("reason", "调转原因", 200),
    ("effective_on", "生效日期", 20),
];

/// Refuses what is longer than its field takes; the form, and with it the draft, keeps no more
/// than a bound of it.
pub fn bound(form: &mut Form) {
    for (name, label, most) in MOST {
        let count = form.raw(name).chars().count();
        if count <= most {
            continue;
        }
        if count > KEPT_AS_TYPED {
            let kept: String = form.raw(name).chars().take(KEPT_AS_TYPED).collect();
            form.set(name, kept);
        }
        form.refuse(
            name,
            format!("{label}最多 {most} 个字，现在有 {count} 个字。请精简后再保存。"),
        );
    }
}

/// Keeps what arrived and takes out what is to go; gives how many arrived.
pub async fn take_files(
    tx: &mut SqliteConnection,
    db: &Db,
    transfer: &Transfer,
    form: &mut Form,
    arrived: &[Uploaded],
    (act, by): (&Act, AccountId),
    clock: &Clock,
) -> Result<usize> {
    let there = store::files(&mut *tx, transfer.id).await?.len();
    let limit = (there, MOST_FILES);
    let kept = uploads::keep(&mut *tx, db, form, arrived, limit, by, clock).await?;
    for file in &kept {
        store::attach(&mut *tx, transfer.id, *file).await?;
    }
    if let Act::Detach(file) = act {
        store::detach(tx, transfer, *file).await?;
    }
    Ok(kept.len())
}

/// What a saved form is answered with.
pub fn saved(act: &Act, kept: usize, done: kit::Done) -> kit::Done {
    match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传材料”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份材料。")),
        Act::Detach(_) => done.ok("已移除 1 份材料。"),
        Act::Save | Act::Submit | Act::Discard => {
            done.ok("草稿已保存。提交以后，审核单位才能看到。")
        }
    }
}
