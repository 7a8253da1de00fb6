//! Templates to build requests from.

use countersign_domain::{
    operation::{Bind, Body, BodyKind, Method, PartEncoding, Place, Style},
    path::Addresses,
};
use countersign_secret_injection::{BuildError, BuiltRequest, RequestTemplate, build};
use serde_json::Value;
use url::Url;

pub(crate) struct Template {
    pub(crate) method: Method,
    pub(crate) base: Url,
    pub(crate) path: String,
    pub(crate) binds: Vec<Bind>,
    pub(crate) body: Option<Body>,
    pub(crate) input_schema: Value,
}

pub(crate) fn template(method: Method, path: &str) -> Template {
    Template {
        method,
        base: Url::parse("https://api.example.com/v1/").unwrap(),
        path: path.to_owned(),
        binds: Vec::new(),
        body: None,
        input_schema: Value::Null,
    }
}

pub(crate) fn get(path: &str) -> Template {
    template(Method::Get, path)
}

pub(crate) fn post(path: &str) -> Template {
    template(Method::Post, path)
}

impl Template {
    pub(crate) fn base(mut self, base: &str) -> Self {
        self.base = Url::parse(base).unwrap();
        self
    }

    pub(crate) fn bind(mut self, place: Place, wire: &str, style: Style, explode: bool) -> Self {
        self.binds.push(Bind {
            key: wire.to_owned(),
            place,
            wire: wire.to_owned(),
            style,
            explode,
            allow_reserved: false,
            content_type: None,
            encoding: Vec::new(),
            required: place == Place::Path,
        });
        self
    }

    /// What the document says of all arguments.
    pub(crate) fn input_schema(mut self, schema: &Value) -> Self {
        self.input_schema = schema.clone();
        self
    }

    pub(crate) fn path(self, wire: &str) -> Self {
        self.bind(Place::Path, wire, Style::Simple, false)
    }

    pub(crate) fn query(self, wire: &str) -> Self {
        self.bind(Place::Query, wire, Style::Form, true)
    }

    /// The whole query, in a media type.
    pub(crate) fn whole_query(self, media_type: &str) -> Self {
        self.bind(Place::Querystring, "whole", Style::Form, true)
            .with(|bind| bind.content_type = Some(media_type.to_owned()))
    }

    pub(crate) fn header(self, wire: &str) -> Self {
        self.bind(Place::Header, wire, Style::Simple, false)
    }

    pub(crate) fn cookie(self, wire: &str) -> Self {
        self.bind(Place::Cookie, wire, Style::Form, true)
    }

    /// Changes the last bind.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Bind)) -> Self {
        change(self.binds.last_mut().unwrap());
        self
    }

    /// How the last argument writes each list in it.
    pub(crate) fn items(self, style: Style) -> Self {
        let items = PartEncoding {
            style,
            explode: false,
            ..PartEncoding::plain("[]")
        };
        self.with(|bind| bind.encoding.push(items))
    }

    pub(crate) fn body(mut self, kind: BodyKind, media_type: &str) -> Self {
        self.body = Some(Body {
            required: true,
            media_type: media_type.to_owned(),
            kind,
            encoding: Vec::new(),
        });
        self
    }

    pub(crate) fn optional_body(mut self) -> Self {
        self.body.as_mut().unwrap().required = false;
        self
    }

    pub(crate) fn encoding(
        mut self,
        property: &str,
        (style, explode): (Style, bool),
        content_type: Option<&str>,
    ) -> Self {
        self.body.as_mut().unwrap().encoding.push(PartEncoding {
            style,
            explode,
            content_type: content_type.map(str::to_owned),
            ..PartEncoding::plain(property)
        });
        self
    }

    /// The part that was encoded last is one for each member of an object.
    pub(crate) fn by_member(mut self) -> Self {
        let last = self.body.as_mut().unwrap().encoding.last_mut();
        last.unwrap().by_member = true;
        self
    }

    /// A header of the part that was encoded last.
    pub(crate) fn part_header(mut self, name: &str, value: &str) -> Self {
        let last = self.body.as_mut().unwrap().encoding.last_mut();
        let headers = &mut last.unwrap().headers;
        headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// How the parts of the part that was encoded last are written.
    pub(crate) fn parts(mut self, inner: Self) -> Self {
        let last = self.body.as_mut().unwrap().encoding.last_mut();
        last.unwrap().parts = inner.body.map(Box::new);
        self
    }

    pub(crate) fn build(&self, arguments: &Value) -> Result<BuiltRequest, BuildError> {
        let template = RequestTemplate {
            method: self.method,
            base: &self.base,
            path: &self.path,
            binds: &self.binds,
            body: self.body.as_ref(),
            input_schema: &self.input_schema,
            addresses: &Addresses::of(&self.base, []),
        };
        build(&template, arguments.as_object().unwrap())
    }
}
