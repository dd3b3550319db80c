//! What a password hash costs. Pure but for the measurement itself.
//!
//! argon2id, one lane, 19 MiB, and as many passes as take about [`TARGET`] on this machine, never fewer than two: the floor of OWASP ASVS
//! 5.0 (appendix C: t=2 with m>=19 MiB). Passes grow and memory does not, so that what the hashing threads hold is known in advance.

use std::time::{Duration, Instant};

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use stead_core::error::InternalContext as _;
use stead_core::{Error, Result};
use subtle::ConstantTimeEq as _;

const MEMORY_KIB: u32 = 19 * 1024;
const FEWEST_PASSES: u32 = 2;
/// A much faster machine does not make sign-in slower than this on the next one that takes the database over.
const MOST_PASSES: u32 = 12;
/// Two cores do a hundred sign-ins a second by it.
pub(crate) const TARGET: Duration = Duration::from_millis(20);
const MEASUREMENTS: usize = 3;
const OUTPUT: usize = 32;
pub(super) const SALT: usize = 16;
/// No stored hash may ask for more than this, whoever wrote it there.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;

/// Parameters of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    pub(crate) const FLOOR: Self = Self { memory_kib: MEMORY_KIB, passes: FEWEST_PASSES, lanes: 1 };

    /// As it is kept in the database.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(',').map(|part| part.parse::<u32>().ok());
        let (memory_kib, passes, lanes) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let cost = Self { memory_kib, passes, lanes };
        (numbers.next().is_none() && Self::FLOOR.is_within(cost)).then_some(cost)
    }

    pub(crate) fn text(self) -> String {
        format!("{},{},{}", self.memory_kib, self.passes, self.lanes)
    }

    /// Whether `other` costs at least as much, in every way.
    pub(crate) const fn is_within(self, other: Self) -> bool {
        self.memory_kib <= other.memory_kib && self.passes <= other.passes
    }

    /// The cost for a machine on which one pass takes `pass`.
    fn for_pass(pass: Duration) -> Self {
        let fitting = TARGET.as_micros().checked_div(pass.as_micros()).unwrap_or(u128::MAX);
        let passes = u32::try_from(fitting).unwrap_or(MOST_PASSES).clamp(FEWEST_PASSES, MOST_PASSES);
        Self { passes, ..Self::FLOOR }
    }

    fn argon2(self) -> Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT))
            .map_err(|error| Error::internal(format!("parameters of argon2: {error}")))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn of(hash: &PasswordHash) -> Result<Self> {
        let params = Params::try_from(hash)
            .map_err(|error| Error::internal(format!("a stored password hash: {error}")))?;
        if params.m_cost() > MOST_MEMORY_KIB || hash.algorithm.as_str() != "argon2id" {
            return Err(Error::internal("a stored password hash has parameters that are not taken"));
        }
        Ok(Self { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() })
    }
}

/// The memory that hashing needs, kept from one hash to the next: taking it from the kernel anew costs a tenth of the hash.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    blocks: Vec<Block>,
}

impl Workspace {
    fn run(&mut self, cost: Cost, password: &str, salt: &[u8], output: &mut [u8]) -> Result<()> {
        let argon2 = cost.argon2()?;
        let needed = argon2.params().block_count();
        if self.blocks.len() < needed {
            self.blocks.resize(needed, Block::new());
        }
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, output, &mut self.blocks[..needed])
            .map_err(|error| Error::internal(format!("hashing a password: {error}")))
    }

    /// A PHC string.
    pub(crate) fn hash(&mut self, cost: Cost, password: &str, salt: [u8; SALT]) -> Result<String> {
        let mut output = [0; OUTPUT];
        self.run(cost, password, &salt, &mut output)?;
        let argon2 = cost.argon2()?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: argon2.params().try_into().internal("writing the parameters of a hash")?,
            salt: Some(Salt::new(&salt).internal("writing the salt of a hash")?),
            hash: Some(Output::new(&output).internal("writing a hash")?),
        };
        Ok(hash.to_string())
    }

    /// Whether the password has this PHC string, and what the string's cost is.
    pub(crate) fn verify(&mut self, stored: &str, password: &str) -> Result<(bool, Cost)> {
        let hash = PasswordHash::new(stored).internal("reading a stored password hash")?;
        let cost = Cost::of(&hash)?;
        let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
            return Err(Error::internal("a stored password hash without salt or output"));
        };
        if expected.len() != OUTPUT {
            return Err(Error::internal("a stored password hash of another length"));
        }
        let mut output = [0; OUTPUT];
        self.run(cost, password, salt.as_ref(), &mut output)?;
        Ok((bool::from(output.ct_eq(expected.as_bytes())), cost))
    }

    /// The cost that suits this machine. Blocks for some tens of milliseconds.
    pub(crate) fn measure(&mut self) -> Result<Cost> {
        let mut best = Duration::MAX;
        let mut output = [0; OUTPUT];
        for _ in 0..MEASUREMENTS {
            let began = Instant::now();
            self.run(Cost::FLOOR, "a password to measure with", &[0; SALT], &mut output)?;
            best = best.min(began.elapsed());
        }
        Ok(Cost::for_pass(best / FEWEST_PASSES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hash_is_a_phc_string_that_another_argon2_verifies() {
        use argon2::password_hash::PasswordVerifier as _;
        let mut workspace = Workspace::default();
        let hash = workspace.hash(Cost::FLOOR, "correct horse battery", [7; SALT]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let parsed = PasswordHash::new(&hash).unwrap();
        Argon2::default().verify_password(b"correct horse battery", &parsed).unwrap();
        assert_eq!(workspace.verify(&hash, "correct horse battery").unwrap(), (true, Cost::FLOOR));
        assert_eq!(workspace.verify(&hash, "Correct horse battery").unwrap(), (false, Cost::FLOOR));
    }

    /// Made by the reference implementation: `echo -n … | argon2 somesaltsomesalt -id -t 3 -k 19456 -p 1 -l 32 -e`.
    #[test]
    fn hashes_of_another_cost_are_verified_with_theirs() {
        let stored = "$argon2id$v=19$m=19456,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$fmdP4y8xTngdIKoK81BzZWl2PqUNWP/wTlUx+KyLr0g";
        let mut workspace = Workspace::default();
        let (right, cost) = workspace.verify(stored, "correct horse battery").unwrap();
        assert!(right && cost.passes == 3 && Cost::FLOOR.is_within(cost) && !cost.is_within(Cost::FLOOR));
    }

    #[test]
    fn damaged_or_monstrous_hashes_are_refused() {
        let mut workspace = Workspace::default();
        for stored in [
            "",
            "$argon2id$",
            "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAA",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA",
        ] {
            assert!(workspace.verify(stored, "x").is_err(), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn the_cost_is_never_below_the_floor_and_is_kept_as_text(micros in 0u64..10_000_000) {
            let cost = Cost::for_pass(Duration::from_micros(micros));
            prop_assert!(Cost::FLOOR.is_within(cost) && cost.passes <= MOST_PASSES);
            prop_assert_eq!(Cost::parse(&cost.text()), Some(cost));
        }
    }

    #[test]
    fn a_kept_cost_below_the_floor_is_not_believed() {
        for text in ["", "19456,1,1", "1024,2,1", "19456,2", "19456,2,1,1", "x,2,1"] {
            assert_eq!(Cost::parse(text), None, "{text}");
        }
    }
}
