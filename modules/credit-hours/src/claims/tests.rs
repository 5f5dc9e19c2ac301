//! What counts as the same learning, in either order, and what a question costs.

use kit::{Hours, PersonId};

use super::{Claim, Declarer, Existing, How, Index, Marks, Origin, among, likenesses, marks_of};

fn existing(id: i64, title: &str, certificate: &str, days: (&str, &str)) -> Existing {
    Existing {
        origin: Origin::Entry(id),
        declarer: Declarer::Himself,
        declaration: None,
        title: title.to_owned(),
        kind: "02".to_owned(),
        marks: Marks::of(title, certificate),
        started_on: days.0.to_owned(),
        ended_on: days.1.to_owned(),
        plan: None,
        hours: Hours::whole(8),
        what: "学时台账中".to_owned(),
        state: "来源：导入".to_owned(),
    }
}

fn claim<'a>(title: &'a str, days: (&'a str, &'a str), plan: Option<i64>) -> Claim<'a> {
    Claim {
        person: PersonId(1),
        title,
        certificate_number: "",
        started_on: days.0,
        ended_on: days.1,
        plan,
        own: None,
    }
}

const MARCH: (&str, &str) = ("2026-03-02", "2026-03-06");
const MAY: (&str, &str) = ("2026-05-11", "2026-05-15");

#[test]
fn a_bases_plan_meets_what_was_declared_without_one_in_either_order() {
    let title = "骨干教师培训班";
    let hows = |stored: &Existing, claim: &Claim<'_>| -> Vec<How> {
        likenesses(std::slice::from_ref(stored), claim).into_iter().map(|one| one.how).collect()
    };
    let himself = existing(1, title, "", MARCH);
    let base =
        Existing { plan: Some(7), declarer: Declarer::Base, ..existing(2, title, "", MARCH) };
    // other days of the same year
    assert_eq!(hows(&base, &claim(title, MAY, None)), [How::Plan]);
    assert_eq!(hows(&himself, &claim("“骨干教师”培训班。", MAY, Some(7))), [How::Plan]);
    // another year, another title, another plan
    let former = ("2025-03-02", "2025-03-06");
    assert_eq!(hows(&himself, &claim(title, former, Some(7))), []);
    assert_eq!(hows(&himself, &claim("骨干教师培训班（二期）", MAY, Some(7))), []);
    assert_eq!(hows(&base, &claim(title, MAY, Some(8))), []);
}

#[test]
fn punctuation_does_not_make_a_second_claim_and_a_sign_is_no_certificate() {
    let stored = [existing(1, "师德师风专题讲座", "-", MARCH)];
    let again = claim("师德\u{200b}师风-专题讲座。", MARCH, None);
    assert_eq!(among(&stored, &again)[0].how, How::Title);
    let other = Claim { certificate_number: "-", ..claim("信息技术培训", MAY, None) };
    assert!(likenesses(&stored, &other).is_empty());
}

#[test]
fn a_question_looks_at_its_own_candidates_alone() {
    let day = |n: i64| format!("2026-{:02}-{:02}", n / 28 % 12 + 1, n % 28 + 1);
    let days: Vec<String> = (0..1_000).map(day).collect();
    let all: Vec<Existing> = (0..1_000_i64)
        .map(|n| {
            let at = &days[n as usize];
            existing(n, &format!("培训第{n}期"), &format!("A{n}"), (at, at))
        })
        .collect();
    let index = Index::of(&all);
    let mut compared = 0;
    for (n, at) in days.iter().enumerate() {
        let title = format!("培训 第{n}期");
        let certificate = format!("A-{n}");
        let one = Claim { certificate_number: &certificate, ..claim(&title, (at, at), None) };
        let marks = marks_of(&one);
        compared += index.candidates(&one, &marks).len();
        let surest = index.surest(&one, &marks);
        assert_eq!(surest, among(&all, &one).into_iter().next());
        assert_eq!(surest.map(|taken| taken.origin), Some(Origin::Entry(n as i64)));
        let own = Claim { own: Some(Origin::Entry(n as i64)), ..one };
        assert_eq!(index.surest(&own, &marks), None);
    }
    assert_eq!(compared, 1_000);
}
