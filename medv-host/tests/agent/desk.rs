//! Who sits before the agent: a desktop that answers by a script, a vault and a log in memory.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use medv_codec::Result;
use medv_host::desktop::{Answer, Desktop, Notice, Question};
use medv_host::event::{Event, EventLog};
use medv_host::vault::Vault;
use medv_protocol::Secret;

/// The answer to a question; none leaves it open.
type Script = dyn Fn(&Question) -> Option<Answer> + Send + Sync;

/// A desktop whose user answers at once.
#[derive(Clone)]
pub(crate) struct Desk {
    script: Arc<Script>,
    pub(crate) asked: Arc<Mutex<Vec<Question>>>,
    pub(crate) told: Arc<Mutex<Vec<Notice>>>,
}

impl Desk {
    pub(crate) fn new(script: impl Fn(&Question) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default(), told: Arc::default() }
    }

    /// What was asked so far, each in a word.
    pub(crate) fn questions(&self) -> Vec<&'static str> {
        let word = |question: &Question| match question {
            Question::Start { .. } => "start",
            Question::Retry { .. } => "retry",
            Question::Password { again: false, .. } => "password",
            Question::Password { again: true, .. } => "password again",
            Question::Restart { .. } => "restart",
        };
        self.asked.lock().unwrap().iter().map(word).collect()
    }

    /// Whether the user was told this.
    pub(crate) fn was_told(&self, words: &str) -> bool {
        self.told.lock().unwrap().iter().any(|notice| notice.title.contains(words))
    }
}

impl Desktop for Desk {
    fn tell(&self, notice: &Notice) -> Result<()> {
        self.told.lock().unwrap().push(notice.clone());
        Ok(())
    }

    fn ask(&self, question: &Question, answer: Box<dyn FnOnce(Answer) + Send>) -> Result<()> {
        self.asked.lock().unwrap().push(question.clone());
        if let Some(said) = (self.script)(question) {
            answer(said);
        }
        Ok(())
    }

    fn withdraw(&self) {}
}

/// A password as an answer.
pub(crate) fn password(password: &str, keep: bool) -> Answer {
    Answer::Password { password: Secret::new(password.to_owned()), keep }
}

/// A vault in memory.
#[derive(Clone, Default)]
pub(crate) struct Safe {
    pub(crate) kept: Arc<Mutex<Option<String>>>,
    /// Everything that was ever kept.
    pub(crate) history: Arc<Mutex<Vec<String>>>,
    /// What the next looks into it find, each when it is sent.
    late: Arc<Mutex<VecDeque<Receiver<&'static str>>>>,
}

impl Safe {
    /// The next look into it lasts until this is sent a password.
    pub(crate) fn late(&self) -> Sender<&'static str> {
        let (sender, receiver) = channel();
        self.late.lock().unwrap().push_back(receiver);
        sender
    }

    /// Whether all looks that last were begun.
    pub(crate) fn is_looked_into(&self) -> bool {
        self.late.lock().unwrap().is_empty()
    }
}

impl Vault for Safe {
    fn get(&self) -> Result<Option<Secret>> {
        let late = self.late.lock().unwrap().pop_front();
        if let Some(password) = late.and_then(|late| late.recv().ok()) {
            return Ok(Some(Secret::new(password.to_owned())));
        }
        Ok(self.kept.lock().unwrap().clone().map(Secret::new))
    }

    fn keep(&self, password: &Secret) -> Result<()> {
        self.history.lock().unwrap().push(password.reveal().to_owned());
        *self.kept.lock().unwrap() = Some(password.reveal().to_owned());
        Ok(())
    }

    fn forget(&self) -> Result<()> {
        *self.kept.lock().unwrap() = None;
        Ok(())
    }
}

/// A log in memory.
#[derive(Clone, Default)]
pub(crate) struct Diary(pub(crate) Arc<Mutex<Vec<Event>>>);

impl Diary {
    /// The numbers of all events that have one.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let events = self.0.lock().unwrap();
        events.iter().filter_map(|event| event.id.map(medv_host::event::EventId::number)).collect()
    }

    /// Everything in it.
    pub(crate) fn text(&self) -> String {
        let events = self.0.lock().unwrap();
        events.iter().map(|event| event.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

impl EventLog for Diary {
    fn note(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}
