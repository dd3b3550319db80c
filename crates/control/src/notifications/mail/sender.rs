//! Hands mails to a mail server.

use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use stead_core::error::InternalContext as _;
use stead_core::{Error, Result, Timestamp};
use zeroize::Zeroizing;

use super::Written;
use crate::notifications::attempt::Outcome;

const COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// For a whole mail, from connecting to the server's word.
const MAIL_LIMIT: Duration = Duration::from_secs(60);

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte on (usually port 465).
    Implicit,
    /// By STARTTLS, or not at all (usually port 587).
    StartTls,
    /// Not: for a mail server on this machine.
    None,
}

/// The mail server and who the mails are from.
#[derive(Clone)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    /// An authority of certificates besides those that everybody trusts, PEM.
    pub ca: Option<Vec<u8>>,
    pub user: Option<String>,
    pub password: Option<Zeroizing<String>>,
    /// Such as `Stead <stead@example.org>`.
    pub from: String,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// The connection to the mail server, made anew for each mail. Cheap to clone.
#[derive(Clone)]
pub(in crate::notifications) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// What a mail needs besides its text.
#[derive(Debug, Clone, Copy)]
pub(in crate::notifications) struct Envelope<'a> {
    /// The delivery's id: every attempt is the same message.
    pub(in crate::notifications) id: &'a str,
    /// The host of the base address.
    pub(in crate::notifications) host: &'a str,
    pub(in crate::notifications) at: Timestamp,
    pub(in crate::notifications) address: &'a str,
    pub(in crate::notifications) name: &'a str,
    /// Where the recipient turns such mails off; absent for security mails.
    pub(in crate::notifications) unsubscribe: Option<&'a str>,
}

impl Mailer {
    /// # Errors
    /// `mail_settings_invalid`.
    pub(in crate::notifications) fn new(settings: &MailSettings) -> Result<Self> {
        let invalid = |what: &str| {
            Error::invalid(
                "mail_settings_invalid",
                format!("The settings of the mail server are wrong: {what}."),
            )
            .next_step("See docs/notifications.md.")
        };
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|_| invalid("the sender is no address such as Stead <stead@example.org>"))?;
        let parameters = || {
            let mut builder = TlsParameters::builder(settings.host.clone());
            if let Some(ca) = &settings.ca {
                let certificate = Certificate::from_pem(ca).map_err(|error| {
                    invalid("the file of the authority is no certificate in PEM").source_error(error)
                })?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build_rustls().map_err(|error| invalid("TLS cannot be used").source_error(error))
        };
        let tls = match settings.tls {
            MailTls::Implicit => Tls::Wrapper(parameters()?),
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(COMMAND_LIMIT));
        match (&settings.user, &settings.password) {
            (Some(user), Some(password)) => {
                builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
            }
            (None, None) => {}
            _ => return Err(invalid("a user needs a password, and a password a user")),
        }
        Ok(Self { transport: builder.build(), from })
    }

    fn message(&self, envelope: &Envelope<'_>, written: Written) -> Result<Message> {
        let address: Address = envelope.address.parse().map_err(|_| {
            Error::invalid("mail_address_invalid", "The address of the mail cannot be written to.")
        })?;
        let name = envelope.name.trim();
        let to = Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address);
        let micros = u64::try_from(envelope.at.micros()).unwrap_or(0);
        let date = std::time::UNIX_EPOCH + Duration::from_micros(micros);
        let raw =
            |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(date)
            .message_id(Some(format!("<{}@{}>", envelope.id, envelope.host)))
            .subject(written.subject)
            // Nobody's holiday answers it (RFC 3834).
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(url) = envelope.unsubscribe {
            builder = builder.raw_header(raw("List-Unsubscribe", format!("<{url}>")));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(written.text, written.html))
            .internal("putting a mail together")
    }

    /// One attempt.
    pub(in crate::notifications) async fn send(&self, envelope: &Envelope<'_>, written: Written) -> Outcome {
        let message = match self.message(envelope, written) {
            Ok(message) => message,
            Err(error) => return Outcome::Refused { problem: error.to_string() },
        };
        let sent = tokio::time::timeout(MAIL_LIMIT, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Outcome::Delivered,
            Ok(Err(error)) => {
                // The server's words name the address at most; the mail itself is in none of them.
                let problem = format!("The mail server said: {error}");
                if error.is_permanent() { Outcome::Refused { problem } } else { Outcome::Failed { problem } }
            }
            Err(_) => Outcome::Failed { problem: "The mail server did not answer in time.".to_owned() },
        }
    }
}
