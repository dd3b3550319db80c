//! Every template, as text and as HTML.

use super::render::Renderer;
use super::samples;
use crate::notifications::notice::{KINDS, Notice, kind_of};
use stead_core::ambient::Ambient;

const BASE: &str = "https://stead.example.org";

#[test]
fn every_kind_that_people_are_told_has_a_template_with_all_its_values() {
    let renderer = Renderer::new(BASE);
    for notice in samples::all() {
        let kind = kind_of(notice.key()).unwrap_or_else(|| panic!("{}", notice.key()));
        if !kind.mail && !kind.inbox {
            continue;
        }
        let mail =
            renderer.mail(&notice, "Ada").unwrap_or_else(|error| panic!("{}: {error:?}", notice.key()));
        assert!(!mail.subject.is_empty() && !mail.subject.contains(['\n', '{']), "{}", mail.subject);
        assert!(!mail.text.contains("{{") && !mail.html.contains("{{"));
        assert!(mail.html.starts_with("<!doctype html>") && mail.html.trim_end().ends_with("</html>"));
        // Nothing is loaded, and every link leads to the installation.
        for loaded in ["<img", "src=", "<link", "url(", "<script", "@import"] {
            assert!(!mail.html.contains(loaded), "{}: {loaded}", notice.key());
        }
        for part in mail.html.split("href=\"").skip(1) {
            let url = part.split('"').next().unwrap();
            assert!(url.starts_with(&BASE.replace('/', "&#x2f;")) || url.starts_with(BASE), "{url}");
        }
        match notice.secret() {
            Some((token, _)) => {
                for body in [&mail.text, &mail.html] {
                    assert!(body.contains(token.reveal()), "{}", notice.key());
                }
                assert!(!mail.subject.contains(token.reveal()));
                assert!(mail.text.contains(&format!("#{}", token.reveal())), "the secret stands after #");
            }
            None => assert!(!mail.text.contains('#'), "{}", mail.text),
        }
        let entry = renderer.entry(&notice, "Ada").unwrap();
        if let Some((token, _)) = notice.secret() {
            assert!(!format!("{entry:?}").contains(token.reveal()));
        }
        assert!(entry.path.is_none_or(|path| path.starts_with('/')));
        assert!(!entry.text.is_empty() && !entry.text.starts_with("Hello"), "{}", entry.text);
        assert_eq!(mail.text.contains("/account/notifications"), !kind.security);
    }
    assert_eq!(samples::all().len(), KINDS.len(), "a sample of each kind");
}

#[test]
fn names_stay_names() {
    let evil = "<b>x</b>\r\nBcc: all@example.org\n\n~ small {{ name }} https://evil.example www.evil.example \u{202e}";
    let notice = Notice::InstanceFailed {
        tenant: Ambient::system().new_id(),
        instance: Ambient::system().new_id(),
        name: evil.into(),
        creator: None,
        reason: "x".repeat(100_000),
    };
    let mail = Renderer::new(BASE).mail(&notice, evil).unwrap();
    assert!(!mail.html.contains("<b>") && mail.html.contains("&lt;b&gt;"));
    for text in [&mail.subject, &mail.text, &mail.html] {
        assert!(!text.contains("https://evil") && !text.contains("www.evil") && !text.contains('\u{202e}'));
    }
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(mail.text.contains("{{ name }}"), "a value is not a template");
    assert!(mail.text.len() < 4_000);
}
