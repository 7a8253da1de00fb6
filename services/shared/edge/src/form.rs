//! A form of ours, sent back by the browser it was drawn for.

use std::borrow::Cow;

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
            let mut fields = Vec::from(read(&request, payload, LIMIT).await?);
            let token = take_token(&mut fields);
            origin.verify(&token.unwrap_or_default())?;
            refuse_unknown::<T>(&fields)?;
            serde_html_form::from_bytes(&fields)
                .map(Self)
                .map_err(|error| Problem::invalid("invalid_form", error.to_string()))
        })
    }
}

/// Takes the token out of the fields, which stay as they came and where they are: a long one is not
/// written twice. Two tokens are none.
fn take_token(fields: &mut [u8]) -> Option<String> {
    let (mut token, mut tokens) = (None, 0);
    for pair in fields.split_mut(|byte| *byte == b'&') {
        if name(pair) == CSRF_FIELD {
            let (_, value) = form_urlencoded::parse(pair).next()?;
            token = Some(value.into_owned());
            tokens += 1;
            pair.fill(b'&');
        }
    }
    token.filter(|_| tokens == 1)
}

/// The fields as they are written; between two `&` there is none.
fn pairs(fields: &[u8]) -> impl Iterator<Item = &[u8]> {
    let pairs = fields.split(|byte| *byte == b'&');
    pairs.filter(|pair| !pair.is_empty())
}

fn name(pair: &[u8]) -> Cow<'_, str> {
    let name = pair.split(|byte| *byte == b'=').next();
    let name = name.and_then(|name| form_urlencoded::parse(name).next());
    name.map(|(name, _)| name).unwrap_or_default()
}

fn refuse_unknown<T: DeserializeOwned>(fields: &[u8]) -> Result<(), Problem> {
    let known = field_names::<T>();
    if pairs(fields).all(|pair| known.contains(&&*name(pair))) {
        return Ok(());
    }
    Err(Problem::invalid(
        "unknown_field",
        "the form has a field that does not belong to it",
    ))
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

    /// The token, and the fields that are left.
    fn taken(sent: &str) -> (Option<String>, Vec<Vec<u8>>) {
        let mut fields = sent.as_bytes().to_vec();
        let token = take_token(&mut fields);
        (token, pairs(&fields).map(<[u8]>::to_vec).collect())
    }

    #[test]
    fn two_tokens_are_none() {
        assert_eq!(taken("csrf=a&x=1").0.as_deref(), Some("a"));
        assert_eq!(taken("csrf=a&csrf=b&x=1").0, None);
        assert_eq!(taken("csrf=a&%63srf=a&x=1").0, None);
    }

    #[test]
    fn fields_stay_as_they_came_wherever_the_token_stands() {
        let fields = ["x=1", "y=%26csrf=+%c3%bc", "", "x=csrf"];
        let there = fields.into_iter().filter(|field| !field.is_empty());
        let there: Vec<_> = there.map(|field| field.as_bytes().to_vec()).collect();
        for at in 0..=fields.len() {
            let mut sent = fields.to_vec();
            sent.insert(at, "%63srf=a%3D");
            assert_eq!(
                taken(&sent.join("&")),
                (Some("a=".to_owned()), there.clone())
            );
        }
    }
}
