//! What Mini-Setup of Windows XP is told: the image's own `Sysprep.inf`, with some of its answers replaced.

use super::plan::Plan;
use super::sysprep_inf::{SysprepInf, Unsayable};
use crate::host_facts::{code_page, lcid, xp_number};

/// The code page of files whose language is unknown: that of western Europe and America.
const DEFAULT_CODE_PAGE: u16 = 1252;

/// The file for the medium, and what could not be said in it.
pub(super) fn answers(plan: &Plan, sysprep_inf: &[u8]) -> (Vec<u8>, Vec<Unsayable>) {
    let mut file = SysprepInf::from_bytes(sysprep_inf);
    let mut unsayable = Vec::new();
    for (section, key, value) in edits(plan) {
        let code_page = language(&file).and_then(code_page).unwrap_or(DEFAULT_CODE_PAGE);
        unsayable.extend(file.set(section, key, &value, code_page).err());
    }
    (file.to_bytes(), unsayable)
}

/// Section, key and value. The region comes first, as it decides the code page of what follows.
fn edits(plan: &Plan) -> Vec<(&'static str, &'static str, String)> {
    let mut edits = Vec::new();
    let region = plan.answers.region.as_ref();
    if let Some(lcid) = region.and_then(|region| lcid(region.windows_locale.as_deref()?)) {
        for key in ["Language", "SystemLocale", "UserLocale", "UserLocale_DefaultUser"] {
            edits.push(("RegionalSettings", key, format!("{lcid:08x}")));
        }
    }
    if let Some(keyboard) = region.and_then(|region| region.windows_keyboard.as_ref()) {
        for key in ["InputLocale", "InputLocale_DefaultUser"] {
            edits.push(("RegionalSettings", key, keyboard.clone()));
        }
    }
    let mut tell = |section, key, value: Option<String>| {
        edits.extend(value.map(|value| (section, key, value)));
    };
    let zone = plan.answers.time_zone.as_ref().and_then(|zone| xp_number(zone.windows.as_deref()?));
    tell("GuiUnattended", "TimeZone", zone.map(|number| format!("{number:03}")));
    tell("UserData", "ComputerName", plan.answers.computer_name.clone());
    tell("UserData", "FullName", plan.answers.full_name.clone());
    tell("UserData", "OrgName", plan.answers.organisation.clone());
    tell("Identification", "JoinDomain", plan.domain.as_ref().map(|domain| domain.name.clone()));
    tell("Identification", "MachineObjectOU", plan.domain.as_ref().and_then(|domain| domain.unit.clone()));
    edits
}

/// The language that the guest will have.
fn language(file: &SysprepInf) -> Option<u16> {
    let said =
        file.get("RegionalSettings", "SystemLocale").or_else(|| file.get("RegionalSettings", "Language"));
    u16::from_str_radix(&said?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::super::kind::GuestKind;
    use super::super::plan::Domain;
    use super::*;
    use medv_protocol::{Answers, RegionAnswer, TimeZoneAnswer};

    const IMAGES: &[u8] =
        b"; sealed by IT\r\n[GuiUnattended]\r\n    TimeZone=10\r\n    AdminPassword=\"geheim\"\r\n\
        [UserData]\r\n    ProductKey=\"AAAAA-BBBBB\"\r\n    FullName=\"any\"\r\n    ComputerName=*\r\n\
        [Identification]\r\n    JoinDomain=old.example.org\r\n    DomainAdmin=joiner\r\n";

    fn plan() -> Plan {
        Plan {
            guest: GuestKind::Xp { sysprep_inf: IMAGES.to_vec() },
            instance_id: "medv-1".into(),
            answers: Answers {
                computer_name: Some("MEDV-17".into()),
                time_zone: Some(TimeZoneAnswer {
                    iana: "Europe/Berlin".into(),
                    windows: Some("W. Europe Standard Time".into()),
                }),
                region: Some(RegionAnswer {
                    windows_locale: Some("de-DE".into()),
                    windows_keyboard: Some("0407:00000407".into()),
                    ..RegionAnswer::default()
                }),
                full_name: Some("Anna Müller".into()),
                organisation: Some("Иван".into()),
                ..Answers::none()
            },
            password: None,
            domain: Some(Domain { name: "ad.example.org".into(), unit: Some("OU=Desks,DC=ad".into()) }),
        }
    }

    #[test]
    fn the_images_answers_are_replaced_and_completed_and_nothing_else_changes() {
        let (file, unsayable) = answers(&plan(), IMAGES);
        let expected = b"; sealed by IT\r\n[GuiUnattended]\r\n    TimeZone=110\r\n    AdminPassword=\"geheim\"\r\n\
            [UserData]\r\n    ProductKey=\"AAAAA-BBBBB\"\r\n    FullName=\"Anna M\xFCller\"\r\n    ComputerName=MEDV-17\r\n\
            [Identification]\r\n    JoinDomain=ad.example.org\r\n    DomainAdmin=joiner\r\n\
            MachineObjectOU=\"OU=Desks,DC=ad\"\r\n\
            [RegionalSettings]\r\nLanguage=00000407\r\nSystemLocale=00000407\r\nUserLocale=00000407\r\n\
            UserLocale_DefaultUser=00000407\r\nInputLocale=0407:00000407\r\nInputLocale_DefaultUser=0407:00000407\r\n";
        assert_eq!(String::from_utf8_lossy(&file), String::from_utf8_lossy(expected));
        assert_eq!(file, expected);
        assert_eq!(unsayable, [Unsayable { text: "Иван".into(), code_page: 1252 }]);
    }

    #[test]
    fn a_time_zone_that_xp_does_not_know_is_left_to_the_image() {
        let mut plan = plan();
        plan.answers.time_zone = Some(TimeZoneAnswer {
            iana: "Europe/Saratov".into(),
            windows: Some("Saratov Standard Time".into()),
        });
        let (file, _) = answers(&plan, IMAGES);
        assert!(String::from_utf8_lossy(&file).contains("TimeZone=10\r\n"));
    }

    #[test]
    fn an_image_without_answers_gets_those_of_its_host() {
        let (file, _) = answers(&plan(), b"");
        assert!(String::from_utf8_lossy(&file).contains("[GuiUnattended]\r\nTimeZone=110\r\n"));
    }
}
