//! The edge, as a browser and an agent meet it.

mod csrf;
mod front;
mod guards;
mod headers;
mod pace;
