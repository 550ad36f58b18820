//! Printers in a real CUPS, whose printer answers as real ones do.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use medv_protocol::{Printer, ToGuest};
use tempfile::TempDir;

use crate::guest::{Guest, Host};

/// CUPS, a printer, and the bus that the printer cannot do without: all of them this test's own.
struct Office {
    folder: TempDir,
    cups: u16,
    printer: u16,
    children: Vec<Child>,
}

const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

impl Office {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        // The programs that CUPS starts may be another user's.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut office = Self { folder, cups: free_port(), printer: free_port(), children: Vec::new() };
        office.start_cups();
        office
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn start_cups(&mut self) {
        for folder in ["etc", "spool", "cache", "state"] {
            fs::create_dir(self.path().join(folder)).unwrap();
        }
        let settings = self.write(
            "etc/cupsd.conf",
            &format!(
                "Listen 127.0.0.1:{}\nBrowsing No\nDefaultAuthType None\n<Location />\nAllow all\n</Location>\n\
                 <Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n",
                self.cups
            ),
        );
        let root = self.path().display();
        let files = self.write(
            "etc/cups-files.conf",
            &format!(
                "ServerRoot {root}/etc\nRequestRoot {root}/spool\nCacheDir {root}/cache\nStateDir {root}/state\n\
                 TempDir {root}/spool\nErrorLog {root}/error\nAccessLog {root}/access\nPageLog {root}/page\n\
                 FileDevice Yes\n"
            ),
        );
        let mut cups = Command::new("cupsd");
        cups.arg("-f").arg("-c").arg(settings).arg("-s").arg(files);
        self.children.push(cups.spawn().unwrap());
        wait_for(self.cups);
    }

    /// The printer is turned on.
    fn turn_on(&mut self) {
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(self.write("bus.conf", BUS)).args(["--nofork", "--print-address=1"]);
        let mut bus = bus.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        self.children.push(bus);
        let mut printer = Command::new("ippeveprinter");
        printer.args(["-r", "off", "-p", &self.printer.to_string(), "-d"]).arg(self.path()).arg("Office");
        printer.env("DBUS_SYSTEM_BUS_ADDRESS", address.trim()).stdout(Stdio::null()).stderr(Stdio::null());
        self.children.push(printer.spawn().unwrap());
        wait_for(self.printer);
    }

    /// What a program of CUPS prints.
    fn asked(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).env("CUPS_SERVER", self.server()).env("LC_ALL", "C").stdin(Stdio::null());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    /// A guest whose CUPS this is.
    fn guest(&self) -> (Guest, Host) {
        let mut guest = Guest::new();
        guest.is_set_up();
        for program in ["lpstat", "lpadmin", "lpoptions"] {
            let script = format!(
                "CUPS_SERVER={} exec /usr/bin/env PATH=/usr/sbin:/usr/bin {program} \"$@\"",
                self.server()
            );
            guest.script(&format!("usr/bin/{program}"), &script);
        }
        let (host, _) = guest.start_greeted();
        (guest, host)
    }

    fn server(&self) -> String {
        format!("127.0.0.1:{}", self.cups)
    }

    fn tell(&self, host: &mut Host, names: &[&str]) {
        let printer = |name: &&str| Printer {
            name: (*name).to_owned(),
            uri: format!("ipp://localhost:{}/ipp/print", self.printer),
            description: format!("The \"{name}\" printer; $HOME"),
            default: *name == "office",
        };
        host.say(&ToGuest::Printers { printers: names.iter().map(printer).collect(), more: false });
    }

    /// The queues, and whether CUPS knows what they can do.
    fn waits_for(&self, queues: &[(&str, bool)]) {
        let mut found = Vec::new();
        for _ in 0..600 {
            let listed = self.asked("lpstat", &["-v"]);
            let names = listed.lines().filter_map(|line| line.strip_prefix("device for ")?.split_once(':'));
            found = names
                .map(|(name, _)| (name.to_owned(), !self.asked("lpoptions", &["-p", name, "-l"]).is_empty()))
                .collect();
            if found.iter().map(|(name, known)| (name.as_str(), *known)).eq(queues.iter().copied()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{queues:?} are waited for, and {found:?} are there");
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        for mut child in self.children.drain(..).rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    let mut tries = (0..600).inspect(|_| std::thread::sleep(Duration::from_millis(100)));
    assert!(tries.any(|_| answers()), "nobody listens on port {port}");
}

/// What CUPS says of its default printer.
fn default_of(office: &Office) -> String {
    office.asked("lpstat", &["-d"]).trim().to_owned()
}

#[test]
fn the_hosts_printers_come_and_go_and_the_guests_own_stay() {
    let mut office = Office::new();
    office.turn_on();
    office.asked("lpadmin", &["-p", "mine", "-E", "-v", "file:///dev/null", "-m", "raw"]);
    let (guest, mut host) = office.guest();
    office.tell(&mut host, &["mine", "office", "spare"]);
    office.waits_for(&[("mine", false), ("office", true), ("spare", true)]);
    assert!(
        office
            .asked("lpstat", &["-l", "-p", "office"])
            .contains("Description: The \"office\" printer; $HOME\n")
    );
    office.tell(&mut host, &["office"]);
    office.waits_for(&[("mine", false), ("office", true)]);
    office.tell(&mut host, &[]);
    office.waits_for(&[("mine", false)]);
    assert!(office.asked("lpstat", &["-v", "mine"]).contains("/dev/null"));
    assert_eq!(guest.read("var/lib/medv-guest/printers.json"), "{}");
}

#[test]
fn the_hosts_default_printer_becomes_the_guests_if_it_has_none() {
    let mut office = Office::new();
    office.turn_on();
    let (_guest, mut host) = office.guest();
    office.tell(&mut host, &["spare", "office"]);
    office.waits_for(&[("office", true), ("spare", true)]);
    for _ in 0..600 {
        if default_of(&office).ends_with(": office") {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(default_of(&office), "system default destination: office");
    office.asked("lpadmin", &["-d", "spare"]);
    office.tell(&mut host, &["office", "spare", "third"]);
    office.waits_for(&[("office", true), ("spare", true), ("third", true)]);
    assert_eq!(default_of(&office), "system default destination: spare");
}

#[test]
fn a_printer_that_was_off_is_asked_again_with_the_next_start() {
    let mut office = Office::new();
    let (_guest, mut host) = office.guest();
    office.tell(&mut host, &["office"]);
    office.waits_for(&[("office", false)]);
    office.turn_on();
    office.tell(&mut host, &["office"]);
    office.waits_for(&[("office", true)]);
}
