//! Reads a report from its form: every figure beside the system's, and why it differs.

use kit::Form;

use super::content::TEXTS;
use super::figures::Figure;

/// Characters of a text at most while it is a draft, and of any other box: above what may be
/// submitted, so that a draft keeps what is still to be shortened.
const MOST_LONG: usize = 4000;
const MOST_SHORT: usize = 200;

/// Refuses what is more than a draft may hold; nothing is cut silently.
pub fn bounded(form: &mut Form, figures: &[Figure]) {
    let texts = TEXTS.iter().map(|(name, label, ..)| ((*name).to_owned(), *label, MOST_LONG));
    let boxes = figures.iter().flat_map(|figure| {
        let label = figure.label.as_str();
        ["v", "x"].map(|part| (format!("{part}-{}", figure.key), label, MOST_SHORT))
    });
    for (name, label, most) in texts.chain(boxes) {
        let count = form.raw(&name).chars().count();
        if count > most {
            let why = format!("{label}最多 {most} 个字，现在有 {count} 个，没有保存。请删减。");
            form.refuse(&name, why);
        }
    }
}

/// The figures as reported and the texts; refused by field.
pub fn read(form: &mut Form, mut figures: Vec<Figure>) -> (Vec<Figure>, Vec<String>) {
    for figure in &mut figures {
        figure_of(form, figure);
    }
    if !form.refused() {
        sums(form, &figures);
    }
    let texts = TEXTS.iter().map(|(name, label, most, required)| match required {
        true => form.required(name, label, 10..=*most),
        false => form.optional(name, label, *most),
    });
    let texts = texts.collect();
    (figures, texts)
}

fn figure_of(form: &mut Form, figure: &mut Figure) {
    let (name, label) = (format!("v-{}", figure.key), figure.label.clone());
    let typed = form.text(&name);
    match (typed.is_empty(), figure.kind.read(&typed.replace([',', '，'], ""))) {
        (true, _) if figure.required() => {
            form.refuse(&name, format!("请填写{label}，没有的填 0。"));
        }
        (true, _) => {}
        (false, Ok(value)) => figure.reported = Some(value),
        (false, Err(expected)) => form.refuse(&name, format!("{label}“{typed}”不对：{expected}")),
    }
    if !figure.differs() {
        return;
    }
    let name = format!("x-{}", figure.key);
    let explanation = form.text(&name);
    if explanation.is_empty() {
        let (computed, reported) = (figure.text(figure.computed), figure.text(figure.reported));
        let text = format!("{label}系统数是 {computed}，填报的是 {reported}，请说明为什么不同。");
        form.refuse(&name, text);
    } else {
        figure.explanation = form.required(&name, &format!("{label}的差异说明"), 2..=200);
    }
}

/// What is part of 培训人次 adds up to it; plans, opened and ended classes grow fewer.
fn sums(form: &mut Form, figures: &[Figure]) {
    let value = |key: &str| super::figures::reported(figures, key).unwrap_or_default();
    let sum = |start: &str| -> i64 {
        let parts = figures.iter().filter(|figure| figure.key.starts_with(start));
        parts.filter_map(|figure| figure.reported).sum()
    };
    let trips = value("trips");
    let parts = [("category-", "各科目"), ("level-", "各职称等级")];
    for (start, what) in parts {
        let (sum, first) = (sum(start), figures.iter().find(|f| f.key.starts_with(start)));
        if let Some(first) = first.filter(|_| sum != trips) {
            let text = format!("{what}人次合计 {sum}，与培训人次 {trips} 不同，请核对后改成一致。");
            form.refuse(&format!("v-{}", first.key), text);
        }
    }
    if value("held") > value("planned") {
        form.refuse("v-held", "实施数不能多于计划数，请核对。");
    }
    if value("sessions") > value("held") {
        form.refuse("v-sessions", "办班期数不能多于实施数，请核对。");
    }
}
