//! What setup of Windows Vista and later is told: the image's own answer file, with some of its answers replaced, and the
//! command that installs the guest agent.

use super::plan::Plan;
use super::unattend_xml::{Component, UnattendXml, escaped};
use crate::host_facts::xp_number;

/// A component is that of one processor; setup passes over the others.
const ARCHITECTURES: [&str; 2] = ["amd64", "x86"];

/// The medium has some drive's letter. Setup runs this as the system itself, before anybody can log on.
const INSTALL: &str = r"cmd.exe /c for %d in (A B D E F G H I J K L M N O P Q R S T U V W X Y Z C) do if exist %d:\medv\medv-guest.exe %d:\medv\medv-guest.exe install --from %d:\medv";

/// The file for the medium: what the image's own says, and what is told. `None` if the image's own cannot be read.
pub(super) fn answers(plan: &Plan, unattend_xml: Option<&[u8]>) -> Option<Vec<u8>> {
    let asks = unattend_xml.is_none();
    let mut file = match unattend_xml {
        Some(own) => UnattendXml::from_bytes(own)?,
        None => UnattendXml::empty(),
    };
    for architecture in ARCHITECTURES {
        specialize(plan, architecture, &mut file);
        if asks {
            pass_over_questions(architecture, &mut file);
        }
        region(plan, architecture, &mut file);
        account(plan, architecture, &mut file);
    }
    Some(file.into_bytes())
}

fn specialize(plan: &Plan, architecture: &'static str, file: &mut UnattendXml) {
    let component = |name| Component { pass: "specialize", name, architecture };
    let shell = component("Microsoft-Windows-Shell-Setup");
    let answers = &plan.answers;
    // Setup fails at a zone that it does not know; those with a number are known to every version.
    let zone = answers.time_zone.as_ref().and_then(|zone| zone.windows.as_deref());
    let shell_values = [
        ("ComputerName", answers.computer_name.as_deref()),
        ("RegisteredOwner", answers.full_name.as_deref()),
        ("RegisteredOrganization", answers.organisation.as_deref()),
        ("TimeZone", zone.filter(|zone| xp_number(zone).is_some())),
    ];
    for (name, value) in shell_values {
        if let Some(value) = value {
            file.set(shell, &[name], value);
        }
    }
    if let Some(domain) = &plan.domain {
        let join = component("Microsoft-Windows-UnattendedJoin");
        file.set(join, &["Identification", "JoinDomain"], &domain.name);
        if let Some(unit) = &domain.unit {
            file.set(join, &["Identification", "MachineObjectOU"], unit);
        }
    }
    let deployment = component("Microsoft-Windows-Deployment");
    let order = file.largest(deployment, "RunSynchronous", "Order") + 1;
    let command = format!(
        "<Order>{order}</Order><Description>medv guest agent</Description><Path>{}</Path>",
        escaped(INSTALL)
    );
    file.add(deployment, &["RunSynchronous"], "RunSynchronousCommand", &command);
}

/// Setup asks about these if nothing answers them.
fn pass_over_questions(architecture: &'static str, file: &mut UnattendXml) {
    let shell = Component { pass: "oobeSystem", name: "Microsoft-Windows-Shell-Setup", architecture };
    for (name, value) in [("HideEULAPage", "true"), ("NetworkLocation", "Work"), ("ProtectYourPC", "3")] {
        file.set(shell, &["OOBE", name], value);
    }
}

fn region(plan: &Plan, architecture: &'static str, file: &mut UnattendXml) {
    let Some(region) = &plan.answers.region else { return };
    let core = Component { pass: "oobeSystem", name: "Microsoft-Windows-International-Core", architecture };
    let values = [
        ("InputLocale", &region.windows_keyboard),
        ("SystemLocale", &region.windows_locale),
        ("UserLocale", &region.windows_locale),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            file.set(core, &[name], value);
        }
    }
}

/// The user's account, where no domain has it. Without a password nobody could log on to it remotely.
fn account(plan: &Plan, architecture: &'static str, file: &mut UnattendXml) {
    let (Some(user), Some(password)) = (&plan.answers.user, &plan.password) else { return };
    let shell = Component { pass: "oobeSystem", name: "Microsoft-Windows-Shell-Setup", architecture };
    let shown = plan.answers.full_name.as_deref().unwrap_or(&user.name);
    let elements = format!(
        "<Password><Value>{}</Value><PlainText>true</PlainText></Password><DisplayName>{}</DisplayName><Name>{}</Name>",
        escaped(password.reveal()),
        escaped(shown),
        escaped(&user.name)
    );
    file.add(shell, &["UserAccounts", "LocalAccounts"], "LocalAccount", &elements);
}

#[cfg(test)]
mod tests {
    use super::super::kind::GuestKind;
    use super::super::plan::Domain;
    use super::*;
    use medv_protocol::{Answers, RegionAnswer, Secret, TimeZoneAnswer, UserAnswer};

    fn plan() -> Plan {
        Plan {
            guest: GuestKind::Windows { unattend_xml: None, overruled_by: None },
            instance_id: "medv-1".into(),
            answers: Answers {
                computer_name: Some("MEDV-&<17>".into()),
                user: Some(UserAnswer { name: "anna".into(), password_hash: None, groups: Vec::new() }),
                time_zone: Some(TimeZoneAnswer {
                    iana: "Europe/Berlin".into(),
                    windows: Some("W. Europe Standard Time".into()),
                }),
                region: Some(RegionAnswer {
                    windows_locale: Some("de-DE".into()),
                    windows_keyboard: Some("0407:00000407".into()),
                    ..RegionAnswer::default()
                }),
                full_name: Some("Anna </Name> & \"Co\"".into()),
                ..Answers::none()
            },
            password: Some(Secret::new("]]><a>&amp;".into())),
            domain: None,
        }
    }

    /// The texts of all elements of a name.
    fn texts(file: &[u8], name: &str) -> Vec<String> {
        let text = std::str::from_utf8(file).unwrap();
        let document = roxmltree::Document::parse(text).expect("it is well-formed");
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn setup_is_told_everything_for_both_processors() {
        let file = answers(&plan(), None).unwrap();
        assert_eq!(texts(&file, "ComputerName"), ["MEDV-&<17>"; 2]);
        assert_eq!(texts(&file, "RegisteredOwner"), ["Anna </Name> & \"Co\""; 2]);
        assert_eq!(texts(&file, "TimeZone"), ["W. Europe Standard Time"; 2]);
        assert_eq!(texts(&file, "SystemLocale"), ["de-DE"; 2]);
        assert_eq!(texts(&file, "InputLocale"), ["0407:00000407"; 2]);
        assert_eq!(texts(&file, "Value"), ["]]><a>&amp;"; 2]);
        assert_eq!(texts(&file, "Path"), [INSTALL; 2]);
        assert!(texts(&file, "JoinDomain").is_empty());
    }

    #[test]
    fn a_domain_is_joined_with_the_images_own_account() {
        let own = br#"<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="specialize">
            <component name="Microsoft-Windows-UnattendedJoin" processorArchitecture="amd64"><Identification>
            <Credentials><Username>joiner</Username></Credentials><JoinDomain>old</JoinDomain></Identification>
            </component></settings></unattend>"#;
        let mut plan = plan();
        plan.password = None;
        plan.domain = Some(Domain { name: "ad.example.org".into(), unit: Some("OU=Desks".into()) });
        let file = answers(&plan, Some(own)).unwrap();
        assert_eq!(texts(&file, "Username"), ["joiner"]);
        assert_eq!(texts(&file, "JoinDomain"), ["ad.example.org"; 2]);
        assert_eq!(texts(&file, "MachineObjectOU"), ["OU=Desks"; 2]);
        assert!(texts(&file, "LocalAccount").is_empty() && texts(&file, "HideEULAPage").is_empty());
    }

    #[test]
    fn a_time_zone_that_an_older_windows_does_not_know_is_left_to_the_guest_agent() {
        let mut plan = plan();
        plan.answers.time_zone = Some(TimeZoneAnswer {
            iana: "Europe/Saratov".into(),
            windows: Some("Saratov Standard Time".into()),
        });
        assert!(texts(&answers(&plan, None).unwrap(), "TimeZone").is_empty());
    }

    #[test]
    fn the_command_is_as_short_as_setup_takes_it() {
        assert!(INSTALL.len() < 259);
    }
}
