//! What the journeys stand on: a whole Countersign over a test's own database, served on loopback,
//! with people who decide, agents who call, and an upstream that writes down what reached it.

mod agent;
mod house;
mod people;
mod stream;
mod upstream;
mod wire;

pub use agent::{Agent, Answer};
pub use house::House;
pub use people::{KEY, Person, Shop};
pub use stream::Stream;
pub use upstream::{Seen, Upstream, document};
pub use wire::Wire;
