//! What tests do inside instances.

use std::time::Duration;

use stead_api::client::Client;
use stead_api::v1::exec::{Exec, ExecResult};
use stead_api::v1::terminals::CreateTerminal;
use stead_core::frame::Frame;
use stead_testkit::wait::PATIENCE;

/// Runs a line of shell.
pub(crate) async fn shell(client: &Client, instance: &str, line: &str) -> ExecResult {
    let exec = Exec {
        command: vec!["/bin/sh".into(), "-c".into(), line.into()],
        env: Default::default(),
        working_directory: None,
        input: None,
        timeout_seconds: Some(60),
    };
    client.exec(instance, &exec).await.unwrap_or_else(|error| panic!("{line:?} in {instance}: {error:?}"))
}

/// Its output, which must be a success.
pub(crate) async fn output(client: &Client, instance: &str, line: &str) -> String {
    let result = shell(client, instance, line).await;
    assert_eq!(result.exit_code, 0, "{line:?}: {}{}", result.stdout, result.stderr);
    result.stdout
}

/// Opens a terminal, types `keys`, and gives its id once the terminal has answered with `shows`.
pub(crate) async fn terminal(
    client: &Client,
    instance: &str,
    command: Option<&[&str]>,
    keys: &[u8],
    shows: &str,
) -> String {
    let create = CreateTerminal {
        command: command.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
        columns: Some(90),
        rows: Some(30),
    };
    let terminal = client.create_terminal(instance, &create).await.expect("a terminal");
    let query = [("columns", "90".to_owned()), ("rows", "30".to_owned())];
    let mut stream = client.terminal_stream(instance, &terminal.id, &query).await.expect("a stream");
    stream.send(&Frame::Input { bytes: keys }).await.expect("typing");
    let mut seen = String::new();
    let answered = tokio::time::timeout(PATIENCE, async {
        while !seen.contains(shows) {
            let message = stream.next().await.expect("the stream holds").expect("a frame");
            if let Frame::Output { bytes, .. } | Frame::Snapshot { bytes, .. } =
                message.frame().expect("a frame")
            {
                seen.push_str(&String::from_utf8_lossy(bytes));
            }
        }
    });
    let in_time = answered.await.is_ok();
    assert!(in_time, "{shows:?} did not come: {seen:?}");
    terminal.id
}

/// The bytes that redraw the terminal's screen.
pub(crate) async fn screen(client: &Client, instance: &str, terminal: &str) -> Vec<u8> {
    let query = [("columns", "90".to_owned()), ("rows", "30".to_owned()), ("read_only", "true".to_owned())];
    let mut stream = client.terminal_stream(instance, terminal, &query).await.expect("a stream");
    let first = tokio::time::timeout(PATIENCE, async {
        loop {
            let message = stream.next().await.expect("the stream holds").expect("a frame");
            if let Frame::Snapshot { bytes, .. } = message.frame().expect("a frame") {
                return bytes.to_vec();
            }
        }
    });
    first.await.expect("a snapshot comes at once")
}

/// Waits until the screen shows `text` and has not changed between two looks.
pub(crate) async fn settled_screen(client: &Client, instance: &str, terminal: &str, text: &str) -> Vec<u8> {
    let mut before = Vec::new();
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let now = screen(client, instance, terminal).await;
        let shown = String::from_utf8_lossy(&now).contains(text);
        if shown && now == before {
            return now;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{text:?} is not on the screen: {}",
            String::from_utf8_lossy(&now)
        );
        before = now;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
