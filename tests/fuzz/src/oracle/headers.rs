//! Headers and cookies: as many as were asked for, and each ends where it should.

use std::collections::HashSet;

use countersign_domain::operation::{Bind, Place};
use countersign_secret_injection::BuiltRequest;

use super::{decoded, hold, means, scalar};
use crate::tool::Tool;

/// What only we say.
const OURS: [&str; 3] = ["accept", "content-type", "cookie"];
/// What nobody says for an agent.
const NEVER: [&str; 6] = [
    "host",
    "authorization",
    "content-length",
    "transfer-encoding",
    "connection",
    "proxy-authorization",
];

pub(super) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let mut seen = HashSet::new();
    for (name, value) in request.headers() {
        let token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
        let is_name = !name.is_empty() && name.bytes().all(token);
        let is_value = value
            .bytes()
            .all(|byte| matches!(byte, b'\t' | 0x20..=0x7e));
        hold(is_name && is_value, || {
            format!("the header {name:?}: {value:?}")
        })?;
        hold(seen.insert(name), || format!("two headers {name:?}"))?;
        hold(!NEVER.contains(&name.as_str()), || {
            format!("the header {name:?}")
        })?;
        if OURS.contains(&name.as_str()) {
            continue;
        }
        let of = |bind: &&Bind| bind.place == Place::Header && bind.wire.eq_ignore_ascii_case(name);
        let bind = tool.binds.iter().find(of);
        let bind = bind.ok_or_else(|| format!("nobody asked for the header {name:?}"))?;
        let given = tool
            .arguments
            .get(&bind.key)
            .filter(|_| bind.content_type.is_none());
        if let Some(given) = given.and_then(scalar)
            && is_plain(bind)
        {
            hold(means(value, given), || {
                format!("{value:?} is not what {given} means")
            })?;
        }
    }
    cookies(tool, request)
}

fn is_plain(bind: &Bind) -> bool {
    use countersign_domain::operation::Style;
    !matches!(bind.style, Style::Label | Style::Matrix)
}

/// Every cookie is that of an argument, or a member of the one that is written out.
fn cookies(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let header = request.headers().iter().find(|(name, _)| name == "cookie");
    let Some((_, line)) = header else {
        return Ok(());
    };
    let binds = || tool.binds.iter().filter(|bind| bind.place == Place::Cookie);
    let given = |bind: &Bind| tool.arguments.get(&bind.key);
    let spread = binds().any(|bind| given(bind).is_some_and(serde_json::Value::is_object));
    for cookie in line.split(';') {
        let (name, value) = cookie.trim_start().split_once('=').unwrap_or_default();
        let Some(bind) = binds().find(|bind| bind.wire == name) else {
            hold(spread, || format!("nobody asked for the cookie {name:?}"))?;
            continue;
        };
        let given = given(bind).filter(|_| bind.content_type.is_none());
        if let Some(given) = given.and_then(scalar) {
            let read = decoded(value);
            hold(means(&read, given), || {
                format!("the cookie {cookie:?} is not {given}")
            })?;
        }
    }
    Ok(())
}
