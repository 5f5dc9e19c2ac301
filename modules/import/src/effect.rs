//! What a row does to somebody who is there already: written at once, asked for by a change
//! request, or held back. One answer for the check, its page and the import.

use accounts::changes::{self, Item, PLACE};

use crate::check::Accepted;
use crate::columns::Layout;
use crate::parse::Known;
use crate::policy::Policy;

/// What of a person's reviewed fields (4.4) the importing organization decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// The bureau.
    All,
    /// His own unit: all but name and title.
    Unit,
    /// A department of people of a unit below: what is reviewed goes to the unit first.
    Nothing,
}

/// Why something is not done to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It is the importer's own row: nothing of it is.
    Himself,
    /// A request of this number waits: what is reviewed stays as it is.
    Pending(String),
}

impl Held {
    /// Beside the version that the check saw.
    pub fn key(&self) -> &str {
        match self {
            Self::Himself => "himself",
            Self::Pending(number) => number,
        }
    }

    /// Told to the clerk.
    pub fn sentence(&self) -> String {
        match self {
            Self::Himself => {
                "这是您本人的资料，不能由自己的文件修改；请切换到“个人”提出申请，或由其他管理员导入"
                    .to_owned()
            }
            Self::Pending(number) => {
                format!("信息修改申请 {number} 正在审核，需要审核的内容这次不改；请等它办完再导入")
            }
        }
    }
}

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Now,
    Asked,
    Held,
}

/// A field that the file has otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As stored; phone, e-mail and note are no reviewed fields, but stand here as well. Of a
    /// department that is still to be made the new one is empty.
    pub item: Item,
    pub how: How,
}

/// A bit set: 1 written at once, 2 asked for. As stored in `import_row.fill` and `renew`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Would(pub i64);

impl Would {
    /// Whether anything at all.
    pub fn any(self) -> bool {
        self.0 != 0
    }
}

/// What a policy does with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// As recorded, with what is written at once.
    pub fields: accounts::people::Fields,
    pub changes: Vec<Change>,
}

impl Effect {
    /// Of a row about somebody known.
    pub fn of(policy: Policy, known: &Known, accepted: &Accepted, layout: &Layout) -> Self {
        let (old, mut fields) =
            (&known.fields, policy.merged(&known.fields, &accepted.fields, layout));
        let mut changes = Vec::new();
        for item in changes::differences(old, &fields, (None, None)) {
            let how = known.how(changes::decided_above(&item));
            if let (Item::Field { field, old, .. }, true) = (&item, how != How::Now) {
                changes::set(&mut fields, field, old);
            }
            changes.push(Change { item, how });
        }
        if known.moves(policy, accepted) {
            let text = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
            let (old, new) = (text(known.place), text(known.typed_place));
            let item = Item::Field { field: PLACE.to_owned(), old, new };
            changes.push(Change { item, how: known.how(false) });
        }
        let himself = known.held == Some(Held::Himself);
        let how = if himself { How::Held } else { How::Now };
        for (field, old, place) in [
            ("phone", &old.phone, &mut fields.phone),
            ("email", &old.email, &mut fields.email),
            ("note", &old.note, &mut fields.note),
        ] {
            if old == place {
                continue;
            }
            let (old, new) = (old.clone(), place.clone());
            if himself {
                place.clone_from(&old);
            }
            changes.push(Change { item: Item::Field { field: field.to_owned(), old, new }, how });
        }
        Self { fields, changes }
    }

    /// What it comes to.
    pub fn would(&self) -> Would {
        let has = |how| self.changes.iter().any(|change| change.how == how);
        Would(i64::from(has(How::Now)) + 2 * i64::from(has(How::Asked)))
    }

    /// The changes of one kind.
    pub fn items(&self, how: How) -> Vec<Item> {
        let those = self.changes.iter().filter(|change| change.how == how);
        those.map(|change| change.item.clone()).collect()
    }

    /// What becomes of the internal department, if the row names another.
    pub fn place(&self) -> Option<How> {
        let place = |item: &Item| matches!(item, Item::Field { field, .. } if field == PLACE);
        self.changes.iter().find(|change| place(&change.item)).map(|change| change.how)
    }
}

impl Known {
    /// What becomes of a change to a reviewed field.
    fn how(&self, decided_above: bool) -> How {
        match (&self.held, self.decides) {
            (Some(_), _) => How::Held,
            (None, Decides::All) => How::Now,
            (None, Decides::Unit) if !decided_above => How::Now,
            (None, _) => How::Asked,
        }
    }

    /// Whether the policy would put him into another internal department.
    fn moves(&self, policy: Policy, accepted: &Accepted) -> bool {
        let other = self.typed_place.is_none() || self.typed_place != self.place;
        !accepted.department.is_empty()
            && match policy {
                Policy::Fill => self.place.is_none(),
                Policy::Update => other,
                Policy::Skip | Policy::Reject => false,
            }
    }
}
