//! Something new: a family, filled with the words of the prompt.

use super::{
    APP, Script,
    catalogue::GENERIC,
    families::{self, Family},
    refine::colour,
    words::{self, Dice},
};

const ACCENTS: [&str; 8] = ["indigo", "violet", "emerald", "rose", "sky", "teal", "blue", "fuchsia"];
const BRANDS: [&str; 10] =
    ["Northwind", "Juniper", "Lumen", "Harbor", "Tidewater", "Maple", "Kestrel", "Solstice", "Pebble", "Orchard"];

/// A new component for this prompt.
pub fn answer(prompt: &str) -> Script {
    let family = families::choose(prompt).unwrap_or(&GENERIC);
    let values = values(family, prompt);
    let accent = &values.iter().find(|(name, _)| *name == "__ACCENT__").map_or("", |(_, value)| value.as_str());
    let mut text =
        format!("Here is {}, {}. The accent colour is {accent}.\n\n", thing(family, prompt), family.explanation);
    for (name, source) in family.files {
        let path = if *name == "App" { APP.to_owned() } else { format!("src/components/{name}.tsx") };
        text += &format!("```tsx file=\"{path}\"\n{}```\n\n", filled(source, &values));
    }
    text.truncate(text.trim_end().len());
    Script { reasoning: reasoning(family, accent), text: text + "\n" }
}

fn thing(family: &Family, prompt: &str) -> String {
    let topic = words::topic_in(prompt).map(|topic| format!(" for {topic}"));
    format!("{}{}", family.noun, topic.unwrap_or_default())
}

fn reasoning(family: &Family, accent: &str) -> String {
    let parts = match family.files.len() {
        1 => "One file is enough for this.".to_owned(),
        count => format!("I split it into {count} files, so that each part stays readable."),
    };
    format!(
        "(This is the built-in demo, not a model.) The request asks for {}. {} I use {accent} as the accent and keep the rest neutral. {parts}",
        family.noun, family.thought
    )
}

/// What stands in each slot.
fn values(family: &Family, prompt: &str) -> Vec<(&'static str, String)> {
    let mut dice = Dice::of(prompt);
    let accent = colour::named_in(prompt).unwrap_or_else(|| dice.pick(&ACCENTS));
    let centred = *dice.pick(&[&true, &false]);
    let side = |centre: &str, left: &str| if centred { centre.to_owned() } else { left.to_owned() };
    let subject = words::subject_of(prompt);
    let mut values = vec![
        ("__ACCENT__", accent.to_owned()),
        ("__HEX__", colour::hex(accent).to_owned()),
        ("__ROUND__", dice.pick(&["rounded-lg", "rounded-xl", "rounded-2xl"]).to_owned()),
        ("__BRAND__", words::name_in(prompt).unwrap_or_else(|| dice.pick(&BRANDS).to_owned())),
        ("__GRID__", dice.pick(&["lg:grid-cols-3", "xl:grid-cols-3"]).to_owned()),
        ("__ALIGN__", side("text-center", "text-left")),
        ("__CENTER__", side("mx-auto", "mr-auto")),
        ("__JUSTIFY__", side("justify-center", "justify-start")),
        ("__SUBJECT__", subject.clone()),
    ];
    let topic = words::topic_in(prompt);
    values.extend(family.slots.iter().map(|slot| {
        (
            slot.name,
            match (slot.about, &topic) {
                (Some(about), Some(topic)) => about.replace("{topic}", topic),
                _ => dice.pick(slot.options).to_owned(),
            },
        )
    }));
    // Only the generic page has no headline of its own: the prompt is.
    values.push(("__HEADLINE__", words::capitalised(&subject)));
    values
}

fn filled(source: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(source.to_owned(), |text, (name, value)| text.replace(name, value))
}
