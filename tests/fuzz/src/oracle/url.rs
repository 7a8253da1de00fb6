//! Where the request goes: the pinned origin, and the segments of the template.

use countersign_domain::operation::{Place, Style};
use countersign_secret_injection::BuiltRequest;

use super::{decoded, hold, means, scalar};
use crate::tool::Tool;

/// As often as any reader behind us might decode.
const DECODINGS: usize = 8;

pub(super) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let (url, base) = (request.url(), &tool.base);
    let stays = url.origin() == base.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    hold(stays, || format!("{url} left {base}"))?;
    let visible = url.as_str().bytes().all(|byte| byte.is_ascii_graphic());
    hold(visible, || format!("{url} has invisible characters"))?;

    let prefix = base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(prefix);
    let path = path.and_then(|path| path.strip_prefix('/'));
    let path = path.ok_or_else(|| format!("{url} left the prefix {prefix:?}"))?;
    let template = tool.path.split(['?', '#']).next().unwrap_or_default();
    let wanted: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    let found: Vec<&str> = path.split('/').collect();
    let is_whole = found.len() == wanted.len() || template == "/";
    hold(is_whole, || {
        format!("{found:?} are not the segments of {wanted:?}")
    })?;
    for (wanted, found) in wanted.into_iter().zip(found) {
        segment(tool, wanted, found)?;
    }
    Ok(())
}

/// T63: what fills a segment stays in it.
fn segment(tool: &Tool, wanted: &str, found: &str) -> Result<(), String> {
    let mut read = found.to_owned();
    for _ in 0..DECODINGS {
        let mut names = read.split(['/', '\\']).map(|part| part.split(';').next());
        let leads_up = names.any(|name| matches!(name.map(str::trim), Some("." | "..")));
        hold(!leads_up, || format!("{found:?} leads to another segment"))?;
        hold(!read.contains(['\r', '\n', '\0']), || {
            format!("{found:?} ends the request line")
        })?;
        read = decoded(&read).into_owned();
    }
    if !wanted.contains(['{', '}']) {
        let is_fixed = decoded(wanted) == decoded(found);
        return hold(is_fixed, || format!("{found:?} stands for {wanted:?}"));
    }
    let name = wanted
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let Some(name) = name.filter(|name| !name.contains(['{', '}'])) else {
        return Ok(());
    };
    let bind = tool
        .binds
        .iter()
        .find(|b| b.place == Place::Path && b.wire == name);
    let bind = bind.filter(|bind| {
        let plain = !matches!(bind.style, Style::Label | Style::Matrix);
        plain && bind.content_type.is_none()
    });
    let given = bind
        .and_then(|bind| tool.arguments.get(&bind.key))
        .and_then(scalar);
    match given {
        Some(value) => hold(means(&decoded(found), value), || {
            format!("{found:?} is not what {value} means")
        }),
        None => Ok(()),
    }
}
