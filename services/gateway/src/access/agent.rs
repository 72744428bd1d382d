//! The family of a user agent: enough to see what people use, too little to tell them apart.

/// In this order: most of them also name those they come from.
const FAMILIES: [(&str, &str); 16] = [
    ("bot", "bot"),
    ("crawler", "bot"),
    ("spider", "bot"),
    ("edg/", "edge"),
    ("opr/", "opera"),
    ("firefox/", "firefox"),
    ("headlesschrome/", "chrome"),
    ("chrome/", "chrome"),
    ("crios/", "chrome"),
    ("safari/", "safari"),
    ("curl/", "curl"),
    ("wget/", "wget"),
    ("python", "python"),
    ("okhttp", "okhttp"),
    ("go-http-client", "go"),
    ("atelier/", "atelier"),
];

pub fn family(agent: Option<&str>) -> &'static str {
    let Some(agent) = agent.map(str::to_ascii_lowercase).filter(|agent| !agent.is_empty()) else { return "none" };
    FAMILIES.iter().find(|(mark, _)| agent.contains(mark)).map_or("other", |(_, family)| family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_not_what_it_comes_from() {
        let edge = "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(family(Some(edge)), "edge");
        assert_eq!(family(Some("Mozilla/5.0 (X11) Chrome/140.0 Safari/537.36")), "chrome");
        assert_eq!(family(Some("Mozilla/5.0 (Macintosh) Version/19.0 Safari/605")), "safari");
        assert_eq!(family(Some("curl/8.5")), "curl");
        assert_eq!(family(Some("Ada's own program")), "other");
        assert_eq!((family(Some("")), family(None)), ("none", "none"));
    }
}
