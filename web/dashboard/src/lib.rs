//! The pages that people judge the product by, drawn on the server.
//!
//! What must always hold:
//! - a page says only what a service answered, and every change goes through the same use case as
//!   the API's; nothing is decided here;
//! - text from outside reaches a template only as [`inert::Inert`]: hidden characters drawn, and
//!   escaped by the template. What is not escaped is one of our own [`parts`], which are templates
//!   themselves;
//! - a GET changes nothing, and every decision works without JavaScript;
//! - everything that changes something carries the token of the browser it was drawn for.
//!
//! Start at [`routes`], then the module of a noun in `pages/`: view structs are built from domain
//! values there, and `templates/pages/` draws them.

mod answer;
mod assets;
mod chart;
mod dashboard;
mod environment;
mod field;
mod frame;
mod inert;
mod notice;
mod pages;
mod parts;

pub use dashboard::Dashboard;
pub use pages::{error_page, routes};
