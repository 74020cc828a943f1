//! Names so common in Britain that sharing one says little.

#[rustfmt::skip]
const SURNAMES: &[&str] = &[
    "ADAMS", "AHMED", "ALI", "ALLEN", "ANDERSON", "BAILEY", "BAKER", "BARKER", "BARNES", "BEGUM", "BELL", "BENNETT",
    "BROWN", "BUTLER", "CAMPBELL", "CARTER", "CHAPMAN", "CLARK", "CLARKE", "COLLINS", "COOK", "COOPER", "COX", "DAVIES",
    "DAVIS", "EDWARDS", "ELLIS", "EVANS", "FISHER", "FOSTER", "GRAY", "GREEN", "GRIFFITHS", "HALL", "HARRIS", "HARRISON",
    "HILL", "HOLMES", "HUGHES", "HUNT", "HUSSAIN", "JACKSON", "JAMES", "JENKINS", "JOHNSON", "JONES", "KELLY", "KHAN",
    "KING", "KNIGHT", "LEE", "LEWIS", "LLOYD", "MARSHALL", "MARTIN", "MASON", "MATTHEWS", "MILLER", "MILLS", "MITCHELL",
    "MOORE", "MORGAN", "MORRIS", "MURPHY", "MURRAY", "OWEN", "PALMER", "PARKER", "PATEL", "PHILLIPS", "POWELL", "PRICE",
    "RICHARDS", "RICHARDSON", "ROBERTS", "ROBINSON", "ROGERS", "ROSE", "RUSSELL", "SCOTT", "SHAW", "SIMPSON", "SINGH", "SMITH",
    "STEVENS", "STEWART", "TAYLOR", "THOMAS", "THOMPSON", "TURNER", "WALKER", "WALSH", "WARD", "WATSON", "WEBB", "WHITE",
    "WILKINSON", "WILLIAMS", "WILSON", "WOOD", "WRIGHT", "YOUNG",
];

#[rustfmt::skip]
const FORENAMES: &[&str] = &[
    "ALAN", "ALFIE", "AMANDA", "AMELIA", "ANDREW", "ANGELA", "ANN", "ANNE", "ANTHONY", "BARBARA", "BENJAMIN", "BRIAN",
    "CAROL", "CAROLINE", "CHARLES", "CHARLIE", "CHARLOTTE", "CHLOE", "CHRISTINE", "CHRISTOPHER", "COLIN", "DANIEL", "DAVID", "DEBORAH",
    "DENNIS", "DEREK", "DONALD", "DOREEN", "DOROTHY", "EDWARD", "ELIZABETH", "ELLA", "EMILY", "EMMA", "ERIC", "FRANK",
    "FREDERICK", "GARY", "GEORGE", "GILLIAN", "GRACE", "GRAHAM", "HARRY", "HEATHER", "HELEN", "IAN", "ISLA", "JACK",
    "JACQUELINE", "JAMES", "JANE", "JANET", "JEAN", "JENNIFER", "JESSICA", "JOAN", "JOHN", "JOSEPH", "JOSHUA", "JOYCE",
    "JULIE", "KAREN", "KATHLEEN", "KEITH", "KENNETH", "KEVIN", "LAUREN", "LESLIE", "LILY", "LINDA", "LUCY", "MARGARET",
    "MARIE", "MARK", "MARTIN", "MARY", "MATTHEW", "MAUREEN", "MICHAEL", "MICHELLE", "MOHAMMED", "MUHAMMAD", "NICOLA", "NOAH",
    "OLIVER", "OLIVIA", "PAMELA", "PATRICIA", "PAUL", "PAULINE", "PETER", "PHILIP", "RAYMOND", "REBECCA", "RICHARD", "ROBERT",
    "ROGER", "RONALD", "RUTH", "SAMUEL", "SANDRA", "SARAH", "SHARON", "SHEILA", "SHIRLEY", "SIMON", "SOPHIE", "STEPHEN",
    "STEVEN", "SUSAN", "SYLVIA", "TERENCE", "THOMAS", "TIMOTHY", "TRACEY", "VALERIE", "VERA", "VICTORIA", "WILLIAM",
];

pub(crate) fn is_surname(name: &str) -> bool {
    SURNAMES.binary_search(&name).is_ok()
}

pub(crate) fn is_forename(name: &str) -> bool {
    FORENAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(SURNAMES.is_sorted());
        assert!(FORENAMES.is_sorted());
    }
}
