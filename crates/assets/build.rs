//! Fetches the third-party files, checks them against `checksums.txt` and writes the table that
//! `src/lib.rs` includes. Nothing is written outside OUT_DIR.
//!
//! 1. Where: `CHESIL_ASSETS_DIR` (a folder that holds the packages, such as `node_modules`), else `npm ci`.
//! 2. Every file must have the checked-in SHA-256, so a changed package stops the build.
//! 3. The style sheet loses its remote fonts: a page of ours asks no other host for anything.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

const INPUTS: [&str; 4] = ["build.rs", "package.json", "package-lock.json", "checksums.txt"];

fn main() {
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-env-changed=CHESIL_ASSETS_DIR");
    if let Err(sentence) = build() {
        println!("cargo::error={sentence}");
    }
}

fn build() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo set no OUT_DIR")?);
    let packages = match env::var_os("CHESIL_ASSETS_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => fetch(&out.join("npm"))?,
    };
    let list = read_text(Path::new("checksums.txt"))?;
    let mut table = String::from("&[\n");
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        table.push_str(&embed(line, &packages, &out)?);
    }
    table.push_str("]\n");
    write(&out.join("table.rs"), table.as_bytes())
}

/// Step 1: a folder of its own below OUT_DIR, the two package files copied there, and `npm ci`.
fn fetch(folder: &Path) -> Result<PathBuf, String> {
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(name, folder.join(name))
            .map_err(|error| format!("cannot copy {name}: {error}"))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let run = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder)
        .output();
    match run {
        Ok(output) if output.status.success() => Ok(folder.join("node_modules")),
        Ok(output) => Err(format!(
            "npm could not fetch the portal's style sheet and script ({}); is a package registry reachable? Or set CHESIL_ASSETS_DIR to a fetched node_modules folder",
            first_line(&output.stderr)
        )),
        Err(_) => Err("npm was not found: install Node.js 20 or later (it brings npm), or set CHESIL_ASSETS_DIR to a node_modules folder fetched elsewhere from crates/assets/package-lock.json".to_owned()),
    }
}

/// Steps 2 and 3 for one line of the list: the checked file, and its entry in the table.
fn embed(line: &str, packages: &Path, out: &Path) -> Result<String, String> {
    let mut words = line.split_whitespace();
    let (Some(expected), Some(file), Some(name)) = (words.next(), words.next(), words.next())
    else {
        return Err(format!("checksums.txt: a line needs a hash, a file and a name: {line}"));
    };
    let path = packages.join(file);
    println!("cargo::rerun-if-changed={}", path.display());
    let bytes =
        fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if hex(&bytes) != expected {
        return Err(format!(
            "{file} is not the file that was reviewed: its SHA-256 differs from checksums.txt"
        ));
    }
    let kind = content_type(name)?;
    let bytes = if kind.starts_with("text/css") { without_remote_fonts(bytes)? } else { bytes };
    write(&out.join(name), &bytes)?;
    Ok(format!(
        "    Asset {{ path: {name:?}, content_type: {:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")), etag: \"\\\"{}\\\"\" }},\n",
        kind,
        hex(&bytes).get(..16).unwrap_or_default(),
    ))
}

/// Drops `@font-face` rules (they name another host) and the name of the font they would load,
/// which is licensed for NHS sites only.
fn without_remote_fonts(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let css = String::from_utf8(bytes).map_err(|_| "the style sheet is not UTF-8")?;
    let mut kept = String::with_capacity(css.len());
    let mut rest = css.as_str();
    while let Some((before, rule)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        rest = rule.split_once('}').ok_or("a @font-face rule has no end")?.1;
    }
    kept.push_str(rest);
    let kept = kept.replace("Frutiger W01,", "");
    let kept = kept.split("/*# sourceMappingURL").next().unwrap_or_default().to_owned();
    if kept.contains("//assets.nhs.uk") {
        return Err(
            "the style sheet still names another host after its fonts were taken out".into()
        );
    }
    Ok(kept.into_bytes())
}

fn content_type(name: &str) -> Result<&'static str, String> {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("txt") => Ok("text/plain; charset=utf-8"),
        _ => Err(format!("checksums.txt: no content type is known for {name}")),
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or("no reason given").to_owned()
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
