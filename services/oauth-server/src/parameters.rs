//! The parameters of a request, each of which may appear once (RFC 6749 section 3.1).

use std::collections::HashSet;

use crate::OAuthError;

const TWICE: OAuthError = OAuthError::InvalidRequest("a parameter appears twice");

/// Parsed parameters of a query or a form.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &[u8]) -> Self {
        // A parameter without a value counts as left out.
        let pairs = url::form_urlencoded::parse(text)
            .into_owned()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Self(pairs)
    }

    /// Returns a parameter, if it is there.
    ///
    /// # Errors
    /// When it is there twice: two readers might believe different ones.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next();
        if values.next().is_some() {
            return Err(TWICE);
        }
        Ok(first.map(|(_, value)| value.as_str()))
    }

    /// Returns a parameter that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)?.ok_or(OAuthError::InvalidRequest(
            "a required parameter is missing",
        ))
    }

    /// Refuses any parameter that appears twice.
    pub(crate) fn each_once(&self) -> Result<(), OAuthError> {
        let mut seen = HashSet::new();
        let once = self.0.iter().all(|(name, _)| seen.insert(name));
        once.then_some(()).ok_or(TWICE)
    }
}
