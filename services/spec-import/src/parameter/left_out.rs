//! Parameters that others than agents fill in. Some documents repeat seven of them in each operation,
//! so those of an operation are said in one sentence.

use countersign_domain::operation::Place;

use crate::{credential, operation::Reading};

/// What was left out, by name and place.
#[derive(Debug, Default)]
pub(crate) struct LeftOut<'d> {
    /// Headers that are not for agents to set.
    pub(crate) reserved: Vec<(&'d str, String)>,
    /// What carries the credential.
    pub(crate) credentials: Vec<(&'d str, String)>,
    /// What of both has to be there, and the connection gives.
    pub(crate) needed: Vec<(Place, &'d str)>,
}

impl LeftOut<'_> {
    /// Says so, and that a connection, which holds one credential, cannot give several.
    pub(crate) fn note(&self, cx: &mut Reading<'_, '_>) {
        if !credential::is_one(cx, &self.needed) {
            let names = self.needed.iter().map(|(_, name)| format!("{name:?}"));
            let names: Vec<String> = names.collect();
            let reason = format!(
                "one stored credential does not let it in: it requires {} at once",
                names.join(", ")
            );
            let place = cx.pointer.clone();
            cx.refuse("credential_out_of_reach", &place, &reason);
        }
        if let Some((first, names)) = named(&self.reserved) {
            let text = match self.reserved.len() {
                1 => format!("the header {names} is not for agents to set and is left out"),
                _ => format!("the headers {names} are not for agents to set and are left out"),
            };
            cx.notes.info("header_reserved", &first, &text);
        }
        if let Some((first, names)) = named(&self.credentials) {
            let text = match self.credentials.len() {
                1 => format!(
                    "{names} carries the credential, which agents never see; it is left out"
                ),
                _ => format!(
                    "{names} carry the credential, which agents never see; they are left out"
                ),
            };
            cx.notes.info("parameter_is_credential", &first, &text);
        }
    }
}

/// Where the first of them stands, and what they are called.
fn named<'l>(left_out: &'l [(&str, String)]) -> Option<(&'l str, String)> {
    let (_, first) = left_out.first()?;
    let names: Vec<String> = left_out
        .iter()
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    Some((first, names.join(", ")))
}
