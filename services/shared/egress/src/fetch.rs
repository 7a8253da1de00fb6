//! Fetching one document by its address, such as a specification.

use async_trait::async_trait;
use bytes::Bytes;
use countersign_domain::operation::Method;
use url::Url;

use crate::egress::Egress;
use crate::error::EgressError;
use crate::message::{HeaderText, OutboundRequest, RequestLimits};

/// The largest document that is fetched: a specification's limit.
pub const SPEC_BYTES: usize = 32 * 1024 * 1024;

/// The longest entity tag that is kept.
const ETAG_LENGTH: usize = 200;

/// Fetches documents. The door itself, or a test's own.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Returns the document at an address; anything but a plain 200 is an error.
    #[expect(
        clippy::disallowed_methods,
        reason = "the same question, asked without a tag"
    )]
    async fn fetch(&self, url: &str) -> Result<Fetched, EgressError> {
        // Nothing was asked about, so "not modified" is no answer.
        let fetched = self.fetch_unless(url, None).await?;
        fetched.ok_or(EgressError::Redirected)
    }

    /// Returns the document at an address, or `None` when the server says that it is still the
    /// one with this entity tag (RFC 9110 section 13.1.2).
    async fn fetch_unless(
        &self,
        url: &str,
        etag: Option<&str>,
    ) -> Result<Option<Fetched>, EgressError>;
}

/// A fetched document.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The document.
    pub bytes: Bytes,
    /// What the server says it is.
    pub content_type: Option<String>,
    /// What the server calls this version of it.
    pub etag: Option<String>,
}

#[async_trait]
impl Fetch for Egress {
    #[expect(
        clippy::disallowed_methods,
        reason = "a document goes out by the door itself"
    )]
    async fn fetch_unless(
        &self,
        url: &str,
        etag: Option<&str>,
    ) -> Result<Option<Fetched>, EgressError> {
        // What is no URL is refused like everything else: it may be a strange spelling.
        let url = Url::parse(url).map_err(|_| EgressError::DestinationNotAllowed)?;
        let accept = "application/json, application/yaml;q=0.9, */*;q=0.5".to_owned();
        let mut headers = vec![("accept".to_owned(), HeaderText::Plain(accept))];
        if let Some(etag) = etag {
            let tag = HeaderText::Plain(etag.to_owned());
            headers.push(("if-none-match".to_owned(), tag));
        }
        let answer = self
            .send(OutboundRequest {
                method: Method::Get,
                url,
                headers,
                body: None,
                limits: RequestLimits {
                    body_bytes: SPEC_BYTES,
                    ..RequestLimits::default()
                },
            })
            .await?;
        match answer.status {
            200 => Ok(Some(Fetched {
                content_type: answer.header("content-type").map(ToOwned::to_owned),
                etag: answer.header("etag").and_then(kept),
                bytes: answer.body,
            })),
            304 if etag.is_some() => Ok(None),
            300..=399 => Err(EgressError::Redirected),
            status => Err(EgressError::Status(status)),
        }
    }
}

/// An entity tag that can be sent back as it is, or none.
fn kept(etag: &str) -> Option<String> {
    let plain = etag.bytes().all(|byte| byte.is_ascii_graphic());
    (plain && etag.len() <= ETAG_LENGTH && etag.ends_with('"')).then(|| etag.to_owned())
}
