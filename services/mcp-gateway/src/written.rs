//! Answers that are JSON already, and the room they take until the connection has taken them.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{HttpResponse, body::SizedStream};
use bytes::Bytes;
use countersign_domain::id::{GrantId, TenantId};
use futures_util::stream::{Stream, unfold};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::shares::{Share, Shares};

/// The most that is handed to the connection at once: it copies what it is handed, however little
/// of it the other side takes.
const PIECE_BYTES: usize = 16 << 10;

/// How long any answer may wait until it is taken.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many bytes of an answer give it a second more.
const BYTES_PER_SECOND: u64 = 64 << 10;

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

    /// Room for the upstream's answer beside it, as long as that is read.
    pub(crate) fn for_reading(&self) -> Reading {
        Reading {
            shares: self.shares.clone(),
            whose: self.whose,
            taken: Mutex::default(),
        }
    }

    /// Leaves the room to the answer.
    pub(crate) fn hand_over(&mut self) -> Vec<Share> {
        mem::take(&mut self.taken)
    }
}

/// Room for what an upstream answers to one call, taken as it comes; free again when it is dropped.
pub(crate) struct Reading {
    shares: Shares,
    whose: (TenantId, GrantId),
    taken: Mutex<Vec<Share>>,
}

impl countersign_secret_injection::Room for Reading {
    /// What a call has before it is made is enough for an ordinary answer, also while it is read.
    fn fits(&self, bytes: usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while bytes.div_ceil(1 << 10) > FIRST_ROOM * (1 + taken.len()) {
            let Some(share) = self.shares.take(self.whose, FIRST_ROOM) else {
                return false;
            };
            taken.push(share);
        }
        true
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").finish_non_exhaustive()
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

    /// The answer by HTTP. Its room is free again when the last piece has been handed over, the other
    /// side is gone, or has taken too long.
    pub(crate) fn into_response(self) -> HttpResponse {
        let size = self.len() as u64;
        let patience = PATIENCE + Duration::from_secs(size / BYTES_PER_SECOND);
        HttpResponse::Ok()
            .content_type("application/json")
            .body(SizedStream::new(size, self.handed_over(patience)))
    }

    /// The answer, piece by piece. Nobody asks for more of it while the other side takes nothing, so
    /// a timer lets go of what is left; who comes for it then finds the connection closed.
    fn handed_over(self, patience: Duration) -> impl Stream<Item = Result<Bytes, Infallible>> {
        let left = Arc::new(Mutex::new(self));
        let untaken = Arc::downgrade(&left);
        let timer = AbortOnDropHandle::new(tokio::spawn(async move {
            sleep(patience).await;
            if let Some(left) = untaken.upgrade() {
                mem::take(&mut *left.lock().unwrap_or_else(PoisonError::into_inner));
            }
        }));
        unfold((left, timer), |(left, timer)| async move {
            let piece = left
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next_piece()?;
            Some((Ok(piece), (left, timer)))
        })
    }

    fn next_piece(&mut self) -> Option<Bytes> {
        let first = self.pieces.front_mut()?;
        let piece = first.split_to(first.len().min(PIECE_BYTES));
        if first.is_empty() {
            self.pieces.pop_front();
        }
        Some(piece)
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
    use std::pin::pin;

    use countersign_testkit::until;
    use futures_util::StreamExt as _;

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

    #[test]
    fn what_is_read_takes_of_the_same_room_until_it_is_over() {
        use countersign_secret_injection::Room as _;

        let world = countersign_testkit::world();
        let (shares, whose) = (Shares::new(ROOM), (world.id(), world.id()));
        let mut call = Room::first(&shares, whose).unwrap();
        let (one, other) = (call.for_reading(), call.for_reading());
        assert!(one.fits(6 << 20) && one.fits(8 << 20), "as it grows");
        assert!(!other.fits(9 << 20), "of one agent");
        assert!(other.fits(FIRST_ROOM << 10), "its call has that already");
        assert!(!call.fits(10 << 20));
        drop((one, other));
        assert!(call.fits(10 << 20), "what was read is free again");
    }

    #[tokio::test]
    async fn an_answer_that_is_not_taken_in_time_is_given_up_with_its_room() {
        const SIZE: usize = 10 << 20;
        let world = countersign_testkit::world();
        let (shares, whose) = (Shares::new(ROOM), (world.id(), world.id()));
        let begin = || Room::first(&shares, whose).unwrap();
        let answer = || {
            let mut room = begin();
            assert!(room.fits(SIZE));
            Written::from(vec![b'x'; SIZE]).keeping(room.hand_over())
        };

        let mut unread = pin!(answer().handed_over(Duration::from_millis(20)));
        until("its room is free", async || begin().fits(SIZE)).await;
        assert!(unread.next().await.is_none(), "it ends early");

        let read = answer().handed_over(PATIENCE);
        let pieces: Vec<_> = read.map(|piece| piece.unwrap().len()).collect().await;
        assert_eq!(pieces.iter().sum::<usize>(), SIZE);
        assert!(begin().fits(SIZE), "what was taken is free again");
    }
}
