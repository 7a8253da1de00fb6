//! Who is at fault, and the stable code that says what went wrong.

use std::error::Error;

/// Who is at fault; the fronts turn this into a status in one place each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input is wrong and the sender can mend it.
    Invalid,
    /// Nobody is signed in, or the credential is no good.
    Unauthenticated,
    /// The caller may see the thing but not do this to it.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The thing is not in the state that this needs.
    Conflict,
    /// The input is larger than the stated limit.
    TooLarge,
    /// Too many requests; wait and try again.
    Limited,
    /// A part we need is down; try again.
    Unavailable,
    /// Our fault. Clients see one fixed sentence; the log has the cause.
    Internal,
}

/// An error that knows who is at fault and carries a documented code.
///
/// The `Display` text is for the person who made the request: lowercase, no full stop,
/// no secret and nothing internal. Causes travel in [`Error::source`] and reach only the log.
pub trait Fault: Error + Send + Sync + 'static {
    /// Who is at fault.
    fn kind(&self) -> Kind;
    /// A stable code in `snake_case`, documented and never reworded.
    fn code(&self) -> &'static str;
}
