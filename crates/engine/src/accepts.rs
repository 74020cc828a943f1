//! Which HL7 v2 messages a channel takes, by their headers: a test message on a live channel, or one that
//! was meant for somebody else, must not become part of anybody's record.

use std::str::FromStr;

use hl7v2::Message;

/// What MSH-11 and MSH-5 must say. The default takes whatever comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Processing ids (MSH-11, table 0103): `P`; an empty one is for messages that say nothing.
    pub processing: Vec<String>,
    /// Whom messages must be for.
    pub receivers: Vec<Receiver>,
}

/// A receiving application (MSH-5), and perhaps its facility (MSH-6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    application: String,
    facility: Option<String>,
}

impl FromStr for Receiver {
    type Err = String;

    /// `CHESIL`, or with the facility `CHESIL|DCR`, as the header holds them.
    fn from_str(text: &str) -> Result<Self, String> {
        let (application, facility) = match text.split_once('|') {
            Some((application, facility)) => (application, Some(facility.trim().to_owned())),
            None => (text, None),
        };
        if facility.as_ref().is_some_and(|facility| facility.contains('|')) {
            return Err("a receiver is MSH-5, or MSH-5|MSH-6".to_owned());
        }
        Ok(Self { application: application.trim().to_owned(), facility })
    }
}

impl Accepts {
    /// Why `message` is not taken, as a sentence without content; `None` where it is.
    pub(crate) fn refusal(&self, message: &Message<'_>) -> Option<String> {
        let header = |number| {
            let field = message.segment("MSH").and_then(|header| header.field(number));
            // MSH-5, MSH-6 and MSH-11 have components; the first is what they are called by.
            let value = field.and_then(|field| {
                field
                    .repetitions()
                    .next()
                    .and_then(|first| first.component(1).value().map(std::borrow::Cow::into_owned))
            });
            value.unwrap_or_default().trim().to_owned()
        };
        let says = |wanted: &str, said: &str| wanted.eq_ignore_ascii_case(said);
        let processing = header(11);
        if !self.processing.is_empty()
            && !self.processing.iter().any(|wanted| says(wanted, &processing))
        {
            let wanted = self.processing.join(", ");
            return Some(format!(
                "MSH-11 (processing id) is none that this channel takes: {wanted}"
            ));
        }
        let (application, facility) = (header(5), header(6));
        let is_it = |receiver: &Receiver| {
            says(&receiver.application, &application)
                && receiver.facility.as_ref().is_none_or(|wanted| says(wanted, &facility))
        };
        if !self.receivers.is_empty() && !self.receivers.iter().any(is_it) {
            return Some("MSH-5 and MSH-6 name a receiver that is not this one".to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a message with these MSH-5, MSH-6 and MSH-11.
    fn check(accepts: &Accepts, header: (&str, &str, &str), taken: bool) {
        let (application, facility, processing) = header;
        let text = format!(
            "MSH|^~\\&|PAS|RD3|{application}|{facility}|2026||ADT^A01|C1|{processing}|2.4\r"
        );
        let message = hl7v2::parse(text.as_bytes()).unwrap();
        assert_eq!(accepts.refusal(&message).is_none(), taken, "{text}");
    }

    fn receivers(receivers: &[&str]) -> Accepts {
        let receivers = receivers.iter().map(|receiver| receiver.parse().unwrap()).collect();
        Accepts { receivers, ..Accepts::default() }
    }

    #[test]
    fn whatever_comes_is_taken_unless_something_is_asked_for() {
        check(&Accepts::default(), ("", "", ""), true);
        check(&Accepts::default(), ("X", "Y", "T"), true);
    }

    #[test]
    fn a_test_message_is_not_taken_by_a_live_channel() {
        let live = Accepts { processing: vec!["P".to_owned()], ..Accepts::default() };
        for (processing, taken) in
            [("P", true), ("p", true), ("P^A", true), ("T", false), ("D", false), ("", false)]
        {
            check(&live, ("CHESIL", "DCR", processing), taken);
        }
        let silent = Accepts { processing: vec!["P".into(), String::new()], ..Accepts::default() };
        check(&silent, ("CHESIL", "DCR", ""), true);
        check(&silent, ("CHESIL", "DCR", "T"), false);
    }

    #[test]
    fn a_message_for_somebody_else_is_not_taken() {
        check(&receivers(&["CHESIL"]), ("chesil", "ANY", "P"), true);
        check(&receivers(&["CHESIL"]), ("CHESIL^1.2.3^ISO", "ANY", "P"), true);
        check(&receivers(&["CHESIL"]), ("LAB", "DCR", "P"), false);
        check(&receivers(&["CHESIL"]), ("", "", "P"), false);
        check(&receivers(&["CHESIL|DCR"]), ("CHESIL", "DCR", "P"), true);
        check(&receivers(&["CHESIL|DCR"]), ("CHESIL", "RD3", "P"), false);
        check(&receivers(&["LAB", "CHESIL|"]), ("CHESIL", "", "P"), true);
        assert!("A|B|C".parse::<Receiver>().is_err());
    }
}
