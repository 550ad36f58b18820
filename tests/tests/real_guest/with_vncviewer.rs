//! In a window.

use crate::host::Host;

#[test]
fn the_screen_of_a_machine_that_runs_without_a_window_is_shown_in_one() {
    let mut host = Host::with_workspace("[settings]\nFtsMode = \"Silent\"\n").with_screen();
    host.log_on();
    host.until_stage("credentials");
    let _ = host.run(&["show", "Office"]).exits(2);
    host.give_password("secret");
    host.until_stage("mini-setup");
    let _ = host.run(&["show", "Office"]).exits(0);
    // QEMU tells viewers the machine's name.
    host.until_window("Office.*TigerVNC");
}
