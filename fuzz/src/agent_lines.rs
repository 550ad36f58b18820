//! What an agent says, of any bytes: the same however it arrives, never more kept than a line, and what is understood means
//! the same when it is said again.

use medv_protocol::{Answers, App, BadLine, Lines, MAX_LINE, ToGuest, ToHost, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first byte says how the rest is cut; both sides read it.
pub fn run(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else { return };
    let cut = usize::from(*cut) + 1;
    for message in check::<ToHost>(bytes, cut) {
        match message {
            ToHost::Apps { apps, .. } => apps.iter().for_each(is_bounded),
            ToHost::AppAdded { app } => is_bounded(&app),
            ToHost::Log(part) => drop(medv_protocol::from_base64(&part.base64)),
            _ => {}
        }
    }
    check::<ToGuest>(bytes, cut);
    let _ = Answers::from_json(bytes);
}

/// What is let through is harmless in a menu.
fn is_bounded(app: &App) {
    if app.check().is_ok() {
        assert!(!app.name.is_empty() && app.name.len() <= 1024 && !app.name.contains('\n'));
        assert!(!app.id.0.starts_with('/') && !app.id.0.split('/').any(|part| part == ".."));
    }
}

fn check<M: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8], cut: usize) -> Vec<M> {
    let at_once: Vec<Result<M, BadLine>> = Lines::default().take(bytes);
    let mut lines = Lines::default();
    let mut in_pieces = Vec::new();
    for piece in bytes.chunks(cut) {
        in_pieces.extend(lines.take::<M>(piece));
        assert!(lines.kept() < MAX_LINE);
    }
    assert_eq!(at_once, in_pieces);
    let messages: Vec<M> = at_once.into_iter().filter_map(Result::ok).collect();
    for message in &messages {
        // What was escaped less may have become too long.
        if let Ok(line) = encode(message) {
            let again: Vec<Result<M, BadLine>> = Lines::default().take(&line);
            assert_eq!(
                again.iter().filter_map(|message| message.as_ref().ok()).collect::<Vec<_>>(),
                [message]
            );
        }
    }
    messages
}

/// Messages of both sides, and what is none.
pub fn seeds() -> Vec<Vec<u8>> {
    let host = r#"{"type":"welcome","protocol":1,"agent":"0.1.0","now":1795598154,"log_level":3}
{"type":"run_setup","user":"anna","administrator":false,"group_tries":3,"group_timeout":300,"log_paths":["/a/*"],"desktop_timeout":900}
{"type":"log_on","request":1,"user":"anna","password":"x"}
{"type":"log_on","request":1,"user":"anna","password":"x","new_account":{"administrator":false}}
{"type":"start_app","request":2,"id":"a.desktop"}
{"type":"open_url","request":3,"url":"https://a/"}
{"type":"upgrade","request":4,"program":"medv-guest","base64":"AAAA","last":true}
{"type":"restart"}
"#;
    let guest = r#"{"type":"hello","protocol":1,"agent":"0.1.0","system":"linux","machine":"M","boot":1,"phase":"setup"}
{"type":"setup_task","task":"command","name":"a","number":1,"of":2}
{"type":"command_ended","name":"a","code":null,"output":"\u0007"}
{"type":"log","path":"/a","offset":0,"base64":"AAAA","last":false}
{"type":"setup_ended","outcome":"failed","reason":"r"}
{"type":"apps","apps":[{"id":"a","name":"A","icon":{"format":"png","base64":"AAAA"}}],"more":true}
{"type":"app_removed","id":"../a"}
{"type":"done","request":1,"error":"no","wrong_password":true}
{"type":"bye"}
"#;
    let answers =
        r#"{"version":1,"user":{"name":"anna","groups":["audio"]},"time_zone":{"iana":"Europe/Berlin"}}"#;
    let with_cut = |cut: u8, text: &str| [&[cut], text.as_bytes()].concat();
    vec![
        with_cut(0, host),
        with_cut(40, guest),
        with_cut(200, &format!("{guest}garbage\r\n\n{{\"type\":\"later\"}}\n{host}")),
        with_cut(255, answers),
        with_cut(255, &format!("{}\n{{\"type\":\"bye\"}}\n", "x".repeat(MAX_LINE))),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
