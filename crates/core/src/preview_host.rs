//! Host names of previews, `{port}--{label}.localhost`, where the label names an instance.

use std::fmt;

/// A port of an instance, as it stands in the host name of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PreviewHost {
    pub port: u16,
    /// The instance's label; unique on this server.
    pub label: String,
}

impl PreviewHost {
    /// Reads a `Host` header or authority: `8000--shop.localhost:7433`. `domain` is what follows the first label, such as
    /// `localhost`. `None` for every other host.
    #[must_use]
    pub fn parse(host: &str, domain: &str) -> Option<Self> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return None,
            None => host,
        };
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let first = host.strip_suffix(&domain.to_ascii_lowercase())?.strip_suffix('.')?;
        let (port, label) = first.split_once("--")?;
        let well_formed = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        // One spelling per port: no sign, no leading zero.
        let number = port.parse::<u16>().ok().filter(|number| *number > 0 && number.to_string() == port)?;
        well_formed(label).then(|| Self { port: number, label: label.to_owned() })
    }

    /// The host name under `domain`, without the server's own port.
    #[must_use]
    pub fn under(&self, domain: &str) -> String {
        format!("{self}.{domain}")
    }
}

/// The first label: `8000--shop`.
impl fmt::Display for PreviewHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}--{}", self.port, self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_exact_hosts_are_previews() {
        let host = |port, label: &str| Some(PreviewHost { port, label: label.to_owned() });
        assert_eq!(PreviewHost::parse("8000--shop.localhost:7433", "localhost"), host(8000, "shop"));
        assert_eq!(PreviewHost::parse("3000--My-App.LOCALHOST.", "localhost"), host(3000, "my-app"));
        assert_eq!(PreviewHost::parse("80--a.previews.example.org", "previews.example.org"), host(80, "a"));
        for other in [
            "localhost",
            "shop.localhost",
            "8000--shop",
            "8000--shop.localhost.evil.org",
            "08000--shop.localhost",
            "+80--a.localhost",
            "0--a.localhost",
            "65536--a.localhost",
            "80--.localhost",
            "80---a.localhost",
            "80--a.b.localhost",
            "x--a.localhost",
            "80--a.localhost:x",
            "80--a.notlocalhost",
            "[::1]:80",
            "",
        ] {
            assert_eq!(PreviewHost::parse(other, "localhost"), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn hosts_round_trip(port in 1_u16.., label in "[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,5}){0,3}", own in 1_u16..) {
            let host = PreviewHost { port, label };
            prop_assert_eq!(PreviewHost::parse(&format!("{}:{own}", host.under("localhost")), "localhost"), Some(host));
        }

        #[test]
        fn any_host_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = PreviewHost::parse(&text, "localhost");
        }
    }
}
