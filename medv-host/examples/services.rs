//! `services COMMAND ARGUMENT...` does by hand what the host agent does with the services of a session:
//!
//! ```text
//! tell TITLE TEXT                     ask MESSAGE
//! keep WORKSPACE USER PASSWORD        get WORKSPACE USER        forget WORKSPACE USER
//! note FILE TEXT                      hindrance                 schedule PROGRAM WORKSPACE HH:MM MINUTES
//! ```

use std::error::Error;
use std::sync::{Arc, mpsc};

use medv_host::desktop::{Notice, Question, Urgency, system_desktop};
use medv_host::event::{Event, EventId, EventLog, Level, SystemLog};
use medv_host::places::Places;
use medv_host::vault::system_vault;
use medv_host::wakeup::{Plan, hindrance, schedule};
use medv_protocol::Secret;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let log = |path| Arc::new(SystemLog::new(path, Box::new(|| Some(Level::Debug))));
    let own_log = Places::of_this_user(None)?.state().join("host.log");
    let desktop = || system_desktop(log(own_log.clone()));
    match arguments[..] {
        ["tell", title, text] => {
            let notice = Notice { title: title.into(), text: text.into(), urgency: Urgency::Normal };
            desktop().tell(&notice)?;
        }
        ["ask", message] => {
            let (sender, receiver) = mpsc::channel();
            let question = Question::Start { message: message.into(), link: None };
            let desktop = desktop();
            desktop.ask(&question, Box::new(move |answer| _ = sender.send(answer)))?;
            println!("{:?}", receiver.recv()?);
        }
        ["keep", workspace, user, password] => {
            system_vault(workspace, user).keep(&Secret::new(password.into()))?;
        }
        ["get", workspace, user] => match system_vault(workspace, user).get()? {
            Some(password) => println!("password {}", password.reveal()),
            None => println!("no password"),
        },
        ["forget", workspace, user] => system_vault(workspace, user).forget()?,
        ["note", file, text] => log(file.into()).note(&Event::numbered(EventId::Unhandled, text)),
        ["hindrance"] => println!("{:?}", hindrance()),
        ["schedule", program, workspace, time, minutes] => {
            schedule(Plan::new(program, workspace, time, minutes.parse()?)?.as_ref())?;
        }
        _ => return Err("usage: see the head of this example".into()),
    }
    Ok(())
}
