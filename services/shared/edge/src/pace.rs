//! The pace at which a request's body has to come. Who sends nothing of it, or next to nothing,
//! holds a connection that others need.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    HttpMessage as _,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    rt::time::{Instant, Sleep, sleep_until},
    web::Bytes,
};
use futures_util::{FutureExt as _, Stream, StreamExt as _};

/// The longest that nothing may come. This and the rate are what Apache's `mod_reqtimeout` asks for
/// if nobody says otherwise (`body=20,MinRate=500`); they keep the promise of T26.
const SILENCE: Duration = Duration::from_secs(20);
/// The rate that earns more time.
const BYTES_PER_SECOND: u32 = 500;

/// How slowly a body may come. However large it is, it is not cut while it comes at this pace.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest that nothing may come.
    pub silence: Duration,
    /// So many bytes earn one more second; never more than the longest silence ahead.
    pub bytes_per_second: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            silence: SILENCE,
            bytes_per_second: BYTES_PER_SECOND,
        }
    }
}

impl Pace {
    /// When more has to be there, after so many bytes came now.
    fn due_after(self, due: Instant, now: Instant, bytes: usize) -> Instant {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let earned = Duration::from_secs(bytes.into()) / self.bytes_per_second.max(1);
        (due + earned).min(now + self.silence)
    }
}

/// The body of one request. It stands in the request's place of it, so that everything that reads
/// bodies reads it at this pace, and cannot do otherwise. Clones are the same body.
#[derive(Clone)]
pub(crate) struct PacedBody(Rc<RefCell<Paced>>);

struct Paced {
    body: Payload,
    pace: Pace,
    state: State,
    timer: Option<Pin<Box<Sleep>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nobody has asked for it; the time does not run yet.
    Unread,
    /// More has to be there by then.
    Due(Instant),
    Ended,
    Late,
}

impl PacedBody {
    /// Takes the place of a request's body, if it has one.
    pub(crate) fn instead(request: &mut ServiceRequest, pace: Pace) -> Option<Self> {
        let body = request.take_payload();
        if matches!(body, Payload::None) {
            return None;
        }
        let paced = Self(Rc::new(RefCell::new(Paced {
            body,
            pace,
            state: State::Unread,
            timer: None,
        })));
        let payload: Pin<Box<dyn Stream<Item = _>>> = Box::pin(paced.clone());
        request.set_payload(payload.into());
        Some(paced)
    }

    /// Says whether it was waited for in vain.
    pub(crate) fn is_late(&self) -> bool {
        self.0.borrow().state == State::Late
    }

    /// Says whether it has come to its end; of one that nobody asked for, looks whether it has one
    /// byte.
    fn has_ended(&self) -> bool {
        let mut paced = self.0.borrow_mut();
        match paced.state {
            State::Ended => true,
            State::Unread => matches!(paced.body.next().now_or_never(), Some(None)),
            State::Due(_) | State::Late => false,
        }
    }

    /// Stays until the answer is sent if it was not read to its end. Then the server closes the
    /// connection; of a body that is gone it would go on reading the rest, and wait for that
    /// without end where its length was not said.
    pub(crate) fn hold_until_answered(self, answer: ServiceResponse) -> ServiceResponse {
        if self.has_ended() {
            return answer;
        }
        answer.map_body(|_, body| BoxBody::new(Answered { body, _to: self }))
    }
}

impl Stream for PacedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.borrow_mut().poll(cx)
    }
}

impl Paced {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let due = match self.state {
            State::Unread => Instant::now() + self.pace.silence,
            State::Due(due) => due,
            State::Ended | State::Late => return Poll::Ready(None),
        };
        // What is there is taken, whenever we come to it.
        let polled = self.body.poll_next_unpin(cx);
        self.state = match &polled {
            Poll::Pending => return self.wait(due, cx),
            Poll::Ready(Some(Ok(piece))) => {
                State::Due(self.pace.due_after(due, Instant::now(), piece.len()))
            }
            Poll::Ready(Some(Err(_))) => State::Due(due),
            Poll::Ready(None) => State::Ended,
        };
        polled
    }

    fn wait(
        &mut self,
        due: Instant,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if timer.deadline() != due {
            timer.as_mut().reset(due);
        }
        if timer.poll_unpin(cx).is_pending() {
            self.state = State::Due(due);
            return Poll::Pending;
        }
        self.state = State::Late;
        let late = io::Error::from(io::ErrorKind::TimedOut);
        Poll::Ready(Some(Err(PayloadError::Io(late))))
    }
}

/// An answer beside the body that it did not wait for.
struct Answered {
    body: BoxBody,
    _to: PacedBody,
}

impl MessageBody for Answered {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_earns_time_but_never_a_longer_silence() {
        let pace = Pace::default();
        let now = Instant::now();
        let left = |due_in: u64, bytes| {
            let due = now + Duration::from_secs(due_in);
            (pace.due_after(due, now, bytes) - now).as_millis()
        };
        assert_eq!(left(5, 0), 5_000);
        assert_eq!(left(5, 1), 5_002);
        assert_eq!(left(5, 500), 6_000);
        assert_eq!(left(5, 7_500), 20_000);
        assert_eq!(left(19, 64 << 20), 20_000);
        assert_eq!(left(20, usize::MAX), 20_000);
    }
}
