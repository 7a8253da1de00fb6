//! Whose an address is likely to be, so that whoever has many counts once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What one customer of a provider has: an address of version 4, which a whole company may share,
/// or up to a /48 of version 6, which RFC 3177 recommended and RFC 6177 leaves to the provider.
#[must_use]
pub fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (!0 << 80))),
    }
}

/// What one attacker is likely to have many addresses of: a /24 of version 4, a /48 of version 6.
#[must_use]
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match site(address) {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (!0 << 8))),
        address @ IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_holder_are_one() {
        let at = |text: &str| -> IpAddr { text.parse().unwrap() };
        for (one, other) in [
            ("192.0.2.7", "::ffff:192.0.2.7"),
            ("2001:db8:1::1", "2001:db8:1:ffff::2"),
        ] {
            assert_eq!(site(at(one)), site(at(other)), "{one}");
        }
        assert_ne!(site(at("192.0.2.7")), site(at("192.0.2.8")));
        assert_eq!(
            neighbourhood(at("192.0.2.7")),
            neighbourhood(at("192.0.2.8"))
        );
        assert_ne!(
            neighbourhood(at("192.0.2.7")),
            neighbourhood(at("192.0.3.7"))
        );
        assert_ne!(site(at("2001:db8:1::1")), site(at("2001:db8:2::1")));
    }
}
