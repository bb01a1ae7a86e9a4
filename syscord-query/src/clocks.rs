//! From the monotonic clock of events to the time of day.

use syscord_format::Clock;

/// The clock readings of a trace that still matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    /// Ascending by monotonic time.
    readings: Vec<Clock>,
}

impl Clocks {
    /// Adds a reading.
    pub(crate) fn add(&mut self, clock: Clock) {
        let at = self.readings.partition_point(|other| other.monotonic <= clock.monotonic);
        self.readings.insert(at, clock);
    }

    /// Forgets readings that no event from `time` on needs.
    pub(crate) fn forget_before(&mut self, time: u64) {
        let later = self.readings.partition_point(|clock| clock.monotonic <= time);
        self.readings.drain(..later.saturating_sub(1));
    }

    /// The time of day, in nanoseconds since 1970, at `time` on the monotonic clock: by the latest
    /// reading up to then, else by the first. (A trace without any shows the monotonic clock.)
    pub(crate) fn wall(&self, time: u64) -> i64 {
        let later = self.readings.partition_point(|clock| clock.monotonic <= time);
        match self.readings.get(later.saturating_sub(1)) {
            Some(clock) => {
                clock.realtime.wrapping_add(time.wrapping_sub(clock.monotonic).cast_signed())
            }
            None => i64::try_from(time).unwrap_or(i64::MAX),
        }
    }

    /// The earliest and the latest time of day between two moments. The time of day may have been set meanwhile: then they
    /// are not those of the two.
    pub(crate) fn walls(&self, first: u64, last: u64) -> (i64, i64) {
        let between = |clock: &&Clock| first < clock.monotonic && clock.monotonic <= last;
        let set = self.readings.iter().filter(between);
        let around = set.flat_map(|clock| [clock.realtime, self.wall(clock.monotonic - 1)]);
        let (first, last) = (self.wall(first), self.wall(last));
        around.fold((first.min(last), first.max(last)), |(least, most), wall| {
            (least.min(wall), most.max(wall))
        })
    }

    /// The earliest reading still kept: the trace's start while nothing was forgotten.
    pub(crate) fn first(&self) -> Option<&Clock> {
        self.readings.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_reading_up_to_the_event_counts() {
        let mut clocks = Clocks::default();
        assert_eq!(clocks.wall(7), 7);
        clocks.add(Clock { monotonic: 100, boottime: 100, realtime: 1_000 });
        clocks.add(Clock { monotonic: 200, boottime: 200, realtime: 5_000 });
        assert_eq!(clocks.wall(90), 990);
        assert_eq!(clocks.wall(199), 1_099);
        assert_eq!(clocks.wall(200), 5_000);
        assert_eq!(clocks.walls(90, 199), (990, 1_099));
        assert_eq!(clocks.walls(90, 300), (990, 5_100));
        clocks.add(Clock { monotonic: 210, boottime: 210, realtime: 500 });
        assert_eq!(clocks.walls(199, 209), (1_099, 5_009));
        assert_eq!(clocks.walls(199, 250), (500, 5_009));
        assert_eq!(clocks.walls(210, 250), (500, 540));
        clocks.readings.pop();
        clocks.forget_before(150);
        assert_eq!(clocks.wall(199), 1_099);
        clocks.forget_before(250);
        assert_eq!(clocks.wall(260), 5_060);
        assert_eq!(clocks.readings.len(), 1);
    }
}
