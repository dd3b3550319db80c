//! Events as messages for Discord and Slack. Pure. Names come from people, so nothing in them formats, mentions or links.

use serde_json::{Value, json};

use super::event::TEST;

/// What a person reads: a headline, a line of text and the facts.
struct Words {
    title: String,
    text: String,
    facts: Vec<(&'static str, String)>,
    tone: Tone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Plain,
    Bad,
}

const MOST_TITLE: usize = 150;
const MOST_TEXT: usize = 1_500;
const MOST_FACT: usize = 500;

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most - 1).collect();
    cut.push('…');
    cut
}

fn words(body: &Value) -> Words {
    let data = &body["data"];
    let kind = body["type"].as_str().unwrap_or_default();
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_default()
            .chars()
            .map(|character| if character.is_control() { ' ' } else { character })
            .collect::<String>()
    };
    let instance = text(&data["instance"]["name"]);
    let user = text(&data["user"]["name"]);
    let (title, line, tone) = match kind {
        "instance.created" => (format!("Instance {instance} was created"), String::new(), Tone::Plain),
        "instance.started" => (format!("Instance {instance} was started"), String::new(), Tone::Good),
        "instance.stopped" => (format!("Instance {instance} was stopped"), String::new(), Tone::Plain),
        "instance.failed" => (format!("Instance {instance} failed"), text(&data["reason"]), Tone::Bad),
        "instance.deleted" => (format!("Instance {instance} was deleted"), String::new(), Tone::Plain),
        "operation.failed" => (
            format!("The operation {} failed", text(&data["operation"]["kind"])),
            text(&data["problem"]["message"]),
            Tone::Bad,
        ),
        "member.invited" => (
            format!("{} was invited", text(&data["address"])),
            format!("By {}.", text(&data["inviter"])),
            Tone::Plain,
        ),
        "member.joined" => (format!("{user} joined"), String::new(), Tone::Good),
        "member.removed" => {
            let left = data["left"].as_bool().unwrap_or(false);
            (format!("{user} {}", if left { "left" } else { "was removed" }), String::new(), Tone::Plain)
        }
        "member.role_changed" => (format!("{user} has another role"), String::new(), Tone::Plain),
        "security.settings_changed" => {
            ("Security settings were changed".to_owned(), text(&data["what"]), Tone::Plain)
        }
        "security.audit_sink_failing" => {
            ("The audit log cannot be forwarded".to_owned(), text(&data["reason"]), Tone::Bad)
        }
        "tenant.deletion_scheduled" => (
            "The tenant was deleted".to_owned(),
            format!("It is erased for good on {}.", text(&data["erased_at"])),
            Tone::Bad,
        ),
        "tenant.restored" => ("The tenant was restored".to_owned(), String::new(), Tone::Good),
        TEST => ("This is a test".to_owned(), "Messages of Stead arrive here.".to_owned(), Tone::Good),
        other => (other.to_owned(), String::new(), Tone::Plain),
    };
    let mut facts = Vec::new();
    for (label, value) in [
        ("Role", &data["role"]),
        ("Instance", &data["instance"]["id"]),
        ("Operation", &data["operation"]["id"]),
        ("Problem", &data["problem"]["code"]),
    ] {
        let value = text(value);
        if !value.is_empty() {
            facts.push((label, cut(&value, MOST_FACT)));
        }
    }
    Words { title: cut(&title, MOST_TITLE), text: cut(&line, MOST_TEXT), facts, tone }
}

/// Discord's markdown, so that a name stays a name. What mentions or links is broken by a character of no width.
fn discord_plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if "\\*_~`|>#[]()-<".contains(character) {
            plain.push('\\');
        }
        plain.push(character);
        if matches!(character, '@' | ':') {
            plain.push('\u{200b}');
        }
    }
    plain
}

/// The body of a call of Discord.
pub(super) fn discord(body: &Value) -> Value {
    let words = words(body);
    let colour = match words.tone {
        Tone::Good => 0x2e_a0_43,
        Tone::Plain => 0x6e_76_81,
        Tone::Bad => 0xd1_24_2f,
    };
    let fields: Vec<_> = words
        .facts
        .iter()
        .map(|(label, value)| json!({ "name": label, "value": discord_plain(value), "inline": true }))
        .collect();
    json!({
        "username": "Stead",
        "allowed_mentions": { "parse": [] },
        "embeds": [{
            "title": cut(&discord_plain(&words.title), 256),
            "description": discord_plain(&words.text),
            "color": colour,
            "fields": fields,
            "timestamp": body["timestamp"],
        }],
    })
}

/// Slack's three characters; `<` begins links and mentions, so nothing else can.
fn slack_plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The body of a call of Slack.
pub(super) fn slack(body: &Value) -> Value {
    let words = words(body);
    // Plain text does not format; its escapes are not needed there.
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": words.title, "emoji": false },
    })];
    if !words.text.is_empty() {
        blocks.push(json!({
            "type": "section",
            "text": { "type": "plain_text", "text": words.text, "emoji": false },
        }));
    }
    let facts: Vec<_> = words
        .facts
        .iter()
        .map(|(label, value)| json!({ "type": "plain_text", "text": format!("{label}: {value}"), "emoji": false }))
        .collect();
    if !facts.is_empty() {
        blocks.push(json!({ "type": "context", "elements": facts }));
    }
    json!({ "text": slack_plain(&words.title), "blocks": blocks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::mail::samples;
    use crate::notifications::webhooks::event;
    use stead_core::Timestamp;

    #[test]
    fn every_event_has_words_and_fits_the_limits() {
        let mut kinds = 0;
        for notice in samples::all() {
            let Some(event) = event::of(&notice) else { continue };
            kinds += 1;
            let body: Value = serde_json::from_str(&event.body(Timestamp::from_micros(0))).unwrap();
            assert_ne!(words(&body).title, event.kind, "words for {}", event.kind);
            assert!(discord(&body)["embeds"][0]["title"].as_str().unwrap().chars().count() <= 256);
            assert!(slack(&body)["blocks"][0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
        }
        assert_eq!(kinds, event::types().count());
    }

    #[test]
    fn names_neither_mention_nor_link_nor_format() {
        let name = "@everyone <!channel> <https://evil.example|ok> **x** https://evil.example\n\u{7}";
        let body = json!({ "type": "instance.failed", "timestamp": "", "data": {
            "instance": { "name": name, "id": "inst_1" }, "reason": "x".repeat(100_000) } });
        let discord = discord(&body);
        let title = discord["embeds"][0]["title"].as_str().unwrap();
        assert!(
            !title.contains("@everyone") && !title.contains("https://") && !title.contains("**x"),
            "{title}"
        );
        assert_eq!(discord["allowed_mentions"]["parse"], json!([]));
        let slack = slack(&body);
        assert!(!slack["text"].as_str().unwrap().contains("<!channel>"));
        assert_eq!(slack["blocks"][0]["text"]["type"], "plain_text");
        assert!(discord.to_string().len() + slack.to_string().len() < 12_000);
    }
}
