//! Rules between the keys of a `workspace.toml`, those of the original wizard among them.

use medv_settings::computer_name::Mask;
use medv_settings::{Value, is_workspace_name};

use super::reader::{Draft, MadeIn};
use super::{Files, Made};
use crate::problem::Problem;

/// Adds the problems that only several keys together have, and the settings that follow from others.
pub(super) fn check(draft: &mut Draft, files: &dyn Files) {
    let mut problems = Vec::new();
    image(draft, files, &mut problems);
    messages(draft, &mut problems);
    domain(draft, &mut problems);
    computer_names(draft, &mut problems);
    memory(draft, &mut problems);
    credentials(draft, &mut problems);
    draft.problems.append(&mut problems);
    if let (Some(name), Ok(setting)) = (&draft.name, medv_settings::find(r"VM\Name")) {
        let made = Made { setting, value: Value::Text(name.clone()) };
        draft.made.push(MadeIn { made, line: None });
    }
}

fn image(draft: &Draft, files: &dyn Files, problems: &mut Vec<Problem>) {
    let Some((image, line)) = &draft.image else { return };
    if !files.has(image) {
        let message = format!("there is no file {}", image.display());
        problems.push(Problem::error(
            *line,
            message,
            "give the path of the disk from the folder of workspace.toml on",
        ));
    }
    let stem = image.file_stem().unwrap_or_default().to_string_lossy();
    if !is_workspace_name(&stem) {
        let message = format!("`{stem}` cannot be the name of a file on every computer");
        problems.push(Problem::error(*line, message, "rename the disk"));
    }
}

fn messages(draft: &Draft, problems: &mut Vec<Problem>) {
    if !has_text(draft, r"Fts\Mode", "Silent") {
        return;
    }
    for name in [r"Fts\StartDialogMsg", r"Fts\RetryDialogMsg", r"Fts\FailureDialogMsg", r"Fts\DialogUrl"] {
        if let Some(made) = draft.get(name) {
            let message = format!("`{name}` is never seen: first time setup is silent");
            let advice = "take it out, or set first-time-setup.mode to \"unattended\"";
            problems.push(Problem::warning(made.line, message, advice));
        }
    }
}

fn domain(draft: &Draft, problems: &mut Vec<Problem>) {
    if draft.is_on(r"Fts\SetMachineObjectOUEnabled") && !draft.is_on(r"Fts\SetJoinDomainEnabled") {
        let line = draft.get(r"Fts\SetMachineObjectOUEnabled").and_then(|made| made.line);
        let message = "copy-from-host.organizational-unit has no effect without the domain";
        problems.push(Problem::error(
            line,
            message,
            "set copy-from-host.domain = true as well, or take it out",
        ));
    }
}

fn computer_names(draft: &Draft, problems: &mut Vec<Problem>) {
    let Some(made) = draft.get(r"Fts\ComputerNameMask") else { return };
    let Value::Text(mask) = &made.made.value else { return };
    if Mask::parse(mask).is_ok_and(|mask| !mask.tells_machines_apart()) {
        let message = format!("`{mask}` may give two guests the same name");
        let advice = "add `*` at the end, `####`, or both %hostname% and %username%";
        problems.push(Problem::warning(made.line, message, advice));
    }
    if !draft.is_on(r"Fts\SetComputerNameEnabled") {
        let message = "the mask is not used: SetComputerNameEnabled is not set";
        problems.push(Problem::warning(made.line, message, "write it as computer-name.mask"));
    }
}

fn memory(draft: &Draft, problems: &mut Vec<Problem>) {
    let calculated = draft.get(r"VM\HostMemToGuestMemCalcEnabled").map(|made| &made.made.value);
    if let Some(made) = draft.get(r"VM\Memory").filter(|_| calculated != Some(&Value::Number(0))) {
        let message = r"`VM\Memory` is not used: the guest's memory is worked out from the host's";
        let advice = "add VmHostMemToGuestMemCalcEnabled = false below [settings]";
        problems.push(Problem::warning(made.line, message, advice));
    }
    let len = |name: &str| match draft.get(name).map(|made| &made.made.value) {
        Some(Value::Lines(lines)) => Some(lines.len()),
        _ => medv_settings::find(name).ok().and_then(|setting| match setting.default() {
            Value::Lines(lines) => Some(lines.len()),
            _ => None,
        }),
    };
    let (host, guest) = (len(r"VM\HostMemToGuestMem"), len(r"VM\GuestMemFromHostMem"));
    if host != guest {
        let made = draft.get(r"VM\GuestMemFromHostMem").or_else(|| draft.get(r"VM\HostMemToGuestMem"));
        let message = format!(
            "the two columns of the memory table have {} and {} entries",
            host.unwrap_or_default(),
            guest.unwrap_or_default()
        );
        let advice = "give HostMemToGuestMem and GuestMemFromHostMem as many entries each";
        problems.push(Problem::error(made.and_then(|made| made.line), message, advice));
    }
}

fn credentials(draft: &Draft, problems: &mut Vec<Problem>) {
    if draft.is_on(r"UserExperience\CredentialCacheEnabled") {
        let line = draft.get(r"UserExperience\CredentialCacheEnabled").and_then(|made| made.line);
        let message = "users may store their password, which malicious software of theirs can read";
        problems.push(Problem::warning(
            line,
            message,
            "leave credentials.store out if that is too great a risk",
        ));
    }
}

fn has_text(draft: &Draft, setting: &str, wanted: &str) -> bool {
    draft.get(setting).is_some_and(|made| made.made.value == Value::Text(wanted.to_owned()))
}
