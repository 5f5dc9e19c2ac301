//! 证明材料 by slots: what a kind of learning asks for (domain.md §3.8), what is there, what is missing.

use kit::dictionary::{EvidenceSlot, LearningKind, Need, learning_kind};
use kit::file::Stored;
use kit::form::Uploaded;
use kit::{Clock, Db, Error, FileId, Form, OrganizationId, Result, User};
use sqlx::SqliteConnection;

use super::MOST_FILES;
use super::store::Draft;

/// What stands in no slot of its kind of learning.
pub const OTHER: &str = "其他材料";
/// The form's input for `OTHER`.
pub const OTHER_FIELD: &str = "files";

/// A file of a declaration and the slot it was put in: a code of the dictionary, or empty.
#[derive(Debug, Clone)]
pub struct Piece {
    pub file: Stored,
    pub slot: String,
}

/// The form's input of a slot: `evidence-02-notice`.
pub fn field(kind: &LearningKind, slot: &EvidenceSlot) -> String {
    format!("evidence-{}-{}", kind.code, slot.code)
}

/// The slot that an input belongs to; empty for any other.
fn slot_of(field: &str) -> &str {
    let known = field.strip_prefix("evidence-").and_then(|rest| rest.split_once('-'));
    known.filter(|(kind, slot)| slot_in(kind, slot).is_some()).map_or("", |(_, slot)| slot)
}

/// The slot with this code, if the kind has it.
pub fn slot_in(kind: &str, code: &str) -> Option<&'static EvidenceSlot> {
    learning_kind(kind)?.evidence.iter().find(|slot| slot.code == code)
}

/// What a slot is called in this kind of learning: 结业（培训）证书; 其他材料 where it has none.
pub fn label(kind: &str, code: &str) -> &'static str {
    slot_in(kind, code).map_or(OTHER, |slot| slot.label)
}

/// (slot, what to call it) of each thing that must be there and is not; of alternatives the first
/// slot, named together: 文章页或书名页（版权页）.
pub fn lacking(kind: &LearningKind, there: &[&str]) -> Vec<(&'static EvidenceSlot, String)> {
    let mut lacking = Vec::new();
    let mut groups = Vec::new();
    for slot in kind.evidence {
        match slot.need {
            Need::Optional => {}
            Need::Required if there.contains(&slot.code) => {}
            Need::Required => lacking.push((slot, slot.label.to_owned())),
            Need::OneOf(group) if groups.contains(&group) => {}
            Need::OneOf(group) => {
                groups.push(group);
                let either = || kind.evidence.iter().filter(|s| s.need == Need::OneOf(group));
                if !either().any(|one| there.contains(&one.code)) {
                    let labels: Vec<&str> = either().map(|one| one.label).collect();
                    lacking.push((slot, labels.join("或")));
                }
            }
        }
    }
    lacking
}

/// Refuses, by slot, what must be there and is not.
pub fn demand(form: &mut Form, kind: &str, pieces: &[Piece]) {
    let there: Vec<&str> = pieces.iter().map(|piece| piece.slot.as_str()).collect();
    let Some(kind) = learning_kind(kind) else { return };
    let lacking = lacking(kind, &there);
    if pieces.is_empty() && lacking.is_empty() {
        form.refuse(OTHER_FIELD, "请至少上传 1 份证明材料（JPG、PNG 图片或 PDF）。");
    }
    for (slot, label) in lacking {
        form.refuse(&field(kind, slot), format!("缺少“{label}”，请上传，或在已上传的材料中指定。"));
    }
}

/// Its files, in order.
pub async fn pieces(db: &mut SqliteConnection, id: i64) -> Result<Vec<Piece>> {
    let rows: Vec<(FileId, String)> = sqlx::query_as(
        "select file_id, slot from declaration_file where declaration_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    of_rows(db, rows).await
}

/// The files of (file, slot).
pub async fn of_rows(db: &mut SqliteConnection, rows: Vec<(FileId, String)>) -> Result<Vec<Piece>> {
    let ids: Vec<FileId> = rows.iter().map(|(file, _)| *file).collect();
    let files = kit::file::find(db, &ids).await?;
    let slot = |file: &Stored| rows.iter().find(|(id, _)| *id == file.id).map(|row| row.1.clone());
    Ok(files
        .into_iter()
        .map(|file| Piece { slot: slot(&file).unwrap_or_default(), file })
        .collect())
}

/// Puts a kept file behind the others, in a slot.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId, slot: &str) -> Result<()> {
    sqlx::query(
        "insert into declaration_file (declaration_id, file_id, sort, slot)
         select ?1, ?2, coalesce(max(sort), 0) + 1, ?3 from declaration_file where declaration_id = ?1
         on conflict (declaration_id, file_id) do update
            set removed = 0, sort = excluded.sort, slot = excluded.slot",
    )
    .bind(id)
    .bind(file)
    .bind(slot)
    .execute(tx)
    .await?;
    Ok(())
}

/// The files that the form names a new slot for (`slot-<file>`): slots of this kind, or none. What
/// it does not name stays where it is.
pub fn moved(pieces: &[Piece], kind: &str, form: &Form) -> Vec<(FileId, &'static str)> {
    let mut moved = Vec::new();
    for piece in pieces {
        let name = format!("slot-{}", piece.file.id);
        let [typed, ..] = form.list(&name) else { continue };
        let slot = slot_in(kind, typed).map_or("", |slot| slot.code);
        if (typed.is_empty() || !slot.is_empty()) && slot != piece.slot {
            moved.push((piece.file.id, slot));
        }
    }
    moved
}

/// Puts the files into the slots that the form names.
pub async fn assign(tx: &mut SqliteConnection, id: i64, kind: &str, form: &Form) -> Result<()> {
    for (file, slot) in moved(&pieces(&mut *tx, id).await?, kind, form) {
        sqlx::query(
            "update declaration_file set slot = ? where declaration_id = ? and file_id = ?",
        )
        .bind(slot)
        .bind(id)
        .bind(file)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Keeps arrived files in their slots; those refused are named in the form, at the input they were
/// chosen in. Gives how many were kept.
pub async fn keep(
    tx: &mut SqliteConnection,
    db: &Db,
    user: &User,
    id: i64,
    files: &[Uploaded],
    form: &mut Form,
    clock: &Clock,
) -> Result<usize> {
    let there = pieces(&mut *tx, id).await?.len();
    let kept = receive(&mut *tx, db, user, there, files, form, clock).await?;
    for (file, slot) in &kept {
        attach(&mut *tx, id, *file, slot).await?;
    }
    Ok(kept.len())
}

/// Keeps arrived files beside so many that are there: (file, slot) of each that was kept; those
/// refused are named in the form, at the input they were chosen in.
pub async fn receive<'f>(
    tx: &mut SqliteConnection,
    db: &Db,
    user: &User,
    there: usize,
    files: &'f [Uploaded],
    form: &mut Form,
    clock: &Clock,
) -> Result<Vec<(FileId, &'f str)>> {
    if there + files.len() > MOST_FILES {
        form.refuse(
            OTHER_FIELD,
            format!(
                "最多 {MOST_FILES} 份材料：已有 {there} 份，这次选了 {} 份，都没有保存。请减少后重新选择。",
                files.len()
            ),
        );
        return Ok(vec![]);
    }
    let mut kept = Vec::new();
    let mut refused: std::collections::BTreeMap<&str, Vec<String>> = Default::default();
    for file in files {
        let slot = slot_of(&file.field);
        match kit::file::keep(db, &mut *tx, file, Some(user.account), clock).await {
            Ok(stored) => kept.push((stored.id, slot)),
            Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
                let sentence = error.sentence();
                let named = sentence.contains(&file.name);
                let told =
                    if named { sentence.to_owned() } else { format!("{}：{sentence}", file.name) };
                let at = if slot.is_empty() { OTHER_FIELD } else { file.field.as_str() };
                refused.entry(at).or_default().push(told);
            }
            Err(error) => return Err(error),
        }
    }
    for (at, told) in refused {
        form.refuse(at, told.join(" "));
    }
    Ok(kept)
}

/// Takes a file off. What was submitted once keeps its row: the desk's history shows it.
pub async fn detach(
    tx: &mut SqliteConnection,
    draft: &Draft,
    file: FileId,
    user: &User,
) -> Result<()> {
    let sql = if draft.case_id.is_some() {
        "update declaration_file set removed = 1 where declaration_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from declaration_file where declaration_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(draft.id).bind(file).execute(&mut *tx).await?.rows_affected();
    match (done, draft.case_id) {
        (0, _) => Err(Error::NotFound),
        (_, Some(_)) => Ok(()),
        (_, None) => kit::file::remove(tx, file, user).await,
    }
}

/// Lets those see the evidence who see the declaration: from its submission on.
pub async fn link(tx: &mut SqliteConnection, draft: &Draft) -> Result<()> {
    let (organization, department): (OrganizationId, Option<OrganizationId>) =
        sqlx::query_as("select organization_id, department_id from declaration where id = ?")
            .bind(draft.id)
            .fetch_one(&mut *tx)
            .await?;
    for piece in pieces(&mut *tx, draft.id).await? {
        let (leaf, person) = (crate::subject::LEAF, Some(draft.person_id));
        kit::file::link(&mut *tx, piece.file.id, leaf, person, organization, department).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kit::dictionary::{LEARNING_KINDS, learning_kind};

    use super::{lacking, slot_of};

    #[test]
    fn what_lacks_is_what_the_dictionary_says_is_missing() {
        for kind in LEARNING_KINDS {
            let codes: Vec<&str> = kind.evidence.iter().map(|slot| slot.code).collect();
            for there in (0..=codes.len()).map(|n| &codes[..n]) {
                let labels: Vec<String> =
                    lacking(kind, there).into_iter().map(|(_, label)| label).collect();
                assert_eq!(labels, kind.missing(there), "{}", kind.label);
            }
        }
    }

    #[test]
    fn of_alternatives_one_is_enough_and_both_are_named() {
        let kind = learning_kind("06").unwrap();
        let lacks = lacking(kind, &["cover", "contents"]);
        assert_eq!(lacks[0].1, "文章页或书名页（版权页）");
        assert_eq!(lacks[0].0.code, "article");
        assert!(lacking(kind, &["cover", "contents", "title-page"]).is_empty());
    }

    #[test]
    fn an_input_names_its_slot_or_none() {
        assert_eq!(slot_of("evidence-02-unit-proof"), "unit-proof");
        assert_eq!(slot_of("evidence-07-notice"), "");
        assert_eq!(slot_of("files"), "");
        assert_eq!(slot_of("evidence-"), "");
    }
}
