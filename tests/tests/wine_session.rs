//! The host agent's side of a session on Windows: the Credential Manager, the event log and the agent's own.

mod with_wine {
    use std::fs;

    use medv_tests::windows_machine::WindowsMachine;

    #[test]
    fn the_services_of_a_session() {
        let machine = WindowsMachine::new();
        let services = |arguments: &[&str]| {
            let ran = machine.run(machine.program("examples/services.exe"), arguments);
            assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.text);
            ran.text
        };
        let kept =
            |user| services(&["get", "Office", user]).lines().next().unwrap_or_default().trim().to_owned();

        // A password is kept, replaced and forgotten; another user has none.
        assert_eq!(kept("ann"), "no password");
        for password in ["secret", "pässwörd"] {
            services(&["keep", "Office", "ann", password]);
            assert_eq!(kept("ann"), format!("password {password}"));
        }
        assert_eq!(kept("bob"), "no password");
        services(&["forget", "Office", "ann"]);
        services(&["forget", "Office", "ann"]);
        assert_eq!(kept("ann"), "no password");

        // An event is in the agent's own log; Windows' log takes it, too, or at least does no harm.
        services(&["note", r"C:\logs\host.log", "two\nlines"]);
        let log = fs::read_to_string(machine.path("logs/host.log")).expect("the log");
        assert!(log.contains(r" error 14004 "), "{log}");
        assert!(log.contains(r"two\nlines"), "{log}");
        assert_eq!(log.lines().count(), 1);
    }
}
