//! `guest_port PIPE USER` plays the machine and the host agent for a guest agent that is given a named pipe for its port: it lets
//! it run first time setup for the user, or, if that has ended, log him on with any password and start each application. It
//! prints what the guest says, a message a line, until the guest says goodbye or all is done.

use std::error::Error;
use std::io::{Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use interprocess::local_socket::traits::Listener;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, Stream, ToFsName};
use medv_protocol::{Lines, Phase, Secret, ToGuest, ToHost, VERSION, encode};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pipe, user] = &arguments[..] else {
        return Err("usage: see the head of this example".into());
    };
    let name = pipe.as_str().to_fs_name::<GenericFilePath>()?;
    let mut guest = ListenerOptions::new().name(name).create_sync()?.accept()?;
    let (mut lines, mut bytes, mut running) = (Lines::default(), [0; 4096], 0);
    let mut listed = Vec::new();
    loop {
        let read = guest.read(&mut bytes)?;
        if read == 0 {
            return Ok(());
        }
        for said in lines.take::<ToHost>(&bytes[..read]) {
            let said = said.map_err(|error| error.to_string())?;
            println!("{}", serde_json::to_string(&said)?);
            match said {
                ToHost::Hello(hello) => {
                    let agent = env!("CARGO_PKG_VERSION").to_owned();
                    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
                    say(&mut guest, &ToGuest::Welcome { protocol: VERSION, agent, now, log_level: 4 })?;
                    say(&mut guest, &first_order(hello.phase, user))?;
                }
                ToHost::Apps { apps, .. } => listed = apps,
                ToHost::LoggedOn { .. } => {
                    for (app, request) in std::mem::take(&mut listed).into_iter().zip(2..) {
                        running += 1;
                        say(&mut guest, &ToGuest::StartApp { request, id: app.id })?;
                    }
                }
                ToHost::AppEnded { .. } => {
                    running -= 1;
                    if running == 0 {
                        say(&mut guest, &ToGuest::ShutDown)?;
                    }
                }
                ToHost::Bye => return Ok(()),
                _ => {}
            }
        }
    }
}

fn first_order(phase: Phase, user: &str) -> ToGuest {
    let user = user.to_owned();
    match phase {
        Phase::Setup => ToGuest::RunSetup {
            user,
            administrator: true,
            group_tries: 1,
            group_timeout: 0,
            log_paths: Vec::new(),
            desktop_timeout: 0,
        },
        Phase::Ready => {
            let password = Secret::new("any".to_owned());
            ToGuest::LogOn { request: 1, user, password, new_account: None }
        }
    }
}

fn say(guest: &mut Stream, message: &ToGuest) -> Result<(), Box<dyn Error>> {
    Ok(guest.write_all(&encode(message).map_err(|error| error.to_string())?)?)
}
