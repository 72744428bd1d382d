//! What the demo understands of a prompt: a few words, and a number to vary by.

/// Choices that follow from the prompt: the same words, the same choices.
pub struct Dice(u64);

impl Dice {
    /// FNV-1a over the letters: small, and the same everywhere.
    pub fn of(prompt: &str) -> Self {
        let letters = prompt.trim().bytes().map(|b| b.to_ascii_lowercase());
        Self(letters.fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
    }

    pub fn pick<'a, T: ?Sized>(&mut self, options: &[&'a T]) -> &'a T {
        options[(self.roll() % options.len() as u64) as usize]
    }

    /// `SplitMix64`.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Whether `word` stands in `text` (both in small letters), at the start of a word.
pub fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].chars().next_back().is_some_and(char::is_alphanumeric))
}

/// Text that may stand in JSX and in a string: letters, digits and harmless signs.
pub fn harmless(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | ',' | '!' | '?' | ':' | '’' | '\''))
        .collect();
    kept.replace('\'', "’").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same text with its first letter in capitals.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What stands between quotes, or after `called` or `named`.
pub fn name_in(prompt: &str) -> Option<String> {
    let named = ["called ", "named "].iter().find_map(|word| prompt.split_once(word)).map(|(_, rest)| rest);
    let name = quoted(named.unwrap_or(prompt)).or_else(|| named.map(first_words))?;
    let name = harmless(name);
    (!name.is_empty() && name.chars().count() <= 40).then_some(name)
}

/// The first text in quotes of any kind.
pub fn quoted(text: &str) -> Option<&str> {
    [('"', '"'), ('“', '”'), ('«', '»'), ('\'', '\'')].iter().find_map(|(open, close)| {
        let (_, rest) = text.split_once(*open)?;
        rest.split_once(*close).map(|(inside, _)| inside)
    })
}

/// Up to three words that could be a name: it ends where a sentence would go on.
fn first_words(text: &str) -> &str {
    let end = text.find([',', '.', ';', '\n']).unwrap_or(text.len());
    let end = [" with ", " that ", " and ", " for ", " in "]
        .iter()
        .filter_map(|stop| text[..end].find(stop))
        .min()
        .unwrap_or(end);
    let words = text[..end].match_indices(' ').nth(2).map_or(end, |(at, _)| at);
    text[..words].trim()
}

/// What it is for: `a bakery` in `a landing page for a bakery with photos`.
pub fn topic_in(prompt: &str) -> Option<String> {
    let (_, rest) = prompt.split_once(" for ")?;
    let end = rest.find([',', '.', ';', ':', '\n', '(']).unwrap_or(rest.len());
    let stops = [" with ", " that ", " which ", " and ", " in ", " using ", " called ", " named ", " where "];
    let end = stops.iter().filter_map(|stop| rest[..end].find(stop)).min().unwrap_or(end);
    let topic = harmless(&rest[..end]);
    let topic = ["my ", "our "]
        .iter()
        .find_map(|own| topic.strip_prefix(own))
        .map_or(topic.clone(), |rest| format!("your {rest}"));
    let nobody = ["me", "us", "you", "this", "it"].contains(&topic.as_str());
    (!topic.is_empty() && !nobody && topic.chars().count() <= 40).then_some(topic)
}

/// The prompt without the words that only ask: `water tracker` in `Please build me a water tracker.`
pub fn subject_of(prompt: &str) -> String {
    const ASKING: [&str; 24] = [
        "please", "create", "make", "build", "design", "generate", "write", "show", "give", "me", "us", "a", "an",
        "the", "i", "want", "need", "would", "like", "can", "could", "you", "new", "simple",
    ];
    let prompt = harmless(prompt.lines().next().unwrap_or_default());
    let words = prompt.split(' ').skip_while(|word| ASKING.contains(&word.to_lowercase().as_str()));
    let subject = words.take(7).collect::<Vec<_>>().join(" ");
    let subject = subject.trim_end_matches(['.', ',', '!', '?', ':', ' ']);
    if subject.is_empty() { "something new".to_owned() } else { subject.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_topics_and_subjects_are_found() {
        assert_eq!(name_in("a shop called Fern & Co, in green").as_deref(), Some("Fern Co"));
        assert_eq!(name_in("a page titled \"Hello {x}\"").as_deref(), Some("Hello x"));
        assert_eq!(name_in("a shop"), None);
        assert_eq!(topic_in("pricing for my cat hotel with three plans").as_deref(), Some("your cat hotel"));
        assert_eq!(topic_in("a todo list for me"), None);
        assert_eq!(subject_of("Please build me a water tracker."), "water tracker");
        assert_eq!(subject_of("</script>{x}"), "scriptx");
        assert_eq!(subject_of("make"), "something new");
    }

    #[test]
    fn the_same_words_give_the_same_choices() {
        let choices = |prompt| {
            let mut dice = Dice::of(prompt);
            [0; 8].map(|_| *dice.pick(&[&1, &2, &3]))
        };
        assert_eq!(choices("A shop "), choices("a shop"));
        assert_ne!(choices("a shop"), choices("a store"));
    }

    #[test]
    fn words_are_found_at_their_start() {
        assert!(mentions("two charts", "chart") && !mentions("uncharted", "chart"));
    }
}
