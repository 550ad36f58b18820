//! Both agents on one machine with Windows, as Wine plays it: first the guest agent on it as on a guest, then the host agent.

mod guest;
mod host;
mod package;

mod with_wine {
    use medv_tests::windows_machine::WindowsMachine;

    #[test]
    fn a_guest_is_set_up_and_a_host_has_its_agent() {
        let machine = WindowsMachine::new();
        super::guest::is_set_up(&machine);
        let folder = tempfile::tempdir().unwrap();
        super::host::has_its_agent(&machine, folder.path());
    }
}
