//! The one issuer, which is also where every endpoint lives.

use countersign_domain::name::Slug;
use countersign_edge::PublicUrl;

/// The public origin, as text that never changes its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl From<&PublicUrl> for Issuer {
    fn from(public: &PublicUrl) -> Self {
        Self(public.origin())
    }
}

impl Issuer {
    /// Returns the text, byte for byte the same wherever it appears.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether browsers keep cookies from everybody but us here.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Returns the URL of something here.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Returns the URL of an endpoint: its resource identifier (RFC 8707).
    #[must_use]
    pub fn resource(&self, tenant: &Slug, endpoint: &Slug) -> String {
        self.at(&format!("/mcp/{tenant}/{endpoint}"))
    }

    /// Reads a resource identifier. Only the scheme and the host may be spelled in capitals.
    pub(crate) fn read_resource(&self, text: &str) -> Option<(Slug, Slug)> {
        let (origin, path) = text.split_at_checked(self.0.len())?;
        if !origin.eq_ignore_ascii_case(&self.0) {
            return None;
        }
        let (tenant, endpoint) = path.strip_prefix("/mcp/")?.split_once('/')?;
        Some((tenant.parse().ok()?, endpoint.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_has_one_spelling() {
        let public: PublicUrl = "https://Countersign.Example:443/".parse().unwrap();
        assert_eq!(
            Issuer::from(&public).as_str(),
            "https://countersign.example"
        );
    }

    #[test]
    fn a_resource_has_one_spelling_after_its_host() {
        let public: PublicUrl = "http://localhost:8080".parse().unwrap();
        let issuer = Issuer::from(&public);
        let read = |text: &str| {
            issuer
                .read_resource(text)
                .map(|(t, e)| issuer.resource(&t, &e))
        };
        let canonical = "http://localhost:8080/mcp/acme/support";

        assert_eq!(read(canonical).as_deref(), Some(canonical));
        assert_eq!(
            read("HTTP://LocalHost:8080/mcp/acme/support").as_deref(),
            Some(canonical)
        );
        for bad in [
            "http://localhost:8080/mcp/acme/support/",
            "http://localhost:8080/mcp/acme/support?x",
            "http://localhost:8080/mcp/acme/support#x",
            "http://localhost:8080/mcp/Acme/support",
            "http://localhost:8080/mcp/x/../acme/support",
            "http://localhost:8080/mcp/acme%2fsupport",
            "http://localhost:8080//mcp/acme/support",
            "http://localhost:80801/mcp/acme/support",
            "http://localhost/mcp/acme/support",
            "https://localhost:8080/mcp/acme/support",
            "http://localhost:8080.evil.example/mcp/acme/support",
            "http://localhost:8080",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
