//! What an import changes behind something that only informs: a person looks at the tool again.

use countersign_domain::drift::ReviewReason;
use countersign_spec_import::Outcome;
use serde_json::json;

use crate::rewritten::{outcome, shop};

#[tokio::test]
async fn t80_the_root_of_an_address_is_not_the_address_itself() {
    let own = |first: &str| {
        let servers = json!([{"url": first}, {"url": "/v1/sandbox"}]);
        shop(|shop| shop["paths"]["/orders"]["get"]["servers"] = servers)
    };
    let moved = Some(Outcome::Review(ReviewReason::Server));
    assert_eq!(outcome(&own("/"), &own("")).await, moved);
}
