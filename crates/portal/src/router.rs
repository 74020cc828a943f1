//! The addresses of the portal.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::page::{
    access_log, bulk, channel, channels, destinations, document, find, found, home, line, links,
    message, message_deed, message_edit, messages, open_record, privacy, refused, review,
    review_decision, review_measures, review_question, review_raise, review_sample, sign_in, users,
};
use crate::{Error, PortalState, files, guard};

/// The portal over `state`. Addresses hold ids only: people are found by POST.
pub fn router(state: PortalState) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/sign-in", get(sign_in::get).post(sign_in::post))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/find", post(find::post).get(home::get))
        .route("/people/{person}", get(open_record::get))
        .route("/people/{person}/gp", get(open_record::get_gp))
        .route("/people/{person}/links", get(links::get))
        .route("/people/{person}/access-log", get(access_log::get))
        .route("/people/{person}/break-glass", post(refused::break_glass))
        .route("/people/{person}/documents/{document}", get(document::get))
        .route("/people/{person}/documents/{document}/content", get(document::content))
        .route("/people/{person}/lines/{kind}/{id}", get(line::get))
        .route("/people/{person}/{section}", get(open_record::get_section))
        .route("/review", get(review::get))
        .route("/review/measures", get(review_measures::get))
        .route("/review/samples", post(review_measures::draw))
        .route("/review/sample", get(review_sample::get))
        .route("/review/sample/{sample}", post(review_sample::post))
        .route("/review/raise", get(review_raise::get).post(review_raise::post))
        .route("/review/raise/find", post(review_raise::find))
        .route("/review/{review}", get(review_question::get).post(review_decision::post))
        .route("/review/{review}/preview", get(review_decision::preview))
        .route("/destinations", get(destinations::get))
        .route("/destinations/{destination}", get(destinations::one))
        .route("/destinations/{destination}/pause", post(destinations::pause))
        .route("/destinations/{destination}/resume", post(destinations::resume))
        .route("/destinations/{destination}/retry", post(destinations::retry_parked))
        .route("/destinations/{destination}/{id}/retry", post(destinations::retry))
        .route("/destinations/{destination}/{id}/skip", post(destinations::skip))
        .route("/channels", get(channels::get))
        .route("/channels/{channel}", get(channel::get))
        .route("/channels/{channel}/pause", post(channel::pause))
        .route("/channels/{channel}/resume", post(channel::resume))
        .route("/messages", get(messages::get))
        .route("/messages/bulk/{bulk}", get(bulk::get))
        .route("/messages/found/{search}/{deed}", get(bulk::confirm).post(bulk::post))
        .route("/messages/{message}/edit", post(message_edit::post))
        .route("/messages/find", post(found::post))
        .route("/messages/found/{search}", get(found::get))
        .route("/messages/written/{kind}/{id}", get(line::written))
        .route("/messages/{message}", get(message::get))
        .route("/messages/{message}/test", post(message_deed::test))
        .route("/messages/{message}/content", post(message::reveal))
        .route("/messages/{message}/retry", post(message_deed::retry))
        .route("/messages/{message}/skip", post(message_deed::skip))
        .route("/privacy", get(privacy::get))
        .route("/privacy/alerts/{entry}", post(privacy::answer))
        .route("/users", get(users::get))
        .route("/users/{user}/end-sessions", post(users::end_sessions))
        .route("/assets/{name}", get(files::get))
        .fallback(|| async { Error::NotFound })
        .layer(from_fn(guard::guard))
        .with_state(state)
}
