//! Writes the table of schema files into the build, so that adding a schema is adding a file.

#![allow(clippy::unnecessary_debug_formatting, reason = "a path becomes a string literal")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../../schemas/avro");
    let root = root.canonicalize()?;
    println!("cargo:rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let table = files.iter().try_fold(String::new(), |table, file| entry(table, &root, file))?;
    let lock = root.join("ids.lock");
    let source =
        format!("pub static FILES: &[(&str, &str)] = &[\n{table}];\npub static IDS: &str = include_str!({lock:?});\n");
    fs::write(PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("schemas.rs"), source)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "avsc") {
            files.push(path);
        }
    }
    Ok(())
}

/// `("session/SessionOpened", include_str!("…")),`
fn entry(mut table: String, root: &Path, file: &Path) -> io::Result<String> {
    let name = file.strip_prefix(root).map_err(io::Error::other)?.with_extension("");
    let name = name.to_string_lossy().replace('\\', "/");
    writeln!(table, "    ({name:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    Ok(table)
}
