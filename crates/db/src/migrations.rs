//! The one migration tree, for every database. Migrations only go forward in use; `down` serves the tests.
//!
//! Each migration is one file. It changes schema and data with the builder of SeaORM and holds for both databases; a released
//! migration is never edited.

mod m0001_foundation;
mod m0002_keys;
mod m0003_audit;
mod m0004_sessions;
mod m0005_accounts;
mod m0006_factors;
mod m0007_tenants;
mod m0008_notifications;
mod m0009_sources;
mod m0012_exports;
mod m0014_proof;
mod m0015_due_erasures;

use sea_orm_migration::prelude::*;

pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_foundation::Foundation),
            Box::new(m0002_keys::Keys),
            Box::new(m0003_audit::Audit),
            Box::new(m0004_sessions::Sessions),
            Box::new(m0005_accounts::Accounts),
            Box::new(m0006_factors::Factors),
            Box::new(m0007_tenants::Tenants),
            Box::new(m0008_notifications::Notifications),
            Box::new(m0009_sources::Sources),
            Box::new(m0012_exports::Exports),
            Box::new(m0014_proof::Proof),
            Box::new(m0015_due_erasures::DueErasures),
        ]
    }
}
