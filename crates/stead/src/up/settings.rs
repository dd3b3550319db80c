//! What the operator sets of server and node; flags and environment arrive here from the command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use stead_control::MasterKeySettings;
use stead_control::identity::{SignUpPolicy, SourcesSettings};
use stead_control::notifications::MailSettings;
use stead_control::outbound::OutboundSettings;
use stead_db::Target;

/// Everything `stead up` needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    /// Where nodes on other machines connect; nowhere when absent.
    pub node_listen: Option<SocketAddr>,
    /// Where browsers reach the server; made from `listen` when absent.
    pub public_url: Option<String>,
    /// A `postgres://` address; a file in the data directory when absent.
    pub database: Option<String>,
    pub master_key: MasterKeySettings,
    /// Who may make an account.
    pub sign_up: SignUpPolicy,
    /// Requests of one session or API token in a minute; not limited when absent.
    pub requests_per_minute: Option<u32>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub node_name: String,
    pub allow_private_networks: bool,
    /// Registries spoken to by plain HTTP.
    pub insecure_registries: Vec<String>,
    /// Offer the simulated driver.
    pub simulate: bool,
    /// Without a mail server operators see the mails in the dashboard.
    pub mail: Option<MailSettings>,
    /// What of private networks tenants may have called.
    pub outbound: OutboundSettings,
    /// Other ways to sign in, for everybody.
    pub sources: SourcesSettings,
}

impl Settings {
    #[must_use]
    pub fn database_target(&self) -> Target {
        self.database
            .clone()
            .map_or_else(|| Target::Sqlite(self.data_dir.join("server/stead.db")), Target::Postgres)
    }

    /// Whether there is a database in the data directory.
    #[must_use]
    pub fn database_exists(&self) -> bool {
        self.data_dir.join("server/stead.db").exists()
    }

    #[must_use]
    pub fn node_dir(&self) -> PathBuf {
        self.data_dir.join("node")
    }

    /// The base address for a server that listens at `local`. Previews are hosts below it, so it is never a bare address of the
    /// loopback.
    #[must_use]
    pub fn base_url(&self, local: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| {
            if local.ip().is_loopback() || local.ip().is_unspecified() {
                format!("http://localhost:{}", local.port())
            } else {
                format!("http://{local}")
            }
        })
    }
}
