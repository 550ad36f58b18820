//! Makes the queues of the guest's CUPS what the host's printers are. `printers.json` in the agent's folder says which of them are
//! ours: it is written before a queue is added and after one is removed, so that none is left behind.

use std::collections::BTreeMap;
use std::path::PathBuf;

use medv_protocol::Printer;

use super::cups::{Cups, Queue};
use crate::files::{read_json, write_json};
use crate::log::Level;
use crate::{Places, Result};

/// Adds and removes; notes what was done, and what could not be.
pub(crate) fn synchronise(places: &Places, told: &[Printer], note: &mut dyn FnMut(Level, String)) {
    match Cups::find(places) {
        Some(cups) => {
            if let Err(error) = synchronise_with(places, &cups, told, note) {
                note(Level::Warning, format!("the host's printers are not all added: {error}"));
            }
        }
        None if told.is_empty() => {}
        None => note(Level::Information, "the host's printers are not added: the guest has no CUPS".into()),
    }
}

fn synchronise_with(
    places: &Places,
    cups: &Cups,
    told: &[Printer],
    note: &mut dyn FnMut(Level, String),
) -> Result<()> {
    let mut ours = Ours::read(places)?;
    // With nothing to do, CUPS need not even run.
    if told.is_empty() && ours.queues.is_empty() {
        return Ok(());
    }
    for step in steps(told, &ours.queues, &cups.queues()?) {
        match step {
            Step::Forget(name) => ours.forget(places, &name)?,
            Step::Remove(name) => {
                cups.remove(&name)?;
                ours.forget(places, &name)?;
                note(Level::Information, format!("the printer {name} is removed"));
            }
            Step::Add(printer @ Printer { name, .. }) => {
                ours.remember(places, printer)?;
                if let Err(error) = cups.add(printer) {
                    note(Level::Warning, format!("the printer {name} is not added: {error}"));
                    // Part of it may be there. What cannot be removed stays ours, and is seen to with the next list.
                    if cups.remove(name).is_ok() {
                        ours.forget(places, name)?;
                    }
                } else {
                    note(Level::Information, format!("the printer {name} is added"));
                }
            }
            Step::PassOver(Printer { name, uri, .. }) => {
                note(Level::Information, format!("the printer {name} is not added: {uri} is not IPP"));
            }
        }
    }
    match told.iter().find(|printer| printer.default && ours.queues.contains_key(&printer.name)) {
        Some(default) => cups.suggest_default(&default.name),
        None => Ok(()),
    }
}

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    /// A queue that we had added is not there any more, or is somebody else's now.
    Forget(String),
    Remove(String),
    Add(&'a Printer),
    /// A printer that cannot be asked what it can do.
    PassOver(&'a Printer),
}

/// What is to be done, in order. A queue is ours if we have added it and it still leads where it led then.
fn steps<'a>(
    told: &'a [Printer],
    ours: &BTreeMap<String, Printer>,
    queues: &BTreeMap<String, Queue>,
) -> Vec<Step<'a>> {
    let still_ours = |name: &str| {
        let (printer, queue) = (ours.get(name)?, queues.get(name)?);
        (queue.uri == printer.uri).then_some((printer, queue))
    };
    let gone = ours.keys().filter_map(|name| match still_ours(name) {
        None => Some(Step::Forget(name.clone())),
        Some((had, _)) if told.iter().any(|told| (&told.name, &told.uri) == (name, &had.uri)) => None,
        Some(_) => Some(Step::Remove(name.clone())),
    });
    let wanted = told.iter().filter_map(|printer| match still_ours(&printer.name) {
        Some((had, queue)) if queue.is_complete && is_same(had, printer) => None,
        None if queues.contains_key(&printer.name) => None,
        _ if !matches!(printer.scheme(), Some("ipp" | "ipps")) => Some(Step::PassOver(printer)),
        _ => Some(Step::Add(printer)),
    });
    gone.chain(wanted).collect()
}

/// The same queue; which one is the default is another matter.
fn is_same(had: &Printer, told: &Printer) -> bool {
    (&had.name, &had.uri, &had.description) == (&told.name, &told.uri, &told.description)
}

/// What was added, as the host had told it; by name.
struct Ours {
    queues: BTreeMap<String, Printer>,
}

impl Ours {
    fn path(places: &Places) -> PathBuf {
        places.state().join("printers.json")
    }

    fn read(places: &Places) -> Result<Self> {
        Ok(Self { queues: read_json(&Self::path(places))?.unwrap_or_default() })
    }

    fn remember(&mut self, places: &Places, printer: &Printer) -> Result<()> {
        self.queues.insert(printer.name.clone(), printer.clone());
        self.write(places)
    }

    fn forget(&mut self, places: &Places, name: &str) -> Result<()> {
        self.queues.remove(name);
        self.write(places)
    }

    fn write(&self, places: &Places) -> Result<()> {
        write_json(&Self::path(places), &self.queues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer(name: &str, uri: &str) -> Printer {
        Printer { name: name.into(), uri: uri.into(), description: String::new(), default: false }
    }

    fn ours(printers: &[Printer]) -> BTreeMap<String, Printer> {
        printers.iter().map(|printer| (printer.name.clone(), printer.clone())).collect()
    }

    fn queues(printers: &[Printer]) -> BTreeMap<String, Queue> {
        let queue = |printer: &Printer| Queue { uri: printer.uri.clone(), is_complete: true };
        printers.iter().map(|printer| (printer.name.clone(), queue(printer))).collect()
    }

    #[test]
    fn what_is_missing_is_added_and_what_is_there_stays() {
        let told = [printer("a", "ipp://a/"), printer("b", "ipps://b/"), printer("c", "socket://c")];
        let had = &told[..1];
        let found = steps(&told, &ours(had), &queues(had));
        assert_eq!(found, [Step::Add(&told[1]), Step::PassOver(&told[2])]);
    }

    #[test]
    fn what_the_host_has_no_more_is_removed() {
        let had = [printer("a", "ipp://a/")];
        assert_eq!(steps(&[], &ours(&had), &queues(&had)), [Step::Remove("a".into())]);
    }

    #[test]
    fn a_queue_that_is_not_ours_is_left_alone() {
        let told = [printer("a", "ipp://a/")];
        let users = [printer("a", "ipp://elsewhere/"), printer("z", "ipp://z/")];
        assert_eq!(steps(&told, &ours(&[]), &queues(&users)), []);
        // It was ours once.
        assert_eq!(steps(&told, &ours(&told), &queues(&users)), [Step::Forget("a".into())]);
        assert_eq!(steps(&[], &ours(&told), &queues(&users)), [Step::Forget("a".into())]);
    }

    #[test]
    fn a_printer_that_has_moved_is_added_anew() {
        let (told, had) = ([printer("a", "ipp://new/")], [printer("a", "ipp://old/")]);
        let found = steps(&told, &ours(&had), &queues(&had));
        assert_eq!(found, [Step::Remove("a".into()), Step::Add(&told[0])]);
        let now_default = [Printer { default: true, ..had[0].clone() }];
        assert_eq!(steps(&now_default, &ours(&had), &queues(&had)), []);
    }

    #[test]
    fn a_printer_that_has_not_answered_is_asked_again() {
        let had = [printer("a", "ipp://a/")];
        let mut incomplete = queues(&had);
        for queue in incomplete.values_mut() {
            queue.is_complete = false;
        }
        assert_eq!(steps(&had, &ours(&had), &incomplete), [Step::Add(&had[0])]);
    }
}
