//! The guest agent's Windows programs, on a machine that Wine plays.

mod with_wine {
    use std::fs;
    use std::path::Path;

    use medv_tests::windows_machine::WindowsMachine;

    /// The agent's folder, below the folder that plays the guest.
    const STATE: &str = "guest/ProgramData/Microsoft/Medv/Guest";

    fn copy(machine: &WindowsMachine, name: &str, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::copy(machine.program(name), folder.join(name)).expect("a program can be copied");
    }

    #[test]
    fn the_agent_is_installed_and_ftscompletion_gives_the_user_his_groups() {
        let machine = WindowsMachine::new();
        let medium = machine.path("medium");
        for name in ["medv-guest.exe", "ftscompletion.exe"] {
            copy(&machine, name, &medium);
        }
        let agent = medium.join("medv-guest.exe");
        let installed = machine.run(&agent, ["--root", r"C:\guest", "install"]);
        assert_eq!(installed.code, 0, "{}", installed.text);
        let folder = machine.path("guest/Program Files/Microsoft Enterprise Desktop Virtualization");
        assert!(folder.join("medv-guest.exe").is_file() && folder.join("ftscompletion.exe").is_file());

        let order = r#"{"user":"root","administrator":true,"group_tries":1,"group_timeout":0,"log_paths":[],"desktop_timeout":0}"#;
        fs::write(machine.path(STATE).join("completion-order.json"), order).expect("the order can be given");
        let completed = machine.run(folder.join("ftscompletion.exe"), ["--root", r"C:\guest"]);
        assert_eq!(completed.code, 0, "{}", completed.text);
        let result = fs::read_to_string(machine.path(STATE).join("completion-result.json"));
        assert_eq!(result.expect("there is a result"), r#"{"outcome":"complete"}"#);

        let noted = machine.run(&agent, ["--root", r"C:\guest", "restart-required", "a driver"]);
        assert_eq!(noted.code, 0, "{}", noted.text);
        assert_eq!(
            fs::read_to_string(machine.path(STATE).join("restart-required")).ok().as_deref(),
            Some("a driver")
        );
        assert_eq!(machine.run(&agent, ["fly"]).code, 2);
    }
}
