//! Tools for end-to-end tests: the real binary on its own data directory and port, repositories to clone, and waiting without
//! sleeping for a fixed time. Never a dependency of the product.

pub mod binary;
pub mod git_host;
pub mod repository;
pub mod wait;
