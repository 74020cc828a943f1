//! Signing in, failing to, and being locked out.

use accounts::{Cost, FAILURES_ALLOWED, LOCKED_MINUTES, PasswordHash, set_disabled, set_password};

use crate::world::{PASSWORD, actor, counties, minute, trail, try_sign_in};

#[test]
fn the_right_password_opens_a_session_in_either_case_of_the_name() {
    for db in counties() {
        let token = try_sign_in(&db, " Nurse ", PASSWORD, 1).unwrap();
        let session = db.read(|tx| accounts::session(tx, token.as_str(), minute(1))).unwrap();
        assert_eq!(session.unwrap().actor, actor(&db, "nurse"));
        assert_eq!(trail(&db), ["Some nurse: SignIn"]);
    }
}

#[test]
fn a_stranger_learns_nothing_and_what_was_typed_is_not_kept() {
    for db in counties() {
        for (name, password) in [("nurse", "wrong password"), ("nobody", PASSWORD), ("", "")] {
            assert!(try_sign_in(&db, name, password, 1).is_none());
        }
        assert_eq!(
            trail(&db),
            [
                "Some nurse: SignInFailed wrong password",
                "unknown user: SignInFailed",
                "unknown user: SignInFailed",
            ]
        );
    }
}

#[test]
fn five_failures_lock_the_account_for_a_quarter_of_an_hour() {
    for db in counties() {
        for failure in 1..=FAILURES_ALLOWED {
            assert!(try_sign_in(&db, "nurse", "wrong password", failure).is_none());
        }
        let unlocked = FAILURES_ALLOWED + LOCKED_MINUTES;
        assert!(try_sign_in(&db, "nurse", PASSWORD, FAILURES_ALLOWED).is_none());
        assert!(try_sign_in(&db, "nurse", PASSWORD, unlocked - 1).is_none());
        assert!(try_sign_in(&db, "worker", PASSWORD, unlocked - 1).is_some(), "others go on");
        assert!(try_sign_in(&db, "nurse", PASSWORD, unlocked).is_some());
        let trail = trail(&db);
        assert_eq!(
            trail[5..7],
            ["Some nurse: LockedOut", "Some nurse: SignInFailed account locked"]
        );
    }
}

#[test]
fn a_success_forgives_earlier_failures() {
    for db in counties() {
        for at in 0..4 {
            for _ in 1..FAILURES_ALLOWED {
                assert!(try_sign_in(&db, "nurse", "wrong password", at).is_none());
            }
            assert!(try_sign_in(&db, "nurse", PASSWORD, at).is_some());
        }
    }
}

#[test]
fn a_disabled_user_is_refused_and_a_new_password_replaces_the_old() {
    for db in counties() {
        let nurse = actor(&db, "nurse").user;
        db.write(move |tx| set_disabled(tx, nurse, true)).unwrap();
        assert!(try_sign_in(&db, "nurse", PASSWORD, 1).is_none());
        db.write(move |tx| set_disabled(tx, nurse, false)).unwrap();

        let new = PasswordHash::new("Golden-Cap-191", [9; 16], Cost::QUICK).unwrap();
        db.write(move |tx| set_password(tx, nurse, &new, minute(2))).unwrap();
        assert!(try_sign_in(&db, "nurse", PASSWORD, 3).is_none());
        assert!(try_sign_in(&db, "nurse", "Golden-Cap-191", 4).is_some());
    }
}

#[test]
fn a_short_password_is_refused_before_it_is_hashed() {
    assert!(PasswordHash::new("seven77", [0; 16], Cost::QUICK).is_err());
    let hash = PasswordHash::new("Golden-Cap-191", [0; 16], Cost::STANDARD).unwrap();
    assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
}
