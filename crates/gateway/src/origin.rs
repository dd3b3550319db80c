//! Whether a request to a private preview may use the viewer's admission. Pure.
//!
//! Previews of different tenants can be of one "site" in the eyes of a browser, so that `SameSite` cookies do not keep them
//! apart. `Origin` and `Sec-Fetch-Site`, which pages cannot forge, do.

use http::{HeaderMap, Method};

use crate::host::{PreviewDomain, PreviewHost};

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("invalid"))
}

fn label_of(domain: &PreviewDomain, address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    if scheme != domain.scheme() {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    domain.parse(authority).map(|host| host.label)
}

/// True for navigation, for requests from the preview itself and from other ports of the same instance, and for programs
/// (which send none of the headers).
#[must_use]
pub fn may_use_admission(
    domain: &PreviewDomain,
    host: &PreviewHost,
    method: &Method,
    headers: &HeaderMap,
) -> bool {
    let safe = *method == Method::GET || *method == Method::HEAD;
    let upgrades = headers.contains_key(http::header::UPGRADE);
    match text(headers, "sec-fetch-site") {
        Some("same-origin" | "none") => return true,
        Some(_) if safe && !upgrades && text(headers, "sec-fetch-mode") == Some("navigate") => return true,
        _ => {}
    }
    if let Some(origin) = text(headers, "origin") {
        return label_of(domain, origin).as_deref() == Some(&host.label);
    }
    match text(headers, "sec-fetch-site") {
        // Images and scripts from another port of the same instance carry no `Origin`, only a `Referer`.
        Some(_) => {
            text(headers, "referer").and_then(|from| label_of(domain, from)).as_deref() == Some(&host.label)
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let domain = PreviewDomain::from_base("https://stead.example.com").unwrap();
        let host = PreviewHost { port: 8000, label: "shop".into() };
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        may_use_admission(&domain, &host, method, &headers)
    }

    #[test]
    fn only_the_instance_itself_and_navigation_use_the_admission() {
        let (get, post) = (Method::GET, Method::POST);
        assert!(allowed(&get, &[]));
        assert!(allowed(&get, &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")]));
        assert!(allowed(&get, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(allowed(
            &post,
            &[("sec-fetch-site", "same-origin"), ("origin", "https://8000--shop.stead.example.com")]
        ));
        assert!(allowed(
            &post,
            &[("sec-fetch-site", "same-site"), ("origin", "https://3000--shop.stead.example.com")]
        ));
        assert!(allowed(
            &get,
            &[("sec-fetch-site", "same-site"), ("referer", "https://3000--shop.stead.example.com/a")]
        ));

        assert!(!allowed(
            &post,
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("origin", "null")]
        ));
        assert!(!allowed(
            &post,
            &[("sec-fetch-site", "same-site"), ("origin", "https://8000--evil.stead.example.com")]
        ));
        assert!(!allowed(&post, &[("origin", "https://8000--evil.stead.example.com")]));
        assert!(!allowed(
            &get,
            &[("upgrade", "websocket"), ("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-site")]
        ));
        assert!(!allowed(
            &get,
            &[("upgrade", "websocket"), ("origin", "https://8000--evil.stead.example.com")]
        ));
        assert!(!allowed(
            &get,
            &[
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "no-cors"),
                ("referer", "https://8000--evil.stead.example.com/")
            ]
        ));
        assert!(!allowed(&get, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(!allowed(&post, &[("origin", "http://8000--shop.stead.example.com")]));
    }
}
