//! Names of images. Pure.

use std::fmt;

use oci_client::Reference;
use stead_core::error::{Error, Result};

const LONGEST: usize = 512;

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageReference {
    Registry(Reference),
    /// Name of a file or folder in the node's `archives` folder.
    Archive(String),
}

impl ImageReference {
    /// # Errors
    /// `image_reference_invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |why: String| {
            Error::invalid("image_reference_invalid", format!("This is no image reference: {why}."))
                .next_step("Use a form such as debian:12, ghcr.io/org/app@sha256:… or archive:NAME.")
        };
        if text.len() > LONGEST {
            return Err(refuse(format!("it is longer than {LONGEST} bytes")));
        }
        if let Some(name) = text.strip_prefix("archive:") {
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            if name.is_empty() || name.starts_with('.') || !plain {
                return Err(refuse(
                    "an archive's name is made of letters, digits, dots, dashes and underscores".to_owned(),
                ));
            }
            return Ok(Self::Archive(name.to_owned()));
        }
        text.parse::<Reference>().map(Self::Registry).map_err(|error| refuse(error.to_string()))
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(reference) => write!(formatter, "{}", reference.whole()),
            Self::Archive(name) => write!(formatter, "archive:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_names_mean_the_usual_registry_and_archives_stay_in_their_folder() {
        assert_eq!(ImageReference::parse("debian:12").unwrap().to_string(), "docker.io/library/debian:12");
        assert_eq!(
            ImageReference::parse("archive:a.tar").unwrap(),
            ImageReference::Archive("a.tar".to_owned())
        );
        for wrong in
            ["archive:../x", "archive:", "archive:.hidden", "archive:a/b", "UPPER CASE", "", "a:b:c:d"]
        {
            assert_eq!(
                ImageReference::parse(wrong).unwrap_err().code(),
                "image_reference_invalid",
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused(text: String) {
            let _ = ImageReference::parse(&text);
        }
    }
}
