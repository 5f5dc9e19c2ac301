//! Which pages are timed: every list in every order and place, and the others once each.

use kit::list::{FilterKind, List};
use kit::{Error, Result};
use sqlx::SqliteConnection;

use super::client::{Answer, Client};

/// A page to time.
#[derive(Debug, Clone)]
pub struct Asked {
    pub what: String,
    pub path: String,
    /// It shows the rows that the floor selects.
    pub same_rows: bool,
}

/// A page that was timed, in milliseconds.
#[derive(Debug)]
pub struct Seen {
    pub what: String,
    pub median: f64,
    pub p95: f64,
    pub floor: Option<f64>,
    /// Held to the goal.
    pub bound: bool,
}

fn page(what: impl Into<String>, path: impl Into<String>) -> Asked {
    Asked { what: what.into(), path: path.into(), same_rows: false }
}

/// The value below which so large a part of the times lies.
pub fn quantile(times: &mut [f64], part: f64) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    let at = (times.len() as f64 * part).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().unwrap_or_default()
}

/// Opens a page so many times; the first, which fills caches, does not count.
pub fn time(client: &mut Client, asked: &Asked, rounds: u32, floor: Option<f64>) -> Result<Seen> {
    let mut times = vec![];
    for round in 0..=rounds {
        let answer = client.get(&asked.path)?;
        if !(answer.status == 200 || answer.status == 404 && asked.path.contains("/none")) {
            return Err(Error::refused(format!(
                "{} {} 回答了 {}，没有测量。",
                asked.what, asked.path, answer.status
            )));
        }
        if round > 0 {
            times.push(answer.took);
        }
    }
    Ok(seen(asked.what.clone(), &mut times, floor, true))
}

fn seen(what: String, times: &mut [f64], floor: Option<f64>, bound: bool) -> Seen {
    Seen { what, median: quantile(times, 0.5), p95: quantile(times, 0.95), floor, bound }
}

/// What everybody may open.
pub async fn public(db: &mut SqliteConnection) -> Result<Vec<Asked>> {
    let mut pages = vec![page("首页", "/"), page("学习记录验证", "/verification")];
    let token: Option<String> =
        sqlx::query_scalar("select token from certificate order by id limit 1")
            .fetch_optional(db)
            .await?;
    if let Some(token) = token {
        pages.push(page("学习记录验证：扫码结果", format!("/verification/q/{token}")));
    }
    pages.push(page("学习记录验证：查无此证", "/verification/q/none"));
    Ok(pages)
}

/// Signing in with a login nobody has: two argon2, as for everybody.
pub fn sign_in(client: &mut Client, rounds: u32) -> Result<Seen> {
    let mut times = vec![];
    for round in 0..=rounds.min(20) {
        client.get("/")?;
        let answer = client.post("/sign-in", "login=bench-nobody&password=bench-nothing")?;
        if round > 0 {
            times.push(answer.took);
        }
    }
    Ok(seen("登录（两次 argon2）".to_owned(), &mut times, None, false))
}

/// The personal side.
pub fn personal() -> Vec<Asked> {
    vec![
        page("个人首页", "/start"),
        page("个人：我的学时", "/credit-hours/mine"),
        page("个人：学时申报", "/credit-hours/declarations"),
        page("个人：新建申报", "/credit-hours/declarations/new"),
        page("个人：学时证明", "/verification/mine"),
    ]
}

/// An administrator's pages that are no lists.
pub async fn plain(db: &mut SqliteConnection) -> Result<Vec<Asked>> {
    let mut pages = vec![
        page("首页（待办）", "/start"),
        page("系统设置", "/settings"),
        page("备份", "/backup"),
        page("批量导入", "/import"),
    ];
    let person: Option<i64> =
        sqlx::query_scalar("select id from person order by id limit 1 offset 5")
            .fetch_optional(db)
            .await?;
    if let Some(person) = person {
        pages.push(page("人员详情", format!("/queries/people/{person}")));
        pages.push(page("人员的学时证明", format!("/verification/people/{person}")));
    }
    Ok(pages)
}

/// Every order at the beginning and the end, the next page, a filter each, a search, a detail.
pub fn of_list(
    client: &mut Client,
    list: &'static List,
    desk: bool,
    typed: &str,
) -> Result<Vec<Asked>> {
    let title = if desk { format!("审核岗位·{}", list.title) } else { list.title.to_owned() };
    let href = list.href;
    let first = client.get(href)?;
    if first.status != 200 {
        return Err(Error::refused(format!("{title} {href} 回答了 {}，没有测量。", first.status)));
    }
    // a desk shows what waits there, not what the bare statement selects
    let mut pages = vec![Asked { same_rows: !desk, ..page(format!("{title}：第一页"), href) }];
    for order in list.orders {
        for sign in ["", "-"] {
            let way = if sign.is_empty() { "" } else { "，倒序" };
            let path = format!("{href}?order={sign}{}", order.key);
            let what = format!("{title}：按{}{way}", order.label);
            let shown = client.get(&path)?;
            pages.push(page(what.clone(), path.clone()));
            pages
                .extend(turned(&shown, "after=").map(|next| page(format!("{what}，下一页"), next)));
            pages.push(page(format!("{what}，末页"), format!("{path}&last=1")));
        }
    }
    for filter in list.filters {
        if let (FilterKind::Choice(_) | FilterKind::Query(_), Some(value)) =
            (filter.kind, offered(&first, filter.key))
        {
            let what = format!("{title}：筛选{}", filter.label);
            let path = format!("{href}?{}={value}", filter.key);
            pages.push(page(format!("{what}，末页"), format!("{path}&last=1")));
            pages.push(page(what, path));
        }
    }
    if list.search.is_some() {
        let query = format!("q={}", encoded(typed));
        let found =
            client.post(&format!("/lists/{}/query?page={}", list.key, encoded(href)), &query)?;
        if found.status == 303 {
            pages.push(page(format!("{title}：查询“{typed}”"), found.location));
        }
    }
    if let Some(detail) = detail(&first, list.row) {
        pages.push(page(format!("{title}：详情"), detail));
    }
    if desk {
        pages.push(page(format!("{title}：已审核"), format!("{href}?tab=done")));
    }
    Ok(pages)
}

/// The link of the pager that has this parameter.
fn turned(shown: &Answer, parameter: &str) -> Option<String> {
    let hrefs = shown.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs
        .map(|href| href.replace("&amp;", "&").replace("&#x2F;", "/").replace("&#x3D;", "="))
        .find(|href| href.contains(parameter))
}

/// The first real option of a filter.
fn offered(shown: &Answer, key: &str) -> Option<String> {
    let (_, select) = shown.body.split_once(&format!("name=\"{key}\""))?;
    let options = select.split("</select>").next()?.split("<option value=\"").skip(1);
    options
        .filter_map(|option| option.split('"').next())
        .find(|value| !value.is_empty())
        .map(encoded)
}

/// Where the first row leads.
fn detail(shown: &Answer, row: &str) -> Option<String> {
    let prefix = row.split_once("{id}")?.0;
    let hrefs = shown.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs.map(|href| href.replace("&#x2F;", "/")).find(|href| {
        href.strip_prefix(prefix).is_some_and(|id| {
            id.split(['/', '?']).next().is_some_and(|id| id.parse::<i64>().is_ok())
        })
    })
}

/// As it stands in an address or a form.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{detail, offered, quantile, turned};
    use crate::commands::bench::client::Answer;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let mut times = vec![5.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!(quantile(&mut times, 0.5), 3.0);
        assert_eq!(quantile(&mut times, 0.95), 5.0);
        assert_eq!(quantile(&mut [], 0.5), 0.0);
    }

    #[test]
    fn links_and_options_are_found_on_a_page() {
        let body = r#"<select name="kind"><option value="">全部</option><option value="02">x</option></select>
            <a href="/p/12">张</a><a href="/p?order=name&amp;after=12">下一页</a>"#;
        let shown = Answer { body: body.to_owned(), ..Answer::default() };
        assert_eq!(offered(&shown, "kind").as_deref(), Some("02"));
        assert_eq!(detail(&shown, "/p/{id}").as_deref(), Some("/p/12"));
        assert_eq!(turned(&shown, "after=").as_deref(), Some("/p?order=name&after=12"));
    }
}
