//! `answers SYSPREP.INF MEDIUM` makes the medium of a guest with Windows XP whose image has this `Sysprep.inf`, of what this
//! host is and what is set here.

use std::error::Error;
use std::path::Path;

use medv_host::answers::{GuestKind, guest_programs_folder, make, plan, random};
use medv_host::host_facts;
use medv_host::settings::Settings;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [sysprep_inf, medium] = &arguments[..] else {
        return Err("usage: see the head of this example".into());
    };
    let settings = Settings::read(Path::new("/"));
    let guest = GuestKind::Xp { sysprep_inf: std::fs::read(sysprep_inf)? };
    let plan = plan(settings.store(), &host_facts::gather(), guest, None, random)?;
    let made = make(&plan, guest_programs_folder().as_deref(), Path::new(medium))?
        .ok_or("there is no medium for this guest")?;
    made.untold.iter().for_each(|untold| println!("{untold}"));
    Ok(())
}
