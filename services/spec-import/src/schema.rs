//! Schemas of the document become JSON Schema 2020-12 that stands by itself.
//!
//! References are never unfolded: each input schema carries the definitions it needs, and a
//! recursive one stays recursive. A definition is normalised once for the whole document, so the
//! cost is that of the document, not of the document times its operations.

mod choices;
pub(crate) mod compile;
pub(crate) mod definitions;
pub(crate) mod discriminator;
mod family;
pub(crate) mod identity;
mod joined;
mod keyword;
pub(crate) mod measure;
mod naming;
mod normalise;
mod older;
mod pattern;
mod pointing;
mod read_only;
mod required;
mod weight;

pub(crate) use definitions::{Definitions, Links, Side};
