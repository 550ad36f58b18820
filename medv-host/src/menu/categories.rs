//! Where on a freedesktop menu an entry belongs: one of the registered main categories, or nowhere in particular.

/// The registered main categories of the Desktop Menu Specification.
const MAIN: [&str; 13] = [
    "AudioVideo",
    "Audio",
    "Video",
    "Development",
    "Education",
    "Game",
    "Graphics",
    "Network",
    "Office",
    "Science",
    "Settings",
    "System",
    "Utility",
];

/// Folders of the Start menu that every Windows has, in lower case.
const FOLDERS: [(&str, &str); 6] = [
    ("accessories", "Utility"),
    ("administrative tools", "System"),
    ("entertainment", "AudioVideo"),
    ("games", "Game"),
    ("microsoft office", "Office"),
    ("system tools", "System"),
];

/// The value of `Categories=` for an application in this folder, or with these categories, of the guest. Unknown ones are
/// dropped; no new one is ever made.
pub(super) fn of(folder: &str) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for part in folder.split([';', '/']).map(str::trim) {
        let of_folder = || FOLDERS.iter().find(|(name, _)| *name == part.to_lowercase());
        let Some(category) = MAIN
            .into_iter()
            .find(|main| *main == part)
            .or_else(|| of_folder().map(|(_, category)| *category))
        else {
            continue;
        };
        // Both must come with the wider one.
        let needed = matches!(category, "Audio" | "Video").then_some("AudioVideo");
        for category in needed.into_iter().chain([category]) {
            if !found.contains(&category) {
                found.push(category);
            }
        }
    }
    (!found.is_empty()).then(|| found.join(";") + ";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_categories_are_kept() {
        let table = [
            ("", None),
            ("GTK;GNOME;X-Own;", None),
            ("Qt;Office;WordProcessor;Office;", Some("Office;")),
            ("Audio;Player;", Some("AudioVideo;Audio;")),
            ("Accessories/System Tools", Some("Utility;System;")),
            ("office", None),
        ];
        for (folder, expected) in table {
            assert_eq!(of(folder).as_deref(), expected, "{folder}");
        }
    }
}
