//! What a change of a schema does to those on either side of it.

use countersign_domain::drift::Breaking;

use crate::drift::place::Part;

/// How the set of values that fit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Some values do not fit any more.
    Narrower,
    /// Some values may not fit any more; they may have been refused all along.
    PerhapsNarrower,
    /// More values fit.
    Wider,
    /// Any value fits where one was fixed, which somebody may have relied on.
    Freed,
    /// More values fit where one was fixed, and readers were told to expect that.
    PerhapsFreed,
    /// More values fit, and readers were told to expect that.
    PerhapsWider,
    /// Some values do not fit any more and others do.
    Other,
    /// Nobody can say which values fit.
    Unclear,
    /// The same values fit and mean something else to those who send them.
    Meaning,
    /// Only words changed, or nothing that a value could break.
    None,
}

impl Effect {
    /// Whoever sends may not be narrowed; whoever reads may not be surprised.
    pub(super) const fn breaking(self, part: Part) -> Breaking {
        match (self, part) {
            (Self::Other, _)
            | (Self::Narrower, Part::Parameter | Part::Body)
            | (Self::Wider | Self::Freed, Part::Answer)
            | (Self::Meaning, Part::Parameter) => Breaking::Breaking,
            (Self::Unclear | Self::PerhapsFreed, _)
            | (Self::Freed, Part::Parameter | Part::Body)
            | (Self::PerhapsNarrower | Self::Meaning, Part::Body)
            | (Self::PerhapsNarrower, Part::Parameter)
            | (Self::PerhapsWider, Part::Answer) => Breaking::Potentially,
            (Self::None, _)
            | (Self::Wider | Self::PerhapsWider, Part::Parameter | Part::Body)
            | (Self::Narrower | Self::PerhapsNarrower | Self::Meaning, Part::Answer) => {
                Breaking::No
            }
        }
    }
}

/// What may be given now as well: anything, where one value was all that could be.
pub(super) const fn widening(was_fixed: bool) -> Effect {
    if was_fixed {
        Effect::Freed
    } else {
        Effect::Wider
    }
}
