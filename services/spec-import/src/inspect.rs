//! What an import would do, for people and scripts, without a server.

use std::{collections::BTreeMap, fmt::Write as _};

use countersign_domain::{
    operation::{Diagnostic, ImportedDocument, ImportedOperation, Severity},
    risk::RiskClass,
    text,
};
use serde_json::{Value, json};

use crate::written::{Schemas, Written};

/// Reports a document as JSON; the shape is an interface that scripts hold on to.
#[must_use]
pub fn report(Written { document, schemas }: &Written) -> Value {
    let operations = document.operations.iter().zip(schemas);
    json!({
        "document": {
            "title": document.title,
            "version": document.version,
            "format": document.format,
            "operations": document.operations.len(),
            "sha256": document.sha256,
        },
        "operations": operations.map(operation).collect::<Vec<_>>(),
        "diagnostics": document.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn operation((operation, schemas): (&ImportedOperation, &Schemas)) -> Value {
    let risk = &operation.risk;
    json!({
        "method": operation.method,
        "path": operation.path,
        "operation_id": operation.operation_id,
        "name": operation.name,
        "title": operation.title,
        "class": risk.class,
        "level": risk.level(),
        "read_only": risk.read_only,
        "destructive": risk.destructive,
        "high_risk": risk.high_risk,
        "confidence": risk.confidence,
        "sensitivity": risk.sensitivity,
        "reasons": risk.reasons,
        "importable": operation.unsupported.is_none(),
        "input_schema_bytes": schemas.input.get().len(),
        "diagnostics": operation.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn diagnostic(diagnostic: &Diagnostic) -> Value {
    json!({
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "pointer": diagnostic.pointer,
        "text": diagnostic.text,
    })
}

/// Draws a document as a table for a terminal, ending with counts.
#[must_use]
pub fn table(document: &ImportedDocument) -> String {
    let mut out = format!(
        "{} {}, {}, {} operations\nsha256 {}\n\n",
        safe(&document.title, 120),
        safe(&document.version, 40),
        document.format,
        document.operations.len(),
        document.sha256,
    );
    let head = [
        "METHOD", "PATH", "NAME", "CLASS", "LEVEL", "SURE", "CALLABLE",
    ]
    .map(str::to_owned);
    let rows: Vec<[String; 7]> = std::iter::once(head)
        .chain(document.operations.iter().map(row))
        .collect();
    let widths: [usize; 7] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    for row in &rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str(&counts(document));
    out
}

fn row(operation: &ImportedOperation) -> [String; 7] {
    let callable = operation
        .unsupported
        .as_ref()
        .map_or_else(|| "yes".to_owned(), |why| format!("no: {}", safe(why, 90)));
    [
        operation.method.to_string(),
        safe(&operation.path, 70),
        operation.name.clone(),
        operation.risk.class.as_str().to_owned(),
        operation.risk.level().as_str().to_owned(),
        operation.risk.confidence.as_str().to_owned(),
        callable,
    ]
}

/// Draws hidden characters, so that no document can write to the terminal, and cuts.
fn safe(words: &str, limit: usize) -> String {
    let shown = text::reveal(&words.replace(['\n', '\t'], " "));
    text::strip(&shown, limit)
}

fn counts(document: &ImportedDocument) -> String {
    let mut out = String::from("\nBY CLASS\n");
    for class in RiskClass::ALL {
        let of_class = document
            .operations
            .iter()
            .filter(|operation| operation.risk.class == class);
        let high = of_class
            .clone()
            .filter(|operation| operation.risk.high_risk)
            .count();
        let _ = writeln!(
            out,
            "  {:<8}{:>6}  high risk {high}",
            class.as_str(),
            of_class.count()
        );
    }
    let closed = document
        .operations
        .iter()
        .filter(|o| o.unsupported.is_some())
        .count();
    let _ = writeln!(out, "  {:<8}{closed:>6}", "not callable");
    let mut codes: BTreeMap<(&str, Severity), (usize, &str)> = BTreeMap::new();
    let of_operations = document
        .operations
        .iter()
        .flat_map(|operation| &operation.diagnostics);
    for diagnostic in document.diagnostics.iter().chain(of_operations) {
        let code = (diagnostic.code.as_str(), diagnostic.severity);
        codes.entry(code).or_insert((0, &diagnostic.text)).0 += 1;
    }
    out.push_str("\nDIAGNOSTICS\n");
    for ((code, severity), (count, text)) in codes {
        let severity = match severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        // What is there once can be said in full.
        let text = if count == 1 {
            format!("  {}", safe(text, 400))
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {severity:<8}{code:<32}{count:>6}{text}");
    }
    out
}
