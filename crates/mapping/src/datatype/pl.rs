//! PL, a place in a hospital. UK hospitals send ward, bay, bed and the ODS site.

use hl7v2::Repetition;

use crate::read::{part, sub};
use crate::spell::Place;

/// The place; nothing if no part of it is said.
pub(crate) fn place(location: &Repetition<'_>) -> Option<Place> {
    let place = Place {
        ward: sub(location, 1, 1),
        bay: sub(location, 2, 1),
        bed: sub(location, 3, 1),
        facility: sub(location, 4, 1),
        building: sub(location, 7, 1),
        description: part(location, 9),
    };
    (place != Place::default()).then_some(place)
}
