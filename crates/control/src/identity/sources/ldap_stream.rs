//! What a directory sends, held to limits before the library reads it.
//!
//! The library keeps what it gets until a message is whole, however long that says it is, and reads it by recursion. So the connection
//! and its TLS are made here, and the library has one end of a pipe: whole messages alone come through, none too long, too deep or of
//! too many parts, and all together no more than one sign-in can need.

use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::{Arc, OnceLock};

use stead_core::Result;
use stead_core::error::InternalContext as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// A person's entry with thousands of groups fits.
const LONGEST_MESSAGE: usize = 1 << 20;
const MOST_BYTES: usize = 8 << 20;
/// Of one message: each costs the library more memory than it has bytes.
const MOST_PARTS: usize = 20_000;
/// An entry of a search has six levels; controls have some more.
const DEEPEST: usize = 16;
const PIECE: usize = 16 * 1_024;
const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0x20;

/// Why the connection was ended.
pub(super) type Refusal = &'static str;
const NO_LDAP: Refusal = "the directory's answer is no LDAP";
const TOO_LONG: Refusal = "the directory sent a message that is too long";
const TOO_DEEP: Refusal = "the directory sent a message that is nested too deeply";
const TOO_MANY: Refusal = "the directory sent a message of too many parts";
const TOO_MUCH: Refusal = "the directory sent too much";

/// Set when the directory was refused; what the library says then is only that the connection ended.
pub(super) type Refused = Arc<OnceLock<Refusal>>;

/// Tag, where the content begins, and its length; `None` while bytes are missing. Of the definite form alone (RFC 4511 §5.1).
fn header(bytes: &[u8]) -> Result<Option<(u8, usize, usize)>, Refusal> {
    let [tag, length, rest @ ..] = bytes else { return Ok(None) };
    if *length < 0x80 {
        return Ok(Some((*tag, 2, usize::from(*length))));
    }
    let count = usize::from(*length & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(NO_LDAP);
    }
    let Some(digits) = rest.get(..count) else { return Ok(None) };
    let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    Ok(Some((*tag, 2 + count, length)))
}

/// The length of the message that these bytes begin with; `None` while that is not said.
fn message(bytes: &[u8]) -> Result<Option<usize>, Refusal> {
    match header(bytes)? {
        None => Ok(None),
        Some((tag, ..)) if tag != SEQUENCE => Err(NO_LDAP),
        Some((_, _, length)) if length > LONGEST_MESSAGE => Err(TOO_LONG),
        Some((_, begin, length)) => Ok(Some(begin + length)),
    }
}

/// Whether a whole message may be read: every part lies within the one around it, and there are not too many nor too deep ones.
fn check(message: &[u8]) -> Result<(), Refusal> {
    let (mut at, mut parts, mut ends) = (0, 0, Vec::with_capacity(DEEPEST));
    while at < message.len() {
        while ends.last() == Some(&at) {
            ends.pop();
        }
        let end = ends.last().copied().unwrap_or(message.len());
        let (tag, begin, length) = header(&message[at..end])?.ok_or(NO_LDAP)?;
        let after = at + begin + length;
        parts += 1;
        if after > end {
            return Err(NO_LDAP);
        }
        if parts > MOST_PARTS {
            return Err(TOO_MANY);
        }
        if tag & CONSTRUCTED == 0 {
            at = after;
        } else if ends.len() < DEEPEST {
            at += begin;
            ends.push(after);
        } else {
            return Err(TOO_DEEP);
        }
    }
    Ok(())
}

/// Passes whole messages on until the directory or the library ends, or one is refused.
async fn forward(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Refusal> {
    let (mut held, mut piece, mut total) = (Vec::new(), vec![0; PIECE], 0);
    loop {
        let count = match from.read(&mut piece).await {
            Ok(0) | Err(_) => return Ok(()),
            Ok(count) => count,
        };
        total += count;
        if total > MOST_BYTES {
            return Err(TOO_MUCH);
        }
        held.extend_from_slice(&piece[..count]);
        let mut done = 0;
        while let Some(length) = message(&held[done..])? {
            let Some(whole) = held.get(done..done + length) else { break };
            check(whole)?;
            if to.write_all(whole).await.is_err() {
                return Ok(());
            }
            done += length;
        }
        held.drain(..done);
    }
}

async fn relay<S>(directory: S, pipe: UnixStream, refused: Refused)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let (mut from, mut to) = tokio::io::split(directory);
    let (mut asked, mut answers) = pipe.into_split();
    tokio::select! {
        outcome = forward(&mut from, &mut answers) => {
            if let Err(why) = outcome {
                // Said before the pipe closes, so that whoever sees it close finds the reason.
                let _ = refused.set(why);
            }
        }
        _ = tokio::io::copy(&mut asked, &mut to) => {}
    }
    let _ = to.shutdown().await;
}

/// What the library speaks to instead of the directory.
///
/// # Errors
/// When there is no pipe to be had.
pub(super) fn guarded<S>(directory: S, refused: Refused) -> Result<StdUnixStream>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (ours, theirs) = UnixStream::pair().internal("making a pipe to a directory")?;
    let theirs = theirs.into_std().internal("handing a pipe over")?;
    tokio::spawn(relay(directory, ours, refused));
    Ok(theirs)
}

/// `ExtendedRequest`, message 1: StartTLS (RFC 4511 §4.14.1).
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const EXTENDED_RESPONSE: u8 = 0x78;

/// The first part of some bytes, its tag and content, and what follows it.
fn part(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, begin, length) = header(bytes).ok()??;
    let content = bytes.get(begin..begin.checked_add(length)?)?;
    Some((tag, content, &bytes[begin + length..]))
}

fn is_accepted(answer: &[u8]) -> bool {
    let accepted = || {
        let (_, inside, _) = part(answer)?;
        let (_, id, inside) = part(inside)?;
        let (kind, response, _) = part(inside)?;
        let (_, code, _) = part(response)?;
        Some(id == [1] && kind == EXTENDED_RESPONSE && code == [0])
    };
    accepted().unwrap_or(false)
}

/// Asks for TLS on a connection that has carried nothing yet. `false`: the directory does not begin it.
///
/// # Errors
/// When the connection breaks.
pub(super) async fn start_tls<S>(stream: &mut S) -> std::io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    stream.write_all(START_TLS).await?;
    let (mut held, mut byte) = (Vec::new(), [0]);
    // One at a time: what follows belongs to TLS, and nothing that came in the open may be taken for its content.
    loop {
        stream.read_exact(&mut byte).await?;
        held.push(byte[0]);
        match message(&held) {
            Ok(Some(length)) if held.len() == length => return Ok(is_accepted(&held)),
            Ok(_) if held.len() < 4_096 => {}
            _ => return Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sequence(content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[SEQUENCE, 0x84], length.as_slice(), content].concat()
    }

    #[test]
    fn only_what_can_be_an_answer_is_read() {
        // searchResDone.
        let done = b"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00".to_vec();
        assert_eq!((message(&done), check(&done)), (Ok(Some(14)), Ok(())));
        assert_eq!((message(&done[..1]), message(b"\x30\x84\x00")), (Ok(None), Ok(None)));
        assert_eq!(message(b"\x30\x84\x7f\xff\xff\xff"), Err(TOO_LONG));
        for other in [b"HTTP/1.1 200 OK".as_slice(), b"\x30\x80", b"\x30\x85\x00\x00\x00\x00\x01"] {
            assert_eq!(message(other), Err(NO_LDAP), "{other:?}");
        }
        // A part that is longer than the one around it.
        assert_eq!(check(b"\x30\x03\x04\x02\x00"), Err(NO_LDAP));
        assert_eq!(check(&sequence(&[0x05, 0x00].repeat(MOST_PARTS))), Err(TOO_MANY));
        let deep = |levels| (0..levels).fold(Vec::new(), |inside, _| sequence(&inside));
        assert_eq!((check(&deep(DEEPEST)), check(&deep(DEEPEST + 1))), (Ok(()), Err(TOO_DEEP)));
    }

    #[test]
    fn only_success_begins_tls() {
        assert!(is_accepted(b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"));
        for other in [
            b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00".as_slice(),
            b"\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x00",
        ] {
            assert!(!is_accepted(other), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (message(&bytes), check(&bytes), is_accepted(&bytes));
            // What is let through ends where it says.
            if let Ok(Some(length)) = message(&bytes) && length <= bytes.len() && check(&bytes[..length]).is_ok() {
                prop_assert_eq!(part(&bytes).unwrap().2.len(), bytes.len() - length);
            }
        }
    }
}
