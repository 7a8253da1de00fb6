//! Whose an address is likely to be, so that whoever has many counts once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What one household has: an address of version 4, or a whole /64 of version 6.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => first(address, 64),
    }
}

/// What one attacker is likely to have many addresses of: a /24 of version 4, or up to a /48 of
/// version 6, which RFC 3177 recommended for a site and RFC 6177 leaves to the provider.
#[must_use]
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (!0 << 8))),
        IpAddr::V6(address) => first(address, 48),
    }
}

/// The first address that begins with the same bits.
fn first(address: Ipv6Addr, bits: u32) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(
        address.to_bits() & (!0 << (128 - bits)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_holder_are_one() {
        let at = |text: &str| -> IpAddr { text.parse().unwrap() };
        for (one, other) in [
            ("192.0.2.7", "::ffff:192.0.2.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2"),
        ] {
            assert_eq!(household(at(one)), household(at(other)), "{one}");
        }
        for (one, other) in [
            ("192.0.2.7", "::ffff:192.0.2.8"),
            ("2001:db8:1::1", "2001:db8:1:ffff::2"),
        ] {
            assert_ne!(household(at(one)), household(at(other)), "{one}");
            assert_eq!(neighbourhood(at(one)), neighbourhood(at(other)), "{one}");
        }
        for (one, other) in [
            ("192.0.2.7", "192.0.3.7"),
            ("2001:db8:1::1", "2001:db8:2::1"),
        ] {
            assert_ne!(neighbourhood(at(one)), neighbourhood(at(other)), "{one}");
        }
    }
}
