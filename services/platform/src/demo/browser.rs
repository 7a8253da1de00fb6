//! A browser, as far as the story needs one: it keeps cookies, reads forms and says where its
//! requests come from.

use std::{borrow::Cow, collections::BTreeMap};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use countersign_domain::operation::Method;
use countersign_egress::{
    Egress, HeaderText, InboundResponse, OutboundRequest, RequestLimits, Url,
};

/// How many redirects are followed.
const HOPS: usize = 6;

/// One person's browser.
pub(crate) struct Browser {
    egress: Egress,
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// What it shows.
pub(crate) struct Page {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Where it ended up; not one of ours when a redirect led away.
    pub(crate) url: Url,
    /// The text of the page.
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(egress: Egress, origin: &str) -> Self {
        Self {
            egress,
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens an address and follows redirects as long as they stay with us.
    pub(crate) async fn open(&mut self, address: &str) -> anyhow::Result<Page> {
        let url = self.absolute(address)?;
        let answer = self.request(Method::Get, url.clone(), None).await?;
        self.follow(url, answer).await
    }

    /// Fills in the form of a page and presses one of its buttons.
    pub(crate) async fn submit(
        &mut self,
        page: &Page,
        action: &str,
        filled: &[(&str, &str)],
    ) -> anyhow::Result<Page> {
        let form = Form::find(&page.html, action)
            .with_context(|| format!("the page {} has no form for {action}", page.url.path()))?;
        let hidden = form.hidden.iter().map(|(name, value)| (&**name, &**value));
        let fields = hidden.chain(filled.iter().copied());
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let url = self.absolute(&form.action)?;
        let answer = self.request(Method::Post, url.clone(), Some(body)).await?;
        self.follow(url, answer).await
    }

    async fn follow(&mut self, mut url: Url, mut answer: InboundResponse) -> anyhow::Result<Page> {
        for _ in 0..HOPS {
            let Some(target) = answer
                .header("location")
                .filter(|_| is_redirect(answer.status))
            else {
                break;
            };
            url = url.join(target).context("a redirect to nowhere")?;
            if url.origin().ascii_serialization() != self.origin {
                break;
            }
            answer = self.request(Method::Get, url.clone(), None).await?;
        }
        Ok(Page {
            status: answer.status,
            url,
            html: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the demo's browser is somebody else"
    )]
    async fn request(
        &mut self,
        method: Method,
        url: Url,
        body: Option<String>,
    ) -> anyhow::Result<InboundResponse> {
        let mut headers = vec![("accept", "text/html".to_owned())];
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            headers.push(("cookie", pairs.collect::<Vec<_>>().join("; ")));
        }
        if body.is_some() {
            let form = "application/x-www-form-urlencoded";
            headers.push(("content-type", form.to_owned()));
            headers.push(("origin", self.origin.clone()));
            headers.push(("sec-fetch-site", "same-origin".to_owned()));
        }
        let secret = |text| HeaderText::Secret(countersign_domain::secret::Secret::new(text));
        let request = OutboundRequest {
            method,
            url,
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), secret(value)))
                .collect(),
            body: body.map(Bytes::from),
            limits: RequestLimits::default(),
        };
        let answer = self
            .egress
            .send(request)
            .await
            .context("no answer to a page")?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn keep_cookies(&mut self, answer: &InboundResponse) {
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        for (_, value) in set {
            let value = String::from_utf8_lossy(value);
            let pair = value.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies
                    .insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn absolute(&self, address: &str) -> anyhow::Result<Url> {
        let url = Url::parse(&self.origin)?.join(address)?;
        if url.origin().ascii_serialization() != self.origin {
            bail!("{address} is not one of our own pages");
        }
        Ok(url)
    }
}

impl Page {
    /// What is visible on it, without tags and with its entities read.
    pub(crate) fn text(&self) -> String {
        let mut visible = String::new();
        for piece in self.html.split('<') {
            let after = piece.split_once('>').map_or(piece, |(_, after)| after);
            visible.push_str(after);
        }
        unescape(&visible)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// A form, as the page's markup has it.
struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

impl Form {
    /// Finds the form whose action ends with this.
    fn find(html: &str, action: &str) -> Option<Self> {
        html.split("<form").skip(1).find_map(|piece| {
            let form = piece.split("</form").next().unwrap_or(piece);
            let (tag, inside) = form.split_once('>')?;
            let to = attribute(tag, "action")?;
            let hidden = inside.split("<input").skip(1).filter_map(hidden_field);
            to.ends_with(action).then(|| Self {
                action: to,
                hidden: hidden.collect(),
            })
        })
    }
}

fn hidden_field(piece: &str) -> Option<(String, String)> {
    let tag = piece.split('>').next()?;
    (attribute(tag, "type")? == "hidden")
        .then(|| Some((attribute(tag, "name")?, attribute(tag, "value")?)))?
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag[start..].split('"').next()?;
    Some(unescape(value).into_owned())
}

/// What a template writes for what would be markup.
const ENTITIES: [(&str, &str); 10] = [
    ("&lt;", "<"),
    ("&#60;", "<"),
    ("&gt;", ">"),
    ("&#62;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#38;", "&"),
    ("&amp;", "&"),
];

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let read = ENTITIES
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        });
    Cow::Owned(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_with_what_it_carries() {
        let html = r#"<form method="post" action="/a"><input type="hidden" name="x" value="1"></form>
            <form method="post" action="/b?c=1&#38;d=2"><input type="hidden" name="csrf" value="t&quot;k">
            <input type="text" name="y" value="2"></form>"#;
        let form = Form::find(html, "d=2").unwrap();
        assert_eq!(form.action, "/b?c=1&d=2");
        assert_eq!(form.hidden, [("csrf".to_owned(), "t\"k".to_owned())]);
    }
}
