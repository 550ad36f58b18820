//! Desktop entries: what a menu of a freedesktop desktop is made of.

use std::path::Path;

use medv_protocol::{App, AppId};

use super::categories;
use super::exec;
use super::label::line;

/// Which workspace an entry belongs to.
const WORKSPACE: &str = "X-MEDV-Workspace";
/// Which application it starts.
const APP: &str = "X-MEDV-App";
/// Most of a comment that is shown, in bytes.
const MAX_COMMENT: usize = 250;

/// What is known of an entry that is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DesktopEntry {
    /// Its name, in all its languages.
    pub(crate) names: Vec<String>,
    /// Whether it is no entry of the menu.
    pub(crate) is_hidden: bool,
    /// What it runs.
    pub(crate) exec: Option<String>,
    /// The workspace and the application that it was made for.
    pub(crate) made_for: Option<(String, AppId)>,
}

/// The entry that starts `app` with `program`.
pub(super) fn text(program: &Path, workspace: &str, name: &str, app: &App, icon: Option<&str>) -> String {
    let program = program.to_string_lossy();
    let mut keys = vec![("Type", "Application".to_owned()), ("Name", name.to_owned())];
    let comment = line(&app.comment, MAX_COMMENT);
    if !comment.is_empty() && comment != name {
        keys.push(("Comment", comment));
    }
    // What begins with `-` is an application too, not an option.
    keys.push(("Exec", exec::command_line([&program, "app", "--", workspace, &app.id.0])));
    keys.extend(icon.map(|icon| ("Icon", icon.to_owned())));
    keys.extend(categories::of(&app.folder).map(|categories| ("Categories", categories)));
    keys.push(("Terminal", "false".to_owned()));
    keys.push(("StartupNotify", "true".to_owned()));
    keys.push((WORKSPACE, workspace.to_owned()));
    keys.push((APP, app.id.0.clone()));
    let mut text = String::from("[Desktop Entry]\n");
    for (key, value) in keys {
        text.extend([key, "=", &escaped(&value), "\n"]);
    }
    text
}

/// Reads what is to be known of an entry. Lines that are none are passed over.
pub(crate) fn read(text: &str) -> DesktopEntry {
    let mut entry = DesktopEntry::default();
    let mut workspace = None;
    let mut app = None;
    let lines = text.lines().skip_while(|line| line.trim() != "[Desktop Entry]").skip(1);
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = unescaped(value.trim_matches(' '));
        match key.trim() {
            "NoDisplay" | "Hidden" if value == "true" => entry.is_hidden = true,
            "Exec" => entry.exec = Some(value),
            WORKSPACE => workspace = Some(value),
            APP => app = Some(AppId(value)),
            key if key == "Name" || key.starts_with("Name[") => entry.names.push(value),
            _ => {}
        }
    }
    entry.made_for = workspace.zip(app);
    entry
}

/// The escapes of values of type string; a space at an end would be lost.
fn escaped(value: &str) -> String {
    let escaped = value.replace('\\', r"\\").replace('\n', r"\n").replace('\t', r"\t").replace('\r', r"\r");
    let escaped = match escaped.strip_prefix(' ') {
        Some(rest) => format!(r"\s{rest}"),
        None => escaped,
    };
    match escaped.strip_suffix(' ') {
        Some(rest) => format!(r"{rest}\s"),
        None => escaped,
    }
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn app(id: &str, comment: &str, folder: &str) -> App {
        let (name, comment, folder) = ("ignored".to_owned(), comment.to_owned(), folder.to_owned());
        App { id: AppId(id.to_owned()), name, comment, folder, icon: None }
    }

    #[test]
    fn an_entry_is_written_as_always() {
        let app = app(r"Office\100% $Word.lnk", "Write\nletters", "X-Office;WordProcessor;Office;");
        let entry = text(Path::new("/usr/bin/medv-host"), "Windows XP", "Word", &app, Some("medv-x"));
        assert_eq!(
            entry,
            r#"[Desktop Entry]
Type=Application
Name=Word
Comment=Write letters
Exec=/usr/bin/medv-host app -- "Windows XP" "Office\\\\100%% \\$Word.lnk"
Icon=medv-x
Categories=Office;
Terminal=false
StartupNotify=true
X-MEDV-Workspace=Windows XP
X-MEDV-App=Office\\100% $Word.lnk
"#
        );
    }

    #[test]
    fn only_the_entry_itself_is_read() {
        let text = "# x\n[Other]\nName=no\n[Desktop Entry]\nName=Editor\nName[de]=Bearbeiter\nExec=ed %f\nNoDisplay=true\n\
                    [Desktop Action new]\nName=New\nX-MEDV-App=no\n";
        let entry = read(text);
        assert_eq!(entry.names, ["Editor", "Bearbeiter"]);
        assert_eq!((entry.is_hidden, entry.exec.as_deref(), entry.made_for), (true, Some("ed %f"), None));
    }

    proptest! {
        #[test]
        fn no_text_of_the_guest_adds_a_line(id in ".*", comment in "(.|\n|\r)*", folder in ".*") {
            let app = app(&id, &comment, &folder);
            let text = text(Path::new("/opt/my apps/medv-host"), "XP", "Word", &app, None);
            prop_assert!(text.lines().count() <= 9);
            let read = read(&text);
            prop_assert_eq!(read.names, ["Word"]);
            prop_assert_eq!(read.made_for, Some(("XP".to_owned(), AppId(id))));
        }
    }
}
