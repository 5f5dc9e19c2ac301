//! The tabs above a desk's lists.

use sqlx::SqliteConnection;

use super::{AnySubject, limit, waiting_for};
use crate::access::{Action, Grant, Grantable, Scope};
use crate::list::Tab;
use crate::{Modules, Result};

/// Which of a desk's tabs is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Waiting,
    Done,
    /// What waits at other desks of the scope, to be read only.
    Elsewhere,
    /// One of the subject's `MORE_TABS`, by its address.
    More(&'static str),
}

/// Whether there is a tab of what waits at other desks.
pub fn sees_other_desks(subject: &dyn AnySubject, grant: &Grant) -> bool {
    subject.elsewhere_for().has(grant.kind) && subject.elsewhere().is_some()
}

/// 待审核（n）, 已审核, 其他单位审核中 and the subject's own.
pub async fn tabs(
    db: &mut SqliteConnection,
    subject: &dyn AnySubject,
    grant: &Grant,
    open: Side,
) -> Result<Vec<Tab>> {
    let desk = format!("/desk/{}", subject.key());
    let waiting = waiting_for(db, grant, subject.key()).await?;
    let tab = |title: &str, href: String, side| Tab {
        title: title.to_owned(),
        href,
        current: side == open,
    };
    let mut tabs = vec![
        tab(&format!("待审核（{waiting}）"), desk.clone(), Side::Waiting),
        tab("已审核", format!("{desk}?tab=done"), Side::Done),
    ];
    if sees_other_desks(subject, grant) {
        tabs.push(tab("其他单位审核中", format!("{desk}?tab=elsewhere"), Side::Elsewhere));
    }
    for (title, href) in subject.more_tabs() {
        tabs.push(tab(title, (*href).to_owned(), Side::More(href)));
    }
    Ok(tabs)
}

/// The switch between the subjects of a family, with what waits in each for those who may see
/// it; empty for a subject that stands alone.
pub async fn family(
    db: &mut SqliteConnection,
    modules: &Modules,
    subject: &dyn AnySubject,
    grant: &Grant,
) -> Result<Vec<Tab>> {
    let mut tabs = Vec::new();
    for (key, title) in subject.family() {
        let Some(other) = modules.subject(key) else { continue };
        if !grant.may(Grantable { leaf: other.leaf(), action: Action::View }) {
            continue;
        }
        let title = match waiting_for(&mut *db, grant, key).await? {
            0 => (*title).to_owned(),
            waiting => format!("{title}（{waiting}）"),
        };
        tabs.push(Tab { title, href: format!("/desk/{key}"), current: *key == subject.key() });
    }
    Ok(if tabs.len() > 1 { tabs } else { vec![] })
}

/// The right as a desk's waiting list sees it. A desk's equality is scope enough: what waits there
/// may belong to another organization (a transfer, a new superior). A limited clerk keeps his scope.
pub fn at_desk(grant: &Grant) -> Grant {
    let mut wide = grant.clone();
    if !limit(grant).any() {
        wide.scope = Scope::County;
    }
    wide
}
