//! The evidence part of the form: the slots of each kind of learning, and what was uploaded.

use serde::Serialize;

use kit::dictionary::{EvidenceSlot, LEARNING_KINDS, LearningKind, Need, learning_kind};
use kit::file::Stored;
use kit::kind_of_file::KindOfFile;

use super::evidence::{self, OTHER, Piece};
use super::form::{Choice, choice};

/// A file as the templates draw it.
#[derive(Debug, Serialize)]
pub struct Shown {
    id: i64,
    name: String,
    href: String,
    kind: &'static str,
    size: String,
    /// 结业（培训）证书
    slot: &'static str,
    /// The slot's code, empty for 其他材料.
    code: &'static str,
}

/// The files of a declaration of this kind of learning, which are served under `base`.
pub fn shown(kind: &str, pieces: Vec<Piece>, base: &str) -> Vec<Shown> {
    let shown = pieces.into_iter().map(|Piece { file, slot }| Shown {
        id: file.id.0,
        href: format!("{base}/{}", file.id),
        kind: picture_or_pdf(&file),
        size: size(file.size),
        slot: evidence::label(kind, &slot),
        code: evidence::slot_in(kind, &slot).map_or("", |slot| slot.code),
        name: file.name,
    });
    shown.collect()
}

fn picture_or_pdf(file: &Stored) -> &'static str {
    match KindOfFile::from_mime(&file.mime) {
        Some(kind) if kind.is_picture() => "image",
        _ => "pdf",
    }
}

fn size(bytes: i64) -> String {
    if bytes < 1024 * 1024 {
        format!("{} KB", (bytes + 1023) / 1024)
    } else {
        let tenths = bytes * 10 / (1024 * 1024);
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

/// A slot in the form.
#[derive(Debug, Serialize)]
pub struct Slot {
    /// Name of its input.
    field: String,
    code: &'static str,
    label: &'static str,
    /// `required`, `one`, `optional`
    need: &'static str,
    /// Of alternatives, by which name they belong together.
    group: &'static str,
    hint: String,
    /// Whether it still has to be filled.
    open: bool,
}

/// The slots of one kind of learning.
#[derive(Debug, Serialize)]
pub struct Kind {
    code: &'static str,
    chosen: bool,
    slots: Vec<Slot>,
}

/// The evidence part of the form.
#[derive(Debug, Serialize)]
pub struct Evidence {
    kinds: Vec<Kind>,
    files: Vec<Shown>,
    /// What a file of the chosen kind may be: its slots, then 其他材料.
    choices: Vec<Choice>,
    /// 结业（培训）证书、单位证明: what is still missing of the chosen kind.
    missing: String,
    /// Whether the chosen kind names what it asks for.
    slotted: bool,
    most: usize,
    limit: usize,
}

/// Of a form with this kind of learning chosen and these files uploaded, served under `base`.
pub fn evidence(kind: &str, pieces: Vec<Piece>, base: &str) -> Evidence {
    let there: Vec<&str> = pieces.iter().map(|piece| piece.slot.as_str()).collect();
    let chosen = learning_kind(kind);
    let missing: Vec<String> = chosen
        .map(|kind| evidence::lacking(kind, &there).into_iter().map(|(_, label)| label).collect())
        .unwrap_or_default();
    let kinds = LEARNING_KINDS.iter().map(|one| Kind {
        code: one.code,
        chosen: one.code == kind,
        slots: one.evidence.iter().map(|slot| of(one, slot, &there)).collect(),
    });
    let choices = chosen.into_iter().flat_map(|kind| kind.evidence);
    let choices = choices.map(|slot| choice(slot.code, slot.label)).chain([choice("", OTHER)]);
    Evidence {
        kinds: kinds.collect(),
        choices: choices.collect(),
        missing: missing.join("、"),
        slotted: chosen.is_some_and(|kind| !kind.evidence.is_empty()),
        most: super::MOST_FILES,
        limit: kit::file::EVIDENCE_LIMIT,
        files: shown(kind, pieces, base),
    }
}

fn of(kind: &LearningKind, slot: &'static EvidenceSlot, there: &[&str]) -> Slot {
    let (need, group) = match slot.need {
        Need::Required => ("required", ""),
        Need::OneOf(group) => ("one", group),
        Need::Optional => ("optional", ""),
    };
    let count = there.iter().filter(|code| **code == slot.code).count();
    let mut hint = match slot.need {
        Need::Required => String::new(),
        Need::OneOf(group) => {
            let others = kind.evidence.iter().filter(|o| o.need == Need::OneOf(group));
            let labels: Vec<&str> = others.map(|other| other.label).collect();
            format!("{}，上传其中一种。", labels.join("、"))
        }
        Need::Optional => "有的附上。".to_owned(),
    };
    if count > 0 {
        hint = format!("已上传 {count} 份。{hint}");
    }
    Slot {
        field: evidence::field(kind, slot),
        code: slot.code,
        label: slot.label,
        need,
        group,
        hint,
        open: slot.need == Need::Required && count == 0,
    }
}
