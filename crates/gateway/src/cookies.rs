//! Keeping Stead's cookies and the apps' cookies apart. Pure.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// The cookie that admits to one private preview.
pub const PREVIEW_COOKIE: &str = "stead_preview";

/// Cookies of Stead, with or without the prefixes that browsers give a meaning to. Browsers compare these without case.
fn is_ours(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
    let plain = name.strip_prefix("__host-").or_else(|| name.strip_prefix("__secure-")).unwrap_or(&name);
    plain.starts_with("stead_")
}

fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or(pair).trim_ascii()
}

/// The value of a cookie, the first when there are several.
#[must_use]
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(candidate, _)| *candidate == name)
        .map(|(_, value)| value.to_owned())
}

/// Removes Stead's cookies from a request and joins the rest into one header.
pub fn strip_request(headers: &mut HeaderMap) {
    let kept: Vec<Vec<u8>> = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty() && !is_ours(name_of(pair)))
        .map(<[u8]>::to_vec)
        .collect();
    headers.remove(COOKIE);
    if let Ok(value) = HeaderValue::from_bytes(&kept.join(&b"; "[..]))
        && !value.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

/// Removes attempts to set Stead's cookies, and the `Domain` attribute of all others.
pub fn strip_response(headers: &mut HeaderMap) {
    let kept: Vec<HeaderValue> = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter(|header| {
            let pair = header.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
            // A pair without a name is stored by browsers under the whole text as the value, `stead_x` then reads as a name.
            let named_later = pair.trim_ascii().strip_prefix(b"=").is_some_and(|rest| is_ours(name_of(rest)));
            !is_ours(name_of(pair)) && !named_later
        })
        .filter_map(|header| {
            let parts: Vec<&[u8]> = header
                .as_bytes()
                .split(|byte| *byte == b';')
                .enumerate()
                .filter(|(index, part)| *index == 0 || !name_of(part).eq_ignore_ascii_case(b"domain"))
                .map(|(_, part)| part)
                .collect();
            HeaderValue::from_bytes(&parts.join(&b";"[..])).ok()
        })
        .collect();
    headers.remove(SET_COOKIE);
    for value in kept {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(name: &http::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn requests_lose_ours_and_keep_theirs() {
        let mut headers = with(
            &COOKIE,
            &["a=1; stead_session=secret; b=2", "stead_preview=x;__Host-stead_session=y; STEAD_x=1;c"],
        );
        assert_eq!(value(&headers, "stead_preview").as_deref(), Some("x"));
        strip_request(&mut headers);
        assert_eq!(headers.get(COOKIE).unwrap(), "a=1; b=2; c");
        assert_eq!(headers.get_all(COOKIE).iter().count(), 1);
    }

    #[test]
    fn responses_cannot_set_ours_nor_reach_other_previews() {
        let mut headers = with(
            &SET_COOKIE,
            &[
                "stead_session=evil; Path=/",
                "__Host-stead_preview=evil",
                "=stead_session=evil",
                "a=1; Domain=localhost; Path=/; HttpOnly",
            ],
        );
        strip_response(&mut headers);
        let left: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(left, ["a=1; Path=/; HttpOnly"]);
    }

    proptest! {
        #[test]
        fn no_header_lets_ours_through(pairs in proptest::collection::vec("[ -:<-~]{0,12}=?[ -:<-~]{0,12}", 0..6)) {
            let text = pairs.join(";");
            let mut headers = with(&COOKIE, &[&format!("{text}; stead_session=secret"), &text]);
            strip_request(&mut headers);
            let left = headers.get(COOKIE).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
            prop_assert!(!left.split(';').any(|pair| pair.trim().to_ascii_lowercase().starts_with("stead_")));
        }
    }
}
