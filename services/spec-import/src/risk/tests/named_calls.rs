//! Calls that are named as procedures are, and what names and sentences around them are worth.

use super::*;

#[test]
fn a_get_that_is_named_as_an_order_acts_whatever_the_generator_wrote_around_it() {
    for (path, name, summary) in [
        (
            "/#Action=ReleaseShelf",
            "GET_ReleaseShelf",
            "Releases the shelf",
        ),
        (
            "/#Action=LaunchPress",
            "GET_LaunchPress",
            "Launches a press",
        ),
        (
            "/#Action=DisableStamping",
            "GET_DisableStamping",
            "Disables the stamping of books",
        ),
        ("/setCover", "setCoverUsingGET", "sets the cover of a book"),
        ("/shelves/deny", "denyShelf", "Deny a shelf to somebody"),
    ] {
        let risk = risk(Method::Get, path, name, summary);
        assert_ne!(risk.class, RiskClass::Read, "{path}: {:#?}", risk.reasons);
    }
}

#[test]
fn the_name_of_the_api_is_no_verb_of_the_call() {
    for name in ["compute.shelves.insert", "compute.shelves.frobnicate"] {
        let risk = risk(Method::Post, "/shelves/{id}/frobnicate", name, "");
        assert_ne!(risk.class, RiskClass::Read, "{name}: {:#?}", risk.reasons);
    }
}

#[test]
fn the_last_of_several_verbs_in_a_row_is_heard() {
    let risk = risk(
        Method::Post,
        "/books/batch",
        "books.custombatch",
        "Retrieves, inserts, and deletes multiple books in one request.",
    );
    assert_eq!(risk.class, RiskClass::Delete, "{:#?}", risk.reasons);
}

#[test]
fn what_is_handed_in_brought_about_or_started_is_no_read() {
    for (path, name, summary) in [
        ("/loans/on-fetch", "", "Result of a fetch of loans"),
        (
            "/presses/{id}/simulateFailureEvent",
            "presses.simulateFailureEvent",
            "Simulates a failure event of a press",
        ),
        (
            "/startsimulation",
            "StartSimulation",
            "Starts a simulation with a name",
        ),
        ("/tokenize", "Tokenize", "Tokenize card"),
    ] {
        let risk = risk(Method::Post, path, name, summary);
        assert_ne!(risk.class, RiskClass::Read, "{path}: {:#?}", risk.reasons);
    }
}

#[test]
fn a_noun_that_could_be_an_order_does_not_make_a_get_act() {
    for (path, name, summary) in [
        ("/settings/whitelist", "", "Retrieve the whitelist"),
        (
            "/currencies/exchangeRate",
            "getExchangeRate",
            "Get the exchange rate",
        ),
    ] {
        assert_class(Method::Get, path, name, summary, RiskClass::Read);
    }
}
