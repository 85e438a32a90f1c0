//! Makes the UUIDs of new rows.
//!
//! Must not know which rows have UUIDs.

/// The number of bits of a UUID that count the rows of a step.
const COUNTER_BITS: u32 = 26;

/// Returns a UUIDv7 (RFC 9562 section 5.7): milliseconds, then a 26-bit counter: 12 bits in `rand_a`, 14 at the top of `rand_b`, after the
/// variant.
pub(super) fn uuid_of(millis: u64, count: u32, random: &[u8]) -> [u8; 16] {
    debug_assert!(count < 1 << COUNTER_BITS, "more rows than a step can name");
    let [.., c3, c2, c1, c0] = u64::from(count).to_be_bytes();
    let mut tail = [0; 10];
    // The version takes the upper half of the first byte, the variant the upper two bits of the third.
    tail[0] = (c3 << 2 | c2 >> 6) & 0x0f;
    tail[1] = c2 << 2 | c1 >> 6;
    tail[2] = c1 & 0x3f;
    tail[3] = c0;
    tail[4..].copy_from_slice(random);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn seventy_thousand_rows_of_one_step_have_each_a_uuid_of_their_own() {
        let all: HashSet<[u8; 16]> = (0..70_000).map(|n| uuid_of(1_700_000_000_000, n, &[7; 6])).collect();
        assert_eq!(all.len(), 70_000);
        let mut sorted: Vec<_> = (0..70_000).map(|n| uuid_of(1_700_000_000_000, n, &[7; 6])).collect();
        assert!(sorted.is_sorted(), "later rows come later");
        sorted.dedup();
        assert_eq!(sorted.len(), 70_000);
        assert!(all.contains(&uuid_of(1_700_000_000_000, 69_999, &[7; 6])));
    }

    #[test]
    fn the_first_rows_of_a_step_have_the_uuids_that_they_always_had() {
        for n in [0_u32, 1, 255, 256, 16_383] {
            let mut tail = [7; 10];
            tail[..4].copy_from_slice(&n.to_be_bytes());
            let before = uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000, &tail).into_uuid().into_bytes();
            assert_eq!(uuid_of(1_700_000_000_000, n, &[7; 6]), before, "{n}");
        }
    }
}
