//! What was brought is read back.

use super::Running;
use serde_json::json;

#[test]
fn a_conversation_is_brought_and_nobody_without_a_token_learns_anything() {
    let mut running = Running::new();
    let conversation = json!({"messages": [{"author": {"role": "customer"}, "body": "My parcel never came!"}]});
    let stored = running.send("PUT", "/v1/conversations/shop/1", &conversation).expect(201);
    assert_eq!(stored["added"], 1);
    assert_eq!(running.read_all(), 1);
    running.as_("");
    assert_eq!(running.get("/v1/conversations/1").status, 401);
}
