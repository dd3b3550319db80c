//! What a browser or program calls itself, as people name it, and what counts as the same device. Pure.

use std::net::IpAddr;

use super::secret;

const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("stead/", "stead"),
    ("curl/", "curl"),
    ("python-requests/", "Python"),
];

/// iPhones say `like Mac OS X`, Android says `Linux`: the special before the general.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Such as `Firefox on Linux`.
pub(super) fn name(user_agent: Option<&str>) -> String {
    let text = user_agent.unwrap_or_default();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => match text.split(['/', ' ']).next().filter(|first| !first.is_empty()) {
            Some(first) => first.chars().take(40).collect(),
            None => "An unnamed device".to_owned(),
        },
    }
}

/// Where an address is, as far as it says so itself: Stead has no database of places.
pub(super) fn network(ip: Option<IpAddr>) -> &'static str {
    let Some(ip) = ip.map(|ip| ip.to_canonical()) else { return "unknown" };
    let (loopback, private) = match ip {
        IpAddr::V4(ip) => (ip.is_loopback(), ip.is_private() || ip.is_link_local()),
        IpAddr::V6(ip) => (ip.is_loopback(), ip.is_unique_local() || ip.is_unicast_link_local()),
    };
    match (loopback, private) {
        (true, _) => "this machine",
        (_, true) => "private network",
        _ => "internet",
    }
}

/// The same for sign-ins of one device from one network: its name and the first half (IPv4) or quarter (IPv6) of its address,
/// which stay while a provider gives it other addresses. As a hash.
pub(super) fn fingerprint(user_agent: Option<&str>, ip: Option<IpAddr>) -> String {
    let network = match ip.map(|ip| ip.to_canonical()) {
        None => String::new(),
        Some(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            format!("{a}.{b}")
        }
        Some(IpAddr::V6(ip)) => {
            let [a, b, ..] = ip.segments();
            format!("{a:x}:{b:x}")
        }
    };
    secret::hash(&format!("device {} {network}", name(user_agent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_named_as_people_do() {
        for (text, named) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("stead/0.1.0", "stead"),
            ("Wget/1.21", "Wget"),
            ("", "An unnamed device"),
        ] {
            assert_eq!(name(Some(text)), named, "{text}");
        }
    }

    #[test]
    fn a_new_address_of_the_same_provider_is_the_same_device() {
        let of = |ip: &str| fingerprint(Some("Firefox/140"), Some(ip.parse().unwrap()));
        assert_eq!(of("203.0.113.9"), of("203.0.7.1"));
        assert_ne!(of("203.0.113.9"), of("198.51.100.7"));
        assert_eq!(network(Some("::1".parse().unwrap())), "this machine");
        assert_eq!(network(Some("192.168.0.2".parse().unwrap())), "private network");
        assert_eq!(network(Some("203.0.113.9".parse().unwrap())), "internet");
    }
}
