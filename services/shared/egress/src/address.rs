//! Which addresses are on the public internet.
//!
//! This is an allow-list: for IPv6 the one block that is handed out as global unicast
//! (`2000::/3`) and for IPv4 everything, each minus the IANA special-purpose registries
//! (RFC 6890 and its updates). The standard library's own idea of "global" is not used:
//! it lets 6to4, NAT64, site-local and cloud addresses through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A block of addresses, such as `10.0.0.0/8` or `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressBlock {
    base: IpAddr,
    prefix: u8,
}

/// The text is not an address block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address block such as 10.0.0.0/8")]
pub struct InvalidAddressBlock;

impl AddressBlock {
    /// Says whether an address lies in this block. A block holds addresses of its own family only.
    #[must_use]
    pub const fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let host_bits = 32 - self.prefix as u32;
                let difference = base.to_bits() ^ address.to_bits();
                host_bits == 32 || difference >> host_bits == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let host_bits = 128 - self.prefix as u32;
                let difference = base.to_bits() ^ address.to_bits();
                host_bits == 128 || difference >> host_bits == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl From<IpAddr> for AddressBlock {
    fn from(base: IpAddr) -> Self {
        let prefix = if base.is_ipv4() { 32 } else { 128 };
        Self { base, prefix }
    }
}

impl FromStr for AddressBlock {
    type Err = InvalidAddressBlock;

    fn from_str(text: &str) -> Result<Self, InvalidAddressBlock> {
        let Some((base, prefix)) = text.split_once('/') else {
            let base: IpAddr = text.parse().map_err(|_| InvalidAddressBlock)?;
            return Ok(base.into());
        };
        let base: IpAddr = base.parse().map_err(|_| InvalidAddressBlock)?;
        let prefix: u8 = prefix.parse().map_err(|_| InvalidAddressBlock)?;
        let longest = Self::from(base).prefix;
        if prefix > longest {
            return Err(InvalidAddressBlock);
        }
        Ok(Self { base, prefix })
    }
}

const fn v4(octets: [u8; 4], prefix: u8) -> AddressBlock {
    let [a, b, c, d] = octets;
    AddressBlock {
        base: IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        prefix,
    }
}

const fn v6(first: [u16; 3], prefix: u8) -> AddressBlock {
    let [a, b, c] = first;
    AddressBlock {
        base: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)),
        prefix,
    }
}

/// IPv4 blocks that are never a destination: the IANA special-purpose registry, multicast,
/// and the addresses of cloud machinery that lie in ordinary space.
const SPECIAL_V4: [AddressBlock; 19] = [
    v4([0, 0, 0, 0], 8),        // this network
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // shared; Alibaba's metadata is 100.100.100.200
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // Azure's wire server, in public space
    v4([169, 254, 0, 0], 16),   // link-local; most metadata services
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // IETF protocols; Oracle's metadata is 192.0.0.192
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 31, 196, 0], 24),  // AS112
    v4([192, 52, 193, 0], 24),  // automatic multicast tunnelling
    v4([192, 88, 99, 0], 24),   // 6to4 relays
    v4([192, 168, 0, 0], 16),   // private
    v4([192, 175, 48, 0], 24),  // AS112
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved, broadcast
];

/// The only IPv6 block from which public addresses are handed out.
const GLOBAL_UNICAST: AddressBlock = v6([0x2000, 0, 0], 3);

/// Blocks inside [`GLOBAL_UNICAST`] that are never a destination.
const SPECIAL_V6: [AddressBlock; 6] = [
    v6([0x2001, 0, 0], 23),           // IETF protocols: Teredo, benchmarks, ORCHID
    v6([0x2001, 0x0db8, 0], 32),      // documentation
    v6([0x2002, 0, 0], 16),           // 6to4: whatever IPv4 address it carries, a tunnel
    v6([0x2620, 0x004f, 0x8000], 48), // AS112
    v6([0x3ffe, 0, 0], 16),           // 6bone, given back
    v6([0x3fff, 0, 0], 20),           // documentation
];

/// RFC 6052: the well-known prefix behind which an IPv6-only network shows the IPv4 internet.
const NAT64: AddressBlock = v6([0x0064, 0xff9b, 0], 96);
/// RFC 8215: translation prefixes of local use.
const LOCAL_NAT64: AddressBlock = v6([0x0064, 0xff9b, 1], 48);
const TEREDO: AddressBlock = v6([0x2001, 0, 0], 32);
const SIX_TO_FOUR: AddressBlock = v6([0x2002, 0, 0], 16);

/// Says whether an address is an ordinary one on the public internet.
///
/// An IPv4 address written as an IPv6 one (mapped, or behind the well-known NAT64 prefix)
/// is as public as the IPv4 address is. Tunnels (6to4, Teredo, ISATAP to a special address)
/// never are.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !SPECIAL_V4.iter().any(|block| block.contains(address)),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let carried_is_public = carried_v4(address).is_none_or(|v4| is_public(IpAddr::V4(v4)));
    let address = IpAddr::V6(address);
    let translated = NAT64.contains(address) || is_mapped(address);
    let ordinary =
        GLOBAL_UNICAST.contains(address) && !SPECIAL_V6.iter().any(|block| block.contains(address));
    carried_is_public && (translated || ordinary)
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some())
}

/// Returns the IPv4 address that an IPv6 address leads to, if it carries one: mapped,
/// compatible, translated (SIIT), 6to4, NAT64, Teredo or ISATAP.
#[must_use]
pub fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let segments = address.segments();
    let whole = IpAddr::V6(address);
    let interface_prefix = (bits >> 32) & 0xffff_ffff;

    if SIX_TO_FOUR.contains(whole) {
        return Some(low_32(bits >> 80));
    }
    if TEREDO.contains(whole) {
        // RFC 4380 section 4: the client's address stands inverted at the end.
        return Some(low_32(!bits));
    }
    let last_32_carry = NAT64.contains(whole)
        || LOCAL_NAT64.contains(whole)
        || segments[..6] == [0, 0, 0, 0, 0, 0xffff]
        || segments[..6] == [0, 0, 0, 0, 0xffff, 0]
        || (segments[..6] == [0; 6] && bits > 1)
        // RFC 5214 section 6.1, with the universal bit and without.
        || matches!(interface_prefix, 0x0000_5efe | 0x0200_5efe);
    last_32_carry.then(|| low_32(bits))
}

fn low_32(bits: u128) -> Ipv4Addr {
    let [.., a, b, c, d] = bits.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests;
