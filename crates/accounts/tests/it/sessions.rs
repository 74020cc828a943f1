//! Sessions end by the clock, by their user, and by an administrator.

use accounts::{SessionToken, change_role, end_sessions, session, set_disabled, sign_out, touch};
use db::Db;
use model::Role;

use crate::world::{PASSWORD, actor, counties, minute, trail, try_sign_in};

fn lives(db: &Db, token: &SessionToken, at: i64) -> bool {
    db.read(|tx| session(tx, token.as_str(), minute(at))).unwrap().is_some()
}

fn click(db: &Db, token: &SessionToken, at: i64) {
    let token = token.clone();
    db.write(move |tx| touch(tx, token.as_str(), minute(at))).unwrap();
}

#[test]
fn half_an_hour_without_a_click_ends_a_session() {
    for db in counties() {
        let token = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        assert!(lives(&db, &token, 29) && !lives(&db, &token, 30));
        click(&db, &token, 29);
        assert!(lives(&db, &token, 58) && !lives(&db, &token, 59));
        click(&db, &token, 70);
        assert!(!lives(&db, &token, 71), "a click does not raise the dead");
    }
}

#[test]
fn twelve_hours_end_a_session_however_busy() {
    for db in counties() {
        let token = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        for at in (0..12 * 60).step_by(20) {
            click(&db, &token, at);
        }
        assert!(lives(&db, &token, 12 * 60 - 1) && !lives(&db, &token, 12 * 60));
    }
}

#[test]
fn a_click_has_to_be_written_once_a_minute() {
    for db in counties() {
        let token = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        let due = |at| {
            let live = db.read(|tx| session(tx, token.as_str(), minute(at))).unwrap().unwrap();
            (live.touch_due, live.idle_ends_at, live.ends_at)
        };
        assert_eq!(due(0), (false, minute(30), minute(720)));
        assert_eq!(due(1), (true, minute(30), minute(720)));
        click(&db, &token, 1);
        assert_eq!(due(1), (false, minute(31), minute(720)));
    }
}

#[test]
fn signing_out_ends_this_session_and_no_other() {
    for db in counties() {
        let desk = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        let ward = try_sign_in(&db, "nurse", PASSWORD, 1).unwrap();
        for _ in 0..2 {
            let desk = desk.clone();
            db.write(move |tx| sign_out(tx, desk.as_str(), minute(2))).unwrap();
        }
        assert!(!lives(&db, &desk, 2) && lives(&db, &ward, 2));
        assert_eq!(trail(&db).last().unwrap(), "Some nurse: SignOut");
        assert_eq!(trail(&db).len(), 3, "the second sign-out had no session to end");
    }
}

#[test]
fn an_administrator_ends_all_sessions_of_a_user() {
    for db in counties() {
        let tokens = [0, 1].map(|at| try_sign_in(&db, "nurse", PASSWORD, at).unwrap());
        let other = try_sign_in(&db, "worker", PASSWORD, 2).unwrap();
        let (administrator, nurse) = (actor(&db, "officer"), actor(&db, "nurse").user);
        let ended = db.write(move |tx| end_sessions(tx, &administrator, nurse, minute(3))).unwrap();
        assert_eq!(ended, 2);
        assert!(tokens.iter().all(|token| !lives(&db, token, 3)) && lives(&db, &other, 3));
    }
}

#[test]
fn a_change_of_rights_counts_from_the_next_click() {
    for db in counties() {
        let token = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        let nurse = actor(&db, "nurse").user;
        db.write(move |tx| change_role(tx, nurse, Role::Steward)).unwrap();
        let now = db.read(|tx| session(tx, token.as_str(), minute(1))).unwrap().unwrap();
        assert_eq!(now.actor.role, Role::Steward);
        db.write(move |tx| set_disabled(tx, nurse, true)).unwrap();
        assert!(!lives(&db, &token, 1));
    }
}

#[test]
fn the_store_holds_no_token_and_a_made_up_one_opens_nothing() {
    for db in counties() {
        let token = try_sign_in(&db, "nurse", PASSWORD, 0).unwrap();
        let stored: Vec<String> = db
            .read(|tx| tx.query("select token_hash from account_session", &[], |row| row.get(0)))
            .map_err(|error: db::Error| error)
            .unwrap();
        assert_eq!(stored.len(), 1);
        for text in [stored[0].as_str(), "", "nurse"] {
            assert!(db.read(|tx| session(tx, text, minute(0))).unwrap().is_none());
        }
        assert_ne!(stored[0], token.as_str());
        assert_eq!(format!("{token:?}"), "SessionToken(…)");
    }
}
