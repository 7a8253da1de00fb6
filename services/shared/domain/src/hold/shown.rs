//! The request that a reviewer is shown, as it is kept with the hold.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// A request as it would be sent, without the secret. Text in it is safe to show.
///
/// Each member has to be there when it is read: one that is missing is not one that is empty, and
/// nobody decides about a request of which a part is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRequest {
    /// The method.
    pub method: String,
    /// The final URL, but for a credential in its query.
    pub url: String,
    /// The headers, names in lowercase, but for the credential.
    pub headers: Vec<(String, String)>,
    /// The body, hidden characters drawn; of what is not text, its size and digest.
    #[serde(deserialize_with = "Option::deserialize")]
    pub body: Option<String>,
    /// The media type of the body.
    #[serde(deserialize_with = "Option::deserialize")]
    pub content_type: Option<String>,
    /// How many bytes the body has.
    pub body_bytes: usize,
    /// What is added at the last moment.
    #[serde(deserialize_with = "Option::deserialize")]
    pub credential: Option<ShownCredential>,
    /// Of all of the above as it would be sent, the body byte for byte.
    pub digest: Digest,
}

/// Which credential goes where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownCredential {
    /// `id/version`, as records and approvals name it.
    pub label: String,
    /// Where it goes, in words.
    pub place: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A row's column, written out: what is stored stays readable.
    fn stored() -> Value {
        json!({
            "method": "POST", "url": "https://api.example.com/v1/refunds",
            "headers": [["accept", "application/json"], ["content-type", "application/json"]],
            "body": "{\"amount\":4200}", "content_type": "application/json", "body_bytes": 15,
            "credential": {"label": "cred_1/3", "place": "header x-api-key"},
            "digest": "8d5f8aeeb64e3ce20b537d04c486407eaf489646617cfcf493e76f5b794fa080",
        })
    }

    #[test]
    fn what_is_stored_is_read_as_it_was_written() {
        let mut row = stored();
        for _ in 0..2 {
            let shown: ShownRequest = serde_json::from_value(row.clone()).unwrap();
            assert_eq!(json!(shown), row);
            for absent in ["body", "content_type", "credential"] {
                row[absent] = Value::Null;
            }
            row["body_bytes"] = json!(0);
        }
    }

    #[test]
    fn a_request_that_lacks_a_part_is_not_one_without_it() {
        for part in stored().as_object().unwrap().keys() {
            let mut row = stored();
            row.as_object_mut().unwrap().remove(part);
            assert!(
                serde_json::from_value::<ShownRequest>(row).is_err(),
                "{part}"
            );
        }
    }
}
