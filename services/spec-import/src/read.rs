//! Bytes become one tree, or one clear error with a line and a column.
//!
//! A document that two readers could read in two ways is refused: what is approved must be what
//! runs. So duplicate keys are errors, and of YAML only `true` and `false` are booleans.

mod spelling;

use std::str::Utf8Error;

use countersign_domain::json::{self, InvalidJson, StrictValue};
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{
    Error as YamlError, Location, NonFiniteFloatPolicy, Options,
    budget::{Budget, BudgetBreach},
};

use crate::{ImportError, Limits, survey};

/// Aliases are rare in API descriptions and the raw material of bombs.
const ALIASES: usize = 5_000;
const REPLAYED_EVENTS: usize = 300_000;
const STACK_BYTES: usize = 32 << 20;
const LONE: &str = "a text has half of a surrogate pair, which is no character";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A document, read.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) root: Value,
    /// `info.version` as it is written, where reading it as a number would change it.
    pub(crate) written_version: Option<String>,
    /// Whether the text alone shows that every reference is a pointer into it.
    pub(crate) refers_to_itself: bool,
}

/// Reads JSON, or YAML where the text does not begin as JSON does.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Source, ImportError> {
    if bytes.len() > limits.raw_bytes {
        return Err(ImportError::TooLarge {
            size: bytes.len(),
            limit: limits.raw_bytes,
        });
    }
    let narrow = narrowed(bytes);
    let bytes = narrow.as_deref().unwrap_or(bytes);
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let first = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    let Some(first) = first else {
        return Err(ImportError::Empty);
    };
    match bytes[first] {
        b'<' => Err(ImportError::LooksLikeHtml {
            start: start_of(&bytes[first..]),
        }),
        b'{' | b'[' if !is_yaml_in_braces(&bytes[first..]) => read_json(bytes, limits),
        _ => read_yaml(bytes, limits),
    }
}

/// Whether what begins like JSON has a first name without quotes, or in those of YAML only, as in
/// `{type: object}`. What looks like JSON is never tried as YAML: of a comment that would make names.
fn is_yaml_in_braces(bytes: &[u8]) -> bool {
    let is_before = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'[');
    let name = bytes.iter().position(|byte| !is_before(byte));
    match &bytes[name.unwrap_or(bytes.len())..] {
        [] | [b'/', b'/' | b'*', ..] => false,
        [first, ..] => first.is_ascii_alphabetic() || matches!(first, b'/' | b'$' | b'_' | b'\''),
    }
}

/// UTF-16 as UTF-8: a shell of Windows writes what it downloads that way. Either zero byte of the
/// first character gives it away, since every document begins with an ASCII one.
fn narrowed(bytes: &[u8]) -> Option<Vec<u8>> {
    let two = |read: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(pairs).collect();
        text.ok().map(String::into_bytes)
    };
    match bytes {
        [0xff, 0xfe, ..] | [1..=u8::MAX, 0, ..] => two(u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, 1..=u8::MAX, ..] => two(u16::from_be_bytes),
        _ => None,
    }
}

fn start_of(bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
    countersign_domain::text::reveal(start.lines().next().unwrap_or_default())
}

fn read_json(bytes: &[u8], limits: &Limits) -> Result<Source, ImportError> {
    let is_modest = survey::is_modest(bytes, limits);
    if !is_modest {
        survey::json(bytes, limits)?;
    }
    let root = json::parse(bytes).map_err(|error| {
        if is_modest && let Err(beyond) = survey::json(bytes, limits) {
            return beyond;
        }
        explain_json(bytes, &error)
    })?;
    Ok(Source {
        root,
        written_version: None,
        refers_to_itself: survey::refers_to_itself(bytes),
    })
}

fn explain_json(bytes: &[u8], error: &InvalidJson) -> ImportError {
    if let Err(error) = std::str::from_utf8(bytes) {
        return not_utf8(bytes, error);
    }
    let (line, column) = (error.line as u64, error.column as u64);
    let said = error.message.as_str();
    if let Some(key) = said.strip_prefix("duplicate key ") {
        let key = key.to_owned();
        return ImportError::DuplicateKey { key, line, column };
    }
    if said.starts_with("recursion limit") {
        return ImportError::TooDeep {
            limit: 127,
            line,
            column,
        };
    }
    let message = match said {
        "number out of range" => "a number is larger than any that can be kept",
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => LONE,
        said => {
            return ImportError::NotJsonOrYaml {
                message: format!("begins like JSON and is not: {said}"),
                line,
                column,
            };
        }
    };
    let message = message.to_owned();
    ImportError::Unreadable {
        message,
        line,
        column,
    }
}

fn not_utf8(bytes: &[u8], error: Utf8Error) -> ImportError {
    let (line, column) = survey::position(bytes, error.valid_up_to());
    ImportError::Unreadable {
        message: "the text is not UTF-8".to_owned(),
        line,
        column,
    }
}

fn read_yaml(bytes: &[u8], limits: &Limits) -> Result<Source, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))?;
    let text = without_last_mark(text);
    deep(|| {
        let read = |text: &str| serde_saphyr::from_str_with_options(text, options(limits));
        // What is wrong with a document is said of the text as it is.
        let settled = spelling::marked(text).and_then(|(marked, mark)| {
            let StrictValue(root) = read(&marked).ok()?;
            spelling::settled(root, mark)
        });
        let root = if let Some(root) = settled {
            root
        } else {
            let StrictValue(root) = read(text).map_err(|error| explain(&error, limits))?;
            root
        };
        let written_version = root
            .pointer("/info/version")
            .is_some_and(Value::is_number)
            .then(|| written_version(text, limits))
            .flatten();
        Ok(Source {
            root,
            written_version,
            refers_to_itself: false,
        })
    })
}

/// What some write to end a document begins another one, of which nothing follows.
fn without_last_mark(text: &str) -> &str {
    let written = text.trim_end();
    written.strip_suffix("\n---").unwrap_or(text)
}

/// Runs on a stack of its own: 128 levels of YAML need more than a worker thread has.
fn deep<T: Send>(work: impl FnOnce() -> Result<T, ImportError> + Send) -> Result<T, ImportError> {
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new()
            .name("yaml".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|_| ImportError::NoThread)?;
        reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn options(limits: &Limits) -> Options {
    let mut budget = Budget::default();
    budget.max_nodes = limits.nodes;
    budget.max_events = limits.nodes.saturating_mul(2);
    budget.max_depth = limits.depth.min(128);
    budget.max_aliases = ALIASES;
    budget.max_documents = 1;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = REPLAYED_EVENTS;
    options.strict_booleans = true;
    options.reject_unsupported_tags = true;
    // Where a number is wanted, a text is said to be none.
    options.non_finite_float_policy = NonFiniteFloatPolicy::AsString;
    options.with_snippet = false;
    options
}

/// `version: 1.10` is a number to YAML, and would become `1.1`.
fn written_version(text: &str, limits: &Limits) -> Option<String> {
    #[derive(Deserialize)]
    struct Shell {
        info: Info,
    }
    #[derive(Deserialize)]
    struct Info {
        version: String,
    }
    let shell: Shell = serde_saphyr::from_str_with_options(text, options(limits)).ok()?;
    Some(shell.info.version)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is another crate's and grows"
)]
fn explain(error: &YamlError, limits: &Limits) -> ImportError {
    let error = cause(error);
    let place = error.location().unwrap_or(Location::UNKNOWN);
    let (line, column) = (place.line().max(1), place.column().max(1));
    let message = message_of(error);
    match error {
        YamlError::DuplicateMappingKey { key, .. } => {
            let key = key
                .as_ref()
                .map_or_else(|| "(not a text)".to_owned(), |k| format!("{k:?}"));
            ImportError::DuplicateKey { key, line, column }
        }
        YamlError::Budget { breach, .. } => breached(breach, limits, (line, column)),
        YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. }
        | YamlError::AliasReplayCounterOverflow { .. } => ImportError::TooManyAliases {
            message,
            line,
            column,
        },
        // The scanner has a limit of its own on nested brackets.
        _ if message.starts_with("recursion limit") => ImportError::TooDeep {
            limit: limits.depth.min(128),
            line,
            column,
        },
        _ => match message.strip_prefix("duplicate key ") {
            Some(key) => ImportError::DuplicateKey {
                key: key.to_owned(),
                line,
                column,
            },
            None if message.contains("surrogate") => ImportError::Unreadable {
                message: LONE.to_owned(),
                line,
                column,
            },
            None if is_syntax(error) => ImportError::NotJsonOrYaml {
                message: format!("is neither JSON nor YAML: {message}"),
                line,
                column,
            },
            None => ImportError::Unreadable {
                message,
                line,
                column,
            },
        },
    }
}

/// Whether the text itself is at fault, and not what it means.
const fn is_syntax(error: &YamlError) -> bool {
    matches!(
        error,
        YamlError::ExternalMessage { .. } | YamlError::UnknownAnchor { .. } | YamlError::Eof { .. }
    )
}

/// The error inside what only says where an alias was used.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is another crate's and grows"
)]
fn cause(error: &YamlError) -> &YamlError {
    match error.without_snippet() {
        YamlError::AliasError { error, .. } => cause(error),
        other => other,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is another crate's and grows"
)]
fn breached(breach: &BudgetBreach, limits: &Limits, place: (u64, u64)) -> ImportError {
    let (line, column) = place;
    match breach {
        BudgetBreach::Depth { .. } => ImportError::TooDeep {
            limit: limits.depth.min(128),
            line,
            column,
        },
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::MergeKeys { .. }
        | BudgetBreach::RecordedAnchorEvents { .. }
        | BudgetBreach::RecordedAnchorBytes { .. }
        | BudgetBreach::AliasAnchorRatio { .. } => ImportError::TooManyAliases {
            message: "more aliases than anyone writes".to_owned(),
            line,
            column,
        },
        BudgetBreach::Documents { .. } => ImportError::Unreadable {
            message: "there is more than one YAML document".to_owned(),
            line,
            column,
        },
        _ => ImportError::TooManyNodes {
            limit: limits.nodes,
            line,
            column,
        },
    }
}

/// The first line, without the place that stands beside it anyway.
fn message_of(error: &YamlError) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    if line.starts_with("cannot deserialize null into string") {
        return "a key is null; write it in quotes".to_owned();
    }
    if line.contains("weak recursion types") {
        return "an alias stands inside of what it refers to".to_owned();
    }
    let end = line.find(" at line ").unwrap_or(line.len());
    countersign_domain::text::strip(line[..end].trim_end_matches([':', ',']), 200)
}
