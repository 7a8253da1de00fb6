//! Whole numbers that a fingerprint cannot tell apart.

use serde_json::{Number, Value};

/// Up to here, a float and so a fingerprint can tell whole numbers apart.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

/// The whole numbers of a schema that are too long for a float, sorted.
pub(super) fn long_numbers(schema: &Value) -> Vec<i128> {
    let (mut found, mut open) = (Vec::new(), vec![schema]);
    while let Some(value) = open.pop() {
        match value {
            Value::Number(number) => found.extend(whole(number)),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    found.retain(|number| number.unsigned_abs() > EXACT);
    found.sort_unstable();
    found
}

/// A number without a fraction, however it is written: a database gives `9.2e18` back in digits.
fn whole(number: &Number) -> Option<i128> {
    let float = || number.as_f64()?.to_string().parse().ok();
    number.as_i128().or_else(float)
}
