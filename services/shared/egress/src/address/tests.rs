use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{AddressBlock, SPECIAL_V4, SPECIAL_V6, carried_v4, is_public};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Addresses that must never be a destination, group by group.
const FORBIDDEN: &[&str] = &[
    // Loopback, unspecified.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "::1",
    // IPv6 that carries IPv4.
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0:a9fe:a9fe",
    "::ffff:0:808:808",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:808:808::1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
    "fe80::5efe:7f00:1",
    // Private, shared, special.
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.0.1",
    "169.254.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "100:0:0:1::1",
    "2001:db8::1",
    "2001:2::1",
    "2001:20::1",
    "2001:1ff::1",
    "3fff::1",
    "3fff:fff::1",
    "3ffe::1",
    "5f00::1",
    "2620:4f:8000::1",
    "4000::1",
    "1fff::1",
    "e000::1",
    // Metadata and cloud machinery.
    "169.254.169.254",
    "fd00:ec2::254",
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "fd20:ce::254",
    "168.63.129.16",
    "::ffff:168.63.129.16",
    "64:ff9b::a83f:8110",
    "100.100.100.200",
    "192.0.0.192",
    "169.254.0.23",
    "169.254.42.42",
    "fd00:42::42",
    "fe80::a9fe:a9fe",
    // Clusters.
    "10.96.0.1",
];

const PUBLIC: &[&str] = &[
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "2001:200::1",
    "3ffd::1",
    "2606:4700::5efe:808:808",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
];

#[test]
fn no_address_of_the_corpus_is_public() {
    for text in FORBIDDEN {
        assert!(!is_public(ip(text)), "{text} is not public");
    }
    println!("T68 addresses refused: N={}", FORBIDDEN.len());
}

#[test]
fn ordinary_addresses_next_to_the_special_blocks_are_public() {
    for text in PUBLIC {
        assert!(is_public(ip(text)), "{text} is public");
    }
    println!("T68 ordinary addresses allowed: N={}", PUBLIC.len());
}

#[test]
fn both_ends_of_every_special_block_are_refused_in_every_form_an_ipv4_address_can_take() {
    let mut tried = 0;
    for block in SPECIAL_V4 {
        let IpAddr::V4(base) = block.base else {
            panic!("an IPv4 block")
        };
        let last = base.to_bits() | u32::MAX.checked_shr(block.prefix.into()).unwrap_or(0);
        for bits in [base.to_bits(), last] {
            for form in forms(Ipv4Addr::from_bits(bits)) {
                assert!(!is_public(form), "{form}");
                tried += 1;
            }
        }
    }
    for block in SPECIAL_V6 {
        let IpAddr::V6(base) = block.base else {
            panic!("an IPv6 block")
        };
        let last = base.to_bits() | (u128::MAX >> block.prefix);
        for bits in [base.to_bits(), last] {
            assert!(
                !is_public(IpAddr::V6(Ipv6Addr::from_bits(bits))),
                "{bits:x}"
            );
            tried += 1;
        }
    }
    println!("T68 ends of special blocks in all forms refused: N={tried}");
}

fn forms(v4: Ipv4Addr) -> Vec<IpAddr> {
    let bits = u128::from(v4.to_bits());
    [
        (0xffff_u128 << 32) | bits,
        bits,
        (0xffff_u128 << 48) | bits,
        (0x2002_u128 << 112) | (bits << 80) | 1,
        (0x0064_ff9b_u128 << 96) | bits,
        (0x0064_ff9b_0001_u128 << 80) | bits,
        (0x2001_u128 << 112) | (!bits & 0xffff_ffff),
        (0x2606_4700_u128 << 96) | (0x5efe_u128 << 32) | bits,
        (0x2606_4700_u128 << 96) | (0x0200_5efe_u128 << 32) | bits,
    ]
    .into_iter()
    .map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
    .chain([IpAddr::V4(v4)])
    .collect()
}

#[test]
fn every_form_that_carries_an_ipv4_address_is_opened() {
    let v4 = Ipv4Addr::new(203, 0, 114, 7);
    for form in forms(v4) {
        let IpAddr::V6(form) = form else { continue };
        assert_eq!(carried_v4(form), Some(v4), "{form}");
    }
    assert_eq!(carried_v4("2606:4700:4700::1111".parse().unwrap()), None);
    assert_eq!(carried_v4(Ipv6Addr::LOCALHOST), None);
}

#[test]
fn blocks_are_read_from_text_and_hold_what_they_say() {
    let block: AddressBlock = "10.1.0.0/16".parse().unwrap();
    assert!(block.contains(ip("10.1.255.255")));
    assert!(!block.contains(ip("10.2.0.0")));
    assert!(!block.contains(ip("::ffff:10.1.0.1")));
    let single: AddressBlock = "2606:4700::1".parse().unwrap();
    assert!(single.contains(ip("2606:4700::1")));
    assert!(!single.contains(ip("2606:4700::2")));
    let all: AddressBlock = "0.0.0.0/0".parse().unwrap();
    assert!(all.contains(ip("255.255.255.255")));
    for bad in [
        "",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "example.com",
        "10.0.0.0/",
        "10/8",
    ] {
        assert!(bad.parse::<AddressBlock>().is_err(), "{bad}");
    }
}
