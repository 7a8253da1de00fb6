//! A document and, apart from it, the schemas of its operations, as texts: as values they take twenty
//! times the memory, and few need them all at once.

use std::sync::Arc;

use countersign_domain::operation::{ImportedDocument, ImportedOperation};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

const PLAIN: &str = "a schema is plain JSON";
const READABLE: &str = "what was written can be read";

/// A document and, apart from it, the schemas of its operations.
#[derive(Debug)]
pub struct Written {
    /// The document, in which every input schema is null, and no answer has one.
    pub document: ImportedDocument,
    /// The schemas of each operation, in their order.
    pub schemas: Vec<Schemas>,
}

/// The schemas of an operation.
#[derive(Debug)]
pub struct Schemas {
    /// Of its arguments.
    pub input: Box<RawValue>,
    /// Of its answer. Operations that answer with the same thing share it.
    pub output: Option<Arc<RawValue>>,
}

impl Written {
    /// The document with its schemas.
    ///
    /// # Panics
    /// When a schema that was put there by somebody else is none.
    #[must_use]
    pub fn read(mut self) -> ImportedDocument {
        for (operation, schemas) in self.document.operations.iter_mut().zip(&self.schemas) {
            schemas.put_into(operation);
        }
        self.document
    }

    /// One operation with its schemas.
    pub(crate) fn operation(&self, index: usize) -> ImportedOperation {
        let mut operation = self.document.operations[index].clone();
        self.schemas[index].put_into(&mut operation);
        operation
    }
}

impl From<ImportedDocument> for Written {
    fn from(mut document: ImportedDocument) -> Self {
        let schemas = document.operations.iter_mut().map(Schemas::take).collect();
        Self { document, schemas }
    }
}

impl Schemas {
    /// Takes those of an operation out of it.
    pub(crate) fn take(operation: &mut ImportedOperation) -> Self {
        let input = to_raw_value(&operation.input_schema.take()).expect(PLAIN);
        let output = operation.output.as_mut();
        let output = output.and_then(|answer| answer.schema.take());
        let output = output.map(|schema| to_raw_value(&*schema).expect(PLAIN).into());
        Self { input, output }
    }

    fn put_into(&self, operation: &mut ImportedOperation) {
        put(operation, (&self.input, self.output.as_deref())).expect(READABLE);
    }
}

/// Puts an operation's schemas where they belong.
pub(crate) fn put(
    operation: &mut ImportedOperation,
    (input, output): (&RawValue, Option<&RawValue>),
) -> serde_json::Result<()> {
    operation.input_schema = serde_json::from_str(input.get())?;
    if let (Some(answer), Some(schema)) = (&mut operation.output, output) {
        answer.schema = Some(serde_json::from_str::<Value>(schema.get())?.into());
    }
    Ok(())
}
