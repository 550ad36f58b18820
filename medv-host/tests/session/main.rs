//! The host agent's side of a session, against the real services of a desktop on a bus of their own.
#![cfg(unix)]

mod icon;
mod notification_area;
#[path = "../own_namespaces/mod.rs"]
mod own_namespaces;
mod private_session;

mod with_cupsd;
mod with_dbus_daemon;
mod with_dunst;
mod with_gnome_keyring_daemon;
mod with_pinentry_gtk_2;
mod with_systemctl;
mod with_xfce4_panel;
