//! What continuing education consists of: subjects, kinds of learning, levels, evidence.

use super::{Dictionary, entry};

/// 科目类别: seed only. A province may add a third (选修), so screens read the table, not this.
pub const SUBJECTS: Dictionary = Dictionary {
    key: "subject",
    title: "科目类别",
    entries: &[
        entry(1, "public", "公需科目", &["公需", "公需课"]),
        entry(2, "professional", "专业科目", &["专业", "专业课"]),
    ],
};

/// 级别 of a project, meeting or award (domain.md §3.8).
pub const DECLARATION_LEVELS: Dictionary = Dictionary {
    key: "declaration_level",
    title: "级别",
    entries: &[
        entry(1, "national", "国家级", &["国家"]),
        entry(2, "provincial", "省部级", &["省部", "省级", "部级"]),
        entry(3, "municipal", "市厅级", &["市厅", "市级", "厅级"]),
        entry(4, "county", "县级", &["县", "县区级", "区级"]),
        entry(5, "unit", "单位", &["单位级", "本单位"]),
    ],
};

/// Whether a piece of evidence must be there before a declaration can be submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// At least one file in this slot.
    Required,
    /// At least one file in the slots that share this name: an article or the title page of a
    /// book, whichever was published.
    OneOf(&'static str),
    /// Only where it applies, such as a paper read at the meeting.
    Optional,
}

/// One place for evidence in the declaration form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceSlot {
    /// Stored with each file; unique within a kind of learning.
    pub code: &'static str,
    /// For example 培训通知.
    pub label: &'static str,
    pub need: Need,
}

/// A kind of learning (学习形式): the list of 13 that the Henan guide gives with its evidence
/// (domain.md §3.8, S15), in-post training (S6) and training on a network platform (S10).
#[derive(Clone, Copy, Debug)]
pub struct LearningKind {
    /// "01" to "15".
    pub code: &'static str,
    pub label: &'static str,
    /// Hours are hours present, so at most 8 a day between the first day and the last (domain.md,
    /// Decisions). Not so where hours are a conversion of a result (a meeting of one day counts
    /// 12, a passed course 15, a patent 48), nor for platforms, which keep their own daily limit.
    pub class_like: bool,
    /// What must be attached; none for platforms, whose records come by themselves.
    pub evidence: &'static [EvidenceSlot],
}

impl LearningKind {
    /// Labels of what is still missing, given the slot codes of the files attached so far.
    /// Alternatives are named together: 文章页或书名页.
    pub fn missing(&self, attached: &[&str]) -> Vec<String> {
        let mut missing = Vec::new();
        let mut groups = Vec::new();
        for slot in self.evidence {
            match slot.need {
                Need::Optional => {}
                Need::Required if attached.contains(&slot.code) => {}
                Need::Required => missing.push(slot.label.to_owned()),
                Need::OneOf(group) if groups.contains(&group) => {}
                Need::OneOf(group) => {
                    groups.push(group);
                    let either = || self.evidence.iter().filter(|s| s.need == Need::OneOf(group));
                    if !either().any(|slot| attached.contains(&slot.code)) {
                        let labels: Vec<&str> = either().map(|slot| slot.label).collect();
                        missing.push(labels.join("或"));
                    }
                }
            }
        }
        missing
    }
}

/// The kind with this code; the dictionary is small enough to be walked.
pub fn learning_kind(code: &str) -> Option<&'static LearningKind> {
    LEARNING_KINDS.iter().find(|kind| kind.code == code)
}

const fn kind(
    code: &'static str,
    label: &'static str,
    class_like: bool,
    evidence: &'static [EvidenceSlot],
) -> LearningKind {
    LearningKind { code, label, class_like, evidence }
}

const fn required(code: &'static str, label: &'static str) -> EvidenceSlot {
    EvidenceSlot { code, label, need: Need::Required }
}

const fn optional(code: &'static str, label: &'static str) -> EvidenceSlot {
    EvidenceSlot { code, label, need: Need::Optional }
}

const fn one_of(code: &'static str, label: &'static str, group: &'static str) -> EvidenceSlot {
    EvidenceSlot { code, label, need: Need::OneOf(group) }
}

const NOTICE: EvidenceSlot = required("notice", "培训（活动）通知");
const COMPLETION: EvidenceSlot = required("completion", "结业（培训）证书");
const UNIT_PROOF: EvidenceSlot = required("unit-proof", "单位证明");

/// All kinds of learning in the order of drop-downs.
pub const LEARNING_KINDS: &[LearningKind] = &[
    kind("01", "继续教育基地培训班", true, &[NOTICE, COMPLETION, UNIT_PROOF]),
    kind("02", "培训、研修活动", true, &[NOTICE, COMPLETION, UNIT_PROOF]),
    kind(
        "03",
        "学历、学位教育（课程进修）",
        false,
        &[
            required("transcript", "当年成绩单"),
            optional("dispatch", "单位选派证明（进修）"),
            optional("assessment", "接收单位考核鉴定（进修）"),
        ],
    ),
    kind(
        "04",
        "学术会议",
        false,
        &[required("notice", "会议通知"), UNIT_PROOF, optional("paper", "宣读论文或作报告的证明")],
    ),
    kind(
        "05",
        "课题研究与项目开发",
        false,
        &[required("project", "参与国家级、省级课题或项目的证明"), optional("closing", "结题材料")],
    ),
    kind(
        "06",
        "著作、译作、论文",
        false,
        &[
            required("cover", "封面"),
            required("contents", "目录"),
            one_of("article", "文章页", "text"),
            one_of("title-page", "书名页（版权页）", "text"),
        ],
    ),
    kind("07", "专利（发明、实用新型、外观设计）", false, &[required("patent", "专利证书")]),
    kind("08", "科技进步、自然科学、技术发明、社会科学奖", false, &[required("award", "获奖证书")]),
    kind("09", "职称、执业资格、职业水平考试", false, &[required("qualification", "资格证书")]),
    kind(
        "10",
        "专题调研报告获批示",
        false,
        &[required("instruction", "批示件"), optional("report", "调研报告")],
    ),
    kind(
        "11",
        "援藏援疆援外、支教支农支医、扶贫、挂职",
        false,
        &[required("dispatch", "单位或主管部门选派文件"), required("assessment", "年度考核结果")],
    ),
    kind(
        "12",
        "服务基层活动",
        true,
        &[required("notice", "活动通知"), required("organizer-proof", "组织单位证明"), UNIT_PROOF],
    ),
    kind(
        "13",
        "行业主管部门组织的专业科目培训",
        true,
        &[NOTICE, required("attendance", "参训证明")],
    ),
    kind("14", "岗位培训", true, &[NOTICE, required("attendance", "参训证明或考核结果")]),
    kind("15", "网络培训", false, &[]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{LEARNING_KINDS, learning_kind};

    #[test]
    fn kinds_are_numbered_from_01_to_15_and_their_slots_differ() {
        for (kind, number) in LEARNING_KINDS.iter().zip(1..) {
            assert_eq!(kind.code, format!("{number:02}"));
            let slots: HashSet<&str> = kind.evidence.iter().map(|slot| slot.code).collect();
            assert_eq!(slots.len(), kind.evidence.len(), "{}", kind.label);
            let all: Vec<&str> = slots.into_iter().collect();
            assert_eq!(kind.missing(&all), [""; 0]);
        }
        assert_eq!(LEARNING_KINDS.len(), 15);
    }

    #[test]
    fn only_time_spent_is_limited_to_eight_hours_a_day() {
        let limited: Vec<&str> =
            LEARNING_KINDS.iter().filter(|kind| kind.class_like).map(|kind| kind.code).collect();
        assert_eq!(limited, ["01", "02", "12", "13", "14"]);
    }

    #[test]
    fn missing_evidence_is_named() {
        let missing = |code: &str, attached: &[&str]| {
            learning_kind(code).map(|kind| kind.missing(attached)).unwrap_or_default()
        };
        assert_eq!(missing("01", &["notice"]), ["结业（培训）证书", "单位证明"]);
        assert_eq!(missing("06", &["cover"]), ["目录", "文章页或书名页（版权页）"]);
        assert_eq!(missing("06", &["cover", "contents", "title-page"]), [""; 0]);
        assert_eq!(missing("15", &[]), [""; 0]);
        assert!(learning_kind("16").is_none());
    }
}
