//! `mimeapps.list` and `mimeinfo.cache`: which programs open what. Only the lines that are changed are.

/// The group of the defaults in `mimeapps.list`.
pub(super) const DEFAULTS: &str = "[Default Applications]";
/// The group of what programs say of themselves in `mimeinfo.cache`.
pub(super) const CACHE: &str = "[MIME Cache]";

/// The programs for a kind of content, the preferred one first.
pub(super) fn programs<'a>(text: &'a str, group: &str, kind: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| line.trim() != group).skip(1);
    let mut values = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| value_of(line, kind));
    let value = values.next().unwrap_or_default();
    value.split(';').map(str::trim).filter(|program| !program.is_empty()).collect()
}

/// The text with `program` preferred to all others for a kind of content; they stay behind it.
pub(super) fn prefer(text: &str, kind: &str, program: &str) -> String {
    let mut programs = programs(text, DEFAULTS, kind);
    programs.retain(|other| *other != program);
    programs.insert(0, program);
    with(text, kind, &programs)
}

/// The text without `program` for a kind of content.
pub(super) fn forget(text: &str, kind: &str, program: &str) -> String {
    let mut programs = programs(text, DEFAULTS, kind);
    if !programs.contains(&program) {
        return text.to_owned();
    }
    programs.retain(|other| *other != program);
    with(text, kind, &programs)
}

fn value_of<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    let (key, value) = line.split_once('=')?;
    (key.trim() == kind).then_some(value)
}

fn with(text: &str, kind: &str, programs: &[&str]) -> String {
    let line = (!programs.is_empty()).then(|| format!("{kind}={};\n", programs.join(";")));
    let mut done = String::with_capacity(text.len() + 100);
    let mut is_inside = false;
    let mut is_set = false;
    for old in text.split_inclusive('\n') {
        if old.starts_with('[') {
            is_inside = old.trim() == DEFAULTS && !is_set;
        } else if is_inside && value_of(old, kind).is_some() {
            continue;
        }
        done.push_str(old);
        if is_inside && !is_set {
            if !done.ends_with('\n') {
                done.push('\n');
            }
            done.extend(line.as_deref());
            is_set = true;
        }
    }
    if let (Some(line), false) = (line, is_set) {
        if !done.is_empty() && !done.ends_with('\n') {
            done.push('\n');
        }
        done.extend([DEFAULTS, "\n", &line]);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HTTP: &str = "x-scheme-handler/http";
    const OURS: &str = "medv-host-open.desktop";

    #[test]
    fn ours_goes_in_front_and_away_again() {
        let text = "# mine\n[Added Associations]\nx-scheme-handler/http=a.desktop;\n\n[Default Applications]\ntext/html=b.desktop\n\
                    x-scheme-handler/http=firefox.desktop\n";
        let preferred = prefer(text, HTTP, OURS);
        assert_eq!(programs(&preferred, DEFAULTS, HTTP), [OURS, "firefox.desktop"]);
        assert_eq!(prefer(&preferred, HTTP, OURS), preferred);
        assert_eq!(programs(&preferred, DEFAULTS, "text/html"), ["b.desktop"]);
        assert!(preferred.starts_with("# mine\n[Added Associations]\nx-scheme-handler/http=a.desktop;\n\n"));
        let forgotten = forget(&preferred, HTTP, OURS);
        assert_eq!(programs(&forgotten, DEFAULTS, HTTP), ["firefox.desktop"]);
        assert_eq!(prefer("", HTTP, OURS), format!("[Default Applications]\n{HTTP}={OURS};\n"));
        assert_eq!(forget(text, HTTP, OURS), text);
    }

    proptest! {
        #[test]
        fn other_lines_stay(lines in proptest::collection::vec("(\\[[A-Z ]{0,4}\\]|\\[Default Applications\\]|[a-z/]{1,8}=[a-z;.]{0,9}|#x|)", 0..9)) {
            let text = lines.join("\n");
            let there = forget(&prefer(&text, HTTP, OURS), HTTP, OURS);
            let others = |text: &str| text.lines().filter(|line| *line != DEFAULTS).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(others(&there), others(&text));
        }
    }
}
