//! Every role × section × standing, and every role × action × standing, as one table that a person
//! can read. `BLESS=1` rewrites `tests/matrix.txt`; read the diff before keeping it.

use std::fmt::Write;
use std::path::Path;

use access::{Action, Facts, Policies, Scope};
use model::{Role, Section};

use crate::world::{Standing, decide};

#[test]
fn the_standard_policies_allow_exactly_what_the_matrix_shows() {
    let actual = matrix(&Policies::standard().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(expected, actual, "matrix.txt:{}", line + 1);
    }
    assert_eq!(expected, actual, "BLESS=1 rewrites tests/matrix.txt");
}

fn matrix(policies: &Policies) -> String {
    let mut text = String::from("What a role sees when it opens a record\n");
    for standing in Standing::ALL {
        sections(&mut text, policies, standing);
    }
    text.push_str("\nWhat else a role may do\n");
    for standing in Standing::ALL {
        actions(&mut text, policies, standing);
    }
    text.push_str("\nWhat each scope lets a system do, about a person its organisation knows\n");
    scopes(&mut text, policies);
    text
}

fn scopes(text: &mut String, policies: &Policies) {
    for scope in Scope::ALL {
        let facts = Facts { scopes: [scope].into(), ..Standing::Related.facts(Role::System) };
        let allowed = |action: &Action| decide(policies, *action, &facts).allowed();
        let actions: Vec<&str> = Action::ALL
            .iter()
            .filter(|action| allowed(action))
            .copied()
            .map(Action::code)
            .collect();
        writeln!(text, "{:16} {}", scope.code(), actions.join(", ")).unwrap();
    }
}

fn sections(text: &mut String, policies: &Policies, standing: Standing) {
    heading(text, standing, Section::ALL.map(Section::code));
    for role in Role::ALL {
        let decision = decide(policies, Action::ViewRecord, &standing.facts(role));
        let marks = Section::ALL.map(|section| {
            let (shown, named) = (
                decision.sections().contains(&section),
                decision.not_shown().contains_key(&section),
            );
            assert_ne!(shown, named, "{section:?} is shown or named as not shown");
            shown
        });
        row(text, role, marks, Section::ALL.map(Section::code));
        let glass = if decision.may_break_glass() { " · may break the glass" } else { "" };
        let alert = match decision.alert().code() {
            "" => String::new(),
            alert => format!(" · {alert}"),
        };
        let basis = if decision.allowed() { decision.basis() } else { "refused" };
        writeln!(text, " {basis}{alert}{glass} · {}", decision.policies().join(", ")).unwrap();
    }
}

fn actions(text: &mut String, policies: &Policies, standing: Standing) {
    let codes = || Action::ALL.map(Action::code);
    heading(text, standing, codes());
    for role in Role::ALL {
        let facts = standing.facts(role);
        row(
            text,
            role,
            Action::ALL.map(|action| decide(policies, action, &facts).allowed()),
            codes(),
        );
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
}

fn heading<const N: usize>(text: &mut String, standing: Standing, columns: [&str; N]) {
    write!(text, "\n{}\n{:16}", standing.title(), "").unwrap();
    for column in columns {
        write!(text, " {column}").unwrap();
    }
    text.push('\n');
}

fn row<const N: usize>(text: &mut String, role: Role, marks: [bool; N], columns: [&str; N]) {
    write!(text, "{:16}", role.code()).unwrap();
    for (mark, column) in marks.into_iter().zip(columns) {
        write!(text, " {:^width$}", if mark { "✔" } else { "✘" }, width = column.len()).unwrap();
    }
}
