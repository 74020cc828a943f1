//! How a sum of weights came about: a waterfall chart that is also a table.
//!
//! Each row is a field; its bar begins where the row before ended, so that the eye follows the sum
//! to the last row. Dashed lines stand where a steward is asked and where records are linked. Every
//! position is a percentage: the same chart fits a phone and a desk, with text of one size.

use empi::{Evidence, Model};
use maud::{Markup, html};

/// From where on somebody is asked, and from where on records are linked without asking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thresholds {
    pub review: f64,
    pub link: f64,
}

impl Thresholds {
    /// Those of the model in use.
    pub(crate) fn of(model: &Model) -> Self {
        Self { review: model.review_from(), link: model.link_from() }
    }
}

/// The chart of `parts` whose sum is `total`; nothing where nothing was weighed.
pub(crate) fn waterfall(parts: &[Evidence], total: f64, thresholds: Thresholds) -> Markup {
    let steps = steps(parts);
    let scale = Scale::over(&steps, total, thresholds);
    html! {
        @if !parts.is_empty() {
            table.cs-waterfall {
                caption.nhsuk-u-visually-hidden { "What each field added to the sum of weights" }
                thead {
                    tr {
                        th scope="col" { "Field" }
                        th scope="col" { "How it agrees" }
                        th scope="col" { span.nhsuk-u-visually-hidden { "Sum so far" } (lines_named(&scale, thresholds)) }
                        th.cs-number scope="col" { "Weight" }
                    }
                }
                tbody {
                    @for step in &steps {
                        tr {
                            th scope="row" { (step.field) }
                            td { (step.level) }
                            td.cs-waterfall__chart { span.nhsuk-u-visually-hidden { (signed(step.to)) } (bar(step.from, step.to, &scale, thresholds, Row::Field)) }
                            td.cs-number { (signed(step.to - step.from)) }
                        }
                    }
                }
                tfoot {
                    tr {
                        th scope="row" { "Sum" }
                        td { (standing(total, thresholds)) }
                        td.cs-waterfall__chart { span.nhsuk-u-visually-hidden { (signed(total)) } (bar(0.0, total, &scale, thresholds, Row::Sum)) }
                        td.cs-number { (signed(total)) }
                    }
                }
            }
        }
    }
}

/// Where the sum stands, in words. Safety rules may still ask a steward above the link line.
pub(crate) fn standing(total: f64, thresholds: Thresholds) -> &'static str {
    if total >= thresholds.link {
        "enough to link, unless a safety rule or a decision forbids it"
    } else if total >= thresholds.review {
        "enough to ask, not enough to link"
    } else {
        "too little to ask by itself"
    }
}

/// One field's step from the sum before it to the sum after it.
struct Step<'a> {
    field: &'a str,
    level: &'a str,
    from: f64,
    to: f64,
}

fn steps(parts: &[Evidence]) -> Vec<Step<'_>> {
    let mut sum = 0.0;
    let step = |part: &'_ Evidence| {
        let from = sum;
        sum += part.weight;
        (from, sum)
    };
    let ends: Vec<(f64, f64)> = parts.iter().map(step).collect();
    parts
        .iter()
        .zip(ends)
        .map(|(part, (from, to))| Step { field: &part.field, level: &part.level, from, to })
        .collect()
}

/// From weights to percentages of the chart's width.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Holds every sum on the way, zero and both lines, with a little room at each end.
    fn over(steps: &[Step<'_>], total: f64, thresholds: Thresholds) -> Self {
        let sums = steps.iter().map(|step| step.to);
        let all = sums.chain([0.0, total, thresholds.review, thresholds.link]);
        let (low, high) =
            all.fold((0.0_f64, 0.0_f64), |(low, high), sum| (low.min(sum), high.max(sum)));
        let span = (high - low).max(1.0);
        // The name of the link line stands to its right.
        let high = high.max(thresholds.link + 0.12 * span);
        Self { low: low - 0.03 * span, high: high + 0.03 * span }
    }

    fn percent(&self, weight: f64) -> f64 {
        100.0 * (weight - self.low) / (self.high - self.low)
    }

    fn at(&self, weight: f64) -> String {
        format!("{:.2}%", self.percent(weight))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    Field,
    Sum,
}

/// One row of the chart: both lines, the step, and the thread to the next row.
fn bar(from: f64, to: f64, scale: &Scale, thresholds: Thresholds, row: Row) -> Markup {
    let (start, end) = (from.min(to), from.max(to));
    let width = format!("{:.2}%", (scale.percent(end) - scale.percent(start)).max(0.4));
    let class = match row {
        Row::Sum => "cs-sum",
        Row::Field if to < from => "cs-against",
        Row::Field => "cs-for",
    };
    html! {
        svg aria-hidden="true" focusable="false" {
            (line(scale, 0.0, "cs-axis"))
            (line(scale, thresholds.review, "cs-line-review"))
            (line(scale, thresholds.link, "cs-line-link"))
            @if row == Row::Field {
                line.cs-thread x1=(scale.at(from)) x2=(scale.at(from)) y1="0" y2="50%" {}
                line.cs-thread x1=(scale.at(to)) x2=(scale.at(to)) y1="50%" y2="100%" {}
            }
            rect.(class) x=(scale.at(start)) width=(width) y="22%" height="56%" {}
        }
    }
}

fn line(scale: &Scale, weight: f64, class: &str) -> Markup {
    let x = scale.at(weight);
    html! { line.(class) x1=(x) x2=(x) y1="0" y2="100%" {} }
}

/// The names of the two lines, on the outer side of each so that they never meet.
fn lines_named(scale: &Scale, thresholds: Thresholds) -> Markup {
    html! {
        svg.cs-waterfall__names role="img" aria-label={ "A steward is asked from " (signed(thresholds.review)) ", records are linked from " (signed(thresholds.link)) } {
            text x=(scale.at(thresholds.review)) dx="-4" y="0.75rem" text-anchor="end" { "ask " (signed(thresholds.review)) }
            text x=(scale.at(thresholds.link)) dx="4" y="0.75rem" { "link " (signed(thresholds.link)) }
            line.cs-line-review x1=(scale.at(thresholds.review)) x2=(scale.at(thresholds.review)) y1="0" y2="100%" {}
            line.cs-line-link x1=(scale.at(thresholds.link)) x2=(scale.at(thresholds.link)) y1="0" y2="100%" {}
        }
    }
}

/// `+8.2`, `−3.1`, with a real minus sign.
pub(crate) fn signed(weight: f64) -> String {
    if weight < 0.0 { format!("\u{2212}{:.1}", weight.abs()) } else { format!("+{weight:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: Thresholds = Thresholds { review: 3.0, link: 10.0 };

    fn part(field: &str, weight: f64) -> Evidence {
        Evidence { field: field.into(), level: "same".into(), weight }
    }

    #[test]
    fn every_bar_begins_where_the_one_before_ended() {
        let parts = [part("Chance", -20.0), part("Surname", 10.0), part("Born", 15.0)];
        let steps: Vec<(f64, f64)> =
            steps(&parts).iter().map(|step| (step.from, step.to)).collect();
        assert_eq!(steps, [(0.0, -20.0), (-20.0, -10.0), (-10.0, 5.0)]);
    }

    #[test]
    fn everything_stands_inside_the_chart_in_its_order() {
        let parts = [part("Chance", -20.0), part("Surname", 10.0), part("Number", 40.0)];
        let scale = Scale::over(&steps(&parts), 30.0, LINES);
        let places: Vec<f64> =
            [-20.0, -10.0, 0.0, 3.0, 10.0, 30.0].iter().map(|sum| scale.percent(*sum)).collect();
        assert!(places.is_sorted() && places[0] > 0.0 && places[5] < 100.0, "{places:?}");
    }

    #[test]
    fn the_chart_is_a_table_with_the_sum_so_far() {
        let parts = [part("Chance", -20.0), part("Surname", 24.5)];
        let html = waterfall(&parts, 4.5, LINES).into_string();
        for said in ["\u{2212}20.0", "+24.5", "+4.5", "enough to ask", "ask +3.0", "link +10.0"] {
            assert!(html.contains(said), "{said}");
        }
        assert!(!html.contains("style="));
    }

    #[test]
    fn without_weights_there_is_no_chart() {
        assert_eq!(waterfall(&[], 0.0, LINES).into_string(), "");
    }

    #[test]
    fn weights_are_signed() {
        assert_eq!((signed(8.25), signed(-3.1)), ("+8.2".into(), "\u{2212}3.1".into()));
    }
}
