//! The documents of the host agent as `docs/json.md` shows them: exactly the fields that the program has.

use medv_host::control::Status;
use medv_host::result::SetupResult;
use medv_protocol::App;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The `json` block behind a command.
fn shown(command: &str) -> Value {
    let page = crate::read(&crate::docs().join("json.md"));
    let (_, rest) =
        page.split_once(&format!("$ {command}\n```\n```json\n")).expect("the command is on the page");
    let (block, _) = rest.split_once("```").expect("the block ends");
    serde_json::from_str(block).expect("JSON")
}

/// A field that the program does not know would be lost, one that the page does not show would be added.
fn must_be_a<T: Serialize + DeserializeOwned>(command: &str) {
    let shown = shown(command);
    let read: T = serde_json::from_value(shown.clone()).expect("what the program writes");
    assert_eq!(serde_json::to_value(read).expect("a document"), shown, "{command}");
}

#[test]
fn the_documents_are_those_of_the_program() {
    must_be_a::<Status>("medv-host status --json");
    must_be_a::<Vec<App>>("medv-host apps Office --json");
    must_be_a::<Vec<SetupResult>>("medv-host results --json");
}
