//! The sentences of 为什么没完成, kind by kind.

use kit::{Clock, Hours, day};

use super::explain::{Explanation, Sentence, days_left};
use super::facts::{Declared, Listed, Revoked};
use crate::windows::Window;

fn sentence(kind: &'static str, text: String) -> Sentence {
    Sentence { kind, text, href: String::new() }
}

fn named(title: &str) -> &str {
    if title.is_empty() { "（还没有填名称）" } else { title }
}

/// A reason without the mark it ends with, so that the sentence ends once.
fn told(reason: &str) -> &str {
    reason.trim().trim_end_matches(['。', '.', '；', ';'])
}

fn after_comma(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("，{text}") }
}

/// What is missing: of the year, and in which subject.
pub(super) fn missing(found: &Explanation) -> Vec<Sentence> {
    let (year, required, total) = (found.year, found.required, found.total);
    let exempt = match found.exempt.is_zero() {
        true => String::new(),
        false => format!("（已减免 {} 学时）", found.exempt),
    };
    if !found.counted {
        let text = format!("{year} 年度不在应参加人员中，已记入 {total} 学时，不作完成要求。");
        return vec![sentence("missing", text)];
    }
    if found.complete {
        return vec![];
    }
    let gap = (required - total).max(Hours::ZERO);
    let end = match gap.is_zero() {
        true => "总数已达到，但有科目没有达到最低学时".to_owned(),
        false => format!("还差 {gap} 学时"),
    };
    let text = format!("{year} 年度要求 {required} 学时{exempt}，已记入 {total} 学时，{end}。");
    let mut all = vec![sentence("missing", text)];
    for one in found.subjects.iter().filter(|one| !one.missing().is_zero()) {
        all.push(sentence(
            "missing",
            format!(
                "{}要求 {} 学时，已有 {} 学时，还差 {} 学时。",
                one.name,
                one.required,
                one.done,
                one.missing()
            ),
        ));
    }
    if found.needed > gap && !gap.is_zero() {
        let text = format!(
            "有的科目已超过要求，超过的部分不能顶替别的科目，实际还需 {} 学时。",
            found.needed
        );
        all.push(sentence("missing", text));
    }
    all
}

/// What waits, at which desk and for how long; what would be missing then.
pub(super) fn waiting(found: &Explanation) -> Vec<Sentence> {
    let mut all: Vec<Sentence> = found
        .waiting
        .iter()
        .map(|one| {
            let desk = match one.desk.is_empty() {
                true => "正在审核".to_owned(),
                false => format!("在{}待审核", one.desk),
            };
            let days = after_comma(&one.waited);
            Sentence {
                kind: "waiting",
                text: format!(
                    "{}“{}”（{} {} 学时）{desk}{days}。",
                    one.what, one.title, one.category_name, one.hours
                ),
                href: one.href.clone(),
            }
        })
        .collect();
    if !all.is_empty() && !found.complete && found.counted {
        let after = found.afterwards();
        let end = match after.is_zero() {
            true => "全部按申报数通过后达到要求".to_owned(),
            false => format!("全部按申报数通过后还差 {after} 学时"),
        };
        let text = format!("待审核的合计 {} 学时，{end}。", found.waiting_hours);
        all.push(sentence("waiting", text));
    }
    if let Some(one) = &found.exemption {
        let days = after_comma(&one.waited);
        let text = format!(
            "{}“{}”在{}待审核{days}；通过后年度要求相应减少。",
            one.what, one.title, one.desk
        );
        all.push(Sentence { kind: "waiting", text, href: one.href.clone() });
    }
    all
}

/// What the person declared and does not count, and why.
pub(super) fn lost_declarations(declared: &[Declared], year: i32) -> Vec<Sentence> {
    declared.iter().filter_map(|one| lost(one, year)).collect()
}

fn lost(one: &Declared, year: i32) -> Option<Sentence> {
    let (title, hours) = (named(&one.title), Hours::from_tenths(one.hours));
    let ends: i32 = one.ended_on.get(..4).and_then(|text| text.parse().ok()).unwrap_or(one.year);
    let text = match one.state.as_str() {
        "approved" if one.year != year => return None, // told by its entry
        _ if one.year != year => format!(
            "“{title}”（{hours} 学时）跨年度，{} 结束，按结束日期计入 {} 年度，不计入 {year} 年度。",
            one.ended_on, one.year
        ),
        "rejected" => {
            let why = match one.rejection.as_deref() {
                Some(why) => format!("，{}", told(why)),
                None => String::new(),
            };
            format!("“{title}”（{hours} 学时）被驳回{why}；修改后可以重新提交。")
        }
        "withdrawn" => format!("“{title}”（{hours} 学时）已撤回，没有再提交。"),
        "draft" if ends != one.year => format!(
            "草稿“{title}”的结束日期 {} 属于 {ends} 年度，不能按 {year} 年度申报。",
            one.ended_on
        ),
        "draft" if hours.is_zero() => format!("草稿“{title}”还没有填学时，也没有提交。"),
        "draft" => format!("草稿“{title}”（{hours} 学时）还没有提交，不计学时。"),
        "approved" => {
            let given = Hours::from_tenths(one.recognised.unwrap_or(one.hours));
            let by = one.lowered_by.as_deref().filter(|by| !by.is_empty()).unwrap_or("审核单位");
            let why = match one.lowered.as_deref().map(told).filter(|why| !why.is_empty()) {
                Some(why) => format!("，原因：{why}"),
                None => String::new(),
            };
            format!(
                "“{title}”申报 {hours} 学时，{by}认定 {given} 学时，少计 {} 学时{why}。",
                hours - given
            )
        }
        _ => return None,
    };
    let href = format!("/credit-hours/declarations/{}", one.id);
    Some(Sentence { kind: "lost", text, href })
}

/// Left out when the rest of a roster was entered.
pub(super) fn left_out(listed: &[Listed]) -> Vec<Sentence> {
    let left = listed.iter().filter(|one| one.state == "left");
    left.map(|one| {
        let (what, hours) = (crate::roster::noun(&one.subject), Hours::from_tenths(one.hours));
        let why = told(&one.reason);
        let text = format!("{what}“{}”（{hours} 学时）没有计入：{why}。", named(&one.title));
        sentence("lost", text)
    })
    .collect()
}

/// Revoked or corrected: the last truth of each.
pub(super) fn revoked(revoked: &[Revoked], year: i32) -> Vec<Sentence> {
    revoked
        .iter()
        .map(|one| {
            let (hours, day) = (Hours::from_tenths(one.hours), crate::read::county_day(&one.at));
            let (title, why) = (named(&one.title), told(&one.reason));
            let text = match one.corrected {
                Some(now) => {
                    let (now, other) = (Hours::from_tenths(now), one.corrected_year);
                    let year = match other == year {
                        true => String::new(),
                        false => format!("，计入 {other} 年度"),
                    };
                    let change = match now == hours {
                        true => format!("更正，仍为 {now} 学时"),
                        false => format!("由 {hours} 学时更正为 {now} 学时"),
                    };
                    format!("“{title}”{day} {change}{year}，原因：{why}。")
                }
                None => format!("“{title}”的 {hours} 学时 {day} 被撤销，原因：{why}。"),
            };
            sentence("lost", text)
        })
        .collect()
}

/// Counted in the next year, where they ended.
pub(super) fn crossing(
    entries: &[(kit::PersonId, String, String, i64)],
    year: i32,
) -> Vec<Sentence> {
    entries
        .iter()
        .map(|(_, title, ended_on, hours)| {
            let hours = Hours::from_tenths(*hours);
            let text = format!(
                "“{title}”（{hours} 学时）{ended_on} 结束，已计入 {} 年度，不计入 {year} 年度。",
                year + 1
            );
            sentence("lost", text)
        })
        .collect()
}

/// Until when it can be declared, and whom to ask.
pub(super) fn next(window: &Window, state: &str, unit: &str, clock: &Clock) -> Vec<Sentence> {
    let mut all = Vec::new();
    if kit::dictionary::takes_part(state) {
        all.push(sentence("next", until(window, clock)));
    } else {
        let label = kit::dictionary::PERSON_STATES.label(state);
        let text = format!("现在的人员状态是“{label}”，不能申报；状态有误的请单位更正。");
        all.push(sentence("next", text));
    }
    all.push(sentence("next", format!("有疑问请联系{unit}的继续教育管理人员。")));
    all
}

/// How long a year's window is still open, in one sentence.
pub(super) fn until(window: &Window, clock: &Clock) -> String {
    let (year, today) = (window.year, day::date_text(clock.today()));
    if today < window.declare_from {
        return format!("{year} 年度从 {} 开始申报。", window.declare_from);
    }
    let left = days_left(window, clock).unwrap_or(-1);
    let last = window.last_day();
    if left < 0 {
        return format!("{year} 年度的申报已于 {last} 截止，不能再申报。");
    }
    let left = match left {
        0 => "今天是最后一天".to_owned(),
        left => format!("还有 {left} 天"),
    };
    if today <= window.declare_to {
        let makeup = match window.makeup_to.is_empty() {
            true => String::new(),
            false => format!("（{} 起为补报）", after(&window.declare_to)),
        };
        format!("{year} 年度的学习可以申报到 {last}{makeup}，{left}。")
    } else {
        format!(
            "{year} 年度的申报已于 {} 截止，现在可以补报，到 {last}，{left}。",
            window.declare_to
        )
    }
}

fn after(text: &str) -> String {
    let next = day::stored_date(text).and_then(time::Date::next_day);
    next.map_or_else(|| text.to_owned(), day::date_text)
}

/// Everything in one line, for a list: 公需还差 20，专业还差 20；被驳回 1 条；草稿 2 条
pub(super) fn line(
    found: &Explanation,
    declared: &[Declared],
    listed: &[Listed],
    revoked: usize,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    let short: Vec<String> = found
        .subjects
        .iter()
        .filter(|one| !one.missing().is_zero())
        .map(|one| format!("{}还差 {}", one.short, one.missing()))
        .collect();
    if !short.is_empty() {
        parts.push(short.join("，"));
    } else if !found.needed.is_zero() {
        parts.push(format!("全年还差 {}", found.needed));
    }
    if found.total.is_zero() && found.waiting.is_empty() && declared.is_empty() {
        parts.push("没有申报".to_owned());
    }
    let of =
        |state: &str| declared.iter().filter(|d| d.state == state && d.year == found.year).count();
    let left = listed.iter().filter(|one| one.state == "left").count();
    for (count, what) in [
        (of("rejected"), "被驳回"),
        (of("draft"), "草稿未提交"),
        (of("withdrawn"), "撤回未再提交"),
        (of("approved"), "认定调低"),
        (left, "名单未计入"),
        (revoked, "被撤销或更正"),
    ] {
        if count > 0 {
            parts.push(format!("{what} {count} 条"));
        }
    }
    parts.join("；")
}
