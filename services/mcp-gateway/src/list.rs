//! `tools/list`: what this token may call, from bytes that were made when the catalogue was loaded.

use std::sync::Arc;

use bytes::Bytes;
use countersign_domain::Fault as _;
use serde_json::{Map, Value};

use crate::{
    call::{scopes_of, unavailable},
    era::Era,
    reply::{Refusal, result},
    serve::{Outcome, Request},
    wire::Id,
    written::Written,
};

/// How long a client may keep a list, in milliseconds.
const TTL_MS: u32 = 60_000;

pub(crate) async fn list(agent: &Request<'_>, id: &Id, params: &Map<String, Value>) -> Outcome {
    let cursor = match params.get("cursor") {
        None => None,
        Some(Value::String(cursor)) => Some(cursor.as_str()),
        Some(_) => {
            return Outcome::Refused(Refusal::invalid_params(
                id.clone(),
                "params.cursor is a string",
            ));
        }
    };
    let Some(pages) = pages(agent).await else {
        return Outcome::Refused(unavailable(id));
    };
    let place = match cursor.map(str::parse::<usize>) {
        None => 0,
        Some(Ok(place)) if (1..pages.len()).contains(&place) => place,
        Some(_) => {
            return Outcome::Refused(Refusal::invalid_params(
                id.clone(),
                "params.cursor is not one of ours",
            ));
        }
    };
    let next = (place + 1 < pages.len()).then_some(place + 1);
    Outcome::Body(body(agent.era, id, &pages[place], next))
}

async fn pages(agent: &Request<'_>) -> Option<Arc<[Bytes]>> {
    let catalogues = &agent.gateway.parts.catalogues;
    let catalogue = catalogues.get(agent.tenant, agent.endpoint).await;
    let catalogue = catalogue
        .inspect_err(|error| tracing::warn!(code = error.code(), error = %error, "no catalogue"))
        .ok()??;
    let pages = catalogue.list(scopes_of(&agent.scope)).await;
    pages
        .inspect_err(|error| tracing::warn!(code = error.code(), error = %error, "no list"))
        .ok()
}

/// Puts an answer around a page that is JSON already: a thousand tools are not parsed and written
/// again for each agent that asks, and take no room of its own for each.
fn body(era: Era, id: &Id, page: &Bytes, next: Option<usize>) -> Written {
    let mut rest = Map::new();
    if let Some(next) = next {
        rest.insert("nextCursor".to_owned(), next.to_string().into());
    }
    if era == Era::Modern {
        rest.insert("ttlMs".to_owned(), TTL_MS.into());
        rest.insert("cacheScope".to_owned(), "private".into());
    }
    let around = result(era, id, Value::Object(rest)).to_string();
    let opening = "\"result\":{";
    let at = around.find(opening).map_or(0, |at| at + opening.len());
    let (before, after) = around.split_at(at);
    let comma = if after.starts_with('}') { "" } else { "," };
    let before = Bytes::from(format!("{before}\"tools\":"));
    [before, page.clone(), Bytes::from(format!("{comma}{after}"))].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_is_wrapped_without_being_read() {
        let id = Id::Text("\"result\":{".to_owned());
        for (era, next) in [
            (Era::Legacy, None),
            (Era::Legacy, Some(1)),
            (Era::Modern, Some(2)),
        ] {
            let page = Bytes::from_static(br#"[{"name":"a"}]"#);
            let bytes = body(era, &id, &page, next).whole();
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["id"], json!("\"result\":{"));
            assert_eq!(value["result"]["tools"], json!([{"name": "a"}]));
            assert_eq!(value["result"].get("nextCursor").is_some(), next.is_some());
            assert_eq!(
                value["result"].get("cacheScope").is_some(),
                era == Era::Modern
            );
        }
    }
}
