//! Choosing a component by the words of a prompt.

use super::{catalogue::FAMILIES, words::mentions};

/// One kind of component, with the words that ask for it and the places where it varies.
pub struct Family {
    /// As in "a pricing page".
    pub noun: &'static str,
    pub keywords: &'static [&'static str],
    /// Component name and source; the last one is `App`.
    pub files: &'static [(&'static str, &'static str)],
    pub slots: &'static [Slot],
    /// What it does, as prose for the user.
    pub explanation: &'static str,
    /// What there was to think about.
    pub thought: &'static str,
}

/// A place in a source that varies.
pub struct Slot {
    pub name: &'static str,
    pub options: &'static [&'static str],
    /// What stands there instead when the prompt says what it is for (`{topic}`).
    pub about: Option<&'static str>,
}

/// The family that fits the prompt best. What stands before "for" says what it is, and counts more.
pub fn choose(prompt: &str) -> Option<&'static Family> {
    let prompt = prompt.to_lowercase();
    let thing = prompt.split(" for ").next().unwrap_or_default();
    let score = |family: &Family| -> usize {
        family
            .keywords
            .iter()
            .map(|word| usize::from(mentions(&prompt, word)) + 3 * usize::from(mentions(thing, word)))
            .sum()
    };
    let best = FAMILIES.iter().rev().max_by_key(|family| score(family))?;
    (score(best) > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_the_family() {
        for (prompt, noun) in [
            ("a pricing page for a coffee shop", "a pricing page"),
            ("Login form", "a sign-in form"),
            ("Build me a dashboard with charts of sales", "a dashboard"),
            ("todo app", "a to-do list"),
            ("kanban board for tasks", "a kanban board"),
            ("landing page for a startup", "a landing page"),
            ("user profile settings", "a settings page"),
            ("online store with a cart", "a product grid"),
            ("scientific calculator", "a calculator"),
            ("chat ui", "a chat"),
            ("pomodoro timer", "a focus timer"),
            ("a table of employees", "a data table"),
        ] {
            assert_eq!(choose(prompt).map(|family| family.noun), Some(noun), "{prompt}");
        }
        assert!(choose("a poem about rivers").is_none());
    }
}
