//! Writes the tables of schema files into the build, so that adding a schema or a release is adding files.

#![allow(clippy::unnecessary_debug_formatting, reason = "a path becomes a string literal")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../../schemas");
    let root = root.canonicalize()?;
    let source = ["avro", "released"]
        .iter()
        .try_fold(String::new(), |source, folder| table(source, &root.join(folder), &folder.to_uppercase()))?;
    fs::write(PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("schemas.rs"), source)
}

/// `pub static AVRO: &[(&str, &str)] = …`: every file of a folder, by its path in there.
fn table(mut source: String, root: &Path, name: &str) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let entries = files.iter().try_fold(String::new(), |table, file| entry(table, root, file))?;
    writeln!(source, "pub static {name}: &[(&str, &str)] = &[\n{entries}];").map_err(io::Error::other)?;
    Ok(source)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "avsc" || extension == "lock") {
            files.push(path);
        }
    }
    Ok(())
}

/// `("session/SessionOpened.avsc", include_str!("…")),`
fn entry(mut table: String, root: &Path, file: &Path) -> io::Result<String> {
    let name = file.strip_prefix(root).map_err(io::Error::other)?;
    let name = name.to_string_lossy().replace('\\', "/");
    writeln!(table, "    ({name:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    Ok(table)
}
