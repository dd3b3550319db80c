//! A bounded log of output bytes with absolute offsets.

use std::collections::VecDeque;

/// Keeps the newest bytes; offsets count from the beginning of the output and never restart.
#[derive(Debug, Default)]
pub(super) struct OutputLog {
    bytes: VecDeque<u8>,
    base: u64,
    capacity: usize,
}

impl OutputLog {
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: VecDeque::new(), base: 0, capacity }
    }

    pub(super) fn restored(capacity: usize, base: u64, bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), base, capacity }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let excess = self.bytes.len().saturating_sub(self.capacity);
        self.bytes.drain(..excess);
        self.base += excess as u64;
    }

    pub(super) const fn start(&self) -> u64 {
        self.base
    }

    pub(super) fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// At most `limit` bytes from `offset` on; empty when nothing is kept there.
    pub(super) fn read(&self, offset: u64, limit: usize) -> Vec<u8> {
        let Some(skip) = offset.checked_sub(self.base).and_then(|skip| usize::try_from(skip).ok()) else {
            return Vec::new();
        };
        self.bytes.iter().skip(skip).take(limit).copied().collect()
    }

    /// Where the last `lines` lines begin.
    pub(super) fn tail(&self, lines: u32) -> u64 {
        let mut left = lines;
        let mut position = self.bytes.len();
        // The newline that ends the last line does not begin another one.
        let mut index = position.saturating_sub(usize::from(self.bytes.back() == Some(&b'\n')));
        if left == 0 {
            return self.end();
        }
        while index > 0 {
            index -= 1;
            if self.bytes[index] == b'\n' {
                left -= 1;
                if left == 0 {
                    return self.base + index as u64 + 1;
                }
            }
            position = index;
        }
        self.base + position as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_kept_is_a_suffix_of_what_was_written(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..40), capacity in 1usize..200) {
            let mut log = OutputLog::new(capacity);
            let mut all = Vec::new();
            for chunk in chunks {
                log.push(&chunk);
                all.extend(chunk);
            }
            prop_assert_eq!(log.end(), all.len() as u64);
            let start = usize::try_from(log.start()).unwrap();
            prop_assert!(all.len() - start <= capacity);
            prop_assert_eq!(log.read(log.start(), usize::MAX), &all[start..]);
        }

        #[test]
        fn tail_gives_that_many_lines(count in 0usize..20, lines in 0u32..25) {
            let mut log = OutputLog::new(10_000);
            for number in 0..count {
                log.push(format!("line {number}\n").as_bytes());
            }
            let text = String::from_utf8(log.read(log.tail(lines), usize::MAX)).unwrap();
            prop_assert_eq!(text.lines().count(), count.min(lines as usize));
        }
    }
}
