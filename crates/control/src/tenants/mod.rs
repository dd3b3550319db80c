//! Tenants: who belongs to them, with which role, and what they may take.

pub mod quotas;
