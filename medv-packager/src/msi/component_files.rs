//! What each component brings: the one table of its files.

use medv_codec::Result;

use super::component::{Component, ComponentKind, component};
use super::version::ProductVersion;
use crate::powershell;

/// Where a file's content comes from.
#[derive(Clone, Copy)]
enum Content {
    /// It is the Windows program (or DLL) of the same name.
    Program,
    /// It is the PowerShell module.
    Module,
}

/// Path below `MEDVDIR`, content.
type Row = (&'static str, Content);

const HOST_AGENT: &[Row] = &[("medv.exe", Content::Program), ("medv-host.exe", Content::Program)];

const WORKSPACE_PACKAGER: &[Row] = &[
    ("medv.exe", Content::Program),
    ("programs/setup.exe", Content::Program),
    ("programs/uninstall.exe", Content::Program),
    ("programs/medv-actions.dll", Content::Program),
    ("WindowsPowerShell/Modules/microsoft.medv/microsoft.medv.psm1", Content::Module),
];

/// Writes the `.msi` of a component with all its files. `program` gives the Windows program of a name.
///
/// # Errors
/// Those of `program`, and of [`component`].
pub fn whole_component(
    kind: ComponentKind,
    version: ProductVersion,
    program: impl Fn(&str) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    let rows = match kind {
        ComponentKind::HostAgent => HOST_AGENT,
        ComponentKind::WorkspacePackager => WORKSPACE_PACKAGER,
    };
    let mut contents = Vec::new();
    for (path, content) in rows {
        contents.push(match content {
            Content::Program => program(path.rsplit('/').next().unwrap_or(path))?,
            Content::Module => powershell::module(),
        });
    }
    let files: Vec<(&str, &[u8])> =
        rows.iter().zip(&contents).map(|((path, _), content)| (*path, content.as_slice())).collect();
    component(&Component { kind, version, files: &files })
}
