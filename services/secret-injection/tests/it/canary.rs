//! A planted secret, and everything that is kept.

use base64::{Engine as _, engine::general_purpose as engines};
use countersign_domain::{connection::AuthScheme, operation::Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::{
    house::{House, operation, query_key},
    upstream::{Upstream, answer},
};

const CANARY: &str = "canary/7f3a9c+e1\"b2<d4>";

pub(crate) fn hex(text: &str) -> String {
    let digits = text.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

fn spellings() -> Vec<String> {
    let hex = hex(CANARY);
    let json = json!(CANARY).to_string();
    let (one, two) = CANARY.split_at(CANARY.len() / 2);
    vec![
        CANARY.to_owned(),
        CANARY.chars().rev().collect(),
        one.to_owned(),
        two.to_owned(),
        engines::STANDARD_NO_PAD.encode(CANARY),
        engines::URL_SAFE_NO_PAD.encode(CANARY),
        engines::STANDARD.encode(format!("ada:{CANARY}")),
        hex.to_uppercase(),
        hex,
        utf8_percent_encode(CANARY, NON_ALPHANUMERIC).to_string(),
        json[1..json.len() - 1].to_owned(),
    ]
}

#[tokio::test]
async fn a_secret_is_in_no_column_of_any_table() {
    let house = House::open().await;
    let upstream = Upstream::that(|arrived| {
        let echo = format!("{}\n{:?}", arrived.line, arrived.headers);
        answer("401 Unauthorized", "content-type: text/plain\r\n", echo)
    })
    .await;
    let basic = format!("ada:{CANARY}");
    for (scheme, secret) in [
        (AuthScheme::Bearer, CANARY),
        (AuthScheme::Basic, &basic),
        (query_key("key"), CANARY),
    ] {
        house.connect(&upstream.url("/")).await;
        house.store(scheme, secret).await;
        house.call(&operation(Method::Get, "/me"), &json!({})).await;
        house.connect("http://127.0.0.1:8123/").await;
    }
    let refused = format!("{CANARY}\n");
    let _ = house
        .try_store(&house.acme.developer, AuthScheme::Bearer, &refused)
        .await;

    let mut admin = house.database.admin().await;
    let columns: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type = 'bytea' FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'bytea', 'ARRAY')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let mut looked_at = 0;
    for (table, column, is_bytes) in &columns {
        let bytes = if *is_bytes {
            format!("\"{column}\"")
        } else {
            format!("convert_to(\"{column}\"::text, 'UTF8')")
        };
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE position($1 in {bytes}) > 0");
        for spelling in spellings() {
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()))
                .bind(spelling.as_bytes())
                .fetch_one(&mut admin)
                .await
                .unwrap();
            assert_eq!(found, 0, "{table}.{column}");
            looked_at += 1;
        }
    }
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM vault_secret")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(kept, 3);
    println!(
        "{} columns × {} spellings of a secret: 0 found in {looked_at} searches",
        columns.len(),
        spellings().len()
    );
}
