//! What the demo prints.

use super::story::Cast;

/// Prints the story as it happens.
pub(crate) struct Tale {
    parts: usize,
    kept: usize,
}

impl Tale {
    pub(crate) fn begin() -> Self {
        println!(
            "\nCountersign, the whole story. Upstreams on this machine are allowed for the demo \
             only;\na server refuses them."
        );
        Self { parts: 0, kept: 0 }
    }

    /// Begins a part of the story.
    pub(crate) fn part(&mut self, title: &str) {
        self.parts += 1;
        println!("\n{}. {title}", self.parts);
    }

    /// Tells of a promise that was checked and kept.
    pub(crate) fn kept(&mut self, what: &str) {
        self.kept += 1;
        println!("  ✓ {what}");
    }

    /// Tells that everything held.
    pub(crate) fn end(&self) {
        println!("\n{} steps, every promise kept.", self.kept);
    }

    /// Tells how to look at it.
    #[expect(clippy::unused_self, reason = "only whoever holds the tale tells it")]
    pub(crate) fn invite(&self, cast: &Cast) {
        let pages = format!("{}/t/{}", cast.origin, cast.tenant);
        println!(
            "\n  dashboard   {pages}\n  held calls  {pages}/holds\n  audit log   {pages}/audit"
        );
        println!("  endpoint    {}", cast.endpoint);
        println!("\n  Shown once, kept nowhere:");
        for (role, who) in [("developer", &cast.developer), ("reviewer", &cast.reviewer)] {
            println!("  {role:<11} {}  {}", who.email, who.password());
        }
        println!("\n  It stays up until you press Ctrl-C.\n");
    }

    /// Tells that a promise was broken.
    pub(crate) fn broke(&self, error: &anyhow::Error) {
        println!(
            "  ✗ {error:#}\n\nafter {} steps, a promise was broken",
            self.kept
        );
    }
}
