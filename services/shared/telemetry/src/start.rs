//! Turning the log on.

use std::{io, str::FromStr};

use tracing::{Dispatch, subscriber::SetGlobalDefaultError};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, filter::ParseError, fmt, fmt::MakeWriter,
    layer::SubscriberExt as _,
};

use crate::{
    human::HumanFields,
    json::{JsonFields, JsonLine},
};

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// A person.
    #[default]
    Human,
    /// A program: one JSON object a line.
    Json,
}

/// The text is no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log format is `human` or `json`")]
pub struct InvalidLogFormat;

impl FromStr for LogFormat {
    type Err = InvalidLogFormat;

    fn from_str(text: &str) -> Result<Self, InvalidLogFormat> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(InvalidLogFormat),
        }
    }
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// How it looks.
    pub format: LogFormat,
    /// What is written, such as `info,countersign_queue=debug`.
    pub filter: String,
}

/// The log could not be turned on.
#[derive(Debug, thiserror::Error)]
pub enum LogsNotStarted {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[from] ParseError),
    /// It is on already.
    #[error("the log was turned on before")]
    Twice(#[from] SetGlobalDefaultError),
}

/// Turns the log of this process on; it goes to standard error.
///
/// # Errors
/// When the filter cannot be read, or the log is on already.
pub fn start_logs(options: &LogOptions) -> Result<(), LogsNotStarted> {
    let subscriber = subscriber(options, io::stderr)?;
    tracing::dispatcher::set_global_default(subscriber)?;
    Ok(())
}

/// Builds the log, writing wherever wanted.
///
/// # Errors
/// When the filter cannot be read.
pub fn subscriber<W>(options: &LogOptions, writer: W) -> Result<Dispatch, LogsNotStarted>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&options.filter)?;
    let layer = match options.format {
        LogFormat::Human => fmt::layer()
            .with_ansi(false)
            .fmt_fields(HumanFields)
            .with_writer(writer)
            .boxed(),
        LogFormat::Json => fmt::layer()
            .with_ansi(false)
            .fmt_fields(JsonFields)
            .event_format(JsonLine)
            .with_writer(writer)
            .boxed(),
    };
    Ok(Dispatch::new(Registry::default().with(layer).with(filter)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log(format: LogFormat) -> String {
        let written = Written::default();
        let into = written.clone();
        let options = LogOptions {
            format,
            filter: "info".to_owned(),
        };
        let subscriber = subscriber(&options, move || into.clone()).unwrap();
        tracing::dispatcher::with_default(&subscriber, || {
            let span = tracing::info_span!("request", request.id = 7, session.token = "hunter2");
            let _in = span.enter();
            let error = "no answer from postgres://app:hunter2@db/x";
            tracing::info!(password = "hunter2", code = %"hunter2", cookie = ?"hunter2", error, "it went wrong");
            tracing::debug!("not wanted");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_format_writes_a_secret() {
        let mut looked_at = 0;
        for format in [LogFormat::Human, LogFormat::Json] {
            let written = log(format);
            assert!(!written.contains("hunter2"), "{written}");
            assert_eq!(written.matches("[redacted]").count(), 5, "{written}");
            assert!(written.contains("it went wrong"), "{written}");
            assert!(!written.contains("not wanted"), "{written}");
            looked_at += 5;
        }
        println!("{looked_at} places a secret could have been written, and was not");
    }

    #[test]
    fn a_line_for_machines_has_the_fields_of_its_spans() {
        let line: serde_json::Value = serde_json::from_str(log(LogFormat::Json).trim()).unwrap();
        assert_eq!(line["request.id"], 7);
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["message"], "it went wrong");
    }
}
