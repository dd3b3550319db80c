//! `stead logs`.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use stead_api::client::ClientError;
use stead_core::frame::Frame;

use super::{Context, Failure};

#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// Name or id.
    name: String,
    /// Go on printing as more comes.
    #[arg(short, long)]
    follow: bool,
    /// Only this many lines before the end.
    #[arg(short = 'n', long, value_name = "LINES")]
    tail: Option<u32>,
}

pub(crate) async fn run(context: &Context, args: &LogsArgs) -> Result<ExitCode, Failure> {
    let client = context.client()?;
    if !args.follow {
        let text = client.console_text(&args.name, args.tail).await?;
        context.output.text(&if std::io::stdout().is_terminal() { text } else { without_redrawing(&text) });
        return Ok(ExitCode::SUCCESS);
    }
    let mut reached: Option<u64> = None;
    let mut pause = Duration::from_millis(200);
    loop {
        let query = match (reached, args.tail) {
            (Some(offset), _) => vec![("offset", offset.to_string())],
            (None, Some(lines)) => vec![("tail", lines.to_string())],
            (None, None) => Vec::new(),
        };
        let mut stream = match client.console_stream(&args.name, &query).await {
            Ok(stream) => stream,
            Err(ClientError::Unreachable { .. }) if reached.is_some() => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        pause = Duration::from_millis(200);
        // A broken stream is taken up again at the offset it had reached: no line is lost or shown twice.
        while let Ok(Some(message)) = stream.next().await {
            match message.frame()? {
                Frame::Output { offset, bytes } => {
                    context.output.raw(bytes);
                    reached = Some(offset + bytes.len() as u64);
                }
                Frame::Gap { from, to } => {
                    context.output.note(format!(
                        "[{} bytes of older output are not kept any more]",
                        to.saturating_sub(from)
                    ));
                    reached = Some(to);
                }
                Frame::Problem { json } => {
                    let problem: stead_core::error::Problem = serde_json::from_slice(json)
                        .map_err(|error| ClientError::Protocol(error.to_string()))?;
                    return Err(stead_core::Error::from(problem).into());
                }
                _ => {}
            }
        }
        reached = reached.or(Some(0));
        tokio::time::sleep(pause).await;
    }
}

/// The text as a terminal would show it in the end: of a line that was drawn several times (progress), the last one.
fn without_redrawing(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let (content, end) = line
                .strip_suffix("\r\n")
                .or_else(|| line.strip_suffix('\n'))
                .map_or((line, ""), |content| (content, "\n"));
            let shown = content.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
            format!("{shown}{end}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn progress_is_shown_once() {
        let text = "a\r\n1%\r50%\r100% done\r\nb\nlast\r";
        assert_eq!(super::without_redrawing(text), "a\n100% done\nb\nlast");
    }
}
