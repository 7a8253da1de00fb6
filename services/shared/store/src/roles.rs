//! The table of roles and actions, as SQL asks for it.

use countersign_access::{ActionName, allows};
use countersign_domain::role::Role;

/// Lists the roles that may do this, for `IN (…)`. Made of our own names alone, never of input.
pub(crate) fn roles_that(action: ActionName) -> String {
    let quoted: Vec<String> = Role::ALL
        .into_iter()
        .filter(|role| allows(*role, action))
        .map(|role| format!("'{}'", role.as_str()))
        .collect();
    quoted.join(", ")
}
