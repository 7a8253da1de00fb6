//! What the HTTP client's failures mean here.

use std::error::Error;
use std::io;

use crate::error::{EgressError, Sent};
use crate::resolve::{LookupFailed, Refused};

/// Reads a failure from before the answer's head was there.
pub(crate) fn before_the_answer(error: reqwest::Error) -> EgressError {
    // The URL may carry a key in its query; it must not travel into a log.
    let error = error.without_url();
    if !error.is_connect() {
        return while_talking(error);
    }
    if find::<Refused>(&error).is_some() {
        EgressError::DestinationNotAllowed
    } else if find::<LookupFailed>(&error).is_some() {
        EgressError::Dns(error.into())
    } else if error.is_timeout() {
        EgressError::Timeout(Sent::No, "no connection")
    } else if find::<rustls::Error>(&error).is_some() {
        EgressError::Tls(Sent::No, error.into())
    } else {
        EgressError::Connect(error.into())
    }
}

/// Reads a failure from after the connection was there.
pub(crate) fn while_talking(error: reqwest::Error) -> EgressError {
    let error = error.without_url();
    if find::<rustls::Error>(&error).is_some() {
        return EgressError::Tls(Sent::Perhaps, error.into());
    }
    if error.is_timeout() {
        return EgressError::Timeout(Sent::Perhaps, "no answer");
    }
    let Some(http) = find::<hyper::Error>(&error) else {
        return EgressError::Reset(error.into());
    };
    if is_head_too_large(http) {
        return EgressError::TooLarge("headers");
    }
    if http.is_parse() || is_malformed_body(http) {
        return EgressError::Protocol(error.into());
    }
    EgressError::Reset(error.into())
}

/// hyper names this kind only when built as a server; a test holds the sentence in place.
fn is_head_too_large(error: &hyper::Error) -> bool {
    error.is_parse() && error.to_string().contains("head is too large")
}

fn is_malformed_body(error: &hyper::Error) -> bool {
    find::<io::Error>(error).is_some_and(|cause| {
        matches!(
            cause.kind(),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
        )
    })
}

/// Looks for a kind of error anywhere beneath another, also inside what I/O errors wrap.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
