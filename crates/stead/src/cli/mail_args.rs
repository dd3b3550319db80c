//! What the operator says about mails and about calls to private networks.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use stead_control::notifications::{MailSettings, MailTls};
use stead_control::outbound::OutboundSettings;
use stead_core::{Error, Result};
use zeroize::Zeroizing;

use crate::config::EnvironmentSecrets;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SmtpTls {
    /// From the first byte on; usually port 465.
    Implicit,
    /// By STARTTLS; usually port 587.
    Starttls,
    /// None: for a mail server on this machine.
    None,
}

#[derive(Debug, Args)]
pub(crate) struct MailArgs {
    /// Mail server; without one, operators see the mails in the dashboard.
    #[arg(long, env = "STEAD_SMTP_HOST", value_name = "HOST")]
    smtp_host: Option<String>,
    /// Port of the mail server; 465, 587 or 25 by the kind of TLS when absent.
    #[arg(long, env = "STEAD_SMTP_PORT", value_name = "PORT")]
    smtp_port: Option<u16>,
    #[arg(long, env = "STEAD_SMTP_TLS", value_enum, default_value = "starttls")]
    smtp_tls: SmtpTls,
    /// User at the mail server; the password comes from --smtp-password-file or the variable STEAD_SMTP_PASSWORD.
    #[arg(long, env = "STEAD_SMTP_USER", value_name = "NAME")]
    smtp_user: Option<String>,
    /// File whose first line is the password at the mail server.
    #[arg(long, env = "STEAD_SMTP_PASSWORD_FILE", value_name = "PATH")]
    smtp_password_file: Option<PathBuf>,
    /// Certificate authority of the mail server (PEM), when it is none that everybody trusts.
    #[arg(long, env = "STEAD_SMTP_CA", value_name = "PATH")]
    smtp_ca: Option<PathBuf>,
    /// Sender of the mails, such as "Stead <stead@example.org>"; stead@HOST of the public URL when absent.
    #[arg(long, env = "STEAD_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Private range that webhooks, sources of sign-in and sinks of tenants may be at, such as 10.1.0.0/16, or `private` for all;
    /// may be repeated.
    #[arg(long, env = "STEAD_OUTBOUND_ALLOW", value_delimiter = ',', value_name = "RANGE")]
    outbound_allow: Vec<String>,
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Error::invalid("mail_settings_invalid", format!("{} cannot be read: {error}.", path.display()))
            .next_step("Name a file that this user may read.")
    })
}

impl MailArgs {
    /// # Errors
    /// `mail_settings_invalid` when a file cannot be read.
    pub(crate) fn mail(
        &self,
        public_host: &str,
        environment: &EnvironmentSecrets,
    ) -> Result<Option<MailSettings>> {
        let Some(host) = self.smtp_host.clone() else { return Ok(None) };
        let (tls, usual_port) = match self.smtp_tls {
            SmtpTls::Implicit => (MailTls::Implicit, 465),
            SmtpTls::Starttls => (MailTls::StartTls, 587),
            SmtpTls::None => (MailTls::None, 25),
        };
        let password = match &self.smtp_password_file {
            Some(path) => {
                let bytes = Zeroizing::new(read(path)?);
                let text = String::from_utf8_lossy(&bytes);
                Some(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
            }
            None => environment.smtp_password(),
        };
        Ok(Some(MailSettings {
            host,
            port: self.smtp_port.unwrap_or(usual_port),
            tls,
            ca: self.smtp_ca.as_deref().map(read).transpose()?,
            // A password in the environment is of no use without a user.
            password: password.filter(|_| self.smtp_user.is_some()),
            user: self.smtp_user.clone(),
            from: self.mail_from.clone().unwrap_or_else(|| format!("Stead <stead@{public_host}>")),
        }))
    }

    /// # Errors
    /// `outbound_range_invalid`.
    pub(crate) fn outbound(&self) -> Result<OutboundSettings> {
        OutboundSettings::parse(self.outbound_allow.iter().map(String::as_str))
    }
}
