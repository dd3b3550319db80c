//! Which IP addresses belong to the public internet. Pure.
//!
//! Stead calls addresses that tenants name (webhooks, sources of sign-in, sinks). Without this decision such an address would be a
//! way into the operator's network, to the machine itself and to the metadata service of a cloud. Everything that the registries
//! of special addresses (IANA, RFC 6890 and its updates) do not give to the public internet is refused; an IPv6 address that
//! carries an IPv4 address is judged by what it carries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Special {
    /// "This network", 0.0.0.0/8 and `::`.
    Unspecified,
    Loopback,
    /// RFC 1918, unique local (RFC 4193) and site-local (RFC 3879) addresses.
    Private,
    /// Shared between a provider and its customers (RFC 6598).
    CarrierGrade,
    /// Also where clouds keep their metadata services.
    LinkLocal,
    /// A metadata or control service of a cloud at an address that looks public.
    Metadata,
    Multicast,
    /// Documentation, benchmarks, protocol assignments, tunnels, and what is not assigned.
    Reserved,
}

impl Special {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "an address of a private network",
            Self::CarrierGrade => "an address shared by a provider",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud's metadata service",
            Self::Multicast => "a multicast address",
            Self::Reserved => "a reserved address",
        }
    }
}

/// `None` when the address is of the public internet.
#[must_use]
pub fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<Special> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => Special::Unspecified,
        (127, ..) => Special::Loopback,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Special::Private,
        (100, 64..=127, _) => Special::CarrierGrade,
        (169, 254, _) => Special::LinkLocal,
        // Azure's channel between a machine and its host.
        (168, 63, 129) if address.octets()[3] == 16 => Special::Metadata,
        (224..=239, ..) => Special::Multicast,
        (192, 0, 0 | 2)
        | (192, 88, 99)
        | (198, 18..=19, _)
        | (198, 51, 100)
        | (203, 0, 113)
        | (240..=255, ..) => Special::Reserved,
        _ => return None,
    })
}

fn special_v6(address: Ipv6Addr) -> Option<Special> {
    let parts = address.segments();
    let last = u32::from(parts[6]) << 16 | u32::from(parts[7]);
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Special::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Special::Loopback),
        // IPv4-mapped (RFC 4291), and what a NAT64 gateway turns into IPv4 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => special_v4(Ipv4Addr::from(last)),
        [0xff00..=0xffff, ..] => Some(Special::Multicast),
        [0xfe80..=0xfebf, ..] => Some(Special::LinkLocal),
        [0xfec0..=0xfeff, ..] | [0xfc00..=0xfdff, ..] => Some(Special::Private),
        // Protocol assignments with Teredo and ORCHID, documentation, 6to4 (deprecated, carries any IPv4), documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            Some(Special::Reserved)
        }
        [0x2000..=0x3fff, ..] => None,
        // Only 2000::/3 is assigned to the public internet: this covers NAT64 for local use, IPv4-compatible, discard-only.
        _ => Some(Special::Reserved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Option<Special> {
        special(text.parse().unwrap())
    }

    #[test]
    fn every_range_at_both_ends() {
        use Special as S;
        for (first, last, expected) in [
            ("0.0.0.0", "0.255.255.255", S::Unspecified),
            ("10.0.0.0", "10.255.255.255", S::Private),
            ("100.64.0.0", "100.127.255.255", S::CarrierGrade),
            ("127.0.0.0", "127.255.255.255", S::Loopback),
            ("169.254.0.0", "169.254.255.255", S::LinkLocal),
            ("172.16.0.0", "172.31.255.255", S::Private),
            ("192.0.0.0", "192.0.0.255", S::Reserved),
            ("192.0.2.0", "192.0.2.255", S::Reserved),
            ("192.88.99.0", "192.88.99.255", S::Reserved),
            ("192.168.0.0", "192.168.255.255", S::Private),
            ("198.18.0.0", "198.19.255.255", S::Reserved),
            ("198.51.100.0", "198.51.100.255", S::Reserved),
            ("203.0.113.0", "203.0.113.255", S::Reserved),
            ("224.0.0.0", "239.255.255.255", S::Multicast),
            ("240.0.0.0", "255.255.255.255", S::Reserved),
            ("::", "::", S::Unspecified),
            ("::1", "::1", S::Loopback),
            ("::2", "::fffe:ffff:ffff", S::Reserved),
            ("::ffff:10.0.0.0", "::ffff:10.255.255.255", S::Private),
            ("::ffff:127.0.0.1", "::ffff:127.255.255.255", S::Loopback),
            ("64:ff9b::a00:0", "64:ff9b::aff:ffff", S::Private),
            ("64:ff9b::a9fe:a9fe", "64:ff9b::a9fe:a9fe", S::LinkLocal),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("100::", "100::ffff:ffff:ffff:ffff", S::Reserved),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::Reserved),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::Private),
            ("fd00:ec2::254", "fd00:ec2::254", S::Private),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::LinkLocal),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::Private),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", S::Multicast),
        ] {
            assert_eq!((of(first), of(last)), (Some(expected), Some(expected)), "{first} to {last}");
        }
        assert_eq!(of("168.63.129.16"), Some(S::Metadata));
        assert_eq!(of("169.254.169.254"), Some(S::LinkLocal));
        assert_eq!(of("100.100.100.200"), Some(S::CarrierGrade));
    }

    #[test]
    fn the_neighbours_of_the_ranges_are_public() {
        for address in [
            "1.0.0.0",
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
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2000::",
            "2001:200::",
            "2001:4860:4860::8888",
            "2003::",
            "2606:4700::1111",
            "3ffe::",
            "3fff:1000::",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_address_in_another_form_is_judged_alike(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let expected = special(IpAddr::V4(address));
            prop_assert_eq!(special(IpAddr::V6(address.to_ipv6_mapped())), expected);
            let [a, b] = [(bits >> 16) as u16, (bits & 0xffff) as u16];
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b);
            prop_assert_eq!(special(IpAddr::V6(nat64)), expected);
        }

        #[test]
        fn what_the_standard_library_knows_to_be_special_is_refused(bits: u32) {
            let address = Ipv4Addr::from(bits);
            if address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified()
            {
                prop_assert!(special(IpAddr::V4(address)).is_some());
            }
        }
    }
}
