//! The files of a package that people read: `install-all.cmd`, `README.txt`, `SHA256SUMS`.

use std::fmt::Write as _;

use crate::definition::Definition;

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFile {
    /// Its name in the folder.
    pub name: String,
    /// Its length in bytes.
    pub len: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// `install-all.cmd`: host agent, workspace, hypervisor, and one restart for all of them at the end.
pub fn install_all() -> Vec<u8> {
    windows_lines(INSTALL_ALL)
}

const INSTALL_ALL: &str = r#"@echo off
rem Installs the host agent, the workspace and, on Windows 7, Windows Virtual PC, in this order, silently.
rem Run it as an administrator. Put MED-V_HostAgent_Setup.exe beside it, and on Windows 7 the two updates as well.
rem Ends with 0, with 3010 if a restart is needed, or with the code of the step that failed.
setlocal
cd /d "%~dp0"
set RESTART=0

set STEP=MED-V_HostAgent_Setup.exe
if not exist %STEP% goto missing
echo %STEP%
start "" /wait %STEP% /qn IGNORE_PREREQUISITES=1 REBOOT=ReallySuppress /l* "%TEMP%\MEDVhost.log"
set CODE=%ERRORLEVEL%
if %CODE%==3010 set RESTART=1
if not %CODE%==0 if not %CODE%==3010 goto failed

set STEP=setup.exe
if not exist %STEP% goto missing
echo %STEP%
start "" /wait %STEP% /qn IGNORE_PREREQUISITES=1 OVERWRITEVHD=1 REBOOT=ReallySuppress /l* "%TEMP%\MEDVworkspace.log"
set CODE=%ERRORLEVEL%
if %CODE%==3010 set RESTART=1
if not %CODE%==0 if not %CODE%==3010 goto failed

rem 2359302 says that an update is installed already, -2145124329 that it is not for this Windows.
set STEP=Windows6.1-KB958559-x64.msu
if not exist %STEP% goto hotfix
echo %STEP%
start "" /wait wusa.exe "%CD%\%STEP%" /quiet /norestart
set CODE=%ERRORLEVEL%
if %CODE%==3010 set RESTART=1
if not %CODE%==0 if not %CODE%==3010 if not %CODE%==2359302 if not %CODE%==-2145124329 goto failed

:hotfix
set STEP=Windows6.1-KB977206-x64.msu
if not exist %STEP% goto done
echo %STEP%
start "" /wait wusa.exe "%CD%\%STEP%" /quiet /norestart
set CODE=%ERRORLEVEL%
if %CODE%==3010 set RESTART=1
if not %CODE%==0 if not %CODE%==3010 if not %CODE%==2359302 if not %CODE%==-2145124329 goto failed

:done
echo Done. The workspace is set up when a user logs on.
if %RESTART%==0 exit /b 0
echo Restart the computer first.
exit /b 3010

:missing
echo %STEP% is not beside this file.
exit /b 1619

:failed
echo %STEP% failed with code %CODE%. See the logs in %TEMP%.
exit /b %CODE%
"#;

/// `README.txt`: the exact commands for this workspace, and the room it needs. `bytes_on_disk` is what the installed disk
/// takes.
pub fn readme(definition: &Definition, bytes_on_disk: u64) -> Vec<u8> {
    let Definition { name, version, .. } = definition;
    let image = definition.image_name();
    let mut text = format!(
        r#"MED-V workspace: {name}, version {version}

Keep these files together in one folder:

  setup.exe          run this one
  {name}.msi
  {image}.medv       the disk
  {name}.reg         the settings, for group policy and other means of changing them later
  {name}.ps1         rebuilds the package
  install-all.cmd    host agent, workspace and hypervisor, with one restart at the end
  SHA256SUMS         what every file must be

Copy the folder to the computer before you install: from a network share it is slow and may be cut short.

Windows, silently, as an administrator (an installation for one user only does not exist):

  setup.exe /qn /l* "%TEMP%\medv-workspace-install.log" OVERWRITEVHD=1 SUPPRESSMEDVLAUNCH=1
  "%ProgramData%\Microsoft\Medv\Workspace\uninstall.exe" /qn /l* "%TEMP%\medv-workspace-uninstall.log" DELETEDIFFDISKS=1

  INSTALLDIR=FOLDER         where the disk goes; %ProgramData%\Microsoft\Medv\Workspace if not given
  OVERWRITEVHD=1            replaces a disk named {image}.vhd that is there; without it, installing stops
  SUPPRESSMEDVLAUNCH=1      does not start MED-V afterwards
  DELETEDIFFDISKS=1         when removing: deletes the disk and all that users have in it
  IGNORE_PREREQUISITES=1    does not ask for a hypervisor, which may be installed later

  Exit codes are those of Windows Installer: 0 done, 3010 done and a restart is needed, 1603 failed and nothing was
  changed. The host agent must be installed before the workspace, and removed after it.

Linux, as root:

  medv workspace install FOLDER
  medv workspace uninstall "{name}" --delete-disks

"#
    );
    let _ = write!(
        text,
        "Room on each computer: {disk} for the disk, and for each user what that user changes in it plus the\n\
         memory of the guest:\n\n  {disk} + users x (changes + memory)\n",
        disk = gigabytes(bytes_on_disk),
    );
    if definition.settings.iter().any(|made| {
        made.setting.to_string() == r"VM\MultiUserEnabled" && made.value == medv_settings::Value::Number(1)
    }) {
        text.push_str(
            "\nThis workspace is shared by all users of a computer, one at a time: switch fast user switching off, and \
             count\none user above. Every user can read and write what is in it.\n",
        );
    }
    text.push_str(
        "\nLet virus scanners and backups on these computers pass over *.vhd, *.medv and *.medv-part: they cost time, and\n\
         what matters in them is scanned inside the guest.\n",
    );
    let mut file = "\u{FEFF}".as_bytes().to_vec();
    file.append(&mut windows_lines(&text));
    file
}

/// `SHA256SUMS`, as `sha256sum -c` reads it.
pub fn sums(files: &[PackageFile]) -> Vec<u8> {
    let mut text = String::new();
    for file in files {
        let _ = writeln!(text, "{}  {}", hex(&file.sha256), file.name);
    }
    text.into_bytes()
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Rounded up, for nobody is helped by too little room.
fn gigabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000_000);
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

fn windows_lines(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_rounded_up() {
        assert_eq!(gigabytes(0), "0.0 GB");
        assert_eq!(gigabytes(1), "0.1 GB");
        assert_eq!(gigabytes(4_300_000_001), "4.4 GB");
    }
}
