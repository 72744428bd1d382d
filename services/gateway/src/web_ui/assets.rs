use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;

use super::asset::Asset;

/// Where the web UI comes from. Read once, when the gateway starts.
#[derive(Clone, Default)]
pub struct Assets(Arc<HashMap<String, Arc<Asset>>>);

/// Files for the server, not for browsers.
const PRIVATE: [&str; 2] = ["csp-hashes.json", "preview/csp.txt"];

impl Assets {
    /// No web UI: the API alone.
    pub fn none() -> Self {
        Self::default()
    }

    /// The files of a folder, for example `web/out`.
    pub fn dir(folder: &Path) -> anyhow::Result<Self> {
        let names = below(folder, PathBuf::new()).with_context(|| format!("cannot read {}", folder.display()))?;
        let files = names.into_iter().map(|name| {
            let bytes = std::fs::read(folder.join(&name)).with_context(|| format!("cannot read {}", name.display()))?;
            Ok((name.to_string_lossy().into_owned(), Cow::Owned(bytes)))
        });
        Ok(Self::embedded(files.collect::<anyhow::Result<Vec<_>>>()?))
    }

    /// Files that are in the binary: their names (`_next/static/x.js`) and contents.
    pub fn embedded(files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        let assets = files.into_iter().map(|(name, bytes)| {
            let bytes = match bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            (name.clone(), Arc::new(Asset::new(&name, bytes)))
        });
        Self(Arc::new(assets.collect()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file for a path: itself, or the page that it is the address of (`/w` is `w.html`, `/` is `index.html`).
    pub fn find(&self, path: &str) -> Option<(String, Arc<Asset>)> {
        let name = path.trim_matches('/');
        let page = if name.is_empty() { "index.html".to_owned() } else { format!("{name}.html") };
        let public = |name: &String| !PRIVATE.contains(&name.as_str());
        let candidates = [name.to_owned(), page, format!("{name}/index.html")];
        candidates.into_iter().filter(public).find_map(|name| self.0.get(&name).map(|asset| (name, Arc::clone(asset))))
    }

    /// A file for the server itself.
    pub fn text(&self, name: &str) -> Option<String> {
        let asset = self.0.get(name)?;
        String::from_utf8(asset.bytes.to_vec()).ok()
    }
}

/// The names of all files below a folder, relative to it.
fn below(root: &Path, folder: PathBuf) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(&folder))? {
        let entry = entry?;
        let name = folder.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            names.extend(below(root, name)?);
        } else if kind.is_file() {
            names.push(name);
        }
    }
    Ok(names)
}
