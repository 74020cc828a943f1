//! A mistake in a policy is named by file and line before it can decide anything.

use access::{Error, Policies};

#[test]
fn the_standard_policies_pass_the_strict_schema() {
    assert!(Policies::standard().unwrap().ids().any(|id| id == "relationship-required"));
}

#[test]
fn the_standard_policies_can_be_copied_into_a_folder_and_loaded() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Policies::load(folder.path()), Err(Error::Empty { .. })));
    for (name, text) in Policies::standard_files() {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = Policies::load(folder.path()).unwrap();
    assert!(loaded.ids().eq(Policies::standard().unwrap().ids()));
    assert!(matches!(Policies::load(&folder.path().join("none")), Err(Error::Read { .. })));
}

fn check(text: &str, expected: &str) {
    let said = Policies::from_texts(&[("own.cedar", text)]).err().unwrap().to_string();
    assert!(
        said.lines().any(|line| line.starts_with(expected)),
        "expected {expected}\nbut it says {said}"
    );
}

#[test]
fn a_misspelt_fact_is_found() {
    check(
        "\n@id(\"a\")\npermit (principal, action == Action::\"ViewRecord\", resource)\nwhen { resource.disent };",
        "own.cedar:4: for policy `a`, attribute `disent` on entity type `Person` not found",
    );
}

#[test]
fn a_misspelt_role_or_action_is_found() {
    check(
        "@id(\"a\") permit (principal, action == Action::\"SearchPeople\", resource)\nwhen { principal.role == Role::\"clinican\" };",
        "own.cedar:2: for policy `a`",
    );
    check(
        "@id(\"a\") permit (principal, action == Action::\"LookAround\", resource);",
        "own.cedar:1: for policy `a`, unrecognized action `Action::\"LookAround\"`",
    );
}

#[test]
fn a_syntax_error_is_found() {
    check(
        "@id(\"a\")\npermit (principal, action, resource)\nwhen { true \n",
        "own.cedar:3: unexpected end of input",
    );
}

#[test]
fn a_policy_without_a_name_or_with_a_name_taken_is_found() {
    let all = "permit (principal, action == Action::\"ManageUsers\", resource);\n";
    check(all, "own.cedar:1: every policy needs a name");
    check(
        &format!("@id(\"a\")\n{all}\n@id(\"a\")\n@says(\"again\")\n{all}"),
        "own.cedar:4: a is already the name of a policy in own.cedar",
    );
    check(
        &format!("\n@id(\"a\")\n@alert(\"loud\")\n{all}"),
        "own.cedar:2: @alert of a is \"notification\" or \"alert\"",
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "@id(\"a\") permit (principal, action == Action::\"X\", resource);\n\
                @id(\"b\") permit (principal, action == Action::\"Y\", resource);\n";
    let Err(Error::Mistakes(mistakes)) = Policies::from_texts(&[("own.cedar", text)]) else {
        panic!("two actions do not exist")
    };
    let lines: std::collections::BTreeSet<usize> =
        mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines.into_iter().collect::<Vec<_>>(), [1, 2]);
}
