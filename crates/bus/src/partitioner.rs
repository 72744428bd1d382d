//! Where a key goes, as Java's clients and librdkafka's `murmur2_random` have it.

/// The partition of a key, of `partitions` in all. A record without a key may go anywhere.
pub fn partition_of(key: &[u8], partitions: u32) -> i32 {
    ((murmur2(key) & 0x7fff_ffff) % partitions.max(1)) as i32
}

const SEED: u32 = 0x9747_b28c;
const M: u32 = 0x5bd1_e995;
const R: u32 = 24;

fn murmur2(data: &[u8]) -> u32 {
    let (words, rest) = data.as_chunks::<4>();
    let mut hash = words.iter().fold(SEED ^ data.len() as u32, |hash, word| {
        let k = u32::from_le_bytes(*word).wrapping_mul(M);
        hash.wrapping_mul(M) ^ (k ^ (k >> R)).wrapping_mul(M)
    });
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |tail, byte| (tail << 8) | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the Java client's own tests.
    #[test]
    fn the_hash_is_java_s() {
        let vectors: [(&[u8], i32); 7] = [
            (b"21", -973_932_308),
            (b"foobar", -790_332_482),
            (b"a-little-bit-long-string", -985_981_536),
            (b"a-little-bit-longer-string", -1_486_304_829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            (b"abc", 479_470_107),
            (b"", 275_646_681),
        ];
        for (key, hash) in vectors {
            assert_eq!(murmur2(key) as i32, hash, "{}", String::from_utf8_lossy(key));
        }
    }

    #[test]
    fn every_key_has_a_partition() {
        for partitions in [0, 1, 12, 24] {
            for key in 0..1_000_u32 {
                let partition = partition_of(&key.to_le_bytes(), partitions);
                assert!((0..partitions.max(1) as i32).contains(&partition));
            }
        }
    }
}
