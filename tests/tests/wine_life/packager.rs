//! The packager on Windows: the same packages as on Linux, settings in the registry, and the batch file that installs all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use medv_settings::{RegFile, RegistryEntry, find_in_registry};
use medv_tests::command;
use medv_tests::images::mixed;
use medv_tests::windows_machine::{Ran, WindowsMachine};

const KEY: &str = r"SOFTWARE\Microsoft\Medv\v2\VM";
const POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Medv\v2\VM";

/// Builds one workspace here and on `machine`, and answers with the package. Every byte of both is the same.
pub(crate) fn packs_as_on_linux(machine: &WindowsMachine, folder: &Path) -> PathBuf {
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).unwrap();
    for name in ["setup.exe", "uninstall.exe", "medv-actions.dll"] {
        fs::copy(machine.program(name), programs.join(name)).unwrap();
    }
    fs::write(folder.join("disk.img"), mixed(7, 5 << 20)).unwrap();
    fs::write(folder.join("addresses.txt"), "https://intranet\nhttp://*.contoso.com\n").unwrap();
    let definition = "name = \"Büro XP\"\nimage = \"disk.img\"\n[first-time-setup]\nmode = \"silent\"\n\
                      [computer-name]\nmask = \"XP-%username%[4]*\"\n[web-redirection]\nimport = \"addresses.txt\"\n\
                      [settings]\nDialogTimeout = 60\n";
    fs::write(folder.join("workspace.toml"), definition).unwrap();

    let arguments =
        ["workspace", "build", "--programs", "programs", "--pack-again", "--progress", "none", "-o"];
    let here = command::run(folder, arguments.into_iter().chain(["linux"]));
    assert_eq!(here.code, Some(0), "{}", here.stderr);
    let windows = |name: &str| WindowsMachine::windows_path(&folder.join(name));
    let (definition, programs, there) = (windows("workspace.toml"), windows("programs"), windows("windows"));
    let ran = medv(
        machine,
        &[
            "workspace",
            "build",
            &definition,
            "--programs",
            &programs,
            "--pack-again",
            "--progress",
            "none",
            "-o",
            &there,
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.text);
    let (linux, windows) = (files(&folder.join("linux")), files(&folder.join("windows")));
    assert_eq!(linux.keys().collect::<Vec<_>>(), windows.keys().collect::<Vec<_>>());
    for (name, bytes) in &linux {
        assert!(*bytes == windows[name], "{name} differs");
    }
    folder.join("windows")
}

/// Has Windows read the package's settings file, and write the same out again.
pub(crate) fn imports_the_settings(machine: &WindowsMachine, package: &Path) {
    let file = package.join("Büro XP.reg");
    let imported = machine.run("reg", ["import", &WindowsMachine::windows_path(&file)]);
    assert_eq!(imported.code, 0, "{}", imported.text);
    let settings = |bytes: &[u8]| {
        let mut entries = RegFile::from_bytes(bytes).unwrap().entries();
        entries.retain(|entry| find_in_registry(&entry.key, &entry.name).is_some());
        entries.sort_by_key(|entry| (entry.key.to_lowercase(), entry.name.to_lowercase()));
        let of = |entry: RegistryEntry| (entry.key.to_lowercase(), entry.name.to_lowercase(), entry.value);
        entries.into_iter().map(of).collect::<Vec<_>>()
    };
    let expected = settings(&fs::read(file).unwrap());
    assert_eq!(expected.len(), 6, "{expected:?}");
    let exported = machine.registry(r"SOFTWARE\Microsoft\Medv\v2");
    assert_eq!(settings(format!("\u{FEFF}{}", exported.trim_start_matches('\u{FEFF}')).as_bytes()), expected);
    assert_eq!(machine.run("reg", ["delete", r"HKLM\SOFTWARE\Microsoft\Medv\v2", "/f"]).code, 0);
}

/// Sets, looks up and clears settings where Windows keeps them.
pub(crate) fn keeps_settings_in_the_registry(machine: &WindowsMachine) {
    let show = || medv(machine, &["settings", "show", "VmMemory", "--json"]).text;
    let says = |value: &str, origin: &str| {
        let said = show();
        assert!(said.contains(value) && said.contains(origin), "{said}");
    };
    says("512", "default");
    assert_eq!(medv(machine, &["settings", "set", "VmMemory", "640", "--user"]).code, 0);
    says("640", "user");
    assert_eq!(medv(machine, &["settings", "set", "VmMemory", "768"]).code, 0);
    says("768", "machine");
    assert!(machine.registry(KEY).contains("\"Memory\"=dword:00000300"), "{}", machine.registry(KEY));
    let policy = machine.run("reg", ["add", POLICY, "/v", "Memory", "/t", "REG_DWORD", "/d", "1024"]);
    assert_eq!(policy.code, 0, "{}", policy.text);
    says("1024", "machine policy");
    // What somebody wrote by hand is brought into its range.
    assert_eq!(
        machine.run("reg", ["add", POLICY, "/v", "Memory", "/t", "REG_DWORD", "/d", "9999", "/f"]).code,
        0
    );
    says("2048", "machine policy");
    assert_eq!(machine.run("reg", ["delete", POLICY, "/f"]).code, 0);
    assert_eq!(medv(machine, &["settings", "clear", "VmMemory"]).code, 0);
    says("640", "user");
    assert_eq!(medv(machine, &["settings", "clear", "VmMemory", "--user"]).code, 0);
    says("512", "default");
    let addresses = "http://*.contoso.com;https://intranet";
    assert_eq!(medv(machine, &["settings", "set", "UxRedirectUrls", addresses]).code, 0);
    let said = medv(machine, &["settings", "show", "UxRedirectUrls"]).text;
    assert!(said.contains(addresses), "{said}");
    assert_eq!(medv(machine, &["settings", "clear", "UxRedirectUrls"]).code, 0);
}

/// Installs the host agent and the workspace with the package's batch file.
pub(crate) fn installs_all_by_the_batch_file(machine: &WindowsMachine, package: &Path, host_agent: &Path) {
    fs::copy(host_agent, package.join("MED-V_HostAgent_Setup.exe")).unwrap();
    let batch = WindowsMachine::windows_path(&package.join("install-all.cmd"));
    let ran = machine.run("cmd", ["/c", &batch]);
    assert_eq!(ran.code, 0, "{}", ran.text);
    let disk = fs::read(machine.path("ProgramData/Microsoft/Medv/Workspace/disk.vhd"));
    let disk = disk.unwrap_or_else(|error| panic!("{error}: {}", ran.text));
    assert!(disk.ends_with(&disk[..512]) && &disk[..8] == b"conectix", "a dynamic VHD");
    let settings = machine.registry(r"SOFTWARE\Microsoft\Medv\v2");
    for expected in ["\"DialogTimeout\"=dword:0000003c", "\"Name\"=\"Büro XP\"", "\"Mode\"=\"Silent\""] {
        assert!(settings.contains(expected), "no {expected} in\n{settings}");
    }
    // The first step that fails ends it, with its code.
    fs::remove_file(package.join("disk.medv")).unwrap();
    let ran = machine.run("cmd", ["/c", &batch]);
    assert_ne!(ran.code, 0, "{}", ran.text);
}

fn medv(machine: &WindowsMachine, arguments: &[&str]) -> Ran {
    machine.run(machine.program("medv.exe"), arguments)
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect()
}
