//! Text that must never be shown.

use zeroize::Zeroizing;

/// A secret value. It has no `Display`, `Debug` or `Serialize`, and is wiped when dropped.
///
/// ```compile_fail,E0277
/// let secret = countersign_domain::secret::Secret::new("hunter2".to_owned());
/// println!("{secret:?}");
/// ```
///
/// ```compile_fail,E0277
/// let secret = countersign_domain::secret::Secret::new("hunter2".to_owned());
/// println!("{secret}");
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the secret itself. Every caller of this is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Says whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
