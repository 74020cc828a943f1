//! Figures for Prometheus, at an address of their own: whoever reaches it reads them.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::ApiState;
use crate::health::ready;

/// `GET /metrics` and `GET /ready`, for the address that `[telemetry] metrics` names.
pub fn metrics_router(state: ApiState, channels: Vec<String>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state((state.clone(), channels))
        .merge(Router::new().route("/ready", get(ready)).with_state(state))
}

async fn metrics(State((state, channels)): State<(ApiState, Vec<String>)>) -> Response {
    let (db, now) = (state.inbox.db().clone(), state.clock.now());
    let text = tokio::task::spawn_blocking(move || {
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        db.read(|tx| engine::metrics(tx, &channels, now))
    });
    match text.await {
        Ok(Ok(text)) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Ok(Err(error)) => {
            tracing::error!("figures could not be read: {error}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
