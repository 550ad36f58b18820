//! The host's printers, as CUPS lists them.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use medv_host::host_facts::printers;

use crate::private_session::eventually;

/// A CUPS of this test's own.
struct Cups {
    folder: tempfile::TempDir,
    port: u16,
    daemon: Option<Child>,
}

impl Cups {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The programs that CUPS starts may be another user's.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut cups = Self { folder, port, daemon: None };
        cups.start();
        cups
    }

    fn start(&mut self) {
        let root = self.folder.path();
        for folder in ["etc", "spool", "cache", "state"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        let settings = format!(
            "Listen 127.0.0.1:{}\nBrowsing No\nDefaultAuthType None\n<Location />\nAllow all\n</Location>\n\
             <Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n",
            self.port
        );
        let files = format!(
            "ServerRoot {0}/etc\nRequestRoot {0}/spool\nCacheDir {0}/cache\nStateDir {0}/state\nTempDir {0}/spool\n\
             ErrorLog {0}/error\nAccessLog {0}/access\nPageLog {0}/page\nFileDevice Yes\n",
            root.display()
        );
        let [settings_file, files_file] =
            ["etc/cupsd.conf", "etc/cups-files.conf"].map(|name| root.join(name));
        fs::write(&settings_file, settings).unwrap();
        fs::write(&files_file, files).unwrap();
        let mut cups = Command::new("cupsd");
        cups.arg("-f").arg("-c").arg(settings_file).arg("-s").arg(files_file);
        self.daemon = Some(cups.spawn().unwrap());
        eventually(|| TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("CUPS_SERVER", format!("127.0.0.1:{}", self.port)).env("HOME", self.folder.path());
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn add(&self, name: &str, uri: &str, description: &str) {
        let mut add = self.command("lpadmin");
        add.args(["-p", name, "-E", "-v", uri, "-m", "raw", "-D", description]);
        assert!(add.status().unwrap().success(), "{name}");
    }

    fn stop(&mut self) {
        if let Some(mut cups) = self.daemon.take() {
            let _ = cups.kill();
            let _ = cups.wait();
        }
    }
}

impl Drop for Cups {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn printers_in_the_network_are_listed_and_local_ones_are_not() {
    let cups = Cups::new();
    let listed = || printers::listed_by(cups.command("lpstat")).unwrap();
    assert_eq!(listed(), [], "a CUPS without printers is no error");
    cups.add("office", "ipp://printer.example.org/ipp/print", "Büro, \"2nd\" floor");
    cups.add("cellar", "ipps://192.0.2.9/ipp/print", "");
    cups.add("desk", "file:///dev/null", "On the desk");
    cups.add("usb", "ipp://localhost:60000/ipp/print", "By USB");
    assert!(cups.command("lpadmin").args(["-d", "office"]).status().unwrap().success());
    let [cellar, office] = &listed()[..] else { panic!("{:?}", listed()) };
    assert_eq!(
        (cellar.name.as_str(), cellar.uri.as_str(), cellar.default),
        ("cellar", "ipps://192.0.2.9/ipp/print", false)
    );
    assert_eq!((office.name.as_str(), office.default), ("office", true));
    assert_eq!(office.description, "Büro, \"2nd\" floor");
}

#[test]
fn a_cups_that_does_not_answer_is_an_error_and_not_an_empty_list() {
    let mut cups = Cups::new();
    cups.stop();
    let error = printers::listed_by(cups.command("lpstat")).unwrap_err();
    assert!(error.to_string().contains("lpstat"), "{error}");
}
