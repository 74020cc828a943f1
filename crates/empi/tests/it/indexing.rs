//! The index of keys is made anew, in batches, and then finds everybody.

use crate::world::*;

#[test]
fn keys_are_made_anew_in_batches_and_every_record_is_found_by_them() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let other = feed(&db, "RD3/R2", &with_number(gabriel(), 2));
        // Nobody has said yet that the keys are this build's: all of them are made anew.
        let batch = |limit| write(&db, move |tx| empi::index_keys(tx, limit));
        assert_eq!(batch(1), empi::Indexed { records: 1, complete: false });
        assert_eq!(batch(1), empi::Indexed { records: 1, complete: false });
        assert_eq!(batch(1), empi::Indexed { records: 0, complete: true });
        assert_eq!(batch(1), empi::Indexed { records: 0, complete: true });
        assert_eq!(feed(&db, "RBD/B1", &thomasina()), first);
        assert_eq!(feed(&db, "RBD/B2", &with_number(gabriel(), 2)), other);
    }
}
