//! Which hosts are previews. Pure.

use stead_core::{Error, Result};

pub use stead_core::preview_host::PreviewHost;

/// The domain below which previews live: the host of the base address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewDomain {
    name: String,
    port: Option<u16>,
    secure: bool,
}

/// Parts a `Host` header into name and port; the name in lower case and without a final dot.
#[must_use]
pub fn split_authority(authority: &str) -> Option<(String, Option<u16>)> {
    let parsed: http::uri::Authority = authority.parse().ok()?;
    if authority.contains('@') {
        return None;
    }
    let port = match parsed.port() {
        Some(_) => Some(parsed.port_u16()?),
        None => None,
    };
    Some((parsed.host().trim_end_matches('.').to_ascii_lowercase(), port))
}

impl PreviewDomain {
    /// # Errors
    /// When `base` is no `http` or `https` address without a path.
    pub fn from_base(base: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "base_address_invalid",
                format!("{base:?} is no address that Stead can be reached at."),
            )
            .next_step("Give an address such as http://localhost:7433 or https://stead.example.com.")
        };
        let uri: http::Uri = base.parse().map_err(|_| wrong())?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        let (name, port) =
            uri.authority().and_then(|authority| split_authority(authority.as_str())).ok_or_else(wrong)?;
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") || name.is_empty() {
            return Err(wrong());
        }
        Ok(Self { name, port, secure })
    }

    /// The base address's host name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether browsers reach Stead by TLS.
    #[must_use]
    pub const fn secure(&self) -> bool {
        self.secure
    }

    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// What the authority names, whatever its port: port forwarding may change that on the way.
    #[must_use]
    pub fn parse(&self, authority: &str) -> Option<PreviewHost> {
        PreviewHost::parse(authority, &self.name)
    }

    /// The authority of a preview, with the given port instead of the configured one when there is one.
    #[must_use]
    pub fn preview_authority(&self, host: &PreviewHost, seen_port: Option<u16>) -> String {
        match seen_port.or(self.port) {
            Some(port) => format!("{host}.{}:{port}", self.name),
            None => format!("{host}.{}", self.name),
        }
    }

    /// The base address as seen from a request to `authority`: with that one's port.
    #[must_use]
    pub fn base_seen_from(&self, authority: &str) -> String {
        let port = match split_authority(authority) {
            Some((_, port)) => port,
            None => self.port,
        };
        match port {
            Some(port) => format!("{}://{}:{port}", self.scheme(), self.name),
            None => format!("{}://{}", self.scheme(), self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn domain() -> PreviewDomain {
        PreviewDomain::from_base("http://localhost:7433").unwrap()
    }

    proptest! {
        #[test]
        fn every_preview_round_trips(port in 1u16.., label in "[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,8}){0,2}") {
            let host = PreviewHost { port, label };
            prop_assert_eq!(domain().parse(&domain().preview_authority(&host, None)), Some(host));
        }

        #[test]
        fn any_host_is_parsed_or_refused_without_panic(text in ".{0,100}") {
            let _ = domain().parse(&text);
        }
    }

    #[test]
    fn only_well_formed_hosts_below_the_domain_are_previews() {
        assert_eq!(
            domain().parse("8000--Shop.LOCALHOST:99"),
            Some(PreviewHost { port: 8000, label: "shop".into() })
        );
        assert!(domain().parse("8000--shop.localhost.").is_some());
        for other in [
            "localhost:7433",
            "shop.localhost",
            "8000-shop.localhost",
            "8000--.localhost",
            "08000--shop.localhost",
            "70000--shop.localhost",
            "0--shop.localhost",
            "8000--shop.evil.localhost",
            "8000--shop.localhost.evil.example",
            "8000--shopXlocalhost",
            "user@8000--shop.localhost",
            "8000--sh_op.localhost",
            "",
        ] {
            assert_eq!(domain().parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_base_address_has_no_path() {
        assert!(PreviewDomain::from_base("https://stead.example.com/").is_ok());
        for wrong in ["localhost:7433", "ftp://x", "http://x/y", "http://", "http://a@b"] {
            assert_eq!(
                PreviewDomain::from_base(wrong).unwrap_err().code(),
                "base_address_invalid",
                "{wrong}"
            );
        }
    }

    #[test]
    fn forwarded_ports_are_kept() {
        assert_eq!(domain().base_seen_from("8000--shop.localhost:9999"), "http://localhost:9999");
        assert_eq!(domain().base_seen_from("8000--shop.localhost"), "http://localhost");
    }
}
