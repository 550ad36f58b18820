//! What of the guest is in the host's menu.

use std::fs;

use super::Agent;
use crate::event::{Event, Level};
use crate::menu::{FileSystem, Menu, Report};
use crate::workspace::Workspace;

impl Agent {
    pub(super) fn open_menu(&mut self, workspace: &Workspace) {
        let Some(folders) = self.parts.menu.clone() else { return };
        let list = self.places.menus().join(format!("{}.json", workspace.name));
        let program = self.parts.program.clone();
        match Menu::open(&workspace.name, program, folders, list, Box::new(FileSystem)) {
            Ok(menu) => {
                self.published = menu.list().len();
                self.menu = Some(menu);
            }
            Err(error) => self.note(&Event::of_error(Level::Warning, &error)),
        }
    }

    /// Makes the menu what the guest has, if it may be there: without a machine that is ready there is nothing to start.
    pub(super) fn publish(&mut self) {
        let is_wanted = self.settings().is_on("UxAppPublishingEnabled") && self.is_ready();
        let report = match (&mut self.menu, is_wanted) {
            (Some(menu), true) if self.are_apps_known => menu.publish(&self.apps),
            (Some(menu), false) => menu.withdraw_all(),
            // Until the guest has said what it has, the menu stays as it was.
            _ => return,
        };
        self.published_now(&report);
    }

    pub(super) fn withdraw_menu(&mut self) {
        let Some(menu) = &mut self.menu else { return };
        let report = menu.withdraw_all();
        self.published_now(&report);
    }

    /// Takes back what workspaces have published that are not installed any more.
    pub(super) fn withdraw_left_menus(&mut self) {
        self.menu = None;
        let Some(folders) = self.parts.menu.clone() else { return };
        for list in
            fs::read_dir(self.places.menus()).into_iter().flatten().flatten().map(|entry| entry.path())
        {
            let name = list.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let program = self.parts.program.clone();
            match Menu::open(&name, program, folders.clone(), list.clone(), Box::new(FileSystem)) {
                Ok(mut menu) => {
                    let report = menu.withdraw_all();
                    let is_empty = menu.list().is_empty();
                    self.published_now(&report);
                    if is_empty {
                        let _ = fs::remove_file(list);
                    }
                }
                Err(error) => self.note(&Event::of_error(Level::Warning, &error)),
            }
        }
    }

    fn published_now(&mut self, report: &Report) {
        for entry in &report.published {
            self.note(&Event::plain(Level::Information, format!("published: {}", entry.name)));
        }
        for id in &report.withdrawn {
            self.note(&Event::plain(Level::Information, format!("withdrawn: {id}")));
        }
        for fault in &report.faults {
            self.note(fault);
        }
        self.published = self.menu.as_ref().map_or(0, |menu| menu.list().len());
    }
}
