//! How large a schema is, and how deep.

use std::io;

use serde_json::Value;

/// Bytes as JSON, and nesting.
pub(crate) fn measure(value: &Value) -> (usize, usize) {
    let mut bytes = Count(0);
    // Counting never fails, and neither does writing a value.
    let _ = serde_json::to_writer(&mut bytes, value);
    (bytes.0, depth(value))
}

/// Nesting alone.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Counts what is written and keeps nothing.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
