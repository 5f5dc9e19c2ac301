//! The permission tree of 3.6: groups and leaves of the menu, each with its actions.

use std::collections::BTreeMap;

use kit::{Action, Form, Grantable, Group, Leaf, Modules, OrganizationKind};
use serde::Serialize;

use super::role::Held;
use crate::own_administrators::Team;

/// A group of the menu: its leaves below one another.
#[derive(Debug, Serialize)]
pub struct Branch {
    pub title: &'static str,
    pub leaves: Vec<Row>,
}

/// A leaf with a cell for each of the six actions; none where the screen has no such action.
#[derive(Debug, Serialize)]
pub struct Row {
    pub title: &'static str,
    pub cells: Vec<Option<Cell>>,
}

/// A permission of the tree.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// As posted: `accounts.employers:edit`.
    pub value: String,
    pub label: &'static str,
    pub ticked: bool,
    /// Only what one holds oneself can be given.
    pub open: bool,
    /// 查看, which every other action brings along.
    pub view: bool,
}

/// What an organization's kind can hold, each permission once, in the order of the menu.
pub struct Tree {
    leaves: Vec<(Leaf, Vec<Action>)>,
}

impl Tree {
    pub fn of(modules: &Modules, kind: OrganizationKind) -> Self {
        // where the menu of this kind has the screen: an entry may stand elsewhere in the bureau's
        let mut places: BTreeMap<&str, (Group, u16)> = BTreeMap::new();
        let entries = modules.all().iter().flat_map(|module| module.menu());
        for entry in entries.filter(|entry| entry.kinds.has(kind)) {
            if let Some(permission) = entry.permission {
                let at = (entry.group, entry.order);
                let place = places.entry(permission.leaf.key).or_insert(at);
                *place = at.min(*place);
            }
        }
        let mut leaves: Vec<(Leaf, Vec<Action>)> = vec![];
        for Grantable { leaf, action } in modules.permissions() {
            if !leaf.kinds.has(kind) {
                continue;
            }
            match leaves.iter_mut().find(|(known, _)| known.key == leaf.key) {
                Some((_, actions)) if actions.contains(&action) => {}
                Some((_, actions)) => actions.push(action),
                None => leaves.push((leaf, vec![action])),
            }
        }
        // what has no entry comes last in its leaf's group
        for (leaf, _) in &mut leaves {
            leaf.group = places.get(leaf.key).map_or(leaf.group, |(group, _)| *group);
        }
        leaves.sort_by_key(|(leaf, _)| {
            (leaf.group, places.get(leaf.key).map_or(u16::MAX, |(_, order)| *order), leaf.key)
        });
        Self { leaves }
    }

    /// How many permissions it has.
    pub fn count(&self) -> usize {
        self.leaves.iter().map(|(_, actions)| actions.len()).sum()
    }

    /// Every permission of it.
    pub fn all(&self) -> Held {
        let each = self.leaves.iter().flat_map(|(leaf, actions)| {
            actions.iter().map(|action| (leaf.key.to_owned(), action.key().to_owned()))
        });
        each.collect()
    }

    fn has(&self, leaf: &str, action: Action) -> bool {
        self.leaves.iter().any(|(one, actions)| one.key == leaf && actions.contains(&action))
    }

    /// As the form draws it: ticked what is held, open what the asker may give.
    pub fn branches(&self, held: &Held, team: &Team) -> Vec<Branch> {
        let rows = |group: Group| {
            let own = self.leaves.iter().filter(move |(leaf, _)| leaf.group == group);
            own.map(|(leaf, actions)| Row {
                title: leaf.title,
                cells: Action::ALL
                    .iter()
                    .map(|action| {
                        let key = (leaf.key.to_owned(), action.key().to_owned());
                        actions.contains(action).then(|| Cell {
                            value: format!("{}:{}", key.0, key.1),
                            label: action.label(),
                            ticked: held.contains(&key),
                            open: team.holds(&key.0, &key.1),
                            view: *action == Action::View,
                        })
                    })
                    .collect(),
            })
            .collect::<Vec<Row>>()
        };
        Group::ALL
            .into_iter()
            .map(|group| Branch { title: group.title(), leaves: rows(group) })
            .filter(|branch| !branch.leaves.is_empty())
            .collect()
    }

    /// As a role's page shows it: only what it permits.
    pub fn shown(&self, held: &Held, team: &Team) -> Vec<Branch> {
        let mut branches = self.branches(held, team);
        for branch in &mut branches {
            branch.leaves.retain(|row| row.cells.iter().flatten().any(|cell| cell.ticked));
        }
        branches.retain(|branch| !branch.leaves.is_empty());
        branches
    }

    /// What is ticked, with the 查看 it brings along; refused where the asker may not give it.
    pub fn read(&self, form: &mut Form, team: &Team) -> Held {
        let ticked: Vec<String> = form.list("permission").to_vec();
        let mut held = Held::new();
        for value in ticked.iter().filter(|value| !value.is_empty()) {
            let known = value.split_once(':').and_then(|(leaf, key)| {
                let action = Action::ALL.into_iter().find(|action| action.key() == key)?;
                self.has(leaf, action).then_some((leaf, action))
            });
            match known {
                Some((leaf, action)) if team.holds(leaf, action.key()) => {
                    held.insert((leaf.to_owned(), action.key().to_owned()));
                    if self.has(leaf, Action::View) {
                        held.insert((leaf.to_owned(), Action::View.key().to_owned()));
                    }
                }
                _ => form.refuse(
                    "permission",
                    "所选权限中有您自己没有的，或本单位没有的功能，不能授予。请重新勾选。",
                ),
            }
        }
        // 查看 that came along must be his to give, too
        if held.iter().any(|(leaf, action)| !team.holds(leaf, action)) {
            form.refuse("permission", "您自己没有其中某项功能的“查看”权限，不能授予。请重新勾选。");
        }
        if held.is_empty() {
            form.refuse("permission", "请至少勾选一项权限。");
        }
        held
    }

    /// 管理用人单位·编辑、学时审批·审核, for the trail.
    pub fn told<'h>(&self, held: impl IntoIterator<Item = &'h (String, String)>) -> String {
        let held: Vec<&(String, String)> = held.into_iter().collect();
        let mut parts = vec![];
        for (leaf, actions) in &self.leaves {
            let own: Vec<&str> = actions
                .iter()
                .filter(|a| held.iter().any(|(l, key)| l == leaf.key && key == a.key()))
                .map(|a| a.label())
                .collect();
            if !own.is_empty() {
                parts.push(format!("{}（{}）", leaf.title, own.join("、")));
            }
        }
        parts.join("、")
    }
}
