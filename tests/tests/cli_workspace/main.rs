//! `medv workspace` as an administrator meets it.

#[cfg(unix)]
mod build;
mod check;
#[cfg(target_os = "linux")]
mod counts;
mod new;
mod rules;

use medv_settings::{RegFile, Value, find};
use medv_tests::vhd_builder::fixed;
use medv_tests::workshop::Workshop;

/// The files that the tables name.
fn named_files(shop: &Workshop) {
    shop.write("office.vhd", fixed(&vec![0; 64 << 10]));
    shop.write(
        "list.txt",
        "# ours\r\nhttp://a.example\r\n\r\nhttp://b.example/*\r\ngopher://c\r\nhttp://a.example",
    );
    shop.write("bom.txt", "\u{FEFF}http://bücher.example\n");
    shop.write("ansi.txt", b"http://a.example\nhttp://b.example\nhttp://b\xFCcher.example\n");
    shop.write("long.txt", vec![b'\n'; (4 << 20) + 1]);
    shop.write("broken.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\x]\r\n\"a\"=dword:xyz\r\n");
    shop.write(
        "foreign.reg",
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\x]\r\n\"a\"=\"b\"\r\n",
    );
    let memory = find("VmMemory").unwrap();
    shop.write(
        "memory.reg",
        RegFile::of(&[
            memory.entry(Value::Number(1024)),
            find(r"VM\Name").unwrap().entry(Value::Text("other".into())),
        ])
        .to_bytes(),
    );
    shop.write("wrong.reg", RegFile::of(&[memory.entry(Value::Text("x".into()))]).to_bytes());
}
