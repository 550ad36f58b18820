//! `press CAPTION BUTTON [FILE]` waits for a file, then for a window that shows the button, prints all that can be read in it,
//! and presses the button.
#![cfg_attr(windows, allow(unsafe_code))]

#[cfg(windows)]
fn main() {
    use windows_sys::Win32::UI::WindowsAndMessaging::{BM_CLICK, PostMessageW};
    let mut arguments = std::env::args().skip(1);
    let (caption, button) = (arguments.next().expect("a caption"), arguments.next().expect("a button"));
    let file = arguments.next().unwrap_or_else(|| r"C:\".to_owned());
    while !std::path::Path::new(&file).exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    // A page is put up part by part, its buttons last: what was read while that went on is half of the page before it.
    let mut was_there = false;
    loop {
        let page = read(&caption, &button);
        let is_there = page.is_some();
        if let Some((button, texts)) = page.filter(|_| was_there) {
            println!("{}", texts.join("\n"));
            // SAFETY: posting to a button that is gone fails, and does no harm.
            unsafe { PostMessageW(button, BM_CLICK, 0, 0) };
            return;
        }
        was_there = is_there;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The button, if the window is there and shows it, and the texts that it shows.
#[cfg(windows)]
fn read(caption: &str, button: &str) -> Option<(windows_sys::Win32::Foundation::HWND, Vec<String>)> {
    use std::ptr::{null, null_mut};
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        FindWindowExW, FindWindowW, IsWindowVisible, SendMessageW, WM_GETTEXT,
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
    }
    (!found.is_null()).then_some((found, texts))
}

#[cfg(not(windows))]
fn main() {
    eprintln!("error: this is about Windows");
    std::process::exit(2);
}
