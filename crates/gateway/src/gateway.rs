//! The one way in: ask, wait no longer than the deadline, say what came of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use model::{Clock, NhsNumber, NhsNumberStatus, OdsCode};
use tokio::sync::Semaphore;

use crate::answer::{self, Answer};
use crate::breaker::Breaker;
use crate::bundle::Bundle;
use crate::config::Practice;
use crate::{Config, Error, GpRecord, GpRequest, Patience, RecordState, SectionState};
use crate::{outcome, question, transport};

/// Asks GP practices. One for the whole process; it holds no clinical data.
pub struct Gateway {
    config: Config,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    lines: BTreeMap<OdsCode, Line>,
}

/// Our line to one practice. Each has its own, so a slow or dead practice delays no other.
struct Line {
    permits: Semaphore,
    breaker: Mutex<Breaker>,
}

impl Line {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gateway {
    /// A gateway to the practices of `config`.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let at_once = config.limits.calls_at_once.clamp(1, Semaphore::MAX_PERMITS);
        let line = || Line { permits: Semaphore::new(at_once), breaker: Mutex::default() };
        let lines = config.practices.keys().map(|ods| (ods.clone(), line())).collect();
        Ok(Self { config, clock, client: transport::client()?, lines })
    }

    /// The live GP record of one person. Always answers, by the deadline of `request.patience`.
    pub async fn gp_record(&self, request: &GpRequest) -> GpRecord {
        let asked_at = self.clock.now();
        let answer = match self.addressee(request) {
            Ok((number, ods, practice, line)) => {
                let fetched = self.fetch(request, number, practice, line).await;
                self.log(request, ods, asked_at, &fetched);
                fetched.unwrap_or_else(|error| {
                    let (record, section) = outcome::meaning(&error);
                    Answer::without_lines(record, section, &request.sections)
                })
            }
            Err(state) => {
                let section = SectionState::NotRetrievable { why: state.sentence().to_owned() };
                Answer::without_lines(state, section, &request.sections)
            }
        };
        self.record(request, answer, asked_at)
    }

    /// Whom to ask, if we may ask at all.
    fn addressee<'a>(
        &'a self,
        request: &'a GpRequest,
    ) -> Result<(NhsNumber, &'a OdsCode, &'a Practice, &'a Line), RecordState> {
        let person = &request.demographics;
        let no_practice = |why: &str| RecordState::NoPractice { why: why.to_owned() };
        let ods = person
            .gp_practice
            .as_ref()
            .ok_or_else(|| no_practice("No GP practice is known for this person."))?;
        // The number must have been traced first, status 01 (Access Record Structured, prerequisites).
        let number =
            person.nhs_number.filter(|_| person.nhs_number_status == NhsNumberStatus::Verified);
        let number = number.ok_or_else(|| RecordState::NotFound {
            why: "A GP record can be fetched only by a verified NHS number, and this person's is not.".to_owned(),
        })?;
        let (Some(practice), Some(line)) = (self.config.practices.get(ods), self.lines.get(ods))
        else {
            return Err(no_practice("This person's GP practice is not connected."));
        };
        Ok((number, ods, practice, line))
    }

    /// 1. The whole takes no longer than the deadline, waiting for a free line included.
    /// 2. A practice that keeps failing is not called. 3. Only calls that were made count for that.
    async fn fetch(
        &self,
        request: &GpRequest,
        number: NhsNumber,
        practice: &Practice,
        line: &Line,
    ) -> Result<Answer, Error> {
        if !question::asks_anything(&request.sections) {
            return Ok(Answer::without_lines(
                RecordState::Answered,
                SectionState::NotSupported,
                &request.sections,
            ));
        }
        let limits = &self.config.limits;
        let deadline = tokio::time::Instant::now() + self.patience(request.patience);
        let permit = tokio::time::timeout_at(deadline, line.permits.acquire()).await;
        let (Ok(_permit), now) = (permit.map_err(|_| Error::TimedOut)?, self.clock.now()) else {
            return Err(Error::LeftAlone);
        };
        if !line.breaker().allows(now, limits.probe_every) {
            return Err(Error::LeftAlone);
        }
        let fetched =
            tokio::time::timeout_at(deadline, self.call(request, number, practice, now)).await;
        let fetched = fetched.unwrap_or(Err(Error::TimedOut));
        match &fetched {
            Err(error) if error.is_failure() => {
                line.breaker().failed(
                    self.clock.now(),
                    limits.failures_to_open,
                    limits.probe_every,
                );
            }
            _ => line.breaker().succeeded(),
        }
        fetched
    }

    fn patience(&self, patience: Patience) -> Duration {
        let limits = &self.config.limits;
        match patience {
            Patience::Usual => limits.shown_deadline.min(limits.hard_deadline),
            Patience::Longer => limits.hard_deadline,
        }
    }

    async fn call(
        &self,
        request: &GpRequest,
        number: NhsNumber,
        practice: &Practice,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let parameters = question::parameters(number, request, now, &self.config.limits);
        let token = question::token(&self.config.consumer, practice, request, now);
        let body =
            transport::send(&self.client, &self.config, practice, request, token, &parameters)
                .await?;
        let (ours, asked) = (request.demographics.clone(), request.sections.clone());
        // A large record takes a while to read: not on a thread that serves others.
        let read = move || Bundle::parse(&body).map(|bundle| answer::read(&bundle, &ours, &asked));
        let read = tokio::task::spawn_blocking(read).await;
        read.unwrap_or(Err(Error::Malformed { what: "reading it failed" }))
    }

    fn record(&self, request: &GpRequest, answer: Answer, asked_at: Timestamp) -> GpRecord {
        let fetched_at = self.clock.now();
        let practice = request.demographics.gp_practice.clone();
        let known = practice.as_ref().and_then(|ods| self.config.practices.get(ods));
        GpRecord {
            practice_name: known.map(|practice| practice.name.clone()),
            practice,
            state: answer.state,
            fetched_at,
            took_ms: took_ms(asked_at, fetched_at),
            asked_since: question::asked_since(&request.sections, asked_at, &self.config.limits),
            sections: answer.sections,
            items: answer.items,
            allergies: answer.allergies,
            warnings: answer.warnings,
            demographics_mismatch: answer.demographics_mismatch,
        }
    }

    fn log(
        &self,
        request: &GpRequest,
        ods: &OdsCode,
        asked_at: Timestamp,
        fetched: &Result<Answer, Error>,
    ) {
        let took_ms = took_ms(asked_at, self.clock.now());
        let trace = request.trace;
        match fetched {
            Ok(answer) => {
                let state = answer.state.code();
                tracing::info!(practice.ods = %ods, %trace, took_ms, state, "practice {ods} answered in {took_ms} ms: {state}");
            }
            Err(error) => {
                let cause =
                    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
                tracing::warn!(practice.ods = %ods, %trace, took_ms, cause, "no GP record from practice {ods} after {took_ms} ms: {error}");
            }
        }
    }
}

fn took_ms(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond() - from.as_millisecond()).unwrap_or(0)
}
