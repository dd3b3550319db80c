//! Where a server under test keeps its rows, so that the same test runs on both databases.

use stead_control::MasterKeySettings;
use stead_control::keys::Keys;
use stead_core::ambient::Ambient;
use stead_db::testing::{self, Guard};
use stead_db::{Db, Target, operations};
use stead_testkit::binary::{Options, Stead};

/// A database for one server.
pub(crate) struct Storage {
    /// A file in the server's data directory when absent.
    postgres: Option<(String, Guard)>,
}

impl Storage {
    pub(crate) fn sqlite() -> Self {
        Self { postgres: None }
    }

    pub(crate) async fn postgres() -> Self {
        let (target, guard) = testing::empty_postgres().await;
        let Target::Postgres(url) = target else { panic!("PostgreSQL has no address") };
        Self { postgres: Some((url, guard)) }
    }

    /// `stead server` on it, without a node.
    pub(crate) fn server(&self) -> Stead {
        let environment = self.postgres.iter().map(|(url, _)| ("STEAD_DATABASE".to_owned(), url.clone()));
        let options =
            Options { server_alone: true, environment: environment.collect(), ..Options::default() };
        Stead::start(env!("CARGO_BIN_EXE_stead"), options)
    }

    /// The database and the keys of a server that is dead.
    pub(crate) async fn opened(&self, stead: &Stead) -> (Db, Keys) {
        let folder = stead.data_dir().join("server");
        let target = match &self.postgres {
            Some((url, _)) => Target::Postgres(url.clone()),
            None => Target::Sqlite(folder.join("stead.db")),
        };
        let db = Db::open(&target, Ambient::system()).await.expect("the database");
        if self.postgres.is_some() {
            // A server that may not be alone waits until the leases of a dead one have run out: here they have.
            let system = db.system("test");
            let broken = system.transaction(|tx| async move { operations::break_leases(&tx).await });
            broken.await.expect("the leases are over");
        }
        let settings = MasterKeySettings::File(folder.join("master.key"));
        let keys = Keys::start(db.clone(), &settings).await.expect("the keys");
        (db, keys)
    }
}

/// Makes two tests of each `async fn(Storage)`: one on SQLite, one on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name($crate::storage::Storage::sqlite()).await;
                }
            )+
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name($crate::storage::Storage::postgres().await).await;
                }
            )+
        }
    };
}
pub(crate) use on_both_databases;
