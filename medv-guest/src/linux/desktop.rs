//! Whether the desktop of this process's user is there: on X, when a window manager answers. Who opens a window before may not see
//! it: openbox sleeps over what came while it began, until something else comes.
//!
//! What is asked is of the Extended Window Manager Hints 1.5.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT};

use crate::{Error, Result};

/// How long the X server may take.
const SERVER_PATIENCE: Duration = Duration::from_secs(60);

/// How long a window manager may take from then on. Some sessions have none.
const MANAGER_PATIENCE: Duration = Duration::from_secs(30);

/// What the X server says, or why it says nothing.
type Reply<T> = std::result::Result<T, ReplyOrIdError>;

const PAUSE: Duration = Duration::from_millis(500);

/// Waits until a window manager answers on the display that the environment names: a minute at most for the display, half a
/// minute from then on.
///
/// # Errors
/// If there is no display, or no window manager.
pub fn wait_for_desktop() -> Result<()> {
    let (server, screen) = in_time(SERVER_PATIENCE, || {
        x11rb::connect(None).map_err(|error| Error::new(format!("no X server: {error}")))
    })?;
    let desktop = Desktop::of(server, screen).map_err(|error| asking(&error))?;
    in_time(MANAGER_PATIENCE, || match desktop.answers() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::new("no window manager answers")),
        Err(error) => Err(asking(&error)),
    })
}

fn asking(error: &ReplyOrIdError) -> Error {
    Error::new(format!("the X server cannot be asked: {error}"))
}

/// Tries until it is done, or the time is over.
fn in_time<T>(patience: Duration, attempt: impl Fn() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(_) if begun.elapsed() < patience => std::thread::sleep(PAUSE),
            ended => return ended,
        }
    }
}

struct Desktop {
    server: RustConnection,
    root: Window,
    /// Never on the screen: what is asked is asked about it.
    window: Window,
    atoms: Atoms,
}

struct Atoms {
    manager: Atom,
    supported: Atom,
    ask_for_frame: Atom,
    frame: Atom,
}

impl Desktop {
    fn of(server: RustConnection, screen: usize) -> Reply<Self> {
        let atom =
            |name: &str| -> Reply<Atom> { Ok(server.intern_atom(false, name.as_bytes())?.reply()?.atom) };
        let atoms = Atoms {
            manager: atom("_NET_SUPPORTING_WM_CHECK")?,
            supported: atom("_NET_SUPPORTED")?,
            ask_for_frame: atom("_NET_REQUEST_FRAME_EXTENTS")?,
            frame: atom("_NET_FRAME_EXTENTS")?,
        };
        let root = server.setup().roots[screen].root;
        let window = server.generate_id()?;
        let (depth, class, visual) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT, COPY_FROM_PARENT);
        let looks = CreateWindowAux::new();
        server.create_window(depth, window, root, 0, 0, 1, 1, 0, class, visual, &looks)?.check()?;
        Ok(Self { server, root, window, atoms })
    }

    /// Asks how wide the frame of our window would be. A manager that cannot tell need only be there.
    fn answers(&self) -> Reply<bool> {
        let atoms = &self.atoms;
        if self.property(self.root, atoms.manager)?.is_empty() {
            return Ok(false);
        }
        let supported = self.property(self.root, atoms.supported)?;
        if !supported.contains(&atoms.ask_for_frame) {
            return Ok(true);
        }
        if !self.property(self.window, atoms.frame)?.is_empty() {
            return Ok(true);
        }
        let question = ClientMessageEvent::new(32, self.window, atoms.ask_for_frame, [0; 5]);
        let to = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        self.server.send_event(false, self.root, to, question)?.check()?;
        Ok(false)
    }

    /// Its numbers of 32 bits; none if it is not set.
    fn property(&self, window: Window, name: Atom) -> Reply<Vec<u32>> {
        const LIMIT: u32 = 1024;
        let reply = self.server.get_property(false, window, name, AtomEnum::ANY, 0, LIMIT)?.reply()?;
        Ok(reply.value32().into_iter().flatten().collect())
    }
}
