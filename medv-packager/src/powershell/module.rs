//! `microsoft.medv.psm1`: the four cmdlets of the original, over `medv.exe`.

use std::fmt::Write as _;

use medv_settings::{Kind, Setting, catalogue};

use super::file;

/// The bytes of the module. Its parameters come from the catalogue of settings.
pub fn module() -> Vec<u8> {
    let mut parameters = String::new();
    let mut names = Vec::new();
    for setting in catalogue() {
        if let (Some(name), Some(alias)) = (setting.parameter(), setting.alias) {
            let _ = write!(
                parameters,
                "
        # {meaning}
        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [Alias('{alias}')]
        [{kind}]
        ${name},
",
                meaning = setting.meaning,
                kind = kind(setting),
            );
            names.push(name);
        }
    }
    file(&MODULE.replace("#PARAMETERS#", parameters.trim_end().trim_end_matches(',')))
}

/// The type of a parameter.
fn kind(setting: &Setting) -> &'static str {
    match setting.kind {
        Kind::Switch => "bool",
        Kind::Number { .. } => "uint32",
        kind if kind.is_list() => "string[]",
        _ => "string",
    }
}

const MODULE: &str = r#"# The cmdlets of Microsoft Enterprise Desktop Virtualization 2.0, over medv.exe.
#
#   New-MedvConfiguration -VmMemory 1024 | Export-MedvConfiguration -Path memory.reg
#   New-MedvWorkspace -WorkspaceName XP -VhdFilePath C:\xp.vhd -SettingsFilePath memory.reg |
#       Export-MedvWorkspace -Path C:\package\XP.msi

function Find-Medv {
    $beside = Join-Path $PSScriptRoot '..\..\..\medv.exe'
    if (Test-Path -LiteralPath $beside) {
        return (Resolve-Path -LiteralPath $beside).ProviderPath
    }
    $found = Get-Command -Name 'medv.exe' -CommandType Application -ErrorAction SilentlyContinue
    if ($found) {
        return ($found | Select-Object -First 1).Path
    }
    throw 'medv.exe was not found. Install the workspace packager.'
}

# Windows PowerShell passes quotation marks and backslashes in arguments on as they are, so programs misread them.
function ConvertTo-Argument {
    param([string]$Text)
    $escaped = $Text -replace '(\\*)"', '$1$1\"'
    $escaped = $escaped -replace '(\\+)$', '$1$1'
    return '"' + $escaped + '"'
}

function Invoke-Medv {
    param([string[]]$Arguments)
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = Find-Medv
    $start.Arguments = ($Arguments | ForEach-Object { ConvertTo-Argument $_ }) -join ' '
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) {
        throw "medv.exe $($start.Arguments) ended with exit code $($process.ExitCode)."
    }
}

function New-MedvConfiguration {
    [CmdletBinding()]
    param(
        # Starts from the default of every setting, instead of from nothing.
        [switch]
        $ForceDefaults,
#PARAMETERS#
    )
    process {
        $values = @{}
        foreach ($name in $PSBoundParameters.Keys) {
            if ($name -match '^(Diag|Fts|Ux|Vm)') {
                $values[$name] = $PSBoundParameters[$name]
            }
        }
        $configuration = New-Object PSObject -Property @{
            ForceDefaults = [bool]$ForceDefaults
            Values = $values
        }
        $configuration.PSObject.TypeNames.Insert(0, 'Microsoft.Medv.Administration.Commands.MedvConfiguration')
        $configuration
    }
}

function Export-MedvConfiguration {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [string]
        $Path,
        [Parameter(Mandatory = $true, ValueFromPipeline = $true)]
        $InputObject,
        # Adds to a file that is there.
        [switch]
        $Append,
        # Writes to a file that is read-only.
        [switch]
        $Force,
        # Leaves a file that is there as it is.
        [switch]
        $NoClobber,
        # Returns the file.
        [switch]
        $PassThru
    )
    process {
        $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
        if ($NoClobber -and (Test-Path -LiteralPath $file)) {
            throw "$file exists already."
        }
        $arguments = @('settings', 'export', '-q', '-o', $file)
        if ($Append) {
            $arguments += '--append'
        }
        else {
            $arguments += '--force'
        }
        if ($InputObject.ForceDefaults) {
            $arguments += '--force-defaults'
        }
        foreach ($name in ($InputObject.Values.Keys | Sort-Object)) {
            $value = $InputObject.Values[$name]
            if ($value -is [array]) {
                $parts = $value | ForEach-Object { ([string]$_) -replace '(\\*);', '$1$1\;' }
                $value = $parts -join ';'
            }
            $arguments += '--set'
            $arguments += "$name=$value"
        }
        if ($PSCmdlet.ShouldProcess($file, 'Write settings')) {
            $item = Get-Item -LiteralPath $file -ErrorAction SilentlyContinue
            $wasReadOnly = $Force -and $item -and $item.IsReadOnly
            if ($wasReadOnly) {
                $item.IsReadOnly = $false
            }
            try {
                Invoke-Medv $arguments
            }
            finally {
                if ($wasReadOnly) {
                    (Get-Item -LiteralPath $file).IsReadOnly = $true
                }
            }
            if ($PassThru) {
                Get-Item -LiteralPath $file
            }
        }
    }
}

function New-MedvWorkspace {
    [CmdletBinding()]
    param(
        # The name that users see.
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)]
        [Alias('w', 'wn', 'ws', 'n', 'name')]
        [string]
        $WorkspaceName,
        # The disk.
        [Parameter(Mandatory = $true, Position = 1, ValueFromPipelineByPropertyName = $true)]
        [Alias('vhd', 'vfp')]
        [string]
        $VhdFilePath,
        # The settings, as Export-MedvConfiguration writes them.
        [Parameter(Mandatory = $true, Position = 2, ValueFromPipelineByPropertyName = $true)]
        [Alias('s', 'sfp', 'settings')]
        [string]
        $SettingsFilePath,
        # MAJOR.MINOR.BUILD; a higher one replaces a lower one.
        [string]
        $Version = '1.0.0',
        # Zstandard level to pack the disk with, 1 to 22.
        [uint32]
        $Level = 3,
        # Whether to leave out what the disk's volumes call free.
        [bool]
        $Trim = $false
    )
    process {
        $resolve = $ExecutionContext.SessionState.Path
        $workspace = New-Object PSObject -Property @{
            WorkspaceName = $WorkspaceName
            VhdFilePath = $resolve.GetUnresolvedProviderPathFromPSPath($VhdFilePath)
            SettingsFilePath = $resolve.GetUnresolvedProviderPathFromPSPath($SettingsFilePath)
            Version = $Version
            Level = $Level
            Trim = $Trim
        }
        $workspace.PSObject.TypeNames.Insert(0, 'Microsoft.Medv.Administration.Commands.MedvWorkspace')
        $workspace
    }
}

function Export-MedvWorkspace {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        # The .msi. The other files of the package are written beside it.
        [Parameter(Mandatory = $true, Position = 0)]
        [Alias('p')]
        [string]
        $Path,
        [Parameter(Mandatory = $true, Position = 1, ValueFromPipeline = $true)]
        [Alias('i')]
        $InputObject,
        # Replaces a package that is there.
        [switch]
        $Overwrite
    )
    process {
        $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
        $folder = Split-Path -Parent $file
        $arguments = @(
            'workspace', 'build', '-o', $folder,
            '--name', $InputObject.WorkspaceName,
            '--image', $InputObject.VhdFilePath,
            '--settings-file', $InputObject.SettingsFilePath,
            '--version', $InputObject.Version,
            '--level', [string]$InputObject.Level
        )
        if ($InputObject.Trim) {
            $arguments += '--trim'
        }
        if ($Overwrite) {
            $arguments += '--force'
        }
        if ($PSCmdlet.ShouldProcess($folder, 'Write the package')) {
            Invoke-Medv $arguments
        }
    }
}

Export-ModuleMember -Function New-MedvConfiguration, Export-MedvConfiguration, New-MedvWorkspace, Export-MedvWorkspace
"#;
