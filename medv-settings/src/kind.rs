//! What a setting can be set to.

/// What values a setting can have. What a text says is left to the module of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0 for no, 1 for yes.
    Switch,
    /// A number between two others, both included.
    Number {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// What is counted.
        unit: Unit,
    },
    /// A number from 0 on, each with a name. Typed as either.
    Level(&'static [&'static str]),
    /// One of these words, whatever the case of its letters.
    Choice(&'static [&'static str]),
    /// The name of a workspace.
    WorkspaceName,
    /// A pattern for computer names.
    ComputerNameMask,
    /// An `http://` or `https://` address, or nothing.
    Address,
    /// Lines of text.
    Lines,
    /// Paths of files.
    Paths,
    /// Addresses, in which `*` may stand for a first label of the host and for the end of the path.
    RedirectAddresses,
    /// Numbers between two others, both included; at least one.
    Numbers {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// What is counted.
        unit: Unit,
    },
    /// `HH:MM`, 24 hours.
    TimeOfDay,
    /// `YYYY-MM-DD HH:MM`, 24 hours, UTC; or nothing.
    UtcDateTime,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Attempts.
    Tries,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// 2^20 bytes.
    Mebibytes,
}

impl Kind {
    /// The registry's type for it.
    pub fn registry_type(self) -> &'static str {
        match self {
            Self::Switch | Self::Number { .. } | Self::Level(_) => "REG_DWORD",
            Self::Lines | Self::Paths | Self::RedirectAddresses | Self::Numbers { .. } => "REG_MULTI_SZ",
            Self::Choice(_)
            | Self::WorkspaceName
            | Self::ComputerNameMask
            | Self::Address
            | Self::TimeOfDay
            | Self::UtcDateTime => "REG_SZ",
        }
    }

    /// Whether it is any number of things, rather than one.
    pub fn is_list(self) -> bool {
        self.registry_type() == "REG_MULTI_SZ"
    }

    /// What it is, in a word or two.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Number { .. } => "number",
            Self::Level(_) => "level",
            Self::Choice(_) => "choice",
            Self::WorkspaceName => "name",
            Self::ComputerNameMask => "computer name mask",
            Self::Address => "address",
            Self::Lines => "lines of text",
            Self::Paths => "paths",
            Self::RedirectAddresses => "addresses",
            Self::Numbers { .. } => "numbers",
            Self::TimeOfDay => "time of day",
            Self::UtcDateTime => "date and time",
        }
    }

    /// What is allowed, as a message says it: "expected …".
    pub fn expected(self) -> String {
        match self {
            Self::Switch => "true (1) or false (0)".to_owned(),
            Self::Number { min, max, unit } => format!("{min} to {max} {}", unit.symbol()),
            Self::Level(names) => {
                let numbered: Vec<String> =
                    names.iter().enumerate().map(|(number, name)| format!("{number} {name}")).collect();
                numbered.join(", ")
            }
            Self::Choice(words) => match words {
                [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
                words => words.join(", "),
            },
            Self::WorkspaceName => "1 to 64 characters, none of \\ / : * ? \" < > |, no space or full stop at \
                 either end, not a name of a Windows device"
                .to_owned(),
            Self::ComputerNameMask => "letters, digits and ! @ $ ^ & ( ) - _ ' { } . ~, with %hostname% and \
                 %username%, each with [n] behind it for its first n characters (1 to 15), # for a digit and * \
                 at the end for any characters; at most 15 characters"
                .to_owned(),
            Self::Address => "an http:// or https:// address".to_owned(),
            Self::Lines => "lines of text, none of them empty".to_owned(),
            Self::Paths => "paths, none of them empty".to_owned(),
            Self::RedirectAddresses => "http:// or https:// addresses, with * only as in \
                 http://*.contoso.com and https://contoso.com/app/*"
                .to_owned(),
            Self::Numbers { min, max, unit } => {
                format!("one or more numbers from {min} to {max} {}", unit.symbol())
            }
            Self::TimeOfDay => "HH:MM, from 00:00 to 23:59".to_owned(),
            Self::UtcDateTime => "YYYY-MM-DD HH:MM, UTC".to_owned(),
        }
    }
}

impl Unit {
    /// What stands behind a number.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Tries => "tries",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Mebibytes => "MiB",
        }
    }
}
