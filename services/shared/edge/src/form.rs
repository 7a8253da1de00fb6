//! A form of ours, sent back by the browser it was drawn for.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::Bytes,
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use url::form_urlencoded;

use crate::{
    caller::still_signed_in,
    csrf::{CSRF_FIELD, SameOrigin},
    problem::Problem,
};

/// The fields of a form, after both locks of [`crate::csrf`] were opened: taking one as an
/// argument is the check. Fields that `T` does not have are refused, without `T` having to say
/// so; fields given several times make a `Vec`. `LIMIT` is in bytes.
#[derive(Debug)]
pub struct Form<T, const LIMIT: usize = 65_536>(pub T);

/// A form with nothing but its button.
#[derive(Debug, serde::Deserialize)]
pub struct NoFields {}

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Form<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let origin = SameOrigin::check(&request)?;
            require_type(&request, "application/x-www-form-urlencoded")?;
            let body = read(&request, payload, LIMIT).await?;
            let (token, fields) = split(&body);
            origin.verify(&token.unwrap_or_default())?;
            refuse_unknown::<T>(&fields)?;
            serde_html_form::from_str(&encode(&fields))
                .map(Self)
                .map_err(|error| Problem::invalid("invalid_form", error.to_string()))
        })
    }
}

type Fields = Vec<(String, String)>;

/// Takes the token out of the fields; two tokens are none.
fn split(body: &[u8]) -> (Option<String>, Fields) {
    let pairs = form_urlencoded::parse(body).into_owned();
    let (mut tokens, fields): (Fields, Fields) = pairs.partition(|(name, _)| name == CSRF_FIELD);
    let token = tokens.pop().filter(|_| tokens.is_empty());
    (token.map(|(_, value)| value), fields)
}

fn encode(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

fn refuse_unknown<T: DeserializeOwned>(fields: &Fields) -> Result<(), Problem> {
    let known = field_names::<T>();
    match fields
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        Some(_) => Err(Problem::invalid(
            "unknown_field",
            "the form has a field that does not belong to it",
        )),
        None => Ok(()),
    }
}

/// Asks a struct for the names of its fields, by starting to read one and stopping there.
fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Probe) {
        Err(Names(names)) => names,
        Ok(_) => &[],
    }
}

struct Probe;

#[derive(Debug, thiserror::Error)]
#[error("only the names of the fields were wanted")]
struct Names(&'static [&'static str]);

impl de::Error for Names {
    fn custom<M: std::fmt::Display>(_message: M) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Names> {
        Err(Names(fields))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Names> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

pub(crate) fn require_type(request: &HttpRequest, wanted: &str) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        Ok(())
    } else {
        Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
    }
}

/// Reads a whole body, up to a limit, and gives it to nobody who was signed out meanwhile.
pub(crate) async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    let too_large = || Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::of_status(StatusCode::BAD_REQUEST))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    still_signed_in(request).await?;
    Ok(body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only its field names are looked at")]
    struct Invite {
        email: String,
        #[serde(rename = "as")]
        role: String,
        tools: Vec<String>,
    }

    #[test]
    fn a_struct_knows_its_own_fields() {
        assert_eq!(field_names::<Invite>(), ["email", "as", "tools"]);
        assert_eq!(field_names::<NoFields>(), [""; 0]);
    }

    #[test]
    fn two_tokens_are_none() {
        assert_eq!(split(b"csrf=a&x=1").0.as_deref(), Some("a"));
        assert_eq!(split(b"csrf=a&csrf=b&x=1").0, None);
    }
}
