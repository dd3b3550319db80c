//! The OpenAPI document and its committed snapshot.

use std::path::Path;

use serde_json::Value;
use stead_http::endpoints::ENDPOINTS;
use stead_http::openapi::document;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/stead-v1.json");

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not configuration")]
fn the_document_is_the_committed_one() {
    let text = format!("{}\n", serde_json::to_string_pretty(&document().unwrap()).unwrap());
    let path = Path::new(SNAPSHOT);
    if std::env::var("STEAD_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1") {
        std::fs::write(path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "openapi/stead-v1.json is not what the routes say; run the test with STEAD_UPDATE_SNAPSHOTS=1 and commit the difference"
    );
}

#[test]
fn references_lead_somewhere_and_operations_are_described() {
    let document = document().unwrap();
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    assert!(
                        document.pointer(reference.trim_start_matches('#')).is_some(),
                        "{reference} leads nowhere"
                    );
                }
                map.values().for_each(|value| walk(value, document));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, document)),
            _ => {}
        }
    }
    walk(&document, &document);
    for endpoint in ENDPOINTS {
        let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_ascii_lowercase()];
        assert!(
            operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{} has no summary",
            endpoint.id
        );
        assert!(
            operation["tags"].as_array().is_some_and(|tags| tags.len() == 1),
            "{} has no tag",
            endpoint.id
        );
        for name in endpoint.path.split(['{', '}']).skip(1).step_by(2) {
            let described = operation["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["in"] == "path" && one["name"] == name));
            assert!(described, "{} does not describe {name}", endpoint.id);
        }
        assert_eq!(
            operation["security"] == serde_json::json!([]),
            endpoint.access.permission().is_none(),
            "{}",
            endpoint.id
        );
    }
}
