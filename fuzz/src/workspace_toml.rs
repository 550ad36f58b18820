//! A `workspace.toml` of any text, with files beside it of any bytes: all problems have their lines, what is good stays what it is
//! when it is written anew.

use std::io::{self, ErrorKind};
use std::path::Path;

use medv_packager::definition::{Definition, Files, KEYS, Key, Made, quoted, template};
use medv_packager::powershell;
use medv_packager::problem::Severity;
use medv_settings::{RegFile, Setting, Value, catalogue, check, display};

/// What stands between the text and the bytes of the file that it may name.
const END: &[u8] = b"\0\0";

/// Nothing is read of this computer: every name leads to the same bytes, if it is short.
struct OneFile<'a>(&'a [u8]);

impl Files for OneFile<'_> {
    fn has(&self, path: &Path) -> bool {
        path.as_os_str().len() < 40
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        if !self.has(path) {
            return Err(ErrorKind::NotFound.into());
        }
        Ok((self.0.len() as u64 <= most).then(|| self.0.to_vec()))
    }
}

/// The text as it is, and as answers to the questions of the wizard.
pub fn run(data: &[u8]) {
    let cut = data.windows(END.len()).position(|window| window == END);
    let (text, file) = cut.map_or((data, &[][..]), |at| (&data[..at], &data[at + END.len()..]));
    let text = String::from_utf8_lossy(text);
    let files = OneFile(file);
    read(&text, &files);
    answer(&text, &files);
}

fn read(text: &str, files: &dyn Files) {
    let (definition, problems) = Definition::read_with(text, Path::new(""), files);
    let lines = text.split('\n').count();
    for problem in &problems {
        assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem:?}");
        assert!(!problem.message.is_empty() && !problem.advice.is_empty(), "{problem:?}");
    }
    assert!(problems.is_sorted_by_key(|problem| problem.line));
    let is_good = problems.iter().all(|problem| problem.severity == Severity::Warning);
    assert_eq!(definition.is_some(), is_good, "{problems:?}");
    let Some(definition) = definition else { return };

    // Each setting once, in the order of the catalogue, with a value that is one for it.
    let place = |made: &Made| catalogue().position(|setting| setting == made.setting);
    assert!(definition.settings.is_sorted_by(|a, b| place(a) < place(b)));
    for made in &definition.settings {
        let checked = check(made.setting, &made.value).into_value();
        assert_eq!(
            checked.map(|(value, mismatch)| (value, mismatch.is_none())),
            Ok((made.value.clone(), true))
        );
    }
    let reg = RegFile::of(&definition.registry());
    assert_eq!(
        RegFile::from_bytes(&reg.to_bytes()).expect("what we write, we read").entries(),
        definition.registry()
    );
    assert!(powershell::script(&definition).starts_with("\u{feff}".as_bytes()));

    // The same said in other words is the same.
    let (anew, problems) = Definition::read_with(&written(&definition), Path::new(""), files);
    let anew = anew.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!(
        (anew.name, anew.version, anew.image),
        (definition.name, definition.version, definition.image)
    );
    assert_eq!(
        (anew.level, anew.trim, anew.settings),
        (definition.level, definition.trim, definition.settings)
    );
}

/// A definition with every setting under its own name.
fn written(definition: &Definition) -> String {
    let image = definition.image.to_str().expect("it came from a text");
    let mut text = format!(
        "name = {}\nversion = \"{}\"\nimage = {}\n[pack]\nlevel = {}\ntrim = {}\n[settings]\n",
        quoted(&definition.name),
        definition.version,
        quoted(image),
        definition.level,
        definition.trim
    );
    for made in definition.settings.iter().filter(|made| made.setting.to_string() != r"VM\Name") {
        text.push_str(&line(made.setting, &made.value));
    }
    text
}

/// A line below `[settings]`.
fn line(setting: &Setting, value: &Value) -> String {
    let value = match value {
        Value::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
            format!("[{}]", lines.join(", "))
        }
        value => quoted(&display(setting, value)),
    };
    format!("{} = {value}\n", quoted(&setting.to_string()))
}

/// Each line is the answer to a question: whatever it is, the template with it is TOML, and says it.
fn answer(text: &str, files: &dyn Files) {
    let answers: Vec<(&Key, String)> = KEYS.iter().zip(text.split('\n').map(quoted)).collect();
    let (_, problems) = Definition::read_with(&template(&answers), Path::new(""), files);
    assert!(!problems.iter().any(|problem| problem.message.contains("not TOML")), "{problems:?}");
    if let (Some(line), Some((key, value))) = (text.split('\n').next(), answers.first()) {
        assert_eq!(key.name, "name");
        let (definition, _) =
            Definition::read_with(&format!("name = {value}\nimage = \"a\""), Path::new(""), files);
        assert_eq!(definition.is_some(), medv_settings::is_workspace_name(line));
        assert!(definition.is_none_or(|definition| definition.name == line));
    }
}

/// Definitions with everything in them, with and without a file beside them; broken ones; answers.
pub fn seeds() -> Vec<Vec<u8>> {
    let all = |but: &str| {
        let answers: Vec<(&Key, String)> = KEYS
            .iter()
            .filter(|key| key.name != but && key.name != "settings-file")
            .map(|key| (key, key.example.to_owned()))
            .collect();
        template(&answers).into_bytes()
    };
    let with = |text: &[u8], file: &[u8]| [text, END, file].concat();
    let settings: String = catalogue()
        .filter(|setting| setting.to_string() != r"VM\Name")
        .map(|setting| line(setting, &setting.default()))
        .collect();
    let needed = "name = \"Office\"\nimage = \"office.vhd\"\n";
    let reg: Vec<_> = catalogue().map(|setting| setting.entry(setting.default())).collect();
    vec![
        all("import"),
        with(&all("addresses"), b"http://a.example\r\n# ours\r\nhttp://*.b.example/x/*\n"),
        with(format!("{needed}settings-file = 'a.reg'\n").as_bytes(), &RegFile::of(&reg).to_bytes()),
        format!("{needed}[settings]\n{settings}").into_bytes(),
        format!("{needed}colour = 1\n[packing]\nlevel = 0\n[[pack]]\n[start]\nwhen = \"never\"\n")
            .into_bytes(),
        b"Office\n2.0.0\noffice.vhd\n".to_vec(),
        b"name = ".to_vec(),
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
