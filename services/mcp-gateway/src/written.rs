//! Answers that are JSON already, and the room they take until the connection has taken them.

use std::{collections::VecDeque, convert::Infallible, mem};

use actix_web::{HttpResponse, body::SizedStream};
use bytes::Bytes;
use countersign_domain::id::{GrantId, TenantId};
use futures_util::stream::unfold;

use crate::shares::{Share, Shares};

/// The most that is handed to the connection at once: it copies what it is handed, however little
/// of it the other side takes.
const PIECE_BYTES: usize = 16 << 10;

/// Room, in KiB, that each call has before it is made: that of an ordinary answer, or of the first
/// words of a large one.
const FIRST_ROOM: usize = 16;

/// Room for the answer of one call.
pub(crate) struct Room {
    shares: Shares,
    whose: (TenantId, GrantId),
    taken: Vec<Share>,
}

impl Room {
    /// What a call has before it is made, if there is any room.
    pub(crate) fn first(shares: &Shares, whose: (TenantId, GrantId)) -> Option<Self> {
        let taken = vec![shares.take(whose, FIRST_ROOM)?];
        let shares = shares.clone();
        Some(Self {
            shares,
            whose,
            taken,
        })
    }

    /// Takes what an answer of this size needs more, if there is as much.
    pub(crate) fn fits(&mut self, bytes: usize) -> bool {
        let more = bytes.div_ceil(1 << 10).saturating_sub(FIRST_ROOM);
        let taken = self.shares.take(self.whose, more);
        let fits = taken.is_some();
        self.taken.extend(taken);
        fits
    }

    /// Leaves the room to the answer.
    pub(crate) fn hand_over(&mut self) -> Vec<Share> {
        mem::take(&mut self.taken)
    }
}

/// A whole answer, or a batch of them that is still put together.
#[derive(Default)]
pub(crate) struct Written {
    pieces: VecDeque<Bytes>,
    room: Vec<Share>,
}

impl Written {
    /// An answer with the room that it takes.
    pub(crate) fn keeping(self, room: Vec<Share>) -> Self {
        Self { room, ..self }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.room.extend(other.room);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn whole(&self) -> Vec<u8> {
        self.pieces.iter().flatten().copied().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// The answer by HTTP. Its room is free again when the last piece has been handed over, or the
    /// other side is gone.
    pub(crate) fn into_response(self) -> HttpResponse {
        let size = self.len() as u64;
        let handed_over = unfold(self, |mut left| async move {
            let first = left.pieces.front_mut()?;
            let piece = first.split_to(first.len().min(PIECE_BYTES));
            if first.is_empty() {
                left.pieces.pop_front();
            }
            Some((Ok::<_, Infallible>(piece), left))
        });
        HttpResponse::Ok()
            .content_type("application/json")
            .body(SizedStream::new(size, handed_over))
    }
}

impl<const N: usize> From<[Bytes; N]> for Written {
    fn from(pieces: [Bytes; N]) -> Self {
        Self {
            pieces: pieces.into(),
            room: Vec::new(),
        }
    }
}

impl From<Vec<u8>> for Written {
    /// Without the room to spare that it grew with.
    fn from(text: Vec<u8>) -> Self {
        [text.into_boxed_slice().into()].into()
    }
}

#[cfg(test)]
mod tests {
    use crate::shares::ROOM;

    use super::*;

    #[test]
    fn a_large_answer_has_room_while_there_is_some_and_a_small_one_after_it() {
        let world = countersign_testkit::world();
        let (shares, whose) = (Shares::new(ROOM), (world.id(), world.id()));
        let begin = || Room::first(&shares, whose).unwrap();
        let (mut first, mut second, mut third) = (begin(), begin(), begin());
        assert!(first.fits(10 << 20));
        let unread = Written::from(vec![b'x']).keeping(first.hand_over());
        drop(first);
        assert!(!second.fits(10 << 20), "of one agent");
        assert!(second.fits(FIRST_ROOM << 10), "its own it has already");
        drop(unread);
        assert!(third.fits(10 << 20), "what was taken is free again");
    }
}
