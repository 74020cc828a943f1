//! Two records drawn by lot, to be read blind: neither whether they are linked, nor by what weight.

use std::collections::BTreeSet;
use std::sync::Arc;

use access::Action;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use db::Tx;
use empi::{Judgement, Sample};
use maud::{Markup, html};
use model::PersonId;
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::review_keys;
use crate::permit::{decide, permit, permit_to_show};
use crate::view::comparison;
use crate::{Error, PortalState};

/// `GET /review/sample`: the next pair for this reader.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    let decision = decide(&state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let user = reader.actor.user;
    let job = move |tx: &mut Tx| Ok((empi::next_sample(tx, user)?, names(tx)?));
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let sample = read.iter().flatten().filter_map(|(sample, _)| sample.as_ref());
    let people: BTreeSet<PersonId> =
        sample.flat_map(|sample| [sample.a.person, sample.b.person]).collect();
    let people = people.into_iter().collect();
    permit_to_show(&state, &reader, decision, people, "a pair drawn by lot").await?;
    let (sample, names) = read.ok_or(Error::NotFound)??;
    Ok(show(sample.as_ref(), &names, &reader))
}

fn show(sample: Option<&Sample>, names: &Names, reader: &Reader) -> Markup {
    page(
        "Read a pair",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            nav.cs-trail aria-label="Stewardship" { a href="/review/measures" data-key="q" { "Back to the measures" } (review_keys::button()) }
            @match sample {
                Some(sample) => (pair(sample, names)),
                None => {
                    h1 { "No pair waits for you" }
                    p { "You have read all that were drawn, or nobody has drawn any. Draw more from the measures." }
                }
            }
            (review_keys::help())
        },
    )
}

fn pair(sample: &Sample, names: &Names) -> Markup {
    let fields = comparison::fields(&sample.a.demographics, &sample.b.demographics, |code| {
        names.of(code).to_owned()
    });
    let side = |letter: &str| html! { span.cs-letter { (letter) } };
    html! {
        h1 tabindex="-1" data-focus-first { "Are these two records one person?" }
        p.cs-quiet { "You are not told whether they are linked. Your reading moves nothing." }
        section.cs-card aria-label="The two records" { (comparison::table(&fields, (side("A"), side("B")), "The two records, field by field")) }
        form.cs-card.cs-choices method="post" action={ "/review/sample/" (sample.id) } {
            @for judgement in Judgement::ALL {
                button.nhsuk-button.nhsuk-button--secondary name="said" value=(judgement.code()) data-key=(key(judgement)) { (judgement.label()) " " kbd aria-hidden="true" { (key(judgement)) } }
            }
        }
    }
}

fn key(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::SamePerson => "s",
        Judgement::NotTheSame => "d",
        Judgement::CannotTell => "c",
    }
}

/// What the reader says.
#[derive(Deserialize)]
pub(crate) struct Said {
    said: String,
}

/// `POST /review/sample/{sample}`: kept; then the next pair.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Form(said): Form<Said>,
) -> Result<Redirect, Error> {
    let judgement =
        Judgement::parse(&said.said).ok_or(Error::Invalid("choose what the two records say"))?;
    let about = format!("read the pair {id}");
    permit(&state, &reader, Action::ReviewMatches, None, about).await?;
    let (actor, now, model) = (reader.actor, state.now(), Arc::clone(&state.model));
    state.write(move |tx| Ok(empi::judge_sample(tx, &model, id, judgement, &actor, now)?)).await?;
    Ok(Redirect::to("/review/sample"))
}
