//! What was changed by request: every old value with its date, its decision and who decided.

use kit::{OrganizationId, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Content, Shown, shown};

/// Requests told of at most.
const MOST: i64 = 30;

/// An approved request.
#[derive(Debug, Clone, Serialize)]
pub struct Past {
    pub change: i64,
    pub number: String,
    /// When it took effect.
    pub at: String,
    /// 云川县教育局（李四）
    pub by: String,
    pub reason: String,
    pub items: Vec<Shown>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    number: String,
    acted_at: String,
    by: String,
    content: String,
}

/// The approved requests of an organization, newest first.
pub async fn past(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Past>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select c.id, c.number, c.acted_at, r.content,
                coalesce((select group_concat(told, '、') from (
                  select s.desk_name || '（' || s.name || '）' as told from review_step s
                   where s.case_id = r.id and s.round = r.round and s.act in ('pass', 'approve')
                   order by s.id)), '') as by
           from organization_change c join review_case r on r.id = c.case_id
          where c.organization_id = ? and c.state = 'approved' order by c.acted_at desc, c.id desc
          limit ?",
    )
    .bind(id)
    .bind(MOST)
    .fetch_all(&mut *db)
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let content: Content = serde_json::from_str(&row.content)?;
        let mut items = Vec::new();
        for item in &content.items {
            items.push(shown(&mut *db, content.kind, item).await?);
        }
        let (reason, at) = (content.reason, row.acted_at);
        all.push(Past { change: row.id, number: row.number, at, by: row.by, reason, items });
    }
    Ok(all)
}
