//! What an operator reads of the index of people.

use model::Clock;

use crate::world::portals;

#[test]
fn the_page_of_messages_says_how_far_the_index_is_being_kept_right() {
    for portal in portals() {
        let operator = portal.sign_in("operator");
        let page = portal.get(&operator, "/messages").body;
        assert!(page.contains("Nobody has been looked at again yet."), "{page}");
        while let Some(bite) = portal
            .db
            .read(|tx| empi::next_bite(tx, empi::Model::standard(), portal.clock.now()))
            .unwrap()
        {
            let now = portal.clock.now();
            let taken =
                move |tx: &mut db::Tx| empi::take_bite(tx, empi::Model::standard(), &bite, now);
            portal.db.write(taken).unwrap();
        }
        let page = portal.get(&operator, "/messages").body;
        assert!(page.contains("Everybody was last looked at again"), "{page}");
        assert!(page.contains("No change waits for it."), "{page}");
        assert!(page.contains("0 records were joined to other people"), "{page}");
    }
}
