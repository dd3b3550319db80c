//! Secrets on both databases.
