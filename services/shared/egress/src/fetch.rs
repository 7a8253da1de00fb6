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

/// Fetches documents. The door itself, or a test's own.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Returns the document at an address; anything but a plain 200 is an error.
    async fn fetch(&self, url: &str) -> Result<Fetched, EgressError>;
}

/// A fetched document.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The document.
    pub bytes: Bytes,
    /// What the server says it is.
    pub content_type: Option<String>,
}

#[async_trait]
impl Fetch for Egress {
    async fn fetch(&self, url: &str) -> Result<Fetched, EgressError> {
        // What is no URL is refused like everything else: it may be a strange spelling.
        let url = Url::parse(url).map_err(|_| EgressError::DestinationNotAllowed)?;
        let accept = "application/json, application/yaml;q=0.9, */*;q=0.5".to_owned();
        let answer = self
            .send(OutboundRequest {
                method: Method::Get,
                url,
                headers: vec![("accept".to_owned(), HeaderText::Plain(accept))],
                body: None,
                limits: RequestLimits {
                    body_bytes: SPEC_BYTES,
                    ..RequestLimits::default()
                },
            })
            .await?;
        match answer.status {
            200 => Ok(Fetched {
                content_type: answer.header("content-type").map(ToOwned::to_owned),
                bytes: answer.body,
            }),
            300..=399 => Err(EgressError::Redirected),
            status => Err(EgressError::Status(status)),
        }
    }
}
