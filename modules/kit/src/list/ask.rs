//! What a list page is asked for: the address's parameters.

use std::collections::BTreeMap;

use rocket::request::{FromRequest, Outcome, Request};

/// The query string of a list page, checked against the list when used.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The page's own path.
    pub path: String,
    /// key → value: filters, `q` (token of a typed query), `order`, `size`, `page`, `after`, `before`, `last`.
    pub values: BTreeMap<String, String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Ask {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let values = request
            .query_fields()
            .map(|field| (field.name.source().to_string(), field.value.to_owned()))
            .collect();
        Outcome::Success(Ask { path: request.uri().path().to_string(), values })
    }
}
