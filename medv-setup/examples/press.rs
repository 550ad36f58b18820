//! `press CAPTION BUTTON [FILE]` waits for a file, then for a window that shows the button, prints all that can be read in it,
//! and presses the button.
#![cfg_attr(windows, allow(unsafe_code))]

#[cfg(windows)]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let (caption, button) = (arguments.next().expect("a caption"), arguments.next().expect("a button"));
    let file = arguments.next().unwrap_or_else(|| r"C:\".to_owned());
    while !std::path::Path::new(&file).exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    loop {
        if let Some(texts) = press(&caption, &button) {
            println!("{}", texts.join("\n"));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Presses the button if the window is there and shows it; answers with the texts that it shows.
#[cfg(windows)]
fn press(caption: &str, button: &str) -> Option<Vec<String>> {
    use std::ptr::{null, null_mut};
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        BM_CLICK, FindWindowExW, FindWindowW, IsWindowVisible, PostMessageW, SendMessageW, WM_GETTEXT,
    };
    let caption: Vec<u16> = caption.encode_utf16().chain([0]).collect();
    let (mut texts, mut found) = (Vec::new(), null_mut());
    // SAFETY: texts end in a zero, buffers are as long as is said; a window that is gone meanwhile answers nothing.
    unsafe {
        let window = FindWindowW(null(), caption.as_ptr());
        if window.is_null() {
            return None;
        }
        let mut part = null_mut();
        loop {
            part = FindWindowExW(window, part, null(), null());
            if part.is_null() {
                break;
            }
            let mut text = [0_u16; 4096];
            let len = SendMessageW(part, WM_GETTEXT, text.len(), text.as_mut_ptr() as isize);
            let text = String::from_utf16_lossy(&text[..usize::try_from(len).unwrap_or(0)]);
            if IsWindowVisible(part) != 0 && !text.is_empty() {
                if text == button {
                    found = part;
                }
                texts.push(text);
            }
        }
        if found.is_null() {
            return None;
        }
        PostMessageW(found, BM_CLICK, 0, 0);
    }
    Some(texts)
}

#[cfg(not(windows))]
fn main() {
    eprintln!("error: this is about Windows");
    std::process::exit(2);
}
