//! The sandbox against the real kernel. The tests need root and control groups, as production does; they fail where those are
//! missing. Each runs in a process of its own, because launching forks and changes the process's namespaces.

#[cfg(test)]
mod confinement;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod images;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod volumes;
