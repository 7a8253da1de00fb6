//! Values that GraphQL has no type for.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, SecondsFormat, Utc};
use countersign_domain::Timestamp;

use crate::fault::INVALID_INPUT;

/// A moment, as RFC 3339 text.
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub(crate) Timestamp);

#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        let read = match &value {
            Value::String(text) => DateTime::parse_from_rfc3339(text).ok(),
            Value::Null
            | Value::Number(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        read.map(|moment| Self(moment.with_timezone(&Utc)))
            .ok_or_else(|| {
                InputValueError::custom("write a moment such as 2026-01-31T12:00:00Z")
                    .with_extension("code", INVALID_INPUT)
            })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
