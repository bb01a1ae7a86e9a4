//! Plans that take the place of others where an argument has a certain value, so that the probe finds them without
//! looking: no two values of a plan come to the same slot.

use syscord_syscalls::plan::{Plan, Slot};

/// All of them.
#[derive(Default)]
pub struct Variants {
    plans: Vec<Plan>,
    slots: Vec<Slot>,
}

/// What makes another plan of one.
pub type Change = fn(Plan) -> Plan;

/// How many factors are tried for so many slots.
const TRIES: usize = 64;

impl Variants {
    /// Has `plan` find those that take its place, each for a value of its own. Without any, it looks for none.
    pub fn add(&mut self, plan: &mut Plan, variants: &[(u32, Plan)]) {
        if variants.is_empty() {
            plan.decides = 0;
            return;
        }
        let values: Vec<u32> = variants.iter().map(|(value, _)| *value).collect();
        let (mix, bits) = apart(&values);
        (plan.mix, plan.shift, plan.slots) = (mix, 32 - bits, self.slots.len() as u32);
        self.slots.resize(self.slots.len() + (1 << bits), Slot::default());
        for (value, variant) in variants {
            self.plans.push(*variant);
            let slot = Slot { value: *value, variant: self.plans.len() as u32 };
            self.slots[plan.slot(*value) as usize] = slot;
        }
    }

    /// Adds others, which are changed. Returns `owners`, which find those, changed likewise.
    pub fn append(&mut self, others: &Variants, owners: &[Plan], change: Change) -> Vec<Plan> {
        let (slots, plans) = (self.slots.len() as u32, self.plans.len() as u32);
        self.plans.extend(others.plans.iter().copied().map(change));
        self.slots.extend(others.slots.iter().map(|slot| match slot.variant {
            0 => *slot,
            variant => Slot { variant: variant + plans, ..*slot },
        }));
        let moved = |plan: &Plan| match plan.decides {
            0 => *plan,
            _ => Plan { slots: plan.slots + slots, ..*plan },
        };
        owners.iter().map(moved).map(change).collect()
    }

    /// The plan that takes the place of one that has such while the argument that decides has that value.
    pub fn find(&self, plan: &Plan, value: u32) -> Option<&Plan> {
        let slot = self.slots.get(plan.slot(value) as usize)?;
        let index = slot.variant.checked_sub(1).filter(|_| slot.value == value)?;
        self.plans.get(index as usize)
    }

    /// For the probe: the plans.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// For the probe: where they are found.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

/// A factor whose products with these values, of which no two are the same, differ in their highest bits; and how many bits
/// that takes.
fn apart(values: &[u32]) -> (u32, u8) {
    // With so many slots, one factor in twenty will do.
    let mut bits = (values.len().pow(2) / 6).max(2).next_power_of_two().ilog2() as u8;
    // The golden ratio's bits (Knuth, TAOCP 6.4); then what a common generator makes of them (Numerical Recipes, 7.1).
    let mut mix = 0x9E37_79B9u32;
    loop {
        let mut taken = vec![0; 1 << bits];
        for attempt in 1..=TRIES {
            let free = |value: &u32| {
                let at = value.wrapping_mul(mix) >> (32 - bits);
                std::mem::replace(&mut taken[at as usize], attempt) != attempt
            };
            if values.iter().all(free) {
                return (mix, bits);
            }
            mix = mix.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) | 1;
        }
        bits += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(number: u32) -> Plan {
        Plan { decisive: number, ..Plan::NOTHING }
    }

    #[test]
    fn each_value_finds_its_plan_and_others_find_none() {
        let mut variants = Variants::default();
        let sets: [Vec<u32>; 5] = [
            vec![7],
            vec![0, u32::MAX],
            (0..40).collect(),
            (0..300).map(|i| 0x4004_5400 + i * 0x101).collect(),
            (0..12).map(|bit| 1 << bit).collect(),
        ];
        let owners: Vec<Plan> = sets
            .iter()
            .map(|values| {
                let mut owner = Plan { decides: 1, ..Plan::NOTHING };
                let of: Vec<_> = values.iter().map(|value| (*value, plan(*value))).collect();
                variants.add(&mut owner, &of);
                owner
            })
            .collect();
        let others = Variants { plans: variants.plans.clone(), slots: variants.slots.clone() };
        let change = |plan: Plan| Plan { decisive: plan.decisive.wrapping_add(1000), ..plan };
        let moved = variants.append(&others, &owners, change);
        for (owner, values) in owners.iter().chain(&moved).zip(sets.iter().cycle()) {
            for value in values {
                let found = variants.find(owner, *value).unwrap();
                assert_eq!(found.decisive, value.wrapping_add(owner.decisive));
            }
            for other in (0..10_000).chain([0x4004_5401]).filter(|it| !values.contains(it)) {
                assert_eq!(variants.find(owner, other), None, "{other}");
            }
        }
        assert!(variants.slots().len() < 100_000);
    }
}
