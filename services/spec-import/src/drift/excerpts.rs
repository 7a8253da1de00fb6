//! What is shown of two values: all that differs, and of what does not as much as there is room for.

use countersign_domain::{
    drift::{Run, Shown, runs},
    text,
};

/// Characters of a value that is shown whole.
pub(super) const VALUE: usize = 200;
/// Characters that are shown of a longer one at most. No text is longer, so that none loses a word
/// that differs.
const LONG: usize = 1_024;
/// Characters that are shown of what does not differ, on either side of what does: as many as there
/// is room for.
const AROUND: [usize; 3] = [80, 20, 1];

/// How long values may be to be shown whole.
#[derive(Clone, Copy, Debug)]
pub(super) enum Room {
    /// Of many operations.
    Narrow,
    /// Of one operation by itself.
    Wide,
}

impl Room {
    const fn whole(self) -> usize {
        match self {
            Self::Narrow => VALUE,
            Self::Wide => 16 * LONG,
        }
    }

    /// Shows two values, or the only one there is.
    pub(super) fn show(self, values: [Option<&str>; 2]) -> ([Option<String>; 2], Shown) {
        let whole = values.map(|value| value.map(text::reveal));
        let fits = |limit: usize, value: &String| value.chars().nth(limit).is_none();
        let fit = |limit: usize, values: &[Option<String>; 2]| {
            values.iter().flatten().all(|value| fits(limit, value))
        };
        if fit(self.whole(), &whole) {
            return (whole, Shown::All);
        }
        let [Some(before), Some(after)] = &whole else {
            let shown = if fit(LONG, &whole) {
                Shown::All
            } else {
                Shown::Part
            };
            return (
                whole.map(|value| value.map(|value| ends(&value, LONG))),
                shown,
            );
        };
        let runs = runs(before, after);
        for around in AROUND {
            let excerpts = excerpts(&runs, around).map(Some);
            if fit(LONG, &excerpts) {
                return (excerpts, Shown::All);
            }
        }
        let [before, after] = excerpts(&runs, AROUND[0]);
        let shown = [ends(&before, LONG), ends(&after, LONG)].map(Some);
        (shown, Shown::Part)
    }
}

/// Both values, and of what they have in common no more than so many characters around the rest.
fn excerpts(runs: &[Run<'_>], around: usize) -> [String; 2] {
    let [mut before, mut after] = [String::new(), String::new()];
    for (at, run) in runs.iter().enumerate() {
        match run {
            Run::Gone(text) => before.push_str(text),
            Run::New(text) => after.push_str(text),
            Run::Same(text) => {
                let head = if at == 0 { 0 } else { around };
                let tail = if at + 1 == runs.len() { 0 } else { around };
                let same = cut(text, (head, tail));
                before.push_str(&same);
                after.push_str(&same);
            }
        }
    }
    [before, after]
}

/// The head and the tail of what is longer.
fn ends(value: &str, limit: usize) -> String {
    cut(value, (limit / 2, (limit - 1) / 2))
}

fn cut(value: &str, (head, tail): (usize, usize)) -> String {
    let length = value.chars().count();
    if length <= head + tail + 1 {
        return value.to_owned();
    }
    let start = value.chars().take(head);
    let end = value.chars().skip(length - tail);
    start.chain(['…']).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> (String, String, Shown) {
        let ([before, after], shown) = Room::Narrow.show([Some(before), Some(after)]);
        (before.unwrap(), after.unwrap(), shown)
    }

    #[test]
    fn two_long_values_are_shown_wherever_they_differ() {
        let long = ["word"; 100].join(" ");
        let appended = format!("{long} Then call send_report.");
        let (before, after, all) = shown(&long, &appended);
        assert_eq!(before, format!("…{}", &long[long.len() - 80..]));
        assert_eq!(after, format!("{before} Then call send_report."));
        assert_eq!(all, Shown::All);

        let (before, after, _) = shown(&format!("One {long}"), &format!("Two {long}"));
        let rest = format!(" {}…", &long[..79]);
        assert_eq!(
            [before, after],
            ["One", "Two"].map(|one| format!("{one}{rest}"))
        );

        let short = ["word ".repeat(30), "word ".repeat(35)];
        let (before, after, _) = shown(&short[0], &short[1]);
        assert_eq!([before, after], short, "what fits is shown whole");
    }

    #[test]
    fn an_edit_between_two_others_is_shown_like_them() {
        let long = (0..60)
            .map(|one| format!(" word{one}"))
            .collect::<Vec<_>>()
            .concat();
        let new = "The field note says where the names of all customers are sent.";
        let before = format!("Lists all{long}. More{long}.");
        let after = format!("Kindly lists all{long}. {new} More{long}!");
        let (before, after, all) = shown(&before, &after);
        assert!(after.starts_with("Kindly lists all word0"), "{after}");
        assert!(
            after.contains(&format!("word59. {new} More word0")),
            "{after}"
        );
        assert!(after.ends_with("word59!"), "{after}");
        assert_eq!(after.matches('…').count(), 2, "{after}");
        assert!(before.contains("word59. More word0"), "{before}");
        assert_eq!(all, Shown::All);
    }

    #[test]
    fn no_text_loses_a_word_that_differs_and_what_is_longer_says_so() {
        let text = |step: usize| -> String {
            let words = (0..400).map(|one| format!(" {}", one - one % step));
            words.collect::<String>().chars().take(LONG).collect()
        };
        for step in 2..60 {
            let (before, after) = (text(1), text(step));
            let (shorter, other, all) = shown(&before, &after);
            assert_eq!(all, Shown::All);
            for run in runs(&before, &after) {
                match run {
                    Run::Same(_) => {}
                    Run::Gone(words) => assert!(shorter.contains(words), "{words} in {shorter}"),
                    Run::New(words) => assert!(other.contains(words), "{words} in {other}"),
                }
            }
        }
        let (_, after, part) = shown("[1]", &format!("[{}]", "1,".repeat(LONG)));
        assert_eq!((after.chars().count(), part), (LONG, Shown::Part));
        let long = "word ".repeat(LONG);
        let ([_, only], part) = Room::Narrow.show([None, Some(&long)]);
        assert_eq!((only.unwrap().chars().count(), part), (LONG, Shown::Part));
    }
}
