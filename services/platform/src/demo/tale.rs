//! What the demo prints.

use std::io::Write as _;

use super::story::Cast;

/// Prints a line. Whoever hears no more of the story does not end it.
macro_rules! say {
    ($($words:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

/// Prints the story as it happens.
pub(crate) struct Tale {
    parts: usize,
    kept: usize,
}

impl Tale {
    pub(crate) fn begin() -> Self {
        say!(
            "\nCountersign, the whole story. Upstreams on this machine are allowed for the demo \
             only;\na server refuses them."
        );
        Self { parts: 0, kept: 0 }
    }

    /// Begins a part of the story.
    pub(crate) fn part(&mut self, title: &str) {
        self.parts += 1;
        say!("\n{}. {title}", self.parts);
    }

    /// Tells of a promise that was checked and kept.
    pub(crate) fn kept(&mut self, what: &str) {
        self.kept += 1;
        say!("  ✓ {what}");
    }

    /// Tells that everything held.
    pub(crate) fn end(&self) {
        say!("\n{} steps, every promise kept.", self.kept);
    }

    /// Tells how to look at it.
    #[expect(clippy::unused_self, reason = "only whoever holds the tale tells it")]
    pub(crate) fn invite(&self, cast: &Cast) {
        let pages = format!("{}/t/{}", cast.origin, cast.tenant);
        say!("\n  dashboard   {pages}\n  held calls  {pages}/holds\n  audit log   {pages}/audit");
        say!("  endpoint    {}", cast.endpoint);
        say!("\n  Shown once, kept nowhere:");
        for (role, who) in [("developer", &cast.developer), ("reviewer", &cast.reviewer)] {
            say!("  {role:<11} {}  {}", who.email, who.password());
        }
        say!("\n  It stays up until you press Ctrl-C.\n");
    }

    /// Tells that a promise was broken.
    pub(crate) fn broke(&self, error: &anyhow::Error) {
        say!(
            "  ✗ {error:#}\n\nafter {} steps, a promise was broken",
            self.kept
        );
    }
}
