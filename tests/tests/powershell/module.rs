//! The module with the four cmdlets.

use std::collections::BTreeMap;

use medv_packager::powershell::module;
use medv_settings::{Kind, catalogue, find};

use crate::Script;

/// The original's parameters for settings, and their short names, in its order.
const PARAMETERS: [(&str, &str); 49] = [
    ("DiagEventLogLevel", "Log"),
    ("FtsAddUserToAdminGroupEnabled", "AddAdmin"),
    ("FtsComputerNameMask", "CompMask"),
    ("FtsDeleteVMStateTimeout", "DeleteTime"),
    ("FtsDetachVfdTimeout", "DetachTime"),
    ("FtsDialogUrl", "FtsUrl"),
    ("FtsExplorerTimeout", "MaxExplorerTime"),
    ("FtsFailureDialogMsg", "FailMsg"),
    ("FtsLogFilePaths", "SetupLog"),
    ("FtsMaxPostponeTime", "MaxPostpone"),
    ("FtsMaxRetryCount", "MaxRetry"),
    ("FtsMode", "Mode"),
    ("FtsNonInteractiveRetryTimeoutInc", "FtsTimeoutInc"),
    ("FtsNonInteractiveTimeout", "FtsTimeout"),
    ("FtsPostponeUtcDateTimeLimit", "PostponeDate"),
    ("FtsRetryDialogMsg", "RetryMsg"),
    ("FtsSetComputerNameEnabled", "SetCompName"),
    ("FtsSetJoinDomainEnabled", "JoinDomain"),
    ("FtsSetMachineObjectOUEnabled", "MachineOU"),
    ("FtsSetRegionalSettingsEnabled", "SetRegion"),
    ("FtsSetUserDataEnabled", "SetUserData"),
    ("FtsStartDialogMsg", "StartMsg"),
    ("FtsTaskCancelTimeout", "CancelTime"),
    ("FtsTaskVMTurnOffTimeout", "TurnOffTime"),
    ("FtsUpgradeTimeout", "UpgradeTime"),
    ("UxAppPublishingEnabled", "AppPub"),
    ("UxAudioSharingEnabled", "Audio"),
    ("UxClipboardSharingEnabled", "Clipboard"),
    ("UxCredentialCacheEnabled", "Cred"),
    ("UxDialogTimeout", "DialogTime"),
    ("UxHideVmTimeout", "HideTime"),
    ("UxLogonStartEnabled", "Logon"),
    ("UxPrinterSharingEnabled", "Print"),
    ("UxRebootAbsoluteDelayTimeout", "Reboot"),
    ("UxRedirectUrls", "Urls"),
    ("UxShowExit", "ShowExit"),
    ("UxSmartCardLogonEnabled", "SmartCardLogon"),
    ("UxSmartCardSharingEnabled", "SmartCard"),
    ("UxUSBDeviceSharingEnabled", "USB"),
    ("VmCloseAction", "Close"),
    ("VmGuestMemFromHostMem", "GuestMem"),
    ("VmGuestUpdateDuration", "UpdateDuration"),
    ("VmGuestUpdateTime", "UpdateTime"),
    ("VmHostMemToGuestMem", "HostMem"),
    ("VmHostMemToGuestMemCalcEnabled", "MemCalc"),
    ("VmMemory", "Mem"),
    ("VmMultiUserEnabled", "MultiUser"),
    ("VmNetworkingMode", "Net"),
    ("VmTaskTimeout", "TaskTime"),
];

/// A parameter of a function: its attributes as they are written, and the texts in them.
struct Parameter {
    name: String,
    attributes: String,
    aliases: Vec<String>,
}

/// The functions, and their parameters.
fn functions(script: &Script) -> BTreeMap<String, Vec<Parameter>> {
    let one = |function: &crate::Part| {
        let name = script.source(&script.within("function_name", &function.range)[0]).to_owned();
        let parameters = script.within("script_parameter", &function.range).into_iter().map(|parameter| {
            // What stands behind the attributes comes first among the variables that are in none of them.
            let attributes = script.within("attribute_list", &parameter.range);
            let end = attributes.first().map_or(parameter.range.start, |list| list.range.end);
            let variable = &script.within("variable", &(end..parameter.range.end))[0];
            let attributes = script.0[parameter.range.start..end].to_owned();
            Parameter {
                name: script.source(variable).trim_start_matches('$').to_owned(),
                attributes,
                aliases: script.texts(&(parameter.range.start..end)),
            }
        });
        (name, parameters.collect())
    };
    script.all("function_statement").iter().map(one).collect()
}

#[test]
fn it_can_be_read() {
    let script = Script::of_file(module());
    assert!(script.is_right());
    let functions = functions(&script);
    let exported = "Export-ModuleMember -Function New-MedvConfiguration, Export-MedvConfiguration, \
                    New-MedvWorkspace, Export-MedvWorkspace";
    let last = script.0.trim_end().lines().last().unwrap();
    assert_eq!(last, exported);
    for name in exported.split([' ', ',']).filter(|word| word.contains("-Medv")) {
        assert!(functions.contains_key(name), "{name}");
    }
}

#[test]
fn it_has_the_originals_parameters() {
    let script = Script::of_file(module());
    let configuration = &functions(&script)["New-MedvConfiguration"];
    assert_eq!(
        (configuration[0].name.as_str(), configuration[0].attributes.contains("[switch]")),
        ("ForceDefaults", true)
    );
    let found: Vec<_> = configuration[1..]
        .iter()
        .map(|parameter| (parameter.name.as_str(), parameter.aliases[0].as_str()))
        .collect();
    assert_eq!(found, PARAMETERS);
    for parameter in &configuration[1..] {
        let Parameter { name, attributes, aliases } = parameter;
        assert_eq!(aliases.len(), 1, "{name}");
        assert!(
            attributes.contains("[Parameter(ValueFromPipelineByPropertyName = $true)]"),
            "{name}: {attributes}"
        );
        // Both names lead to one setting, whose values the type can hold.
        let setting = find(name).unwrap();
        assert_eq!(find(&aliases[0]).unwrap(), setting, "{name}");
        let kind = match setting.kind {
            Kind::Switch => "[bool]",
            Kind::Number { .. } => "[uint32]",
            Kind::Lines | Kind::Paths | Kind::RedirectAddresses | Kind::Numbers { .. } => "[string[]]",
            _ => "[string]",
        };
        assert!(attributes.trim_end().ends_with(kind), "{name}: {attributes}");
    }
    // Every setting that has a parameter is there.
    let mut of_catalogue: Vec<_> = catalogue().filter_map(medv_settings::Setting::parameter).collect();
    let mut ours: Vec<_> = PARAMETERS.map(|(name, _)| name.to_owned()).into();
    of_catalogue.sort();
    ours.sort();
    assert_eq!(of_catalogue, ours);
}

#[test]
fn the_other_cmdlets_have_theirs() {
    let functions = functions(&Script::of_file(module()));
    let names = |function: &str| -> Vec<(&str, Vec<&str>)> {
        functions[function]
            .iter()
            .map(|parameter| {
                (parameter.name.as_str(), parameter.aliases.iter().map(String::as_str).collect())
            })
            .collect()
    };
    assert_eq!(
        names("Export-MedvConfiguration"),
        ["Path", "InputObject", "Append", "Force", "NoClobber", "PassThru"].map(|name| (name, vec![]))
    );
    assert_eq!(
        names("New-MedvWorkspace")[..3],
        [
            ("WorkspaceName", vec!["w", "wn", "ws", "n", "name"]),
            ("VhdFilePath", vec!["vhd", "vfp"]),
            ("SettingsFilePath", vec!["s", "sfp", "settings"]),
        ]
    );
    assert_eq!(
        names("Export-MedvWorkspace"),
        [("Path", vec!["p"]), ("InputObject", vec!["i"]), ("Overwrite", vec![])]
    );
    for function in ["Export-MedvConfiguration", "Export-MedvWorkspace"] {
        let of_pipeline = &functions[function][1].attributes;
        assert!(of_pipeline.contains("ValueFromPipeline = $true"), "{of_pipeline}");
    }
    for parameter in &functions["New-MedvWorkspace"][..3] {
        assert!(parameter.attributes.contains("Mandatory = $true"), "{}", parameter.name);
        assert!(
            parameter.attributes.contains("ValueFromPipelineByPropertyName = $true"),
            "{}",
            parameter.name
        );
    }
}
