//! The first file system of the guest, in memory: the drivers that it needs, and a program that loads them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::shell::{capture, command, root};

/// The drivers, without those that they need themselves.
const DRIVERS: &[&str] = &[
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
    "virtio_net",
    "button",
    "evdev",
    "pvpanic-mmio",
    "vfat",
    "nls_cp437",
    "nls_ascii",
    "nls_iso8859-1",
    "nls_utf8",
];

/// Makes it of a kernel's package.
pub(super) fn initrd(packages: &Path, work: &Path) -> Result<PathBuf> {
    let modules = packages.join("lib/modules");
    let version = fs::read_dir(&modules)?.next().ok_or("the package brings no drivers")??.file_name();
    let version = version.to_string_lossy().into_owned();
    let busybox = packages.join("bin/busybox");
    let of_busybox = |applet: &str| {
        let mut command = command(&busybox.to_string_lossy());
        command.arg(applet);
        command
    };
    capture(of_busybox("depmod").arg("-b").arg(packages).arg(&version))?;
    let folder = modules.join(&version);
    let needs = fs::read_to_string(folder.join("modules.dep"))?;
    let mut order = Vec::new();
    for driver in DRIVERS {
        add(driver, &needs, &mut order)?;
    }

    let tree = work.join("initrd");
    for inner in ["bin", "dev", "lib", "proc", "root", "sys"] {
        fs::create_dir_all(tree.join(inner))?;
    }
    fs::copy(&busybox, tree.join("bin/busybox"))?;
    fs::copy(root().join("xtask/guest/initrd-init"), tree.join("init"))?;
    let mut list = String::new();
    for path in order {
        let name = path.rsplit('/').next().unwrap_or(path);
        fs::copy(folder.join(path), tree.join("lib").join(name))?;
        list.push_str(name);
        list.push('\n');
    }
    fs::write(tree.join("lib/order"), list)?;
    let initrd = work.join("initrd.gz");
    let pack = "find . | LC_ALL=C sort | \"$0\" cpio -o -H newc 2>/dev/null | gzip -9n >\"$1\"";
    capture(command("sh").args(["-c", pack]).arg(&busybox).arg(&initrd).current_dir(&tree))?;
    Ok(initrd)
}

/// Adds a driver behind those that it needs: lines of `modules.dep` are `PATH: PATH PATH …`.
fn add<'a>(driver: &str, needs: &'a str, order: &mut Vec<&'a str>) -> Result<()> {
    let file = format!("/{driver}.ko");
    let line = needs.lines().find_map(|line| line.split_once(':').filter(|(path, _)| path.ends_with(&file)));
    // What is built into the kernel has no file.
    let Some((path, needed)) = line else { return Ok(()) };
    if order.contains(&path) {
        return Ok(());
    }
    for needed in needed.split_whitespace() {
        let name = needed.rsplit('/').next().unwrap_or(needed).trim_end_matches(".ko");
        add(name, needs, order)?;
    }
    order.push(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_comes_behind_what_it_needs_and_once() {
        let needs = "a/x.ko: a/y.ko a/z.ko\na/y.ko: a/z.ko\na/z.ko:\n";
        let mut order = Vec::new();
        for driver in ["x", "y", "built-in"] {
            add(driver, needs, &mut order).unwrap();
        }
        assert_eq!(order, ["a/z.ko", "a/y.ko", "a/x.ko"]);
    }
}
