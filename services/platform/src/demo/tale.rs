//! What the demo prints.

use super::story::Cast;

/// Prints the story as it happens.
pub(crate) struct Tale {
    kept: usize,
}

impl Tale {
    pub(crate) fn begin() -> Self {
        println!(
            "\nCountersign, the whole story. Upstreams on this machine are allowed for the demo \
             only;\na server refuses them.\n"
        );
        Self { kept: 0 }
    }

    /// Begins a part of the story.
    #[expect(clippy::unused_self, reason = "only whoever holds the tale tells it")]
    pub(crate) fn part(&mut self, title: &str) {
        println!("\n{title}");
    }

    /// Tells of a promise that was checked and kept.
    pub(crate) fn kept(&mut self, what: &str) {
        self.kept += 1;
        println!("  ✓ {what}");
    }

    /// Tells how to look at it.
    pub(crate) fn end(&self, cast: &Cast) {
        println!("\n{} steps, every promise kept.\n", self.kept);
        println!("  dashboard   {}/t/{}", cast.origin, cast.tenant);
        println!("  endpoint    {}", cast.endpoint);
        println!("  held calls  {}/t/{}/holds", cast.origin, cast.tenant);
        println!("  audit log   {}/t/{}/audit", cast.origin, cast.tenant);
        println!("\n  Shown once, kept nowhere:");
        println!(
            "  developer   {}  {}",
            cast.developer.email,
            cast.developer.password()
        );
        println!(
            "  reviewer    {}  {}\n",
            cast.reviewer.email,
            cast.reviewer.password()
        );
    }

    /// Tells that a promise was broken.
    pub(crate) fn broke(&self, error: &anyhow::Error) {
        println!(
            "  ✗ {error:#}\n\nafter {} steps, a promise was broken",
            self.kept
        );
    }
}
