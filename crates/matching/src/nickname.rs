//! Short and pet forms of forenames used in Britain; each line begins with the full form.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A form may belong to several names: Alex, Chris, Jo, Pat, Sam.
#[rustfmt::skip]
const CLASSES: &[&[&str]] = &[
    &["ABIGAIL", "ABBIE", "ABBY", "ABI", "GAIL"],
    &["AHMED", "AHMAD", "AHMET"],
    &["AIDAN", "AIDEN", "AYDEN"],
    &["AISHA", "AYESHA", "AISHAH"],
    &["ALAN", "AL", "ALLAN", "ALLEN", "ALUN"],
    &["ALBERT", "AL", "BERT", "BERTIE", "ALBIE"],
    &["ALEXANDER", "ALEX", "ALEC", "ALASTAIR", "SANDY", "SASHA", "XANDER", "ALISTAIR"],
    &["ALEXANDRA", "ALEX", "ALEXA", "SANDRA", "SASHA", "LEXI", "SANDY"],
    &["ALFRED", "ALF", "ALFIE", "FRED", "FREDDIE"],
    &["ALICE", "ALI", "ALLIE"],
    &["ALISON", "ALI", "ALLISON", "ALLY"],
    &["AMANDA", "MANDY", "MANDI"],
    &["AMELIA", "MILLIE", "MILLY", "MELIA"],
    &["AMY", "AIMEE", "AMIE"],
    &["ANDREW", "ANDY", "DREW"],
    &["ANGELA", "ANGIE", "ANGE"],
    &["ANN", "ANNE", "ANNIE", "ANNA", "NAN", "NANCY", "HANNAH"],
    &["ANTHONY", "TONY", "ANT", "ANTONY", "ANTON"],
    &["ARCHIBALD", "ARCHIE", "ARCHY"],
    &["ARTHUR", "ART", "ARTIE"],
    &["BARBARA", "BABS", "BARB", "BARBIE"],
    &["BARRY", "BAZ"],
    &["BENJAMIN", "BEN", "BENNY", "BENJI"],
    &["BERNARD", "BERNIE", "BERN"],
    &["BETHANY", "BETH"],
    &["BRADLEY", "BRAD"],
    &["CALLUM", "CALUM", "CAL"],
    &["CAMERON", "CAM"],
    &["CAROLINE", "CAROL", "CARRIE", "CARO", "CAROLYN", "LYN"],
    &["CASSANDRA", "CASS", "CASSIE", "SANDRA"],
    &["CATHERINE", "KATHERINE", "KATHRYN", "CATHRYN", "KATE", "KATIE", "KATY", "CATH", "CATHY", "KATH", "KATHY", "KAT", "KIT", "KITTY", "KAY", "KATHLEEN", "CATRIONA"],
    &["CECILIA", "CECILY", "CIS", "CELIA"],
    &["CHARLES", "CHARLIE", "CHAS", "CHUCK", "CHARLEY"],
    &["CHARLOTTE", "CHARLIE", "LOTTIE", "CHAR", "LOTTE", "CHARLEY"],
    &["CHRISTINE", "CHRIS", "CHRISSIE", "CHRISSY", "CHRISTINA", "TINA", "KRISTINE"],
    &["CHRISTOPHER", "CHRIS", "KIT", "TOPHER", "CHRISTIAN"],
    &["CLAIRE", "CLARE", "CLAIR"],
    &["CLIFFORD", "CLIFF"],
    &["CONNOR", "CONOR"],
    &["CONSTANCE", "CONNIE"],
    &["CYNTHIA", "CINDY"],
    &["DANIEL", "DAN", "DANNY"],
    &["DANIELLE", "DANI", "DANNI"],
    &["DARREN", "DAZ"],
    &["DAVID", "DAVE", "DAVY", "DAI", "DAVEY"],
    &["DEBORAH", "DEBBIE", "DEB", "DEBRA", "DEBS"],
    &["DENNIS", "DEN", "DENIS", "DENNY"],
    &["DEREK", "DEL", "DERRICK", "RICK"],
    &["DIANE", "DI", "DIANA", "DIANNE"],
    &["DONALD", "DON", "DONNIE"],
    &["DOROTHY", "DOT", "DOTTIE", "DOLLY", "DORA", "DORIS", "DOTTY"],
    &["DOUGLAS", "DOUG", "DOUGIE"],
    &["EDITH", "EDIE"],
    &["EDWARD", "ED", "EDDIE", "TED", "TEDDY", "NED", "EDDY"],
    &["EDWIN", "ED", "EDDIE"],
    &["ELEANOR", "ELLIE", "NELL", "NELLIE", "ELLEN", "ELEANORE", "ELLA", "NORA", "LENA"],
    &["ELIZABETH", "LIZ", "BETH", "BETTY", "LIZZIE", "ELISABETH", "ELIZA", "LIBBY", "LISA", "BESS", "BESSIE", "BETSY", "LIZZY", "ELSIE", "LIZA", "BETTE", "LISBETH", "ELSPETH"],
    &["EMILY", "EM", "EMMIE", "MILLY", "MILLIE"],
    &["EMMA", "EM", "EMMIE"],
    &["EUGENE", "GENE"],
    &["EVELYN", "EVE", "EVIE", "EVA"],
    &["FATIMA", "FATIMAH"],
    &["FINLEY", "FIN", "FINN"],
    &["FLORENCE", "FLO", "FLORRIE", "FLOSSIE"],
    &["FRANCES", "FRAN", "FRANNIE", "FANNY", "FRANKIE"],
    &["FRANCIS", "FRANK", "FRANKIE", "FRAN"],
    &["FREDERICK", "FRED", "FREDDIE", "FREDDY", "FREDRICK", "FREDERIC"],
    &["GABRIEL", "GABE"],
    &["GARETH", "GAZ", "GARY"],
    &["GARY", "GAZ", "GARRY"],
    &["GEMMA", "GEM", "JEMMA"],
    &["GEOFFREY", "GEOFF", "JEFF", "JEFFREY", "JEFFERY"],
    &["GEORGE", "GEORGIE"],
    &["GEORGINA", "GEORGIE", "GINA", "GEORGIA"],
    &["GERALD", "GERRY", "JERRY", "GED", "GERARD"],
    &["GERALDINE", "GERRY"],
    &["GILLIAN", "GILL", "JILL", "JILLIAN", "GILLY"],
    &["GRAHAM", "GRAEME", "GRAHAME"],
    &["GREGORY", "GREG", "GREGG"],
    &["GWENDOLINE", "GWEN", "WENDY", "GWENDOLEN"],
    &["HAROLD", "HARRY", "HAL"],
    &["HARRIET", "HATTIE", "HATTY"],
    &["HASSAN", "HASAN"],
    &["HELEN", "NELL", "NELLIE", "ELLEN", "LENA", "ELAINE", "HELENA"],
    &["HENRY", "HARRY", "HAL", "HARRISON"],
    &["HERBERT", "HERB", "BERT", "HERBIE"],
    &["HUGH", "HUGHIE", "HUW", "HUGO"],
    &["HUSSAIN", "HUSSEIN"],
    &["IAN", "IAIN"],
    &["ISABELLA", "ISABEL", "ISABELLE", "BELLA", "IZZY", "BELLE", "ISOBEL", "ISLA", "IZZIE"],
    &["JACOB", "JAKE", "JACK"],
    &["JACQUELINE", "JACKIE", "JACQUI", "JACKY"],
    &["JAMES", "JIM", "JIMMY", "JAMIE", "JIMMIE", "JAY", "JEM"],
    &["JANE", "JANET", "JAN", "JANIE", "JANICE", "JENNY"],
    &["JENNIFER", "JENNY", "JEN", "JENNIE", "JENN"],
    &["JEREMY", "JERRY", "JEM"],
    &["JESSICA", "JESS", "JESSIE"],
    &["JOANNA", "JO", "JOANNE", "JOAN", "JOANIE"],
    &["JOHN", "JACK", "JOHNNY", "JON", "JOHNNIE", "JACKIE", "IAN", "SEAN"],
    &["JONATHAN", "JON", "JONNY", "JONATHON", "JONTY"],
    &["JOSEPH", "JOE", "JOEY", "JO"],
    &["JOSEPHINE", "JO", "JOSIE", "JOSEY"],
    &["JOSHUA", "JOSH"],
    &["JUDITH", "JUDY", "JUDI", "JUDE"],
    &["JULIA", "JULIE", "JULES", "JULIET"],
    &["JULIAN", "JULES"],
    &["KENNETH", "KEN", "KENNY"],
    &["KEVIN", "KEV"],
    &["KIERAN", "CIARAN"],
    &["KIMBERLEY", "KIM", "KIMBERLY", "KIMMY"],
    &["KIRSTY", "KIRSTEN", "KIRSTIE"],
    &["LAUREN", "LOZ", "LAURIE"],
    &["LAURENCE", "LAWRENCE", "LARRY", "LAURIE", "LAWRIE"],
    &["LEONARD", "LEN", "LENNY", "LEO", "LENNIE"],
    &["LESLIE", "LES", "LESLEY"],
    &["LEWIS", "LOUIS", "LEW"],
    &["LILLIAN", "LILY", "LIL", "LILIAN"],
    &["LINDA", "LIN", "LYN", "LYNDA", "LINDY"],
    &["LOUISE", "LOU", "LOUISA"],
    &["LUCY", "LUCILLE", "LUCINDA", "LUCIA"],
    &["LYDIA", "LYD"],
    &["MADELEINE", "MADDIE", "MADDY", "MADELINE", "MADISON"],
    &["MARGARET", "MAGGIE", "PEGGY", "MEG", "MARGE", "MARGIE", "PEG", "MADGE", "GRETA", "MARGERY", "DAISY", "RITA", "MARJORIE", "MEGAN"],
    &["MARTIN", "MARTY", "MARTYN"],
    &["MARY", "MOLLY", "POLLY", "MAE", "MAY", "MARIE", "MARIA", "MAMIE", "MINNIE"],
    &["MATILDA", "TILLY", "TILDA", "TILLIE", "MATTIE"],
    &["MATTHEW", "MATT", "MAT", "MATTY", "MATHEW"],
    &["MAUREEN", "MO"],
    &["MAXIMILIAN", "MAX", "MAXWELL"],
    &["MICHAEL", "MIKE", "MICK", "MICKEY", "MIKEY", "MICKY"],
    &["MICHELLE", "SHELLEY", "SHELL", "CHELLE"],
    &["MOHAMMED", "MUHAMMAD", "MOHAMMAD", "MOHAMED", "MO", "MOHD", "MUHAMMED", "MOHAMAD"],
    &["NATALIE", "NAT", "NATASHA", "TASHA"],
    &["NATASHA", "TASHA", "TASH", "NATACHA"],
    &["NATHANIEL", "NAT", "NATHAN", "NATE"],
    &["NEIL", "NEAL", "NIALL"],
    &["NIAMH", "NEVE"],
    &["NICHOLAS", "NICK", "NICKY", "NICOLAS", "NICO", "NIK"],
    &["NICOLA", "NICKY", "NIKKI", "NICOLE", "NICKI", "NICHOLA"],
    &["NORMAN", "NORM"],
    &["OLIVER", "OLLIE", "OLLY"],
    &["OLIVIA", "LIV", "OLLIE", "LIVVY", "LIVIA"],
    &["PAMELA", "PAM", "PAMMY"],
    &["PATRICIA", "PAT", "TRISH", "TRICIA", "PATSY", "PATTY", "PATTI"],
    &["PATRICK", "PAT", "PADDY", "RICK", "PADRAIG"],
    &["PENELOPE", "PENNY", "PEN"],
    &["PETER", "PETE"],
    &["PHILIP", "PHIL", "PHILLIP", "PIP"],
    &["PHILIPPA", "PIPPA", "PIP", "PHILLIPA"],
    &["RACHEL", "RACH", "RAE", "RACHAEL", "RAQUEL"],
    &["RAYMOND", "RAY", "RAYMUND"],
    &["REBECCA", "BECKY", "BECCA", "BEX", "BECKIE"],
    &["REGINALD", "REG", "REGGIE"],
    &["REUBEN", "RUBEN"],
    &["RICHARD", "RICK", "DICK", "RICH", "RICKY", "RICHIE", "DICKIE", "RITCHIE"],
    &["ROBERT", "BOB", "BOBBY", "ROB", "BERT", "ROBBIE", "ROBIN", "RAB", "BOBBIE", "RUPERT"],
    &["ROBERTA", "BOBBIE", "BERTA"],
    &["RODNEY", "ROD", "RODDY"],
    &["ROGER", "ROG", "RODGE"],
    &["RONALD", "RON", "RONNIE"],
    &["ROSEMARY", "ROSE", "ROSIE", "ROMY"],
    &["RUSSELL", "RUSS"],
    &["RYAN", "RIAN"],
    &["SAMANTHA", "SAM", "SAMMY", "SAMMIE"],
    &["SAMUEL", "SAM", "SAMMY"],
    &["SARAH", "SARA", "SALLY", "SADIE"],
    &["SEBASTIAN", "SEB"],
    &["SHANNON", "SHAN"],
    &["SHARON", "SHAZ"],
    &["SHAUN", "SEAN", "SHAWN"],
    &["SHEILA", "SHELAGH"],
    &["SIDNEY", "SID", "SYDNEY", "SYD"],
    &["SIMON", "SI"],
    &["SIOBHAN", "SHEVAUN", "SHIV"],
    &["SOPHIE", "SOPHIA", "SOPH", "SOFIA"],
    &["STANLEY", "STAN"],
    &["STEPHANIE", "STEPH", "STEFFI"],
    &["STEPHEN", "STEVE", "STEVEN", "STEVIE", "STEPHAN", "STE"],
    &["STUART", "STEWART", "STU"],
    &["SUSAN", "SUE", "SUSIE", "SUZANNE", "SUZIE", "SUZY", "SUSANNA", "SUSANNAH"],
    &["SYLVIA", "SYL", "SYLVIE"],
    &["TERENCE", "TERRY", "TERRENCE", "TEL"],
    &["TERESA", "THERESA", "TERRY", "TESS", "TESSA", "TERRI", "TREZA"],
    &["THEODORE", "THEO", "TED", "TEDDY"],
    &["THOMAS", "TOM", "TOMMY", "THOM"],
    &["TIMOTHY", "TIM", "TIMMY"],
    &["TRACEY", "TRACY", "TRACIE", "TRACE"],
    &["TYLER", "TY"],
    &["VALERIE", "VAL"],
    &["VICTOR", "VIC"],
    &["VICTORIA", "VICKY", "VICKI", "TORI", "VIC", "VIKKI", "VICKIE"],
    &["VINCENT", "VIN", "VINNIE", "VINCE"],
    &["VIRGINIA", "GINNY", "GINA"],
    &["WALTER", "WALT", "WALLY"],
    &["WILFRED", "WILF", "WILFRID", "FRED"],
    &["WILLIAM", "BILL", "BILLY", "WILL", "WILLIE", "LIAM", "WILLS", "WILLY"],
    &["WINIFRED", "WINNIE", "FREDA"],
    &["YUSUF", "YOUSUF", "YOUSEF"],
    &["YVONNE", "EVE", "VONNIE"],
    &["ZACHARY", "ZAC", "ZACK", "ZAK", "ZACHARIAH"],
];

/// Rarer forms: on each line a name and its short forms (NOTICE says where they come from).
const RARER: &str = include_str!("../models/nicknames.txt");

/// The classes of each form, by their places.
static CLASSES_OF: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut classes: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, class) in CLASSES.iter().enumerate() {
        class.iter().for_each(|name| classes.entry(name).or_default().push(place));
    }
    classes
});

/// The short forms of each name on a line of its own.
static RARER_FORMS: LazyLock<HashMap<&str, Vec<&'static str>>> = LazyLock::new(|| {
    let forms = |line: &'static str| {
        let mut words = line.split(' ');
        Some((words.next()?, words.collect()))
    };
    RARER.lines().filter_map(forms).collect()
});

/// The names of which each is a short form.
static RARER_NAMES: LazyLock<HashMap<&str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut names: HashMap<&str, Vec<&'static str>> = HashMap::new();
    for (name, forms) in RARER_FORMS.iter() {
        for form in forms {
            names.entry(form).or_default().push(name);
        }
    }
    names
});

fn classes_of(name: &str) -> &[usize] {
    CLASSES_OF.get(name).map_or(&[], Vec::as_slice)
}

/// Two different forms of one name.
pub(crate) fn related(a: &str, b: &str) -> bool {
    let others = classes_of(b);
    let short =
        |name: &str, form: &str| RARER_FORMS.get(name).is_some_and(|forms| forms.contains(&form));
    (!others.is_empty() && classes_of(a).iter().any(|class| others.contains(class)))
        || short(a, b)
        || short(b, a)
}

/// One is the full form of the other, or has the other at its beginning or end: Alfred and Alfie,
/// Christina and Tina, but not Alfie and Freddie. Of two names that are [`related`].
pub(crate) fn is_short_for(a: &str, b: &str) -> bool {
    let full = |one: &str, other: &str| {
        let mut classes = classes_of(one).iter().filter_map(|class| CLASSES.get(*class));
        classes.any(|class| class.first() == Some(&one) && class.contains(&other))
    };
    let part = |one: &str, other: &str| one.starts_with(other) || one.ends_with(other);
    full(a, b) || full(b, a) || part(a, b) || part(b, a)
}

/// Every form of a name, in full or short, but for the name itself.
pub(crate) fn forms(name: &str) -> impl Iterator<Item = &'static str> {
    let classes = classes_of(name).iter().filter_map(|class| CLASSES.get(*class));
    let rarer = RARER_FORMS.get(name).into_iter().flatten();
    classes.flat_map(|class| class.iter()).chain(rarer).copied().filter(move |form| *form != name)
}

/// The names that a rarer short form stands for.
pub(crate) fn rarer_names(form: &str) -> impl Iterator<Item = &'static str> {
    RARER_NAMES.get(form).into_iter().flatten().copied()
}

/// The full forms a name may stand for, at most two; itself where it is in no class.
pub(crate) fn full_forms(name: &str) -> impl Iterator<Item = &str> {
    let classes = classes_of(name);
    let forms = classes.iter().filter_map(|class| CLASSES.get(*class)?.first().copied()).take(2);
    forms.chain(classes.is_empty().then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pet_forms_find_their_names() {
        assert!(related("BILL", "WILLIAM"));
        assert!(related("KATE", "CATHY"));
        assert!(!related("BILL", "BOB"));
        assert_eq!(full_forms("SAM").collect::<Vec<_>>(), ["SAMANTHA", "SAMUEL"]);
        assert_eq!(full_forms("HESTER").collect::<Vec<_>>(), ["HESTER"]);
    }

    #[test]
    fn classes_are_written_in_plain_capitals() {
        for name in CLASSES.iter().copied().flatten() {
            assert!(name.bytes().all(|byte| byte.is_ascii_uppercase()), "{name}");
        }
    }
}
