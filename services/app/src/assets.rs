//! The web UI, inside the binary: one file is a whole installation. A development build reads it from `web/out`.

use gateway::Assets;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/out"]
#[allow_missing = true]
struct WebUi;

/// Empty if the web UI was not built before the binary.
pub fn web_ui() -> Assets {
    let files = WebUi::iter().filter_map(|name| WebUi::get(&name).map(|file| (name.into_owned(), file.data)));
    Assets::embedded(files)
}
