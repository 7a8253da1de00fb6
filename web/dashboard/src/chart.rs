//! Small charts, as SVG: whole numbers in, whole numbers out, no script.

use askama::{Template, filters::HtmlSafe};

const HEIGHT: u64 = 120;
const TOP: u64 = 14;
const STEP: u64 = 44;
const WIDE: u64 = 30;

/// Bars of a few parts each, a column a day.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/columns.html")]
pub(crate) struct Columns {
    title: &'static str,
    width: u64,
    height: u64,
    base: u64,
    most: u64,
    days: Vec<Column>,
    legend: Vec<(&'static str, &'static str)>,
}

impl HtmlSafe for Columns {}

#[derive(Clone, Debug)]
struct Column {
    label: String,
    says: String,
    middle: u64,
    bars: Vec<Bar>,
}

#[derive(Clone, Debug)]
struct Bar {
    fill: &'static str,
    x: u64,
    y: u64,
    width: u64,
    height: u64,
}

impl Columns {
    /// Draws columns: a label and one number for each entry of the legend (colour, word).
    pub(crate) fn new<const N: usize>(
        title: &'static str,
        legend: [(&'static str, &'static str); N],
        days: &[(String, [u64; N])],
    ) -> Self {
        let most = days
            .iter()
            .map(|(_, parts)| parts.iter().sum::<u64>())
            .max();
        let most = most.unwrap_or(0);
        let columns = days.iter().zip(0..).map(|((label, parts), at)| {
            let x = at * STEP + (STEP - WIDE) / 2;
            let says: Vec<_> = parts
                .iter()
                .zip(legend)
                .map(|(count, (_, word))| format!("{count} {word}"))
                .collect();
            Column {
                label: label.clone(),
                says: says.join(", "),
                middle: x + WIDE / 2,
                bars: stacked(parts, &legend, (x, most)),
            }
        });
        Self {
            title,
            width: STEP * u64::try_from(days.len().max(1)).unwrap_or(1),
            height: HEIGHT + TOP + 20,
            base: HEIGHT + TOP,
            most,
            days: columns.collect(),
            legend: legend.to_vec(),
        }
    }

    /// Says whether there is anything to draw.
    pub(crate) const fn is_empty(&self) -> bool {
        self.most == 0
    }
}

fn stacked(parts: &[u64], legend: &[(&'static str, &str)], (x, most): (u64, u64)) -> Vec<Bar> {
    let mut y = HEIGHT + TOP;
    let mut bars = Vec::new();
    for (count, (fill, _)) in parts.iter().zip(legend) {
        // Something is never drawn as nothing.
        let height = (count * HEIGHT / most.max(1)).max(u64::from(*count > 0));
        y = y.saturating_sub(height);
        if height > 0 {
            bars.push(Bar {
                fill,
                x,
                y,
                width: WIDE,
                height,
            });
        }
    }
    bars
}

/// One bar, divided.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/share.html")]
pub(crate) struct Share {
    says: String,
    bars: Vec<Bar>,
}

impl HtmlSafe for Share {}

impl Share {
    /// Draws parts of a whole: colour, word, count. What is left is empty.
    pub(crate) fn new(parts: &[(&'static str, &str, u64)], whole: u64) -> Self {
        let mut x = 0;
        let mut bars = Vec::new();
        for (fill, _, count) in parts {
            let width = count * 200 / whole.max(1);
            bars.push(Bar {
                fill,
                x,
                y: 0,
                width,
                height: 10,
            });
            x += width;
        }
        bars.push(Bar {
            fill: "rest",
            x,
            y: 0,
            width: 200u64.saturating_sub(x),
            height: 10,
        });
        let says: Vec<_> = parts
            .iter()
            .map(|(_, word, count)| format!("{count} {word}"))
            .collect();
        Self {
            says: format!("{} of {whole}", says.join(", ")),
            bars: bars.into_iter().filter(|bar| bar.width > 0).collect(),
        }
    }
}

/// A bar as long as its share of the longest one, in as many colours as it has parts.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/stack.html")]
pub(crate) struct Stack {
    says: String,
    bars: Vec<Bar>,
}

impl HtmlSafe for Stack {}

impl Stack {
    /// How finely the longest bar is divided.
    const FINE: u64 = 1000;

    /// Draws one number for each part (colour, word). `most` is what the longest bar stands for.
    pub(crate) fn new<const N: usize>(
        label: &str,
        parts: &[(&'static str, &str); N],
        counts: &[usize; N],
        most: usize,
    ) -> Self {
        let (mut x, mut bars, mut says) = (0, Vec::new(), Vec::new());
        for ((fill, word), count) in parts.iter().zip(counts) {
            if *count == 0 {
                continue;
            }
            // Something is never drawn as nothing.
            let width = (*count as u64 * Self::FINE / most.max(1) as u64).max(3);
            says.push(format!("{count} {word}"));
            bars.push(Bar {
                fill,
                x,
                y: 0,
                width,
                height: 10,
            });
            x += width;
        }
        Self {
            says: format!("{label}: {}", says.join(", ")),
            bars,
        }
    }

    /// Says whether a colour is in it.
    pub(crate) fn has(&self, fill: &str) -> bool {
        self.bars.iter().any(|bar| bar.fill == fill)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tool_among_a_thousand_is_still_seen() {
        let parts = [("on", "on"), ("open", "undecided")];
        let bar = Stack::new("READ", &parts, &[1, 1200], 1201);
        let widths: Vec<_> = bar.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [3, 999]);
        assert_eq!(bar.says, "READ: 1 on, 1200 undecided");
    }

    #[test]
    fn one_call_among_thousands_is_still_seen() {
        let days = [("1".to_owned(), [5000, 0, 1])];
        let legend = [("allow", "allowed"), ("hold", "held"), ("deny", "denied")];
        let chart = Columns::new("Calls", legend, &days);
        let heights: Vec<_> = chart.days[0].bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [119, 1]);
        assert!(Columns::new("Calls", legend, &[]).is_empty());
    }
}
