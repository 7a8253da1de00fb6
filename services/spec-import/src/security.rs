//! What an operation needs to be let in: any one alternative, all of its schemes.

use std::{borrow::Cow, collections::BTreeMap};

use countersign_domain::{
    header,
    operation::{Place, Scheme, SchemeUse, Security},
    text,
};
use serde_json::Value;

use crate::{
    notes::{At, Notes},
    reference,
};

const ALTERNATIVES: usize = 64;
/// Characters of an address.
const ADDRESS: usize = 500;
const FLOWS: [&str; 5] = [
    "implicit",
    "password",
    "clientCredentials",
    "authorizationCode",
    "deviceAuthorization",
];
const OF_FLOW: [&str; 4] = [
    "authorizationUrl",
    "deviceAuthorizationUrl",
    "tokenUrl",
    "refreshUrl",
];

/// The security schemes of a document.
#[derive(Debug, Default)]
pub(crate) struct Schemes(BTreeMap<String, Scheme>);

impl Schemes {
    /// Reads `components.securitySchemes`.
    pub(crate) fn read(root: &Value, notes: &mut Notes) -> Self {
        let home = "/components/securitySchemes";
        let Some(given) = reference::at(root, home) else {
            return Self::default();
        };
        let (given, home) = match reference::follow(root, given, home.to_owned()) {
            Ok(found) => found,
            Err(bad) => {
                notes.warning(bad.code(), &home, &bad.reason());
                return Self::default();
            }
        };
        let Some(members) = given.as_object() else {
            return Self::default();
        };
        let mut schemes = BTreeMap::new();
        for (name, value) in members {
            let at = At::Pointer(&home);
            let at = at.key(name);
            let scheme = match reference::follow(root, value, at.to_string()) {
                Ok((value, _)) => {
                    if value.get("deprecated") == Some(&Value::Bool(true)) {
                        let text = format!("the scheme {name:?} should not be used any longer");
                        notes.info("security_scheme_deprecated", &at, &text);
                    }
                    scheme(value)
                }
                // What uses it says that it is not defined.
                Err(bad) => {
                    notes.warning(bad.code(), &at, &bad.reason());
                    continue;
                }
            };
            if let Scheme::Other { what } = &scheme {
                let text =
                    format!("the security scheme {name:?} is {what}, which is not spoken yet");
                notes.warning("security_scheme_unsupported", &at, &text);
            }
            schemes.insert(name.clone(), scheme);
        }
        Self(schemes)
    }

    /// Whether a scheme that lets an operation in fills this part of a request, so that no argument
    /// may. Where nothing is declared, it may be any scheme of the document.
    pub(crate) fn own(&self, security: &Security, place: Place, wire: &str) -> bool {
        let fills = |scheme: &Scheme| match (scheme, place) {
            (Scheme::ApiKeyHeader { name }, Place::Header) => header::is_same(name, wire),
            (Scheme::ApiKeyQuery { name }, Place::Query)
            | (Scheme::ApiKeyCookie { name }, Place::Cookie) => name == wire,
            (Scheme::ApiKeyCookie { .. }, Place::Header) => wire.eq_ignore_ascii_case("cookie"),
            _ => false,
        };
        match security {
            Security::Undeclared => self.0.values().any(fills),
            Security::Public => false,
            Security::AnyOf(alternatives) => {
                let mut uses = alternatives.iter().flatten();
                uses.any(|one| one.scheme.as_ref().is_some_and(fills))
            }
        }
    }

    /// Each alternative by itself that one stored credential is enough for. Where nothing is declared,
    /// any scheme of the document is one.
    pub(crate) fn each(&self, security: &Security) -> impl Iterator<Item = Security> {
        let by_itself = |(name, scheme): (&String, &Scheme)| {
            vec![SchemeUse {
                name: name.clone(),
                scheme: Some(scheme.clone()),
                scopes: Vec::new(),
            }]
        };
        let alternatives = match security {
            Security::Undeclared => self.0.iter().map(by_itself).collect(),
            Security::Public => Vec::new(),
            Security::AnyOf(alternatives) => alternatives.clone(),
        };
        let each = alternatives
            .into_iter()
            .map(|all| Security::AnyOf(vec![all]));
        each.filter(|one| !one.is_out_of_reach())
    }

    /// Reads a `security` list. Absent means undeclared, empty means public.
    pub(crate) fn requirement(
        &self,
        list: Option<&Value>,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> Security {
        let Some(list) = list.filter(|list| !list.is_null()) else {
            return Security::Undeclared;
        };
        let Some(items) = list.as_array() else {
            notes.warning(
                "security_not_a_list",
                at,
                "security is not a list and counts as undeclared",
            );
            return Security::Undeclared;
        };
        if items.is_empty() {
            return Security::Public;
        }
        if items.len() > ALTERNATIVES {
            notes.warning(
                "security_left_out",
                at,
                "only the first 64 alternatives are read",
            );
        }
        let mut alternatives = Vec::new();
        for (index, item) in items.iter().take(ALTERNATIVES).enumerate() {
            match item.as_object() {
                Some(uses) => alternatives.push(
                    uses.iter()
                        .map(|(name, scopes)| self.scheme_use(name, scopes, at, notes))
                        .collect::<Vec<_>>(),
                ),
                None => notes.warning(
                    "security_not_an_object",
                    &at.index(index),
                    "an alternative that is not an object is left out",
                ),
            }
        }
        match alternatives.as_slice() {
            [] => Security::Undeclared,
            all if all.iter().all(Vec::is_empty) => Security::Public,
            _ => Security::AnyOf(alternatives),
        }
    }

    /// The name that is meant: since `OpenAPI` 3.2 a scheme may be referred to, but one that is
    /// called just so goes first.
    fn name<'w>(&self, written: &'w str) -> Cow<'w, str> {
        if self.0.contains_key(written) {
            return written.into();
        }
        let pointer = reference::pointer_of(written).ok();
        let name = pointer.as_deref().and_then(|pointer| {
            let name = pointer.strip_prefix("/components/securitySchemes/")?;
            Some(name.replace("~1", "/").replace("~0", "~"))
        });
        name.map_or(written.into(), Cow::Owned)
    }

    fn scheme_use(
        &self,
        written: &str,
        scopes: &Value,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> SchemeUse {
        let name = self.name(written);
        let name = name.as_ref();
        let scheme = self.0.get(name).cloned();
        if scheme.is_none() {
            let text = format!("the security scheme {name:?} is not defined in the document");
            notes.warning("security_scheme_missing", at, &text);
        }
        let scopes = scopes
            .as_array()
            .map(|all| {
                all.iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default();
        SchemeUse {
            name: name.to_owned(),
            scheme,
            scopes,
        }
    }
}

/// Whether nobody is let in without a key in the query.
pub(crate) fn stands_in_query(security: &Security) -> bool {
    let Security::AnyOf(alternatives) = security else {
        return false;
    };
    let is_key = |one: &SchemeUse| matches!(one.scheme, Some(Scheme::ApiKeyQuery { .. }));
    alternatives.iter().all(|all| all.iter().any(is_key))
}

/// The scopes an operation asks for, in whichever alternative.
pub(crate) fn scopes(security: &Security) -> Vec<String> {
    let Security::AnyOf(alternatives) = security else {
        return Vec::new();
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in alternatives
        .iter()
        .flatten()
        .flat_map(|scheme| &scheme.scopes)
    {
        if !scopes.contains(scope) && scopes.len() < 100 {
            scopes.push(scope.clone());
        }
    }
    scopes
}

fn scheme(value: &Value) -> Scheme {
    let said = |key| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = said("name").to_owned();
    let other = |what: String| Scheme::Other { what };
    // A key that has to be made anew for each request.
    if said("x-amazon-apigateway-authtype").eq_ignore_ascii_case("awssigv4") {
        return other("AWS Signature Version 4".to_owned());
    }
    match said("type").to_ascii_lowercase().as_str() {
        "apikey" if name.is_empty() => other("an API key without a name".to_owned()),
        "apikey" => match said("in") {
            "header" if !crate::parameter::is_token(&name) => {
                other("an API key in a header that cannot be sent".to_owned())
            }
            "header" => Scheme::ApiKeyHeader { name },
            "query" => Scheme::ApiKeyQuery { name },
            "cookie" if crate::parameter::is_token(&name) => Scheme::ApiKeyCookie { name },
            _ => other("an API key in an unknown place".to_owned()),
        },
        "http" => match said("scheme").to_ascii_lowercase().as_str() {
            "bearer" => Scheme::Bearer,
            "basic" => Scheme::Basic,
            unknown => other(format!("http {}", text::strip(unknown, 40))),
        },
        "oauth2" | "openidconnect" => Scheme::Oauth2 {
            addresses: Some(addresses(value)),
        },
        "" => other("without a type".to_owned()),
        unknown => other(text::strip(unknown, 40)),
    }
}

/// Where tokens are asked for, by where that stands in the scheme.
fn addresses(scheme: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut add = |holder: &Value, key: &str, place: String| {
        if let Some(address) = holder.get(key).and_then(Value::as_str) {
            found.insert(place, text::strip(address, ADDRESS));
        }
    };
    for key in ["openIdConnectUrl", "oauth2MetadataUrl"] {
        add(scheme, key, key.to_owned());
    }
    for flow in FLOWS {
        let Some(holder) = scheme.get("flows").and_then(|flows| flows.get(flow)) else {
            continue;
        };
        for key in OF_FLOW {
            add(holder, key, format!("{flow}.{key}"));
        }
    }
    found
}
