//! The tree of an organization's internal departments, in the order it is shown.

use std::collections::HashMap;

use kit::{OrganizationId, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

/// How deep the tree may be.
pub const LEVELS: usize = 3;

/// An internal department in the tree.
#[derive(Debug, Clone, Serialize)]
pub struct Node {
    pub id: i64,
    pub parent_id: Option<i64>,
    pub name: String,
    /// With its superiors: 教务处 / 教研组
    pub path: String,
    pub code: String,
    pub sort: i64,
    pub head: String,
    pub state: String,
    pub people: i64,
    /// 1 to 3.
    pub level: usize,
    /// Without people and without departments below it.
    pub empty: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    parent_id: Option<i64>,
    name: String,
    code: String,
    sort: i64,
    head: String,
    state: String,
    people: i64,
}

/// The whole tree of an organization: each node before those below it.
pub async fn nodes(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Node>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select d.id, d.parent_id, d.name, d.code, d.sort, d.head, d.state,
                (select count(*) from person p where p.internal_department_id = d.id) as people
           from internal_department d
          where d.organization_id = ? and d.removed_at is null order by d.sort, d.id",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    let mut nodes = Vec::with_capacity(rows.len());
    below(&rows, None, "", 1, &mut nodes);
    Ok(nodes)
}

/// The trees of many organizations by one statement, without counting their people (`people` is
/// 0 and `empty` tells of departments below alone); organizations without any are left out.
pub async fn nodes_of(
    db: &mut SqliteConnection,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Vec<Node>>> {
    let rows: Vec<RowOf> = sqlx::query_as(
        "select d.organization_id, d.id, d.parent_id, d.name, d.code, d.sort, d.head, d.state,
                0 as people
           from json_each(?) j
           cross join internal_department d on d.organization_id = j.value
          where d.removed_at is null order by d.sort, d.id",
    )
    .bind(serde_json::to_string(ids)?)
    .fetch_all(db)
    .await?;
    let mut by_unit: HashMap<OrganizationId, Vec<Row>> = HashMap::new();
    for RowOf { organization_id, row } in rows {
        by_unit.entry(organization_id).or_default().push(row);
    }
    let trees = by_unit.into_iter().map(|(id, rows)| {
        let mut nodes = Vec::with_capacity(rows.len());
        below(&rows, None, "", 1, &mut nodes);
        (id, nodes)
    });
    Ok(trees.collect())
}

#[derive(sqlx::FromRow)]
struct RowOf {
    organization_id: OrganizationId,
    #[sqlx(flatten)]
    row: Row,
}

fn below(rows: &[Row], parent: Option<i64>, path: &str, level: usize, nodes: &mut Vec<Node>) {
    if level > LEVELS {
        return;
    }
    for row in rows.iter().filter(|row| row.parent_id == parent) {
        let path = match path {
            "" => row.name.clone(),
            path => format!("{path} / {}", row.name),
        };
        nodes.push(Node {
            id: row.id,
            parent_id: row.parent_id,
            name: row.name.clone(),
            path: path.clone(),
            code: row.code.clone(),
            sort: row.sort,
            head: row.head.clone(),
            state: row.state.clone(),
            people: row.people,
            level,
            empty: row.people == 0 && !rows.iter().any(|below| below.parent_id == Some(row.id)),
        });
        below(rows, Some(row.id), &path, level + 1, nodes);
    }
}

/// Where a department may be put: active, not itself nor below itself, and so that the part of
/// the tree it brings along stays within the levels.
pub fn parents(nodes: &[Node], id: Option<i64>) -> Vec<&Node> {
    let moved = id.map(|id| part(nodes, id)).unwrap_or_default();
    let height = height(&moved).max(1);
    fitting(nodes, &moved, height)
}

/// What may take over a department's people and whatever is below it: active, not itself nor
/// below itself, and with room for the levels below it.
pub fn takers(nodes: &[Node], id: i64) -> Vec<&Node> {
    let gone = part(nodes, id);
    fitting(nodes, &gone, height(&gone).saturating_sub(1))
}

/// A department and everything below it.
fn part(nodes: &[Node], id: i64) -> Vec<&Node> {
    let mut part: Vec<&Node> = nodes.iter().filter(|n| n.id == id).collect();
    let mut ids: Vec<i64> = vec![id];
    for node in nodes {
        if node.parent_id.is_some_and(|parent| ids.contains(&parent)) {
            ids.push(node.id);
            part.push(node);
        }
    }
    part
}

/// How many levels a part of the tree has.
fn height(part: &[&Node]) -> usize {
    let top = part.first().map_or(1, |n| n.level);
    part.iter().map(|n| n.level - top + 1).max().unwrap_or(0)
}

/// Active ones outside of `but` with room for `height` levels below them.
fn fitting<'n>(nodes: &'n [Node], but: &[&Node], height: usize) -> Vec<&'n Node> {
    nodes
        .iter()
        .filter(|n| n.state == "active" && n.level + height <= LEVELS)
        .filter(|n| !but.iter().any(|m| m.id == n.id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Node, parents, takers};

    fn node(id: i64, parent_id: Option<i64>, level: usize) -> Node {
        Node {
            id,
            parent_id,
            name: id.to_string(),
            path: id.to_string(),
            code: String::new(),
            sort: 0,
            head: String::new(),
            state: "active".to_owned(),
            people: 0,
            level,
            empty: true,
        }
    }

    #[test]
    fn a_department_is_put_neither_below_itself_nor_too_deep() {
        let tree = [node(1, None, 1), node(2, Some(1), 2), node(3, Some(2), 3), node(4, None, 1)];
        let ids = |id| parents(&tree, id).into_iter().map(|n| n.id).collect::<Vec<_>>();
        assert_eq!(ids(None), [1, 2, 4]);
        assert_eq!(ids(Some(1)), Vec::<i64>::new());
        assert_eq!(ids(Some(2)), [1, 4]);
        assert_eq!(ids(Some(3)), [1, 2, 4]);
        assert_eq!(ids(Some(4)), [1, 2]);
    }

    #[test]
    fn what_takes_over_a_department_has_room_for_all_below_it() {
        let tree = [node(1, None, 1), node(2, Some(1), 2), node(3, Some(2), 3), node(4, None, 1)];
        let ids = |id| takers(&tree, id).into_iter().map(|n| n.id).collect::<Vec<_>>();
        assert_eq!(ids(1), [4]);
        assert_eq!(ids(2), [1, 4]);
        assert_eq!(ids(3), [1, 2, 4]);
        assert_eq!(ids(4), [1, 2, 3]);
        let deep = [
            node(1, None, 1),
            node(2, Some(1), 2),
            node(3, Some(2), 3),
            node(4, None, 1),
            node(5, Some(4), 2),
        ];
        assert!(
            !takers(&deep, 1).iter().any(|n| n.id == 5),
            "two levels do not fit under a second"
        );
    }
}
