//! The command lines of setup.exe and uninstall.exe, in Windows Installer's style.

use crate::{Failure, Result, codes};

/// What `/?` shows.
pub const USAGE: &str = r"setup.exe [/qn | /qb] [/l* FILE] [NAME=VALUE ...] [/x | /f]

  /qn, /quiet       shows nothing and asks nothing
  /qb, /passive     shows the progress and asks nothing
  /l* FILE          writes a log (also /log FILE; /l*v FILE for more)
  /norestart        never restarts; the exit code 3010 says that it is needed
  /x, /uninstall    removes
  /f                repairs
  NAME=VALUE        a property: INSTALLDIR, OVERWRITEVHD, SUPPRESSMEDVLAUNCH,
                    IGNORE_PREREQUISITES, MEDVDIR, REBOOT; DELETEDIFFDISKS on removal";

/// What to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Install, or offer what can be done about an installation.
    #[default]
    Install,
    /// Write all files and values again.
    Repair,
    /// Remove.
    Remove,
    /// Say how this program is used.
    Help,
}

/// How much to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interface {
    /// All pages.
    #[default]
    Full,
    /// Only progress.
    Progress,
    /// Nothing.
    None,
}

/// A log to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Where.
    pub file: String,
    /// With everything that Windows Installer has to say.
    pub verbose: bool,
    /// Behind what is there.
    pub append: bool,
}

/// A command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// What to do.
    pub action: Action,
    /// How much to show.
    pub interface: Interface,
    /// What to write down.
    pub log: Option<Log>,
    /// Properties, names in capitals.
    pub properties: Vec<(String, String)>,
}

impl CommandLine {
    /// Understands the arguments behind the program's name.
    ///
    /// # Errors
    /// [`codes::COMMAND_LINE`] for whatever is not known.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut parsed = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix(['/', '-']) {
                Some(option) => parsed.option(option, &mut arguments)?,
                None => parsed.property(&argument)?,
            }
        }
        Ok(parsed)
    }

    fn option(&mut self, option: &str, rest: &mut impl Iterator<Item = String>) -> Result<()> {
        let option = option.to_ascii_lowercase();
        match option.as_str() {
            "?" | "h" | "help" => self.action = Action::Help,
            "x" | "uninstall" => self.action = Action::Remove,
            "f" => self.action = Action::Repair,
            "i" | "package" => {}
            "q" | "qn" | "quiet" => self.interface = Interface::None,
            "qb" | "qb!" | "qb-" | "qb-!" | "qb!-" | "qr" | "passive" => self.interface = Interface::Progress,
            "qf" => self.interface = Interface::Full,
            "norestart" => self.set("REBOOT", "ReallySuppress"),
            _ => {
                let Some(modes) = log_modes(&option) else {
                    return Err(wrong(&format!("/{option}: no such option")));
                };
                let Some(file) = rest.next() else {
                    return Err(wrong(&format!("/{option}: the name of the log is missing")));
                };
                let (verbose, append) = (modes.contains(['v', 'x']), modes.contains('+'));
                self.log = Some(Log { file, verbose, append });
            }
        }
        Ok(())
    }

    fn property(&mut self, argument: &str) -> Result<()> {
        let (name, value) = argument
            .split_once('=')
            .ok_or_else(|| wrong(&format!("{argument}: neither an option nor NAME=VALUE")))?;
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.".contains(letter));
        if !is_name {
            return Err(wrong(&format!("{name}: not the name of a property")));
        }
        self.set(&name.to_ascii_uppercase(), value);
        Ok(())
    }

    /// Whether the arguments, right or wrong, let a window be shown.
    pub fn may_show<'a>(arguments: impl IntoIterator<Item = &'a String>) -> bool {
        let mut options = arguments.into_iter().filter_map(|argument| argument.strip_prefix(['/', '-']));
        !options.any(|option| {
            let option = option.to_ascii_lowercase();
            option == "passive" || (option.starts_with('q') && option != "qf")
        })
    }

    /// Gives a property a value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.properties.retain(|(known, _)| known != name);
        self.properties.push((name.to_owned(), value.to_owned()));
    }

    /// The value of a property, if it was given.
    pub fn property_value(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The command line for Windows Installer.
    pub fn for_installer(&self) -> String {
        let mut properties: Vec<_> = self
            .properties
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", value.replace('"', "\"\"")))
            .collect();
        match self.action {
            Action::Remove => properties.push("REMOVE=\"ALL\"".into()),
            Action::Repair => properties.push("REINSTALL=\"ALL\" REINSTALLMODE=\"vamus\"".into()),
            Action::Install | Action::Help => {}
        }
        properties.join(" ")
    }
}

/// The modes of `/l…`, as Windows Installer's own program takes them.
fn log_modes(option: &str) -> Option<&str> {
    if option == "log" {
        return Some("*");
    }
    option.strip_prefix('l').filter(|modes| modes.chars().all(|mode| "iwearucmopvx+!*".contains(mode)))
}

fn wrong(what: &str) -> Failure {
    Failure::new(codes::COMMAND_LINE, format!("{what}; expected:\n{USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<CommandLine> {
        CommandLine::parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn the_usual_silent_line() {
        let line = parse(&["/qn", "/l*", r"C:\t p\x.log", "OVERWRITEVHD=1", "SuppressMedvLaunch=1"]).unwrap();
        assert_eq!(line.interface, Interface::None);
        assert_eq!(line.log, Some(Log { file: r"C:\t p\x.log".into(), verbose: false, append: false }));
        assert_eq!(line.for_installer(), r#"OVERWRITEVHD="1" SUPPRESSMEDVLAUNCH="1""#);
    }

    #[test]
    fn empty_values_and_quotes_reach_windows_installer() {
        let line = parse(&["ALLUSERS=", r#"MEDVDIR=C:\a "b"\"#]).unwrap();
        assert_eq!(line.for_installer(), r#"ALLUSERS="" MEDVDIR="C:\a ""b""\""#);
        assert_eq!(line.property_value("ALLUSERS"), Some(""));
    }

    #[test]
    fn synonyms() {
        assert_eq!(parse(&["-QUIET"]).unwrap().interface, Interface::None);
        assert_eq!(parse(&["/passive", "/norestart"]).unwrap().for_installer(), r#"REBOOT="ReallySuppress""#);
        assert!(parse(&["/l*v", "x"]).unwrap().log.unwrap().verbose);
        assert!(parse(&["/log", "x"]).unwrap().log.is_some());
        assert_eq!(parse(&["/x"]).unwrap().for_installer(), r#"REMOVE="ALL""#);
        assert_eq!(parse(&["/?"]).unwrap().action, Action::Help);
    }

    #[test]
    fn who_wants_no_window_gets_none_whatever_else_is_wrong() {
        let may_show = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            CommandLine::may_show(&arguments)
        };
        assert!(may_show(&[]) && may_show(&["/?"]) && may_show(&["/qf", "/x"]) && may_show(&["q=1"]));
        for quiet in ["/qn", "-Quiet", "/quite", "/passive", "/qb!"] {
            assert!(!may_show(&["/nonsense", quiet]), "{quiet}");
        }
    }

    #[test]
    fn the_last_value_counts() {
        assert_eq!(parse(&["A=1", "a=2"]).unwrap().for_installer(), r#"A="2""#);
    }

    #[test]
    fn what_is_unknown_is_wrong_usage() {
        for arguments in [&["/quit"][..], &["overwrite"], &["/l*"], &["=1"], &["A B=1"], &["/li?", "x"]] {
            let failure = parse(arguments).unwrap_err();
            assert_eq!(failure.code, codes::COMMAND_LINE, "{arguments:?}");
            assert!(failure.message.contains("/qn"), "{failure}");
        }
    }
}
