//! `menu PROGRAM WORKSPACE NAME...` makes these the applications of a workspace on this user's menu, as the host agent
//! does when a guest has told them; without a name it withdraws all.

use std::error::Error;

use medv_host::menu::{FileSystem, Folders, Menu};
use medv_host::places::Places;
use medv_protocol::{App, AppId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, workspace, names @ ..] = &arguments[..] else {
        return Err("usage: see the head of this example".into());
    };
    let folders = Folders::of_this_user().ok_or("this user has no menu")?;
    let list = Places::of_this_user(None)?.menus().join(format!("{workspace}.json"));
    let mut menu = Menu::open(workspace, program.into(), folders, list, Box::new(FileSystem))?;
    let app = |name: &String| App {
        id: AppId(format!("{name}.lnk")),
        name: name.clone(),
        comment: String::new(),
        folder: String::new(),
        icon: None,
    };
    let report = menu.publish(&names.iter().map(app).collect::<Vec<_>>());
    for fault in &report.faults {
        println!("fault: {}", fault.text);
    }
    for entry in menu.list() {
        println!("{}", entry.file.display());
    }
    Ok(())
}
