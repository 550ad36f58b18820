//! Windows: the setup state of Vista and later, the `sysprep` folder of XP, and the answer files of both.

use super::{Caution, Failure, NtfsFiles, Sealed, Volume};

const STATE: &str = "Windows/Setup/State/State.ini";
const GENERALIZED: &str = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE";
/// Answer files that Windows finds before it looks at media: those of `sysprep /unattend:FILE`.
pub const ANSWERS_BEFORE_MEDIA: [&str; 2] =
    ["Windows/Panther/Unattend/Unattend.xml", "Windows/Panther/Unattend.xml"];

/// What sysprep leaves; `None` if there is no Windows here.
pub(super) fn look(volume: Volume) -> Result<Option<Sealed>, Failure> {
    NtfsFiles::look_through(volume, system)
}

fn system(files: &mut NtfsFiles) -> Result<Option<Sealed>, Failure> {
    if let Some(state) = files.read(STATE)? {
        return Ok(Some(vista_and_later(&text(&state), files)?));
    }
    if files.exists("Windows/System32/config/SYSTEM")? || files.exists("WINNT/System32/config/SYSTEM")? {
        return Ok(Some(xp(files)?));
    }
    Ok(None)
}

fn vista_and_later(state: &str, files: &mut NtfsFiles) -> Result<Sealed, Failure> {
    let image_state = state.lines().find_map(|line| line.trim().strip_prefix("ImageState="));
    let Some(GENERALIZED) = image_state.map(str::trim) else {
        return Ok(Sealed::No {
            reason: format!("{STATE} says {}, not {GENERALIZED}", image_state.unwrap_or("nothing")),
            advice: r"in the guest, run `%windir%\System32\Sysprep\sysprep.exe /generalize /oobe /shutdown`"
                .to_owned(),
        });
    };
    let mut caution = None;
    for path in ANSWERS_BEFORE_MEDIA {
        if files.exists(path)? {
            caution = Some(Caution {
                message: format!("{path} is read before what the host tells at the first boot, and overrules it"),
                advice: "leave the computer's name, the user and the time zone out of that file, or seal the disk without \
                         `/unattend:`"
                    .to_owned(),
            });
        }
    }
    Ok(Sealed::Yes { evidence: format!("{STATE} says {GENERALIZED}"), caution })
}

/// Sysprep of XP works from a folder of its own, which its Mini-Setup deletes when it has run.
fn xp(files: &mut NtfsFiles) -> Result<Sealed, Failure> {
    if !files.exists("sysprep/setupcl.exe")? {
        return Ok(Sealed::No {
            reason: r"there is no C:\sysprep\setupcl.exe, without which Mini-Setup cannot run".to_owned(),
            advice:
                r"in the guest, run C:\sysprep\sysprep.exe -mini -reseal -forceshutdown with a sysprep.inf beside it"
                    .to_owned(),
        });
    }
    let answered = files.exists("sysprep/sysprep.inf")? || files.exists("sysprep.inf")?;
    Ok(Sealed::Yes {
        evidence: r"C:\sysprep is there with setupcl.exe".to_owned(),
        caution: (!answered).then(|| Caution {
            message: "there is no sysprep.inf, so Mini-Setup will ask the user its questions".to_owned(),
            advice: "put one into C:\\sysprep, or set first-time-setup.mode = \"attended\"".to_owned(),
        }),
    })
}

/// INI files are in the code page of the system or in UTF-16; what is asked of them is ASCII.
fn text(bytes: &[u8]) -> String {
    match bytes.strip_prefix(b"\xFF\xFE") {
        Some(wide) => {
            let units: Vec<u16> =
                wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}
