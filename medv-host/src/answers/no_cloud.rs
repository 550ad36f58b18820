//! Linux: the two files that cloud-init's data source `NoCloud` reads, and the script among them that installs the guest
//! agent. What the guest is told stands in `medv/answers.json` beside them, so that no shell ever reads a user's text.

/// The label that cloud-init looks for.
pub(super) const LABEL: &str = "CIDATA";

/// `user-data`: installs the guest agent. A guest without cloud-init may mount the medium itself, and run this with the
/// mount point as argument.
pub(super) const USER_DATA: &str = r#"#!/bin/sh
# Installs the guest agent of medv from the medium that this script stands on.
set -eu
from=${1:-}
if [ -z "$from" ]; then
    # cloud-init has unmounted it by now. Mounting it once more does no harm, as it is read-only.
    from=/run/medv-medium
    mkdir -p "$from"
    mount -t vfat -o ro "$(findfs LABEL=CIDATA)" "$from"
    trap 'umount "$from"' EXIT
fi
"$from/medv/medv-guest" install --from "$from/medv"
"#;

/// `meta-data`. cloud-init takes a machine for a new one when `instance_id` is another.
pub(super) fn meta_data(instance_id: &str, host_name: Option<&str>) -> String {
    // A string of JSON is one of YAML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let name = host_name.map(|name| format!("local-hostname: {}\n", quoted(name))).unwrap_or_default();
    format!("instance-id: {}\n{name}", quoted(instance_id))
}

/// A computer name as Linux takes it: letters, digits and `-`, which neither begins nor ends it. `None` if nothing is
/// left.
pub(super) fn host_name(computer_name: &str) -> Option<String> {
    let usable = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = computer_name.chars().map(usable).collect();
    let name = name.trim_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_such_as_linux_takes() {
        assert_eq!(host_name("MEDV-{anna}").as_deref(), Some("MEDV--anna"));
        assert_eq!(host_name("a_b.c~").as_deref(), Some("a-b-c"));
        assert_eq!(host_name("!$~"), None);
    }

    #[test]
    fn a_name_that_looks_like_a_number_stays_a_text() {
        assert_eq!(meta_data("medv-1", Some("1e5")), "instance-id: \"medv-1\"\nlocal-hostname: \"1e5\"\n");
        assert_eq!(meta_data("medv-1", None), "instance-id: \"medv-1\"\n");
    }

    #[test]
    fn the_script_installs_from_the_mount_point_that_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let medv = folder.path().join("the medium/medv");
        std::fs::create_dir_all(&medv).unwrap();
        let script = folder.path().join("user-data");
        std::fs::write(&script, USER_DATA).unwrap();
        let agent = medv.join("medv-guest");
        std::fs::write(&agent, "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\n").unwrap();
        let sh = |arguments: &[&std::path::Path]| {
            std::process::Command::new("sh").args(arguments).output().expect("there is a shell")
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&agent, std::fs::Permissions::from_mode(0o755)).unwrap();
            let ran = sh(&[&script, &folder.path().join("the medium")]);
            assert!(ran.status.success());
            assert_eq!(
                String::from_utf8_lossy(&ran.stdout),
                format!("install\n--from\n{}\n", medv.display())
            );
        }
    }
}
