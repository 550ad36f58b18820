//! `WORKSPACE.ps1`: the settings and the package again, through the cmdlets.

use std::fmt::Write as _;

use medv_settings::{Kind, Value};

use super::{file, quoted};
use crate::definition::{Definition, Made};

/// The bytes of the script. No path of this computer is in it: the disk is looked for beside the script.
pub fn script(definition: &Definition) -> Vec<u8> {
    let Definition { name, version, image, level, trim, .. } = definition;
    let image = image.file_name().unwrap_or_default().to_string_lossy();
    let mut text = format!(
        "# Rebuilds the settings and the package of the workspace {name}.
# Change what you need, then run this file from PowerShell: powershell -ExecutionPolicy RemoteSigned -File \"{name}.ps1\"
#
# The disk is looked for beside this file. If it is elsewhere, say where with -VhdFilePath.
param(
    [string]$VhdFilePath = (Join-Path (Split-Path -Parent $MyInvocation.MyCommand.Path) {image})
)

$ErrorActionPreference = 'Stop'
Import-Module microsoft.medv

$Folder = Split-Path -Parent $MyInvocation.MyCommand.Path
$Name = {quoted_name}
$Settings = Join-Path $Folder {reg}

$Configuration = @{{
",
        image = quoted(&image),
        quoted_name = quoted(name),
        reg = quoted(&format!("{name}.reg")),
    );
    for made in &definition.settings {
        if let Some(parameter) = made.setting.parameter() {
            let _ = writeln!(text, "    {parameter} = {}", value(made));
        }
    }
    let _ = write!(
        text,
        "}}
New-MedvConfiguration @Configuration | Export-MedvConfiguration -Path $Settings

$Workspace = @{{
    WorkspaceName = $Name
    VhdFilePath = $VhdFilePath
    SettingsFilePath = $Settings
    Version = {version}
    Level = {level}
    Trim = ${trim}
}}
New-MedvWorkspace @Workspace | Export-MedvWorkspace -Path (Join-Path $Folder {msi}) -Overwrite
",
        version = quoted(&version.to_string()),
        msi = quoted(&format!("{name}.msi")),
    );
    file(&text)
}

fn value(made: &Made) -> String {
    match &made.value {
        Value::Number(number) if made.setting.kind == Kind::Switch => format!("${}", *number != 0),
        // Levels are words to the cmdlet.
        Value::Number(_) if matches!(made.setting.kind, Kind::Level(_)) => {
            quoted(&medv_settings::display(made.setting, &made.value))
        }
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
            format!("@({})", lines.join(", "))
        }
    }
}
