//! An error that nobody gave a code never reaches a client.

use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Schema};
use countersign_domain::{Fault, Kind};
use countersign_graphql::{Guard, to_graphql};

const SECRET: &str = "password=hunter2";

#[derive(Debug, thiserror::Error)]
#[error("the disk with {SECRET} broke")]
struct Broken(Kind);

impl Fault for Broken {
    fn kind(&self) -> Kind {
        self.0
    }
    fn code(&self) -> &'static str {
        "broken"
    }
}

struct Careless;

#[Object]
impl Careless {
    /// What the library makes of a bare `?`.
    async fn bare(&self) -> Result<i32, Error> {
        Err(std::io::Error::other(SECRET))?
    }

    async fn said(&self) -> Result<i32, Error> {
        Err(Error::new(SECRET))
    }

    async fn internal(&self) -> Result<i32, Error> {
        Err(to_graphql(Broken(Kind::Internal)))
    }

    async fn unavailable(&self) -> Result<i32, Error> {
        Err(to_graphql(Broken(Kind::Unavailable)))
    }

    async fn missing(&self) -> Result<i32, Error> {
        Err(to_graphql(Broken(Kind::NotFound)))
    }
}

#[actix_web::test]
async fn an_error_without_a_code_is_told_in_one_fixed_sentence() {
    let schema = Schema::build(Careless, EmptyMutation, EmptySubscription)
        .extension(Guard)
        .finish();
    let cases = [
        ("bare", "internal"),
        ("said", "internal"),
        ("internal", "internal"),
        ("unavailable", "broken"),
        ("missing", "not_found"),
    ];
    for (field, code) in cases {
        let response = schema.execute(format!("{{ {field} }}")).await;
        let text = serde_json::to_string(&response).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains(&format!(r#""code":"{code}""#)), "{text}");
    }
    println!(
        "{} errors, 0 of them with what they were about",
        cases.len()
    );
}
