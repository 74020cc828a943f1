//! Is the system up? For load balancers and people in a hurry.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::{Db, params};
use empi::Sweep;
use serde_json::{Value, json};

use crate::ApiState;

/// A database that takes longer to answer is not reachable.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /health`: 200 while the database answers, else 503.
pub(crate) async fn health(State(state): State<ApiState>) -> Response {
    let db = state.inbox.db().clone();
    let answered = tokio::task::spawn_blocking(move || (answers(&db), repair(&db)));
    let (up, repair) = match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) => (false, None),
    };
    let (status, word) =
        if up { (StatusCode::OK, "up") } else { (StatusCode::SERVICE_UNAVAILABLE, "down") };
    let body = json!({
        "status": word,
        "database": word,
        "waiting_messages": state.inbox.waiting(),
        "repair": repair,
        "version": env!("CARGO_PKG_VERSION"),
    });
    (status, Json(body)).into_response()
}

/// `GET /ready`: 200 while messages are taken, else 503. The sources listen before this address does, so
/// what is left to ask is whether the log's writer answers and fewer messages wait than the high-water mark.
pub(crate) async fn ready(State(state): State<ApiState>) -> Response {
    let db = state.inbox.db().clone();
    let wrote = tokio::task::spawn_blocking(move || {
        db.write_log(|tx| tx.query_one("select 1", params![], |row| row.get::<i64>(0)))
    });
    let log = matches!(tokio::time::timeout(PATIENCE, wrote).await, Ok(Ok(Ok(Some(1)))));
    let room = state.inbox.has_room();
    let status = if log && room { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if log && room { "ready" } else { "not ready" },
        "log": if log { "writable" } else { "does not answer" },
        "below_high_water": room,
        "waiting_messages": state.inbox.waiting(),
    });
    (status, Json(body)).into_response()
}

fn answers(db: &Db) -> bool {
    let one = db.read(|tx| tx.query_one("select 1", params![], |row| row.get::<i64>(0)));
    match one {
        Ok(one) => one == Some(1),
        Err(error) => {
            tracing::error!(%error, "the database does not answer: {error}");
            false
        }
    }
}

/// How far the index of people has been put together anew; without it the system is up all the same.
fn repair(db: &Db) -> Option<Value> {
    let upkeep = db.read(empi::upkeep).ok()?;
    let sweep = match upkeep.sweep {
        Sweep::Never => "never",
        Sweep::Underway { .. } => "underway",
        Sweep::Complete { .. } => "complete",
    };
    let problem_at = upkeep.problem.map(|(at, _)| at.to_string());
    Some(json!({"sweep": sweep, "waiting_changes": upkeep.waiting, "problem_at": problem_at}))
}
