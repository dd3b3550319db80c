//! Values as people type them: `2`, `1500m`, `4GiB`, `30m`, `KEY=VALUE`.

/// Address of a server: `https://stead.example.org`, or the name alone.
pub(crate) fn server(text: &str) -> Result<url::Url, String> {
    let here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| text.starts_with(name));
    let whole = match (text.contains("://"), here) {
        (true, _) => text.to_owned(),
        (false, true) => format!("http://{text}"),
        (false, false) => format!("https://{text}"),
    };
    let url: url::Url = whole.parse().map_err(|error| format!("{text:?} is no address: {error}"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        return Ok(url);
    }
    Err(format!("{text:?} is no address of a server; write https://stead.example.org"))
}

/// Cores: `2`, `0.5` or `1500m`, in thousandths.
pub(crate) fn cpu(text: &str) -> Result<u32, String> {
    let wrong = || format!("{text:?} is no number of cores; write 2, 0.5 or 1500m");
    if let Some(millis) = text.strip_suffix('m') {
        return millis.parse().ok().filter(|value| *value > 0).ok_or_else(wrong);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let fraction: u32 = format!("{fraction:0<3}").parse().map_err(|_| wrong())?;
    whole
        .checked_mul(1_000)
        .and_then(|millis| millis.checked_add(fraction))
        .filter(|value| *value > 0)
        .ok_or_else(wrong)
}

/// Bytes: `512MiB`, `4GiB`, `4G` (binary units), `500MB` (decimal unit).
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no size; write 512MiB or 4GiB");
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().map_err(|_| wrong())?;
    let factor: u64 = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).filter(|value| *value > 0).ok_or_else(wrong)
}

/// Seconds: `90s`, `30m`, `2h`, `1d`; `never` is 0.
pub(crate) fn timeout(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no duration; write 30m, 2h or never");
    if text == "never" {
        return Ok(0);
    }
    let (number, factor) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3_600),
        Some(b'd') => (&text[..text.len() - 1], 86_400),
        _ => return Err(wrong()),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|value| value.checked_mul(factor))
        .filter(|value| *value > 0)
        .ok_or_else(wrong)
}

/// `KEY=VALUE`.
pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is no variable; write NAME=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        let of = |text: &str| server(text).map(|url| url.to_string());
        assert_eq!(of("localhost:7433").unwrap(), "http://localhost:7433/");
        assert_eq!(of("stead.example.org").unwrap(), "https://stead.example.org/");
        assert_eq!(of("http://10.0.0.1:80").unwrap(), "http://10.0.0.1/");
        assert!(of("").is_err() && of("ftp://x").is_err() && of("https://").is_err());
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!(cpu("2"), Ok(2_000));
        assert_eq!(cpu("0.5"), Ok(500));
        assert_eq!(cpu("1500m"), Ok(1_500));
        assert!(cpu("0").is_err() && cpu("x").is_err() && cpu("-1").is_err());
        assert_eq!(size("4GiB"), Ok(4 << 30));
        assert_eq!(size("4g"), Ok(4 << 30));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert!(size("4 parsecs").is_err() && size("").is_err() && size("999999999999T").is_err());
        assert_eq!(timeout("30m"), Ok(1_800));
        assert_eq!(timeout("never"), Ok(0));
        assert!(timeout("soon").is_err());
        assert_eq!(variable("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert!(variable("=x").is_err());
    }
}
