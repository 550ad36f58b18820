//! Applications: what there is now, and what of it the host does not know yet.

use std::collections::BTreeMap;
use std::ffi::OsString;

use medv_protocol::{App, AppId, MAX_APPS, MAX_ICONS, MAX_LINE, ToHost};

use crate::{Places, system};

/// An application, and how it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    pub(crate) app: App,
    /// The program and its arguments.
    pub(crate) command: Vec<OsString>,
}

/// All of them, by their ids.
#[derive(Default)]
pub(crate) struct Apps(BTreeMap<AppId, Installed>);

impl Apps {
    /// What there is now. One that is faulty is left out, and so is what goes beyond the bounds.
    pub(crate) fn look(places: &Places) -> Self {
        let mut icons = 0;
        let found = system::apps::list(places).into_iter().filter(|found| found.app.check().is_ok());
        let bounded = found.take(MAX_APPS).map(|mut found| {
            icons += found.app.icon.as_ref().map_or(0, |icon| icon.base64.len());
            if icons > MAX_ICONS {
                found.app.icon = None;
            }
            (found.app.id.clone(), found)
        });
        Self(bounded.collect())
    }

    pub(crate) fn get(&self, id: &AppId) -> Option<&Installed> {
        self.0.get(id)
    }

    /// Everything, in as many messages as it needs.
    pub(crate) fn all(&self) -> Vec<ToHost> {
        let mut messages = vec![Vec::new()];
        let mut room = MAX_LINE;
        for Installed { app, .. } in self.0.values() {
            // A comma follows, and the message has some bytes around.
            let len = serde_json::to_vec(app).map_or(0, |json| json.len()) + 1;
            if len + 128 > room {
                messages.push(Vec::new());
                room = MAX_LINE;
            }
            room -= len.min(room);
            messages.last_mut().expect("there is always one").push(app.clone());
        }
        let last = messages.len() - 1;
        messages.into_iter().enumerate().map(|(at, apps)| ToHost::Apps { apps, more: at < last }).collect()
    }

    /// What has become of what was there before.
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<ToHost> {
        let gone = before.0.keys().filter(|id| !self.0.contains_key(id));
        let new =
            self.0.values().filter(|now| before.0.get(&now.app.id).is_none_or(|then| then.app != now.app));
        let gone = gone.map(|id| ToHost::AppRemoved { id: id.clone() });
        gone.chain(new.map(|now| ToHost::AppAdded { app: now.app.clone() })).collect()
    }
}
