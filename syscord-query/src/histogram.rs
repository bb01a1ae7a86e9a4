//! A histogram of durations that stays small whatever it is fed.

/// Bits of a value that its bucket keeps after the highest one: a bucket is 1/32 of a power of two
/// wide, hence its middle is within 1.6 % of every value in it.
const MANTISSA_BITS: u32 = 5;

/// Counts of values in log-linear buckets, of which only those in use take memory.
///
/// Count, sum and maximum are exact; [`Histogram::quantile`] errs by at most 1.6 %.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    /// (bucket, count), ascending by bucket.
    buckets: Vec<(u16, u64)>,
    count: u64,
    sum: u128,
    max: u64,
}

impl Histogram {
    /// Adds one value.
    pub(crate) fn add(&mut self, value: u64) {
        *self.slot(bucket_of(value)) += 1;
        self.count += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
    }

    /// Adds all values of another.
    pub(crate) fn merge(&mut self, other: &Histogram) {
        for (bucket, count) in &other.buckets {
            *self.slot(*bucket) += count;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// Adds all values of a tally.
    pub(crate) fn add_all(&mut self, tally: &Tally) {
        for (bucket, count) in tally.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            *self.slot(bucket as u16) += u64::from(*count);
            self.count += u64::from(*count);
        }
        self.sum += tally.sum;
        self.max = self.max.max(tally.max);
    }

    /// The count of a bucket.
    fn slot(&mut self, bucket: u16) -> &mut u64 {
        let at = match self.buckets.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) => at,
            Err(at) => {
                self.buckets.insert(at, (bucket, 0));
                at
            }
        };
        &mut self.buckets[at].1
    }

    /// The sum of all values.
    pub(crate) fn sum(&self) -> u128 {
        self.sum
    }

    /// The greatest; `None` of none.
    pub(crate) fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// Their arithmetic mean, rounded down; `None` of none.
    pub(crate) fn mean(&self) -> Option<u64> {
        self.sum.checked_div(u128::from(self.count)).and_then(|mean| u64::try_from(mean).ok())
    }

    /// The value that `percent` of them do not exceed (nearest rank); `None` of none.
    pub(crate) fn quantile(&self, percent: u32) -> Option<u64> {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        if rank >= u128::from(self.count) {
            return self.max();
        }
        let mut seen = 0;
        for (bucket, count) in &self.buckets {
            seen += u128::from(*count);
            if seen >= rank {
                return Some(middle_of(*bucket).min(self.max));
            }
        }
        None
    }
}

/// Counts of a block's values: takes more memory than a [`Histogram`], and less time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// By bucket, up to the last that is in use.
    counts: Vec<u32>,
    sum: u128,
    max: u64,
}

impl Tally {
    /// Adds one value.
    #[inline]
    pub(crate) fn add(&mut self, value: u64) {
        let bucket = usize::from(bucket_of(value));
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
    }
}

/// The bucket of a value. Values below 2^MANTISSA_BITS have one each.
fn bucket_of(value: u64) -> u16 {
    let Some(exponent) = value.checked_ilog2().filter(|exponent| *exponent >= MANTISSA_BITS) else {
        return value as u16;
    };
    let shift = exponent - MANTISSA_BITS;
    let mantissa = (value >> shift) & ((1 << MANTISSA_BITS) - 1);
    (((shift + 1) << MANTISSA_BITS) as u64 + mantissa) as u16
}

/// The value in the middle of a bucket.
fn middle_of(bucket: u16) -> u64 {
    let (shift, mantissa) =
        (u32::from(bucket) >> MANTISSA_BITS, u64::from(bucket) & ((1 << MANTISSA_BITS) - 1));
    let Some(shift) = shift.checked_sub(1) else {
        return mantissa;
    };
    let low = ((1 << MANTISSA_BITS) + mantissa) << shift;
    low + ((1_u64 << shift) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_is_near_every_value() {
        for exponent in 0..64 {
            for step in 0..64_u64 {
                let value = (1_u64 << exponent).saturating_add((step << exponent) / 64);
                let middle = middle_of(bucket_of(value));
                let error = middle.abs_diff(value) as f64 / value as f64;
                assert!(error <= 0.016, "{value} → {middle}: {error}");
            }
        }
        assert_eq!(bucket_of(middle_of(bucket_of(u64::MAX))), bucket_of(u64::MAX));
    }

    #[test]
    fn small_values_are_exact() {
        for value in 0..64 {
            assert_eq!(middle_of(bucket_of(value)), value);
        }
    }

    #[test]
    fn buckets_ascend() {
        let mut last = 0;
        for value in (0..100_000).chain((0..60).map(|e| 100_000 << (e / 2).min(46))) {
            let bucket = bucket_of(value);
            assert!(bucket >= last || value < 100_000 << 1, "{value}");
            last = bucket;
        }
    }

    #[test]
    fn a_tally_is_worth_its_values() {
        let (mut one_by_one, mut at_once, mut tally) =
            (Histogram::default(), Histogram::default(), Tally::default());
        for value in [0, 7, 7, 1_000, 123_456_789, u64::MAX] {
            one_by_one.add(value);
            tally.add(value);
        }
        at_once.add_all(&tally);
        let told = |histogram: &Histogram| format!("{histogram:?}");
        assert_eq!(told(&at_once), told(&one_by_one));
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.quantile(50), histogram.max(), histogram.mean()), (None, None, None));
        for value in 1..=1000 {
            histogram.add(value);
        }
        for (percent, exact) in [(50, 500.0), (90, 900.0), (99, 990.0)] {
            let value = histogram.quantile(percent).unwrap() as f64;
            assert!((value - exact).abs() / exact <= 0.016, "p{percent} = {value}");
        }
        assert_eq!(histogram.quantile(100), Some(1000));
        assert_eq!(histogram.sum(), 500_500);
        assert_eq!((histogram.mean(), histogram.max()), (Some(500), Some(1000)));
    }
}
