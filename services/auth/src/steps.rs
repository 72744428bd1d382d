//! A sign-in as a machine of states: what somebody has shown so far, and what that is worth.
//!
//! Only [`Step::SignedIn`] gives tokens, and no step leads there past a factor that is asked for.

/// Wrong codes after which somebody begins anew.
pub const TRIES: i32 = 5;

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing was shown.
    Anonymous,
    /// The first proof was right; a second factor is asked for.
    Awaiting { tries_left: i32 },
    /// It is them.
    SignedIn,
    /// Begin anew.
    Over,
}

/// What somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A right password, code by mail or provider. `enrolled`: the account has a second factor.
    First { enrolled: bool },
    /// A code of the second factor.
    Second { right: bool },
}

impl Step {
    #[must_use]
    pub const fn next(self, shown: Shown) -> Self {
        match (self, shown) {
            (Self::Anonymous, Shown::First { enrolled: false }) => Self::SignedIn,
            (Self::Anonymous, Shown::First { enrolled: true }) => Self::Awaiting { tries_left: TRIES },
            (Self::Awaiting { tries_left: 1.. }, Shown::Second { right: true }) => Self::SignedIn,
            (Self::Awaiting { tries_left: tries @ 2.. }, Shown::Second { right: false }) => {
                Self::Awaiting { tries_left: tries - 1 }
            }
            // A second factor without a first, a first one again, one try too many, or anything after the end.
            _ => Self::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Shown = Shown::First { enrolled: true };
    const RIGHT: Shown = Shown::Second { right: true };
    const WRONG: Shown = Shown::Second { right: false };

    fn after(shown: &[Shown]) -> Step {
        shown.iter().fold(Step::Anonymous, |step, shown| step.next(*shown))
    }

    #[test]
    fn without_a_second_factor_the_first_is_enough() {
        assert_eq!(after(&[Shown::First { enrolled: false }]), Step::SignedIn);
    }

    #[test]
    fn with_one_both_are_needed_in_this_order() {
        assert_eq!(after(&[FIRST]), Step::Awaiting { tries_left: 5 });
        assert_eq!(after(&[FIRST, RIGHT]), Step::SignedIn);
        assert_eq!(after(&[FIRST, WRONG, WRONG, RIGHT]), Step::SignedIn);
        for never in [&[RIGHT][..], &[RIGHT, FIRST], &[FIRST, FIRST], &[FIRST, RIGHT, RIGHT]] {
            assert_eq!(after(never), Step::Over, "{never:?}");
        }
    }

    #[test]
    fn guessing_ends() {
        assert_eq!(after(&[FIRST, WRONG, WRONG, WRONG, WRONG]), Step::Awaiting { tries_left: 1 });
        assert_eq!(after(&[FIRST, WRONG, WRONG, WRONG, WRONG, WRONG]), Step::Over);
        assert_eq!(after(&[FIRST, WRONG, WRONG, WRONG, WRONG, WRONG, RIGHT]), Step::Over);
    }
}
