//! A bounded buffer of the newest output with absolute offsets. Written by the process's reader only; viewers hold offsets.

const SMALLEST: usize = 4_096;

/// Keeps the last `limit` bytes that were pushed. Memory grows with use, up to the limit.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Length is a power of two; the byte of offset `o` stands at `o % len`.
    bytes: Vec<u8>,
    start: u64,
    end: u64,
    limit: usize,
}

impl Ring {
    /// `limit` is rounded up to a power of two.
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, end: 0, limit: limit.max(SMALLEST).next_power_of_two() }
    }

    /// Offset of the oldest byte that is kept.
    pub(crate) const fn start(&self) -> u64 {
        self.start
    }

    /// Offset after the newest byte.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Appends; the oldest bytes fall out when the limit is passed.
    pub(crate) fn push(&mut self, input: &[u8]) {
        let skipped = input.len().saturating_sub(self.limit);
        let input = &input[skipped..];
        if skipped > 0 {
            self.end += skipped as u64;
            self.start = self.end;
        }
        self.reserve(input.len());
        let capacity = self.bytes.len();
        if capacity == 0 {
            return;
        }
        let at = self.index(self.end);
        let first = input.len().min(capacity - at);
        self.bytes[at..at + first].copy_from_slice(&input[..first]);
        self.bytes[..input.len() - first].copy_from_slice(&input[first..]);
        self.end += input.len() as u64;
        self.start = self.start.max(self.end.saturating_sub(capacity as u64));
    }

    /// At most `max` bytes from `offset` on, in two parts; offsets that are not kept any more begin at the oldest byte.
    pub(crate) fn slices(&self, offset: u64, max: usize) -> (&[u8], &[u8]) {
        let from = offset.clamp(self.start, self.end);
        let length = usize::try_from(self.end - from).unwrap_or(usize::MAX).min(max);
        if length == 0 {
            return (&[], &[]);
        }
        let at = self.index(from);
        let first = length.min(self.bytes.len() - at);
        (&self.bytes[at..at + first], &self.bytes[..length - first])
    }

    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset % self.bytes.len() as u64).unwrap_or(0)
    }

    fn reserve(&mut self, more: usize) {
        let kept = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
        let wanted = kept.saturating_add(more).max(SMALLEST).next_power_of_two().min(self.limit);
        if more == 0 || wanted <= self.bytes.len() {
            return;
        }
        let (first, second) = self.slices(self.start, usize::MAX);
        let mut grown = vec![0; wanted];
        for (position, part) in [(self.start, first), (self.start + first.len() as u64, second)] {
            let at = usize::try_from(position % wanted as u64).unwrap_or(0);
            let head = part.len().min(wanted - at);
            grown[at..at + head].copy_from_slice(&part[..head]);
            grown[..part.len() - head].copy_from_slice(&part[head..]);
        }
        self.bytes = grown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_kept_equals_the_tail_of_what_was_pushed(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6_000), 0..12),
            ask in 0u64..40_000,
            max in 0usize..10_000,
        ) {
            let mut ring = Ring::new(8_192);
            let mut all = Vec::new();
            for piece in &pieces {
                ring.push(piece);
                all.extend_from_slice(piece);
                prop_assert_eq!(ring.end(), all.len() as u64);
                prop_assert!(ring.end() - ring.start() >= (all.len() as u64).min(8_192));
            }
            let (first, second) = ring.slices(ask, max);
            let from = ask.clamp(ring.start(), ring.end()) as usize;
            let expected = &all[from..(from + max.min(all.len() - from))];
            prop_assert_eq!([first, second].concat(), expected);
        }
    }
}
