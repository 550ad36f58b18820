//! A web server for tests: serves one file, or those of a folder, misbehaves where told to, and remembers what it was asked.
//!
//! ```
//! use medv_tests::web_server::{Misbehaviour, WebServer};
//!
//! let server = WebServer::serving(vec![7; 1000])
//!     .misbehaving(|number, _request| (number == 1).then_some(Misbehaviour::CutAfter(100)));
//! println!("{} has answered {} requests", server.url(), server.log().len());
//! ```

mod answer;
mod content;
mod misbehaviour;
mod request;
mod tls;

use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::ServerConfig;

use self::answer::{Answer, Then};
use self::content::Content;

pub use self::answer::{Etag, Habits, Ranges};
pub use self::misbehaviour::{Misbehaviour, once, since};
pub use self::request::Request;

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Served {
    /// What was asked.
    pub request: Request,
    /// Status of the answer, 0 if there was none.
    pub status: u16,
    /// Bytes of body that were sent, framing aside.
    pub body_bytes: u64,
}

/// Listens on a free port of 127.0.0.1 until it is dropped. The file is served under every path.
pub struct WebServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

type Rule = Box<dyn FnMut(usize, &Request) -> Option<Misbehaviour> + Send>;

struct Shared {
    state: Mutex<State>,
    stopping: AtomicBool,
}

struct State {
    content: Content,
    folder: Option<PathBuf>,
    habits: Habits,
    tls: Option<Arc<ServerConfig>>,
    rule: Rule,
    replacement: Option<(usize, Content)>,
    log: Vec<Served>,
    connections: Vec<(TcpStream, JoinHandle<()>)>,
}

impl WebServer {
    /// Serves these bytes.
    pub fn serving(bytes: impl Into<Vec<u8>>) -> Self {
        Self::start(Content::bytes(bytes.into(), 1))
    }

    /// Serves the file at `path`, as it is whenever it is asked for.
    pub fn serving_file(path: impl Into<PathBuf>) -> Self {
        Self::start(Content::file(path.into(), 1))
    }

    /// Serves the files in `folder` under their names, as they are whenever they are asked for.
    pub fn serving_folder(folder: impl Into<PathBuf>) -> Self {
        let server = Self::serving([]);
        server.shared.lock().folder = Some(folder.into());
        server
    }

    fn start(content: Content) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                content,
                folder: None,
                habits: Habits::default(),
                tls: None,
                rule: Box::new(|_, _| None),
                replacement: None,
                log: Vec::new(),
                connections: Vec::new(),
            }),
            stopping: AtomicBool::new(false),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { shared, address, acceptor: Some(acceptor) }
    }

    /// Asks `rule` about every request, counted from 1, whether and how to misbehave.
    #[must_use]
    pub fn misbehaving(
        self,
        rule: impl FnMut(usize, &Request) -> Option<Misbehaviour> + Send + 'static,
    ) -> Self {
        self.shared.lock().rule = Box::new(rule);
        self
    }

    /// Sets what the server does by nature.
    #[must_use]
    pub fn with_habits(self, habits: Habits) -> Self {
        self.shared.lock().habits = habits;
        self
    }

    /// Serves other bytes, under a new `ETag` and date, once `requests` requests were answered.
    #[must_use]
    pub fn changing_after(self, requests: usize, bytes: impl Into<Vec<u8>>) -> Self {
        self.shared.lock().replacement = Some((requests, Content::bytes(bytes.into(), 2)));
        self
    }

    /// Speaks `https`, with a certificate that [`WebServer::authority`] vouches for.
    #[must_use]
    pub fn over_tls(self) -> Self {
        self.shared.lock().tls = Some(tls::config());
        self
    }

    /// The certificate authority in PEM form that a client of [`WebServer::over_tls`] has to trust.
    pub fn authority() -> &'static [u8] {
        tls::CERTIFICATE
    }

    /// Where the file is.
    pub fn url(&self) -> String {
        self.url_of("/disk.medv")
    }

    /// The same file under another path, which begins with a slash.
    pub fn url_of(&self, path: &str) -> String {
        let scheme = if self.shared.lock().tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// All requests so far, in the order in which they came.
    pub fn log(&self) -> Vec<Served> {
        self.shared.lock().log.clone()
    }

    /// Bytes of body sent so far, in all answers.
    pub fn body_bytes(&self) -> u64 {
        self.shared.lock().log.iter().map(|served| served.body_bytes).sum()
    }

    /// Connections made so far.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections.len()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor. If that fails it is gone already.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        let connections = std::mem::take(&mut self.shared.lock().connections);
        for (stream, thread) in connections {
            let _ = stream.shutdown(Shutdown::Both);
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to answer, and the number under which it is logged.
    fn answer(&self, request: Request) -> (usize, Answer) {
        let mut state = self.lock();
        let index = state.log.len();
        if let Some((_, content)) = state.replacement.take_if(|(requests, _)| *requests <= index) {
            state.content = content;
        }
        let file = state.folder.as_ref().map(|folder| folder.join(request.path.trim_start_matches('/')));
        let is_missing = file.as_ref().is_some_and(|file| !file.is_file());
        let content = match file.filter(|_| !is_missing) {
            Some(file) => Content::file(file, 1),
            None => state.content.clone(),
        };
        let mut answer = Answer::honest(&request, &content, state.habits);
        let misbehaviour = (state.rule)(index + 1, &request);
        if let Some(misbehaviour) = misbehaviour.or(is_missing.then_some(Misbehaviour::Status(404))) {
            answer.spoil(misbehaviour, &content);
        }
        state.log.push(Served { request, status: answer.status(), body_bytes: 0 });
        (index, answer)
    }

    /// Counted before they are sent, so that a client that has them finds them in the log.
    fn sending(&self, index: usize, bytes: usize) {
        self.lock().log[index].body_bytes += bytes as u64;
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok((stream, _)) = accepted else { continue };
        let Ok(handle) = stream.try_clone() else { continue };
        // Small pieces must arrive as such. Without it they only arrive later.
        let _ = stream.set_nodelay(true);
        // The lock is held until the connection is on the list, so that `connections` never counts too few.
        let mut state = shared.lock();
        let tls = state.tls.clone();
        let thread = thread::spawn({
            let shared = Arc::clone(shared);
            move || {
                // A client that goes away is its own affair.
                let _ = match tls {
                    None => converse(&stream, &shared),
                    Some(config) => tls::accept(config, &stream).and_then(|stream| converse(stream, &shared)),
                };
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        state.connections.push((handle, thread));
    }
}

/// Answers requests until one side has enough.
fn converse(stream: impl Read + Write, shared: &Shared) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream)? {
        let (index, answer) = shared.answer(request);
        let writer = stream.get_mut();
        let then = answer.send(writer, |bytes| shared.sending(index, bytes))?;
        writer.flush()?;
        match then {
            Then::GoOn => {}
            Then::Close => break,
            Then::Stall => {
                // Until the client leaves or the server is dropped.
                io::copy(&mut stream, &mut io::sink())?;
                break;
            }
        }
    }
    Ok(())
}
