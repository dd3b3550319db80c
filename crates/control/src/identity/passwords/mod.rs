//! Passwords: which are taken ([`rules`]), what a hash costs ([`cost`]), where it is computed ([`pool`]).
//!
//! Owns the row `password_cost` of `installation_values` and is its only writer. Stored is a PHC string; its cost stands in it, so
//! that raising the cost needs no migration: who signs in with a cheaper hash gets a new one.

pub(crate) mod cost;
pub(crate) mod pool;
pub(crate) mod rules;

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use stead_core::Result;
use stead_db::{Db, SystemScope, installation_values};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use self::cost::Cost;
use self::pool::HashingPool;

const KEPT_COST: &str = "password_cost";

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right {
        /// The hash costs less than one made today.
        outdated: bool,
    },
}

#[derive(Debug)]
pub(crate) struct Passwords {
    db: Db,
    system: SystemScope,
    pool: HashingPool,
    tuned: OnceCell<Tuned>,
    computed: AtomicU64,
}

#[derive(Debug)]
struct Tuned {
    cost: Cost,
    /// No password has this hash. It is compared with where there is none to compare with, which takes as long.
    nobodys: String,
}

impl Passwords {
    pub(crate) fn new(db: Db) -> Self {
        let system = db.system("passwords");
        Self { db, system, pool: HashingPool::new(), tuned: OnceCell::new(), computed: AtomicU64::new(0) }
    }

    /// Measures this machine, unless that was done. The first hash does it too, but somebody would wait for it.
    ///
    /// # Errors
    /// A failure of the database.
    pub(crate) async fn prepare(&self) -> Result<()> {
        self.tuned().await.map(|_| ())
    }

    async fn tuned(&self) -> Result<&Tuned> {
        self.tuned
            .get_or_try_init(|| async {
                let measured = self.pool.run(|workspace| workspace.measure()).await?;
                let cost = self.settle(measured).await?;
                tracing::debug!(
                    password.passes = cost.passes,
                    password.memory_kib = cost.memory_kib,
                    "the cost of passwords"
                );
                let (mut salt, mut output) = ([0; cost::SALT], [0; 32]);
                self.db.ambient().fill_random(&mut salt);
                self.db.ambient().fill_random(&mut output);
                let nobodys = format!(
                    "$argon2id$v=19$m={},t={},p={}${}${}",
                    cost.memory_kib,
                    cost.passes,
                    cost.lanes,
                    STANDARD_NO_PAD.encode(salt),
                    STANDARD_NO_PAD.encode(output)
                );
                Ok(Tuned { cost, nobodys })
            })
            .await
    }

    /// The kept cost, or the measured one when that is higher: then it is kept. It never falls, because a busy machine measures too
    /// little.
    async fn settle(&self, measured: Cost) -> Result<Cost> {
        self.system
            .transaction(|tx| async move {
                let kept =
                    installation_values::get(&tx, KEPT_COST).await?.and_then(|text| Cost::parse(&text));
                match kept {
                    Some(kept) if measured.is_within(kept) => Ok(kept),
                    _ => {
                        installation_values::set(&tx, KEPT_COST, &measured.text()).await?;
                        Ok(measured)
                    }
                }
            })
            .await
    }

    /// A PHC string.
    ///
    /// # Errors
    /// `sign_in_busy`; a failure of the database.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<String> {
        let cost = self.tuned().await?.cost;
        let mut salt = [0; cost::SALT];
        self.db.ambient().fill_random(&mut salt);
        self.computed.fetch_add(1, Ordering::Relaxed);
        self.pool.run(move |workspace| workspace.hash(cost, &password, salt)).await
    }

    /// Compares, always: without a stored hash with one that no password has.
    ///
    /// # Errors
    /// `sign_in_busy`; a stored hash that cannot be read.
    pub(crate) async fn verify(
        &self,
        stored: Option<String>,
        password: Zeroizing<String>,
    ) -> Result<Verdict> {
        let tuned = self.tuned().await?;
        let today = tuned.cost;
        let stored = stored.unwrap_or_else(|| tuned.nobodys.clone());
        self.computed.fetch_add(1, Ordering::Relaxed);
        let (right, cost) = self.pool.run(move |workspace| workspace.verify(&stored, &password)).await?;
        Ok(if right { Verdict::Right { outdated: !today.is_within(cost) } } else { Verdict::Wrong })
    }

    /// Hashes computed since the start.
    #[cfg(test)]
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stead_db::Db;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    async fn the_cost_is_kept_and_never_falls(db: Db) {
        let passwords = Passwords::new(db.clone());
        passwords.prepare().await.unwrap();
        let cost = passwords.tuned().await.unwrap().cost;
        assert!(Cost::FLOOR.is_within(cost));
        let high = Cost { passes: 12, ..Cost::FLOOR };
        assert_eq!(passwords.settle(high).await.unwrap(), high);
        assert_eq!(passwords.settle(Cost::FLOOR).await.unwrap(), high);
        assert_eq!(Passwords::new(db).tuned().await.unwrap().cost, high);
    }

    async fn a_hash_cheaper_than_todays_is_told(db: Db) {
        let passwords = Passwords::new(db.clone());
        passwords.settle(Cost { passes: 12, ..Cost::FLOOR }).await.unwrap();
        let cheap = passwords
            .pool
            .run(|workspace| workspace.hash(Cost::FLOOR, "correct horse battery", [1; 16]))
            .await
            .unwrap();
        let verdict = passwords.verify(Some(cheap.clone()), secret("correct horse battery")).await.unwrap();
        assert_eq!(verdict, Verdict::Right { outdated: true });
        assert_eq!(passwords.verify(Some(cheap), secret("another")).await.unwrap(), Verdict::Wrong);
        let todays = passwords.hash(secret("correct horse battery")).await.unwrap();
        let verdict = passwords.verify(Some(todays), secret("correct horse battery")).await.unwrap();
        assert_eq!(verdict, Verdict::Right { outdated: false });
    }

    async fn without_a_hash_one_is_computed_all_the_same(db: Db) {
        let passwords = Passwords::new(db);
        assert_eq!(passwords.verify(None, secret("correct horse battery")).await.unwrap(), Verdict::Wrong);
        assert_eq!(passwords.computed(), 1);
        let tuned = passwords.tuned().await.unwrap();
        assert!(tuned.nobodys.contains(&format!("m={},t={},p=1$", tuned.cost.memory_kib, tuned.cost.passes)));
    }

    stead_db::both_databases!(
        the_cost_is_kept_and_never_falls,
        a_hash_cheaper_than_todays_is_told,
        without_a_hash_one_is_computed_all_the_same,
    );
}
