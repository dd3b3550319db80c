//! `stead operator mails`.

use clap::Args;
use stead_api::client::Client;
use stead_api::v1::PageQuery;
use stead_api::v1::notifications::{Mail, MailState};

use super::Newest;
use crate::cli::{Context, Failure};
use crate::output::{Table, Tone, ago};

/// How far back a mail is looked for by its id, in pages of 200: more than the server keeps.
const MOST_PAGES: usize = 5;

#[derive(Debug, Args)]
pub(super) struct MailsArgs {
    /// Show what this one says. It may hold a link that is as good as a password.
    #[arg(value_name = "ID", conflicts_with = "limit")]
    mail: Option<String>,
    #[command(flatten)]
    newest: Newest,
}

pub(super) async fn run(context: &Context, args: &MailsArgs) -> Result<(), Failure> {
    let (client, output) = (context.client()?, &context.output);
    if let Some(id) = &args.mail {
        let mail = found(&client, id).await?;
        if output.json {
            output.json(&mail)
        } else {
            show(context, &mail)
        }
        return Ok(());
    }
    let mails = client.mails(&PageQuery { cursor: None, limit: Some(args.newest.limit) }).await?;
    if output.json {
        output.json(&mails);
        return Ok(());
    }
    if !mails.mail_server {
        output.note(
            "No mail server is set, so nobody gets these: pass on what they say (`stead operator mails ID`), or start \
             Stead with --smtp-host.",
        );
    }
    if output.quiet {
        mails.items.iter().for_each(|mail| output.line(&mail.id));
    } else if mails.items.is_empty() {
        output.note("No mail yet. Confirmations, sign-in links, invitations and notices appear here.");
    } else {
        table(context, mails.items).print(output);
    }
    Newest::say_more(context, mails.next_cursor.is_some(), "use --limit");
    Ok(())
}

async fn found(client: &Client, id: &str) -> Result<Mail, Failure> {
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page = client.mails(&PageQuery { cursor, limit: Some(200) }).await?;
        if let Some(mail) = page.items.into_iter().find(|mail| mail.id == id) {
            return Ok(mail);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Err(Failure::new(4, "mail_not_found", format!("There is no mail {id}."))
        .next("`stead operator mails` lists the newest."))
}

/// As people read it: what a mail says of itself, else its kind.
fn subject(mail: &Mail) -> String {
    mail.content
        .as_ref()
        .map_or_else(|| mail.kind.replace(['.', '_'], " "), |content| content.subject.clone())
}

fn state(mail: &Mail) -> (&'static str, Tone) {
    match mail.state {
        MailState::Queued => ("waiting", Tone::Busy),
        MailState::Held => ("shown here only", Tone::Busy),
        MailState::Delivered => ("sent", Tone::Good),
        MailState::Dead => ("given up", Tone::Bad),
    }
}

fn table(context: &Context, mails: Vec<Mail>) -> Table {
    let now = context.ambient.now();
    let mut table = Table::new(&["SUBJECT", "TO", "STATE", "WHEN", "ID"]);
    for mail in mails {
        let (word, tone) = state(&mail);
        table.row(vec![
            (subject(&mail), Some(Tone::Strong)),
            (mail.address, None),
            (word.to_owned(), Some(tone)),
            (ago(now, &mail.created_at), None),
            (mail.id, Some(Tone::Faint)),
        ]);
    }
    table
}

fn show(context: &Context, mail: &Mail) {
    let output = &context.output;
    let (word, tone) = state(mail);
    output.line(format!("{}  {}", output.paint(Tone::Strong, &subject(mail)), output.paint(tone, word)));
    let mut facts = vec![("to", mail.address.clone()), ("when", mail.created_at.clone())];
    if mail.attempts > 0 {
        facts.push(("attempts", mail.attempts.to_string()));
    }
    facts.extend(mail.problem.clone().map(|problem| ("problem", problem)));
    output.facts(&facts);
    match &mail.content {
        Some(content) => output.line(format!("\n{}", content.text.trim_end())),
        None => output.note(
            "What it says is shown only as long as no mail server takes it: it may hold a link that is as good as a password.",
        ),
    }
}
