//! Finding messages: newest first, a page at a time, by anything an operator knows of them.

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::NhsNumber;

use crate::arrival::position;
use crate::list::{RawRow, add_repeats, arrivals, columns, raw_row};
use crate::{Error, Page, Row, State};

/// As far as the clock of a server may have been set back while messages came.
const CLOCK_SET_BACK: SignedDuration = SignedDuration::from_hours(1);

/// Which messages; everything where nothing is said.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this channel.
    pub channel: Option<String>,
    /// Standing here.
    pub state: Option<State>,
    /// Of types that begin so: `ADT`, `ADT^A4`, `ADT^A01`.
    pub message_type: Option<String>,
    /// With this control id.
    pub control_id: Option<String>,
    /// That carry this NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// That name a patient by this number of the sender's own.
    pub local_number: Option<LocalNumber>,
    /// That came then or later.
    pub since: Option<Timestamp>,
    /// That came before.
    pub until: Option<Timestamp>,
    /// That stand still for a reason with these words in it.
    pub error: Option<String>,
}

/// A patient's number as channels know it.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalNumber {
    /// The number.
    pub number: String,
    /// The channels that may have sent it.
    pub channels: Vec<String>,
}

macro_rules! conditions {
    () => {
        " and (cast(?1 as text) is null or channel = ?1)
          and (cast(?3 as text) is null or substr(message_type, 1, length(?3)) = ?3)
          and (cast(?4 as text) is null or control_id = ?4)
          and (cast(?7 as text) is null or nhs_number = ?7)
          and (cast(?9 as bigint) is null or received_at >= ?9)
          and (cast(?10 as bigint) is null or received_at < ?10)
          and seq >= ?11 and seq < ?5 "
    };
}

/// Each search begins with the condition an index answers best; the others only narrow it.
macro_rules! messages_where {
    ($columns:expr, $first:literal, $end:literal) => {
        concat!(
            $columns,
            $first,
            conditions!(),
            " and (cast(?2 as text) is null or state = ?2)
              and (cast(?8 as text) is null or seq in (
                  select seq from message where order_key = ?8
                  union all select seq from message where other_order_key = ?8
                  union all select seq from message_more_key where order_key = ?8))
              and (cast(?12 as text) is null or lower(error) like ?12 escape '\\') ",
            $end
        )
    };
}

macro_rules! best_first {
    ($filter:expr, $key:expr, $columns:expr, $end:literal) => {
        match $filter {
            _ if $key.is_some() => messages_where!(
                $columns,
                "seq in (select seq from message where order_key = ?8
                  union all select seq from message where other_order_key = ?8
                  union all select seq from message_more_key where order_key = ?8)",
                $end
            ),
            Filter { nhs_number: Some(_), .. } => {
                messages_where!($columns, "nhs_number = ?7", $end)
            }
            Filter { control_id: Some(_), .. } => {
                messages_where!($columns, "control_id = ?4 and control_id <> ''", $end)
            }
            Filter { state: Some(state), .. } if *state != State::Processed => {
                messages_where!($columns, "state = ?2 and state <> 'processed'", $end)
            }
            Filter { error: Some(_), .. } => {
                messages_where!($columns, "state <> 'processed'", $end)
            }
            Filter { channel: Some(_), .. } => messages_where!($columns, "channel = ?1", $end),
            _ => messages_where!($columns, "seq > 0", $end),
        }
    };
}

/// The messages that fit `filter`, newest first. The next page is before the last row's number.
pub fn list(tx: &mut Tx, filter: &Filter, page: Page) -> Result<Vec<Row>, Error> {
    let from = from(tx, filter.since)?;
    let mut raw = Vec::new();
    for key in filter.keys() {
        let asked = Asked { filter, key: key.as_deref(), page, from };
        // Whatever the record does not know yet came after all that it knows.
        let new = match filter.state {
            None | Some(State::Waiting | State::Quarantined) => arrivals(tx, &asked)?,
            Some(_) => Vec::new(),
        };
        let taken = u16::try_from(new.len()).unwrap_or(u16::MAX);
        raw.extend(new);
        let rest = Page { size: page.size.saturating_sub(taken), ..page };
        if rest.size > 0 {
            raw.extend(messages(tx, &Asked { page: rest, ..asked })?);
        }
    }
    raw.sort_unstable_by_key(|raw| std::cmp::Reverse(raw.seq()));
    raw.dedup_by_key(|raw| raw.seq());
    raw.truncate(page.size.into());
    let mut rows = raw.into_iter().map(Row::try_from).collect::<Result<Vec<Row>, Error>>()?;
    add_repeats(tx, &mut rows)?;
    Ok(rows)
}

/// How many messages of the record fit `filter`; those that have not had their turn are not counted.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, Error> {
    let (mut total, page) = (0, Page { before: None, size: 1 });
    let from = from(tx, filter.since)?;
    for key in filter.keys() {
        let asked = Asked { filter, key: key.as_deref(), page, from };
        let sql = best_first!(
            filter,
            asked.key,
            "select count(*) from message where ",
            " and cast(?6 as bigint) > 0"
        );
        total += tx.query_one(sql, &asked.params(), |row| row.get::<i64>(0))?.unwrap_or(0);
    }
    Ok(total)
}

/// One search.
#[derive(Clone, Copy)]
struct Asked<'a> {
    filter: &'a Filter,
    key: Option<&'a str>,
    page: Page,
    from: i64,
}

impl Asked<'_> {
    fn params(&self) -> Vec<db::Value> {
        let filter = self.filter;
        params![
            filter.channel.clone(),
            filter.state.map(State::code),
            filter.message_type.clone(),
            filter.control_id.clone(),
            self.page.before.unwrap_or(i64::MAX),
            i64::from(self.page.size),
            filter.nhs_number.map(|number| number.to_string()),
            self.key.map(str::to_owned),
            filter.since,
            filter.until,
            self.from,
            filter.error.as_deref().map(containing),
        ]
        .to_vec()
    }
}

fn messages(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<RawRow>, Error> {
    let sql = best_first!(asked.filter, asked.key, columns!(), " order by seq desc limit ?6");
    Ok(tx.query(sql, &asked.params(), raw_row)?)
}

fn arrivals(tx: &mut Tx, asked: &Asked<'_>) -> Result<Vec<RawRow>, Error> {
    let mut params = asked.params();
    params.push(position(tx)?.into());
    params.push(asked.key.map(|key| containing(&format!("\"{key}\""))).into());
    let rows = tx.in_log(|log| {
        log.query(
            concat!(
                arrivals!(),
                "seq > ?13",
                conditions!(),
                " and (cast(?2 as text) is null
                      or case when unreadable is null then 'waiting' else 'quarantined' end = ?2)
                  and (cast(?8 as text) is null or order_key = ?8 or other_order_key = ?8
                      or lower(more_order_keys) like ?14 escape '\\')
                  and (cast(?12 as text) is null or lower(unreadable) like ?12 escape '\\')
                  order by seq desc limit ?6"
            ),
            &params,
            raw_row,
        )
    })?;
    Ok(rows)
}

/// The pattern of a text that holds `words`, in either case.
fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// A number before all messages since then: numbers grow with time, so the log is halved until it is
/// found, and what is older need not be read.
fn from(tx: &mut Tx, since: Option<Timestamp>) -> Result<i64, Error> {
    let Some(since) = since else { return Ok(0) };
    let since = since.saturating_sub(CLOCK_SET_BACK).unwrap_or(since);
    let last = tx.query_one("select max(seq) from message", params![], |row| row.get(0))?;
    let (mut older, mut newer) = (0, last.flatten().unwrap_or(0_i64).saturating_add(1));
    while newer - older > 1 {
        let middle = older.midpoint(newer);
        let sql = "select received_at from message where seq >= ?1 order by seq limit 1";
        let came: Option<Timestamp> = tx.query_one(sql, params![middle], |row| row.get(0))?;
        if came.is_some_and(|came| came < since) { older = middle } else { newer = middle }
    }
    Ok(older)
}

impl Filter {
    /// The keys of the patient; one `None` where no local number is asked for.
    fn keys(&self) -> Vec<Option<String>> {
        let Some(local) = &self.local_number else { return vec![None] };
        let key = |channel: &String| Some(format!("{channel} {}", local.number.trim()));
        local.channels.iter().map(key).collect()
    }
}

impl std::fmt::Debug for Filter {
    /// What is asked for may be a patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filter({:?}, {:?}, {:?})", self.channel, self.state, self.message_type)
    }
}
