//! The words of notices and questions, the same on every desktop.

use super::{Question, Urgency};

/// A question as it is put to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Worded {
    /// The first line.
    pub(super) title: &'static str,
    /// What is asked.
    pub(super) text: String,
    /// A page with help.
    pub(super) link: Option<String>,
    pub(super) urgency: Urgency,
    pub(super) reply: Reply,
}

/// How it can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// With a button for yes, and [`LATER`].
    Buttons { yes: &'static str },
    /// With the password of a user.
    Password { user: String, may_keep: bool },
}

/// The button that opens the page with help.
pub(super) const HELP: &str = "Help";
/// The button that puts it off.
pub(super) const LATER: &str = "Later";

impl Worded {
    pub(super) fn new(question: &Question) -> Self {
        match question {
            Question::Start { message, link } => Self {
                title: "First time setup",
                text: message.clone(),
                link: link.clone(),
                urgency: Urgency::Normal,
                reply: Reply::Buttons { yes: "Start now" },
            },
            Question::Retry { message, link } => Self {
                title: "First time setup has failed",
                text: message.clone(),
                link: link.clone(),
                urgency: Urgency::Critical,
                reply: Reply::Buttons { yes: "Try again now" },
            },
            Question::Restart { reason } => Self {
                title: "The workspace must restart",
                text: reason.clone(),
                link: None,
                urgency: Urgency::Normal,
                reply: Reply::Buttons { yes: "Restart now" },
            },
            Question::Password { user, may_keep, again } => Self {
                title: "Log on to the workspace",
                text: match again {
                    false => format!("The password of {user}"),
                    true => format!("That was not the password of {user}. Try again"),
                },
                link: None,
                urgency: Urgency::Normal,
                reply: Reply::Password { user: user.clone(), may_keep: *may_keep },
            },
        }
    }

    /// The same for a desktop that can only show it: the text says which commands answer.
    pub(super) fn with_commands(mut self) -> Self {
        self.text += match self.reply {
            Reply::Buttons { .. } => "\nTo answer, type: medv-host answer yes, or: medv-host answer later",
            Reply::Password { .. } => "\nTo give it, type: medv-host password",
        };
        if let Some(link) = &self.link {
            self.text += "\nHelp: ";
            self.text += link;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_buttons_the_commands_that_answer_are_in_the_text() {
        let start = Worded::new(&Question::Start { message: "Ready?".into(), link: None }).with_commands();
        assert!(start.text.contains("medv-host answer yes") && start.text.contains("medv-host answer later"));
        let ask = Question::Password { user: "ann".into(), may_keep: true, again: false };
        assert!(Worded::new(&ask).with_commands().text.contains("medv-host password"));
    }

    #[test]
    fn without_buttons_the_page_with_help_is_in_the_text() {
        let link = Some("https://help.example.org/setup".to_owned());
        let retry = Worded::new(&Question::Retry { message: "No room.".into(), link });
        assert!(retry.with_commands().text.ends_with("\nHelp: https://help.example.org/setup"));
    }

    #[test]
    fn a_wrong_password_is_called_wrong() {
        let ask = |again| Worded::new(&Question::Password { user: "ann".into(), may_keep: true, again }).text;
        assert_ne!(ask(true), ask(false));
        assert!(ask(true).contains("not the password of ann"));
    }
}
