//! The style sheet and the one script, under names that change with their content.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::header};
use countersign_domain::digest::Digest;
use countersign_edge::{Problem, Routes, WhoMay};

use crate::answer::Answer;

struct Asset {
    path: String,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(name: &str, media_type: &'static str, content: &'static str) -> Self {
        let digest = Digest::of(content.as_bytes()).to_string();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let short: String = digest.chars().take(16).collect();
        Self {
            path: format!("/assets/{stem}-{short}.{ending}"),
            media_type,
            content,
        }
    }
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new(
            "countersign.css",
            "text/css; charset=utf-8",
            include_str!("../static/countersign.css"),
        ),
        Asset::new(
            "countersign.js",
            "text/javascript; charset=utf-8",
            include_str!("../static/countersign.js"),
        ),
        Asset::new(
            "mark.svg",
            "image/svg+xml",
            include_str!("../static/mark.svg"),
        ),
    ]
});

/// The address of the style sheet.
pub(crate) fn style() -> &'static str {
    &ASSETS[0].path
}

/// The address of the script.
pub(crate) fn script() -> &'static str {
    &ASSETS[1].path
}

/// The address of the mark.
pub(crate) fn mark() -> &'static str {
    &ASSETS[2].path
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/assets/{name}", WhoMay::Public, asset)
}

async fn asset(request: HttpRequest) -> Answer {
    let asset = ASSETS.iter().find(|asset| asset.path == request.path());
    let asset = asset.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content))
}

#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    ASSETS
        .iter()
        .map(|asset| (asset.path.as_str(), asset.content))
}
