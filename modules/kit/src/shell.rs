//! What frames every page: menu with counts, user, notices; computed once per request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rocket::Request;
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::access::Grant;
use crate::module::Group;
use crate::session::{self, Session, SideChoice};
use crate::{Db, Modules, Result};

/// The name on every page.
pub const SYSTEM: &str = "专业技术人员继续教育管理系统";

/// A line told once on the next page.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    /// `ok`, `warn`, `bad` or `info`
    pub kind: &'static str,
    pub text: String,
}

/// Notices that wait for their session's (or visitor's) next page. In memory: a restart between
/// an act and its next page loses a line of text, never the act.
#[derive(Debug, Clone, Default)]
pub struct Notices(Arc<Mutex<HashMap<Vec<u8>, Vec<Notice>>>>);

impl Notices {
    /// Keeps a notice for this session or visitor key.
    pub fn push(&self, key: &[u8], notice: Notice) {
        if let Ok(mut map) = self.0.lock() {
            if map.len() > 10_000 {
                map.clear(); // nobody came back for them
            }
            let waiting = map.entry(key.to_vec()).or_default();
            if waiting.len() < 20 {
                waiting.push(notice);
            }
        }
    }

    fn take(&self, key: &[u8]) -> Vec<Notice> {
        self.0.lock().ok().and_then(|mut map| map.remove(key)).unwrap_or_default()
    }
}

/// Permanent lines for administrators (plain HTTP in the LAN …); managed by Rocket.
#[derive(Debug, Clone, Default)]
pub struct Banners(pub Vec<Notice>);

/// The bureau's name for every page's head; changed by setup and settings.
#[derive(Debug, Clone, Default)]
pub struct BureauName(pub Arc<Mutex<String>>);

#[derive(Debug, Clone, Serialize)]
struct ShellUser {
    name: String,
    caption: String,
    sides: Vec<SideChoice>,
}

#[derive(Debug, Clone, Serialize)]
struct Item {
    title: &'static str,
    icon: &'static str,
    href: &'static str,
    count: i64,
    current: bool,
    open: bool,
    children: Vec<Item>,
}

/// The variable `shell` of every template.
#[derive(Debug, Clone, Serialize, Default)]
pub struct Shell {
    system: &'static str,
    bureau: String,
    csrf: String,
    path: String,
    idle_seconds: i64,
    restricted: bool,
    user: Option<ShellUser>,
    menu: Vec<Item>,
    pub notices: Vec<Notice>,
    banners: Vec<Notice>,
    /// Unread messages.
    messages: i64,
    #[serde(skip)]
    key: Vec<u8>,
}

/// Computes the request's shell; guards call it.
pub async fn prepare(request: &Request<'_>, session: Option<&Arc<Session>>) {
    request
        .local_cache_async(async {
            match build(request, session).await {
                Ok(shell) => shell,
                Err(error) => {
                    tracing::error!(%error, "shell failed");
                    bare(request)
                }
            }
        })
        .await;
}

/// The shell as computed, or a bare one (errors before any guard ran). Takes waiting notices.
pub fn shell(request: &Request<'_>) -> Shell {
    let mut shell = request.local_cache(|| bare(request)).clone();
    if let Some(notices) = request.rocket().state::<Notices>() {
        shell.notices = notices.take(&shell.key);
    }
    shell
}

/// The key that notices of this request are bound to.
pub fn key(request: &Request<'_>) -> Vec<u8> {
    request.local_cache(|| bare(request)).key.clone()
}

fn bare(request: &Request<'_>) -> Shell {
    let name = request.rocket().state::<BureauName>();
    let bureau = name.and_then(|n| n.0.lock().ok().map(|n| n.clone())).unwrap_or_default();
    let visitor = session::visitor(request).ok();
    Shell {
        system: SYSTEM,
        bureau,
        csrf: visitor.map(|v| v.csrf.clone()).unwrap_or_default(),
        path: request.uri().path().to_string(),
        key: visitor.map(|v| v.key.clone()).unwrap_or_default(),
        ..Shell::default()
    }
}

async fn build(request: &Request<'_>, session: Option<&Arc<Session>>) -> Result<Shell> {
    let mut shell = bare(request);
    let Some(session) = session else { return Ok(shell) };
    shell.csrf.clone_from(&session.csrf);
    shell.key.clone_from(&session.key);
    shell.idle_seconds = session.idle_seconds;
    shell.restricted = session.restricted;
    if session.restricted {
        return Ok(shell); // no name, no unit, no menu before the password is set
    }
    let caption = match &session.grant {
        Some(grant) => format!("{} · {}", grant.organization_name, grant.role_name),
        None => "专业技术人员".to_owned(),
    };
    shell.user =
        Some(ShellUser { name: session.name.clone(), caption, sides: session.sides.clone() });
    let rocket = request.rocket();
    let (Some(modules), Some(db)) = (rocket.state::<Modules>(), rocket.state::<Db>()) else {
        return Ok(shell);
    };
    let mut counts: HashMap<String, i64> = HashMap::new();
    shell.messages = crate::message::unread(&mut *db.read().await?, session.account).await?;
    if let Some(grant) = &session.grant {
        counts.extend(waiting(&mut *db.read().await?, grant).await?);
        if let Some(banners) = rocket.state::<Banners>() {
            shell.banners.clone_from(&banners.0);
        }
    }
    shell.menu = menu(modules, session, &counts, &shell.path);
    Ok(shell)
}

/// What waits at the grant's desk, by subject: from the index alone, but for a bureau's clerk who
/// is limited to a department and is not counted what he is not shown.
async fn waiting(db: &mut SqliteConnection, grant: &Grant) -> Result<Vec<(String, i64)>> {
    let limit = crate::review::limit(grant);
    if !limit.any() {
        return Ok(sqlx::query_as(
            "select subject, count(*) from review_case
              where desk_id = ? and state = 'pending' group by subject",
        )
        .bind(grant.organization)
        .fetch_all(db)
        .await?);
    }
    Ok(sqlx::query_as(
        "select subject, count(*) from review_case
          where desk_id = ?1 and state = 'pending' and (?2 is null or department_id = ?2)
            and (?3 is null or organization_id = ?3) group by subject",
    )
    .bind(grant.organization)
    .bind(limit.department)
    .bind(limit.organization)
    .fetch_all(db)
    .await?)
}

/// What waits in a menu entry's subject and those that share the entry.
fn waiting_together(
    modules: &Modules,
    key: Option<&'static str>,
    counts: &HashMap<String, i64>,
) -> i64 {
    let Some(key) = key else { return 0 };
    let family = modules.subject(key).map_or(&[][..], |subject| subject.family());
    let others = family.iter().map(|(other, _)| *other).filter(|other| *other != key);
    others.chain([key]).filter_map(|key| counts.get(key)).sum()
}

fn menu(
    modules: &Modules,
    session: &Session,
    counts: &HashMap<String, i64>,
    path: &str,
) -> Vec<Item> {
    let mut entries: Vec<_> = modules
        .all()
        .iter()
        .flat_map(|m| m.menu())
        .filter(|entry| match (&session.grant, entry.permission) {
            (Some(grant), Some(permission)) => entry.kinds.has(grant.kind) && grant.may(permission),
            (None, None) => true,
            _ => false,
        })
        .collect();
    entries.sort_by_key(|entry| (entry.group, entry.order));
    // screens that share a place: whoever holds the permission of any of them finds the first
    entries.dedup_by_key(|entry| (entry.group, entry.title));
    // the entry whose address is the longest beginning of this page's path is the current one
    let under = |href: &str| path == href || path.starts_with(&format!("{href}/"));
    // a review's further tabs and buttons count as its own
    let places = entries.iter().flat_map(|entry| {
        let subject = entry.subject.and_then(|key| modules.subject(key));
        let tabs = subject.into_iter().flat_map(|subject| subject.more_tabs());
        let buttons = subject.into_iter().flat_map(|subject| subject.actions());
        let more = tabs.map(|tab| tab.1).chain(buttons.map(|button| button.1));
        let places = std::iter::once(entry.href).chain(more).map(str::to_owned);
        let family = subject.into_iter().flat_map(|subject| subject.family());
        let family = family.map(|(key, _)| format!("/desk/{key}"));
        places.chain(family).map(|place| (place, entry.href))
    });
    let longest = places.filter(|(place, _)| under(place)).max_by_key(|(place, _)| place.len());
    let current = longest.map(|(_, href)| href);
    let mut items = vec![Item {
        title: "首页",
        icon: "home",
        href: "/start",
        count: 0,
        current: path == "/start",
        open: false,
        children: vec![],
    }];
    for group in Group::ALL {
        let children: Vec<Item> = entries
            .iter()
            .filter(|entry| entry.group == group)
            .map(|entry| Item {
                title: entry.title,
                icon: "",
                href: entry.href,
                count: waiting_together(modules, entry.subject, counts),
                current: Some(entry.href) == current,
                open: false,
                children: vec![],
            })
            .collect();
        match children.first() {
            None => {}
            Some(only) if children.len() == 1 && only.title == group.title() => {
                items.push(Item { icon: group.icon(), ..only.clone() });
            }
            Some(_) => items.push(Item {
                title: group.title(),
                icon: group.icon(),
                href: "",
                count: children.iter().map(|c| c.count).sum(),
                current: false,
                open: group == Group::Personal || children.iter().any(|c| c.current || c.count > 0),
                children,
            }),
        }
    }
    items
}
