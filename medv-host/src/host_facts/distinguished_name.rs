//! The name of a computer's account in a directory: `CN=DESK-17,OU=Desks,DC=ad,DC=example,DC=org`.

/// The domain and the organisational unit of the account; no unit if it is in the domain's default container.
pub(super) fn domain_and_unit(name: &str) -> (Option<String>, Option<String>) {
    let parts = parts(name);
    let domain: Vec<&str> = parts.iter().filter_map(|part| stripped(part, "DC=")).collect();
    let is_unit = parts.get(1).is_some_and(|part| stripped(part, "OU=").is_some());
    let unit = is_unit.then(|| parts[1..].join(","));
    ((!domain.is_empty()).then(|| domain.join(".")), unit)
}

/// What stands between the commas that no backslash takes the meaning from.
fn parts(name: &str) -> Vec<&str> {
    let mut escaped = false;
    name.split(|c: char| {
        let ends = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
    .map(str::trim)
    .collect()
}

fn stripped<'n>(part: &'n str, kind: &str) -> Option<&'n str> {
    let head = part.get(..kind.len())?;
    head.eq_ignore_ascii_case(kind).then(|| &part[kind.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_in_a_unit_has_a_domain_and_a_unit() {
        let (domain, unit) =
            domain_and_unit(r"CN=DESK-17,OU=Desks\, 2nd floor,ou=HQ,DC=ad,DC=example,DC=org");
        assert_eq!(domain.as_deref(), Some("ad.example.org"));
        assert_eq!(unit.as_deref(), Some(r"OU=Desks\, 2nd floor,ou=HQ,DC=ad,DC=example,DC=org"));
    }

    #[test]
    fn the_default_container_is_no_unit() {
        let (domain, unit) = domain_and_unit("CN=DESK-17,CN=Computers,DC=ad,DC=example,DC=org");
        assert_eq!((domain.as_deref(), unit), (Some("ad.example.org"), None));
    }

    #[test]
    fn what_is_no_such_name_tells_nothing() {
        assert_eq!(domain_and_unit("desk-17"), (None, None));
        assert_eq!(domain_and_unit(""), (None, None));
    }
}
