//! What reaches modules against the arrows, inside the transaction of the act.

use crate::{CaseId, OrganizationId, PersonId};

/// Something happened; every installed module hears it in order. An error undoes the whole act.
#[derive(Debug, Clone)]
pub enum Event {
    /// People came to exist: registration or import.
    PeopleCreated {
        people: Vec<PersonId>,
    },
    /// People are about to be removed altogether, because an import is undone: nothing stands in the
    /// way (`Module::holds`). Whoever derived rows from them (totals, search) takes those out.
    PeopleRemoved {
        people: Vec<PersonId>,
    },
    /// A person's reported fields (titles, state, name …) changed.
    PersonChanged {
        person: PersonId,
    },
    /// The same of many, by one act: an import.
    PeopleChanged {
        people: Vec<PersonId>,
    },
    /// People of one unit went to another: a transfer, a unit that was disabled or merged.
    PeopleMoved {
        people: Vec<PersonId>,
        from: OrganizationId,
        to: OrganizationId,
    },
    /// A person's name or ID number was corrected: what was issued under the former one is out of
    /// date.
    IdentityCorrected {
        person: PersonId,
        /// Of a number: the row of `identity_correction` (module accounts) with the former one.
        correction: Option<i64>,
    },
    OrganizationChanged {
        organization: OrganizationId,
    },
    OrganizationDisabled {
        organization: OrganizationId,
    },
    /// An approved ledger entry was revoked, or corrected: another stands in its place.
    EntryRevoked {
        entry: i64,
        person: PersonId,
        year: i32,
        corrected: bool,
        reason: String,
    },
    /// A case was decided for good.
    ReviewDecided {
        case: CaseId,
        subject: &'static str,
        approved: bool,
    },
}
