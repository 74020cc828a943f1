//! What is left out of every message on purpose: `maps/ignored.csv`, and each channel's own.

use std::sync::LazyLock;

use crate::feed::Feed;

/// Path (`PV1-22`, `FT1`, `*-1`) and reason.
static IGNORED: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let text = include_str!("../maps/ignored.csv");
    text.lines().skip(1).filter_map(|line| line.split_once(',')).collect()
});

/// Segments whose first field only counts them.
const COUNTED: &[&str] = &[
    "PID", "NK1", "PV1", "AL1", "IAM", "DG1", "PR1", "OBR", "OBX", "NTE", "SPM", "TXA", "GT1",
    "IN1", "IN3", "FT1", "TQ1", "SAC", "AIS", "AIG", "AIL", "AIP", "RGS", "ROL", "PRT", "DB1",
    "RXA", "CON",
];

/// Why a value is left out, where it is on purpose.
pub(super) fn because(path: &str, feed: &Feed) -> Option<String> {
    let (segment, rest) = path.split_once('-')?;
    let segment = segment.split('[').next().unwrap_or_default();
    let field = rest.split(['.', '[']).next().unwrap_or_default();
    let whole = format!("{segment}-{field}");
    let component = rest.split_once('.').map_or("1", |(_, component)| component);
    let part = format!("{whole}.{}", component.split('.').next().unwrap_or_default());
    let own = feed.ignored.iter().find(|one| {
        let place = one.place.to_string();
        place == segment || place == whole || place == part
    });
    if let Some(own) = own {
        return Some(own.because.clone());
    }
    let named = IGNORED.iter().find(|(one, _)| *one == segment || *one == whole || *one == part);
    if let Some((_, because)) = named {
        return Some((*because).to_owned());
    }
    let counts = field == "1" && COUNTED.contains(&segment);
    counts.then(|| "it counts segments".to_owned())
}
