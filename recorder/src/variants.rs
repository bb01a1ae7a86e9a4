//! Plans that take the place of others where an argument has a certain value, so that the probe finds them without
//! looking: no two values of a plan come to the same slot.

use syscord_syscalls::plan::{FREE, Plan, Slot};

/// All of them.
#[derive(Default)]
pub struct Variants {
    plans: Vec<Plan>,
    slots: Vec<Slot>,
}

/// How many factors are tried for so many slots.
const TRIES: usize = 64;

impl Variants {
    /// Has `plan` find those that take its place, each for a value of its own.
    pub fn add(&mut self, plan: &mut Plan, variants: &[(u32, Plan)]) {
        if variants.is_empty() {
            return;
        }
        let values: Vec<u32> = variants.iter().map(|(value, _)| *value).collect();
        let bits;
        (plan.mix, bits) = apart(&values);
        (plan.shift, plan.slots) = (32 - bits, self.slots.len() as u32);
        let free = Slot { value: 0, variant: FREE };
        self.slots.resize(self.slots.len() + (1 << bits), free);
        for (value, variant) in variants {
            let slot = &mut self.slots[plan.slot(*value) as usize];
            *slot = Slot { value: *value, variant: self.plans.len() as u32 };
            self.plans.push(*variant);
        }
    }

    /// Adds others, which are changed. To the slots of plans that have some of those, what is returned is to be added.
    pub fn append(&mut self, others: &Variants, change: impl Fn(Plan) -> Plan) -> u32 {
        let (slots, plans) = (self.slots.len() as u32, self.plans.len() as u32);
        self.plans.extend(others.plans.iter().copied().map(change));
        self.slots.extend(others.slots.iter().map(|slot| match slot.variant {
            FREE => *slot,
            variant => Slot { variant: variant + plans, ..*slot },
        }));
        slots
    }

    /// The plan that takes the place of one that has such while the argument that decides has that value.
    pub fn find(&self, plan: &Plan, value: u32) -> Option<&Plan> {
        let slot = self.slots.get(plan.slot(value) as usize)?;
        self.plans.get(slot.variant as usize).filter(|_| slot.value == value)
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

/// A factor whose products with these values differ in their highest bits, and how many bits that takes.
fn apart(values: &[u32]) -> (u32, u8) {
    // With so many slots, one factor in twenty will do.
    let mut bits = (values.len().pow(2) / 6).max(2).next_power_of_two().ilog2() as u8;
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
            mix = mix.wrapping_mul(0x0019_660D).wrapping_add(0x3C6E_F35F) | 1;
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
        let moved = variants.append(&others, |plan| plan);
        for (owner, values) in owners.iter().zip(&sets) {
            for owner in [*owner, Plan { slots: owner.slots + moved, ..*owner }] {
                for value in values {
                    let found = variants.find(&owner, *value).unwrap();
                    assert_eq!(found.decisive, *value);
                }
                for other in (0..10_000).chain([0x4004_5401]).filter(|it| !values.contains(it)) {
                    assert_eq!(variants.find(&owner, other), None, "{other}");
                }
            }
        }
        assert!(variants.slots().len() < 100_000);
    }
}
