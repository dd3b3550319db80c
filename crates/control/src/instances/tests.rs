//! Instances against a real database and engine, with a node that does what the test says.

/// Makes a test of each `async fn(Db)`.
macro_rules! on_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let (db, _folder) = crate::instances::tests::sqlite().await;
                super::$name(db).await;
            })+
        }
    };
}

mod every_step;
mod fake_node;
mod inside;
mod lifecycle;
pub(crate) mod world;

use stead_core::ambient::Ambient;
use stead_db::{Db, Target};

/// A SQLite database of its own.
pub(crate) async fn sqlite() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Target::Sqlite(folder.path().join("stead.db")), Ambient::system())
        .await
        .expect("a database");
    (db, folder)
}
