//! Architecture invariant: a crate imports only from lower layers, and some only from named crates.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use toml::{Table, Value};

/// Every workspace crate's manifest by name.
pub(crate) fn manifests() -> Result<BTreeMap<String, Table>> {
    let mut manifests = BTreeMap::new();
    for entry in fs::read_dir(crate::root().join("crates"))? {
        let path = entry?.path().join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let table: Table = text.parse().with_context(|| path.display().to_string())?;
        let name =
            table.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        manifests.insert(name.context("a crate without a name")?.to_owned(), table);
    }
    Ok(manifests)
}

/// What breaks the layers, one sentence each.
pub(crate) fn breaches(manifests: &BTreeMap<String, Table>) -> Vec<String> {
    let mut breaches = Vec::new();
    for (name, manifest) in manifests {
        let Some(layer) = layer(manifest) else {
            breaches.push(format!("{name} does not state its layer"));
            continue;
        };
        let imports = manifest
            .get("dependencies")
            .and_then(Value::as_table)
            .into_iter()
            .flat_map(Table::keys);
        for import in imports {
            let Some(imported) = manifests.get(import) else { continue };
            if self::layer(imported).is_none_or(|below| below >= layer) {
                breaches.push(format!(
                    "{name} (layer {layer}) imports {import}, which is not below it"
                ));
            }
            let allowed = metadata(imported, "only-from").and_then(Value::as_array);
            if allowed.is_some_and(|allowed| !allowed.iter().any(|by| by.as_str() == Some(name))) {
                breaches.push(format!("{name} imports {import}, which only {allowed:?} may"));
            }
        }
    }
    breaches
}

fn layer(manifest: &Table) -> Option<i64> {
    metadata(manifest, "layer")?.as_integer()
}

fn metadata<'a>(manifest: &'a Table, key: &str) -> Option<&'a Value> {
    manifest.get("package")?.get("metadata")?.get("layout")?.get(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_point_down() {
        assert_eq!(breaches(&manifests().unwrap()), Vec::<String>::new());
    }

    #[test]
    fn an_import_that_points_up_is_named() {
        let manifest = |layer: i64, import: &str| -> Table {
            format!("[package.metadata.layout]\nlayer = {layer}\n[dependencies]\n{import}.workspace = true")
                .parse()
                .unwrap()
        };
        let world = BTreeMap::from([
            ("low".to_owned(), manifest(0, "high")),
            ("high".to_owned(), manifest(1, "serde")),
        ]);
        assert_eq!(breaches(&world), ["low (layer 0) imports high, which is not below it"]);
    }
}
