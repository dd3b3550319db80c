//! Instances against a real database and engine, with a node that does what the test says.

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
    let db = Db::open(&Target::Sqlite(folder.path().join("stead.db")), Ambient::system()).await.expect("a database");
    (db, folder)
}
