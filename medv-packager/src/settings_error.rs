//! Errors of the settings as errors of the engine, which every command answers with.

use medv_codec::{Error, ErrorKind};

/// The same error; line and column go into the message.
#[must_use]
pub fn engine_error(error: medv_settings::Error) -> Error {
    let kind = match error.kind() {
        medv_settings::ErrorKind::Io => ErrorKind::Io,
        medv_settings::ErrorKind::Damaged => ErrorKind::Damaged,
        medv_settings::ErrorKind::Unsupported => ErrorKind::Unsupported,
        medv_settings::ErrorKind::Limit => ErrorKind::Limit,
        medv_settings::ErrorKind::Usage => ErrorKind::Usage,
    };
    let message = match (error.line(), error.column()) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: {}", error.message()),
        (Some(line), None) => format!("line {line}: {}", error.message()),
        _ => error.message().to_owned(),
    };
    let mut told = Error::new(kind, message);
    if let Some(path) = error.path() {
        told = told.in_file(path);
    }
    if let Some(advice) = error.advised() {
        told = told.advice(advice);
    }
    match error.into_source() {
        Some(source) => told.caused_by(source),
        None => told,
    }
}
