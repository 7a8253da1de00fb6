//! Makes an imported document ready to be written: digests, and nothing that the database refuses.

use std::collections::BTreeMap;

use countersign_domain::{
    digest::Digest,
    operation::{
        Bind, Body, ImportedDocument, ImportedOperation, Method, Output, Security, Server,
    },
    risk::RiskClass,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};

/// A document whose operations are ready to be written.
pub(super) struct Prepared {
    /// All but its operations.
    pub(super) document: ImportedDocument,
    pub(super) operations: Vec<PreparedOperation>,
}

/// An operation with its digest, as text: a document may have thousands, and a tree of one takes
/// ten times the memory of its text.
pub(crate) struct PreparedOperation {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) definition: Box<RawValue>,
    pub(super) fingerprint: Digest,
}

impl Prepared {
    /// From what is left of a document without its operations, and those.
    pub(super) fn of((document, operations): (ImportedDocument, Vec<PreparedOperation>)) -> Self {
        Self {
            document: storable(document).0,
            operations,
        }
    }
}

impl PreparedOperation {
    /// The operation, to be looked at and forgotten.
    pub(super) fn read(&self) -> ImportedOperation {
        serde_json::from_str(self.definition.get()).expect(PLAIN)
    }
}

impl From<ImportedOperation> for PreparedOperation {
    fn from(operation: ImportedOperation) -> Self {
        let (mut operation, stripped) = storable(operation);
        if stripped {
            let why = "it has a NUL character, which cannot be kept";
            operation.unsupported.get_or_insert(why.to_owned());
        }
        Self {
            definition: to_raw_value(&operation).expect(PLAIN),
            fingerprint: fingerprint(&operation),
            method: operation.method,
            path: operation.path,
        }
    }
}

const PLAIN: &str = "an imported document is plain JSON";

/// What a decision about a tool is a decision about. The suggested name is not in it, since a tool
/// keeps its name; nor are the reasons of the classification, which a better importer words anew.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, as in the operation"
)]
struct Fingerprinted<'a> {
    method: Method,
    path: &'a str,
    title: &'a str,
    description: &'a str,
    input_schema: &'a Value,
    binds: &'a [Bind],
    body: Option<&'a Body>,
    /// Earlier imports did not keep any, and what has none is as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    discriminators: Option<&'a BTreeMap<String, String>>,
    output: Option<&'a Output>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successes: Option<&'a BTreeMap<String, String>>,
    security: &'a Security,
    servers: &'a [Server],
    deprecated: bool,
    class: RiskClass,
    read_only: bool,
    destructive: bool,
    high_risk: bool,
    unsupported: Option<&'a str>,
}

fn fingerprint(operation: &ImportedOperation) -> Digest {
    let of = Fingerprinted {
        method: operation.method,
        path: &operation.path,
        title: &operation.title,
        description: &operation.description,
        input_schema: &operation.input_schema,
        binds: &operation.binds,
        body: operation.body.as_ref(),
        discriminators: Some(&operation.discriminators).filter(|all| !all.is_empty()),
        output: operation.output.as_ref(),
        successes: Some(&operation.successes).filter(|all| !all.is_empty()),
        security: &operation.security,
        servers: &operation.servers,
        deprecated: operation.deprecated,
        class: operation.risk.class,
        read_only: operation.risk.read_only,
        destructive: operation.risk.destructive,
        high_risk: operation.risk.high_risk,
        unsupported: operation.unsupported.as_deref(),
    };
    // A schema may hold numbers without a canonical form; then any difference is a change.
    Digest::of_canonical(&of)
        .unwrap_or_else(|_| Digest::of(serde_json::to_string(&of).expect(PLAIN).as_bytes()))
}

/// Takes NUL characters out of every text, keys included: PostgreSQL keeps none. Says whether
/// there were any.
fn storable<T: Serialize + DeserializeOwned>(value: T) -> (T, bool) {
    let mut tree = serde_json::to_value(&value).expect(PLAIN);
    if strip(&mut tree) {
        let stripped = serde_json::from_value(tree).expect("texts stay texts");
        (stripped, true)
    } else {
        (value, false)
    }
}

fn strip(value: &mut Value) -> bool {
    let mut had = false;
    match value {
        Value::String(text) => {
            had = text.contains('\0');
            text.retain(|character| character != '\0');
        }
        Value::Array(items) => {
            for item in items {
                had |= strip(item);
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                had |= strip(member);
            }
            if members.keys().any(|key| key.contains('\0')) {
                had = true;
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(key, member)| (key.replace('\0', ""), member))
                    .collect::<Map<_, _>>();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    had
}
