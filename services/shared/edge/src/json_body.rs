//! A JSON body sent by a script of our own page.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use countersign_domain::json;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use crate::{
    csrf::SameOrigin,
    form::{read, require_type},
    problem::Problem,
};

/// A JSON body, after both locks of [`crate::csrf`] were opened; the token is in the header
/// [`crate::CSRF_HEADER`]. Duplicate keys are refused. `LIMIT` is in bytes.
#[derive(Debug)]
pub struct JsonBody<T, const LIMIT: usize = 65_536>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for JsonBody<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            require_type(&request, "application/json")?;
            SameOrigin::check(&request)?.verify_header(&request)?;
            let body = read(&request, payload, LIMIT).await?;
            let value = json::parse(&body)
                .map_err(|error| Problem::invalid("invalid_json", error.to_string()))?;
            serde_json::from_value(value)
                .map(Self)
                .map_err(|error| Problem::invalid("invalid_json", error.to_string()))
        })
    }
}
