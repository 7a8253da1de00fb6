//! What becomes of an operation's risk by what a person says of it.

use super::{Said, SaidRisk};
use crate::{
    operation::ImportedOperation,
    risk::{Confidence, Reason, Risk, RiskClass},
};

/// The code of the reason that a person gave.
const SAID_BY_A_PERSON: &str = "said_by_a_person";

/// The risk of an operation of which a person says this.
pub(super) fn said_risk(operation: &ImportedOperation, said: SaidRisk, reason: &str) -> Risk {
    let imported = &operation.risk;
    let was = Said::Risk(SaidRisk::of(imported)).summary();
    let first = Reason {
        code: SAID_BY_A_PERSON.to_owned(),
        text: format!("A person says so: {reason}"),
        evidence: format!("imported as {was}"),
    };
    let mut reasons = vec![first];
    reasons.extend(imported.reasons.iter().cloned());
    Risk {
        class: said.class,
        // What people say of its class does not make another method safe (RFC 9110, section 9.2.1):
        // that a call is made is on record before it is sent, and a lost answer is told as one.
        read_only: said.class == RiskClass::Read
            && (imported.read_only || operation.method.is_safe()),
        destructive: said.class == RiskClass::Delete
            || (imported.destructive && said.class != RiskClass::Read),
        high_risk: said.high_risk || said.class.is_guarded(),
        confidence: Confidence::High,
        sensitivity: imported.sensitivity.clone(),
        reasons,
    }
}
