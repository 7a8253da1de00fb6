//! The pages, a module each noun.

mod audit;
mod connections;
mod consent;
mod endpoint_settings;
mod endpoints;
mod grants;
mod holds;
mod home;
mod import_again;
mod imports;
mod invitation;
mod member_removal;
mod members;
mod notices;
mod overriding;
mod problem;
mod reach;
mod removal;
mod renaming;
mod report;
mod review;
mod revision_diff;
mod schedule;
mod sign_in;
mod sign_up;
mod source_settings;
mod sources;
mod stopping;
mod suspension;
mod tools;
mod upload;
mod whereabouts;

#[cfg(test)]
mod tests;

use countersign_edge::Routes;

pub use problem::error_page;

/// The addresses of all pages, each with who may call it.
#[must_use]
pub fn routes() -> Routes {
    crate::assets::routes()
        .and(sign_in::routes())
        .and(sign_up::routes())
        .and(invitation::routes())
        .and(consent::routes())
        .and(home::routes())
        .and(notices::routes())
        .and(sources::routes())
        .and(review::routes())
        .and(imports::routes())
        .and(import_again::routes())
        .and(schedule::routes())
        .and(source_settings::routes())
        .and(tools::routes())
        .and(overriding::routes())
        .and(connections::routes())
        .and(suspension::routes())
        .and(endpoints::routes())
        .and(endpoint_settings::routes())
        .and(grants::routes())
        .and(holds::routes())
        .and(stopping::routes())
        .and(audit::routes())
        .and(report::routes())
        .and(members::routes())
        .and(member_removal::routes())
}
