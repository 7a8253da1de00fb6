//! Shows figures to people and scripts.

use std::fmt;

use countersign_domain::risk::RiskClass;
use serde_json::{Map, Value, json};

use super::{Miss, Score, Scores};

impl Scores {
    /// The figures as JSON, for scripts.
    #[must_use]
    pub fn report(&self) -> Value {
        json!({
            "whole": self.whole.report(),
            "leave_one_api_out": self.left_out.report(),
            "missing": self.missing,
        })
    }
}

impl Score {
    fn report(&self) -> Value {
        let apis: Map<String, Value> = self
            .apis
            .iter()
            .map(|(api, tally)| (api.clone(), tally.report()))
            .collect();
        let confusion: Vec<Value> = self
            .confusion
            .iter()
            .map(|((label, said), count)| json!({"label": label, "said": said, "count": count}))
            .collect();
        json!({
            "all": self.all.report(),
            "macro_f1": self.macro_f1(),
            "apis": apis,
            "confusion": confusion,
            "high_risk_called_read": self.called_read().map(place).collect::<Vec<_>>(),
            "misses": self.misses.iter().map(miss).collect::<Vec<_>>(),
        })
    }

    /// High-risk labels that were called READ.
    fn called_read(&self) -> impl Iterator<Item = &Miss> {
        let read = |miss: &&Miss| miss.expected_high_risk && miss.risk.class == RiskClass::Read;
        self.misses.iter().filter(read)
    }
}

fn place(miss: &Miss) -> String {
    format!("{} {}", miss.api, miss.operation)
}

fn miss(miss: &Miss) -> Value {
    json!({
        "api": miss.api,
        "operation": miss.operation,
        "label": miss.expected,
        "label_high_risk": miss.expected_high_risk,
        "said": miss.risk.class,
        "said_high_risk": miss.risk.high_risk,
        "reasons": miss.risk.reasons,
    })
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| api | labels | accuracy | high-risk recall | of hard ones | precision | called READ | READ recall | read_only | destructive |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|")?;
        let rows = self.apis.iter().map(|(api, tally)| (api.as_str(), tally));
        for (name, tally) in rows.chain([("all", &self.all)]) {
            writeln!(
                f,
                "| {name} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {} | {:.3} | {:.3} | {:.3} |",
                tally.labels,
                tally.accuracy(),
                tally.high_risk_recall(),
                tally.hard_recall(),
                tally.high_risk_precision(),
                tally.high_risk_called_read,
                tally.read_recall(),
                tally.read_only_accuracy(),
                tally.destructive_accuracy(),
            )?;
        }
        writeln!(f, "macro-F1 {:.3}", self.macro_f1())?;
        for miss in self.called_read() {
            writeln!(f, "high-risk called READ: {}", place(miss))?;
        }
        writeln!(
            f,
            "\n| label \\ said | {} |",
            RiskClass::ALL.map(RiskClass::as_str).join(" | ")
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for label in RiskClass::ALL {
            let cells = RiskClass::ALL.map(|said| {
                let count = self.confusion.get(&(label, said)).copied().unwrap_or(0);
                count.to_string()
            });
            writeln!(f, "| {} | {} |", label.as_str(), cells.join(" | "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "WITH EVERY WORD\n{}", self.whole)?;
        writeln!(
            f,
            "EACH API WITHOUT THE WORDS THAT ONLY IT ATTESTS\n{}",
            self.left_out
        )?;
        let labels: usize = self.missing.values().sum();
        writeln!(f, "{labels} labels not scored")?;
        for (what, count) in &self.missing {
            writeln!(f, "- {what} ({count})")?;
        }
        Ok(())
    }
}
