//! What Windows Installer tells of its progress, as a share that is done.

/// Adds up progress messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    total: u64,
    done: u64,
    backward: bool,
    for_each_action_data: u64,
}

impl Progress {
    /// Takes in the text of a progress message: `1: KIND 2: NUMBER 3: NUMBER 4: NUMBER`.
    pub fn message(&mut self, text: &str) {
        let field = |number: &str| -> u64 {
            let mut words = text.split_whitespace();
            words.find(|word| word.trim_end_matches(':') == number && word.ends_with(':'));
            words.next().and_then(|word| word.parse().ok()).unwrap_or(0)
        };
        match field("1") {
            0 => *self = Self { total: field("2"), backward: field("3") == 1, ..Self::default() },
            1 => self.for_each_action_data = if field("3") == 1 { field("2") } else { 0 },
            2 => self.advance(field("2")),
            3 => self.total += field("2"),
            _ => {}
        }
    }

    /// Takes in that an action has said something.
    pub fn action_data(&mut self) {
        self.advance(self.for_each_action_data);
    }

    fn advance(&mut self, ticks: u64) {
        self.done = (self.done + ticks).min(self.total);
    }

    /// Thousandths that are done. A rollback counts down.
    pub fn share(&self) -> u32 {
        let share = u32::try_from(self.done * 1000 / self.total.max(1)).unwrap_or(1000);
        if self.backward { 1000 - share } else { share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(messages: &[&str]) -> u32 {
        let mut progress = Progress::default();
        for message in messages {
            progress.message(message);
        }
        progress.share()
    }

    #[test]
    fn steps_add_up() {
        assert_eq!(after(&[]), 0);
        assert_eq!(after(&["1: 0 2: 200 3: 0 4: 0", "1: 2 2: 50"]), 250);
        assert_eq!(after(&["1: 0 2: 200 3: 0 4: 0", "1: 3 2: 800", "1: 2 2: 500 3: 0"]), 500);
        assert_eq!(after(&["1: 0 2: 200 3: 0 4: 0", "1: 2 2: 5000"]), 1000);
        assert_eq!(after(&["1: 0 2: 200 3: 1 4: 0", "1: 2 2: 50"]), 750);
        assert_eq!(after(&["rubbish"]), 0);
    }

    #[test]
    fn actions_count_where_it_was_said_that_they_do() {
        let mut progress = Progress::default();
        progress.message("1: 0 2: 100 3: 0 4: 0");
        progress.action_data();
        assert_eq!(progress.share(), 0);
        progress.message("1: 1 2: 10 3: 1 4: 0");
        progress.action_data();
        assert_eq!(progress.share(), 100);
    }
}
