//! Error pages: what happened, and what to do now.

use axum::http::StatusCode;
use maud::{Markup, html};
use model::Category;

use crate::layout::plain;

/// The page for a failure of one category.
pub(crate) fn page(category: Category, why: Option<&str>) -> (StatusCode, Markup) {
    let (status, title, advice) = words(category);
    let markup = plain(
        title,
        None,
        html! {
            @if let Some(why) = why { p { strong { (why) } } }
            p { (advice) }
            p { a href="/" { "Go to the home page" } }
        },
    );
    (status, markup)
}

fn words(category: Category) -> (StatusCode, &'static str, &'static str) {
    match category {
        Category::Invalid => (
            StatusCode::BAD_REQUEST,
            "That could not be read",
            "Go back, check what was entered, and send it again.",
        ),
        Category::NotFound => (
            StatusCode::NOT_FOUND,
            "Page not found",
            "The address may be mistyped, or the record may have been moved. Find the person again from the home page.",
        ),
        Category::Conflict => (
            StatusCode::CONFLICT,
            "Somebody was faster",
            "This has changed since you opened it. Go back, reload the page and look again before deciding.",
        ),
        Category::Forbidden => (
            StatusCode::FORBIDDEN,
            "Not allowed for your role",
            "Your role does not include this. If your work needs it, ask your organisation's administrator.",
        ),
        Category::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Not available just now",
            "Nothing was lost and nothing is shown half. Try again in a minute. If you need the information now, telephone the hospital or the GP practice.",
        ),
        Category::Fault => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong here",
            "The fault has been noted. Try once more; if it stays, tell the service desk the time it happened. If you need the information now, telephone the hospital or the GP practice.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_page_says_what_to_do() {
        for (category, status) in [
            (Category::Invalid, 400),
            (Category::NotFound, 404),
            (Category::Conflict, 409),
            (Category::Forbidden, 403),
            (Category::Unavailable, 503),
            (Category::Fault, 500),
        ] {
            let (shown, markup) = page(category, None);
            assert_eq!(shown.as_u16(), status);
            assert!(markup.into_string().contains("Go to the home page"));
        }
    }
}
