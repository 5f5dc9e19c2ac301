//! Identifiers are types, so that two of them cannot be swapped.

/// Declares a row identifier: a number in the database, in a form and in an address.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
                 serde::Serialize, serde::Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }

        impl<'r> rocket::request::FromParam<'r> for $name {
            type Error = &'r str;
            fn from_param(param: &'r str) -> Result<Self, Self::Error> {
                param.parse().map_err(|_| param)
            }
        }
    )*};
}

id! {
    /// A row of `organization`: bureau, department, employer or base.
    OrganizationId,
    /// A row of `account`: who signs in.
    AccountId,
    /// A row of `person` (module accounts): 专业技术人员.
    PersonId,
    /// A row of `identity`: the one place an ID number is stored.
    IdentityId,
    /// A row of `session`.
    SessionId,
    /// A row of `grant`: the right of an account in an organization.
    GrantId,
    /// A row of `role`.
    RoleId,
    /// A row of `review_case`.
    CaseId,
    /// A row of `file`: one stored upload.
    FileId,
    /// A row of `job`: long work in the background.
    JobId,
}
