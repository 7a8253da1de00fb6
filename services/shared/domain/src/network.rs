//! Whose an address is likely to be, so that whoever has many counts once.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
};

/// How many households of a neighbourhood may ask for all that one may, before the neighbourhood
/// is slowed down as a whole: it has 65,536 of them in version 6 and 256 in version 4, and who
/// holds it should not ask so many times as fast as a home.
///
/// An office behind one address, and the customers whom a carrier puts behind one, already share
/// what a household may; a pool of such addresses is slowed down only while it asks for as much as
/// eight of them at their limits. Version 4 counts like version 6 because a /24 is the least that is
/// routed by itself, hence what is rented as a whole. Not sixteen: then one neighbourhood could
/// begin more authorizations, at one process and within the ten minutes that they wait, than may
/// wait in all (10,560 of 10,000).
///
/// Where homes have less than a /48 (a /56 each, say), one that asks from everywhere in its own
/// slows down its neighbours, too. That is the price.
pub const BUSY_HOUSEHOLDS: NonZeroU32 = NonZeroU32::new(8).unwrap();

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
