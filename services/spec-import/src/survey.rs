//! Counts what a JSON text will cost before a tree is built of it, and looks where it refers to.
//!
//! 32 MB of `[],[],` would become hundreds of megabytes of tree; counting the commas and brackets
//! outside strings says so at the price of one pass.

use memchr::{memchr_iter, memchr2, memmem};

use crate::{ImportError, Limits};

/// Nesting that is ever read.
const DEEPEST: usize = 127;
/// Bytes that are counted together: as many as one byte can count.
const TOGETHER: usize = 255;

/// Whether a text is evidently within the limits: even with those in its texts it has too few
/// commas and brackets to hold too much, and nobody reads what is nested more deeply.
pub(crate) fn is_modest(bytes: &[u8], limits: &Limits) -> bool {
    let marks = |chunk: &[u8]| {
        let is_mark = |byte: &u8| u8::from(matches!(byte, b'{' | b'[' | b','));
        usize::from(chunk.iter().map(is_mark).sum::<u8>())
    };
    let nodes = bytes.chunks(TOGETHER).map(marks).sum::<usize>();
    limits.depth >= DEEPEST && nodes < limits.nodes
}

/// Refuses JSON with more values or deeper nesting than the limits.
pub(crate) fn json(bytes: &[u8], limits: &Limits) -> Result<(), ImportError> {
    let deepest = limits.depth.min(DEEPEST);
    let (mut nodes, mut depth, mut offset) = (1_usize, 0_usize, 0_usize);
    while offset < bytes.len() {
        match bytes[offset] {
            b'"' => offset = end_of_string(bytes, offset + 1),
            b'{' | b'[' => {
                nodes += 1;
                depth += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => nodes += 1,
            _ => {}
        }
        if depth > deepest {
            let (line, column) = position(bytes, offset);
            return Err(ImportError::TooDeep {
                limit: deepest,
                line,
                column,
            });
        }
        if nodes > limits.nodes {
            let (line, column) = position(bytes, offset);
            return Err(ImportError::TooManyNodes {
                limit: limits.nodes,
                line,
                column,
            });
        }
        offset += 1;
    }
    Ok(())
}

/// Whether every reference in a JSON text evidently is a pointer into it: behind each `$ref` stands
/// one, no schema has an address of its own from which it would count, and no letter is written as
/// an escape, as which another could hide.
pub(crate) fn refers_to_itself(bytes: &[u8]) -> bool {
    let points_inside = |behind: &[u8]| {
        let value = behind.strip_prefix(b"\"").map(<[u8]>::trim_ascii_start);
        let value = value.and_then(|value| value.strip_prefix(b":"));
        value.is_some_and(|value| value.trim_ascii_start().starts_with(b"\"#/"))
    };
    memmem::find(bytes, b"\\u00").is_none()
        && memchr_iter(b'$', bytes).all(|at| match &bytes[at + 1..] {
            [b'r', b'e', b'f', behind @ ..] => points_inside(behind),
            [b'i', b'd', ..] => false,
            _ => true,
        })
}

/// The offset of the quote that ends the string, or the end of the text.
fn end_of_string(bytes: &[u8], mut offset: usize) -> usize {
    while let Some(next) = bytes
        .get(offset..)
        .and_then(|rest| memchr2(b'"', b'\\', rest))
    {
        offset += next;
        if bytes[offset] == b'"' {
            return offset;
        }
        offset += 2;
    }
    bytes.len()
}

/// Line and column of an offset, counted from 1.
pub(crate) fn position(bytes: &[u8], offset: usize) -> (u64, u64) {
    let before = &bytes[..offset.min(bytes.len())];
    let lines = before.split(|byte| *byte == b'\n');
    let last = before
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    (lines.count() as u64, last.len() as u64 + 1)
}
