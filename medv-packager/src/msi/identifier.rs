//! The identifiers of a package: UUIDs of version 8 (RFC 9562), cut from BLAKE3 (specification, "Names").

use uuid::Uuid;

/// Collects what an identifier stands for. Two of them differ if and only if their contexts or materials differ.
pub(super) struct Material(blake3::Hasher);

impl Material {
    pub(super) fn new(context: &'static str) -> Self {
        Self(blake3::Hasher::new_derive_key(context))
    }

    /// Adds a part, preceded by its length: `ab`, `c` is not `a`, `bc`.
    #[must_use]
    pub(super) fn part(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.add(bytes);
        self
    }

    /// As [`Material::part`], in place.
    pub(super) fn add(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(bytes);
    }

    pub(super) fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.finalize_xof().fill(&mut bytes);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// The `UpgradeCode` of a workspace. Its whole material is the name in lower case, without a length.
pub(super) fn workspace_upgrade_code(name: &str) -> Uuid {
    let mut material = Material::new("medv 2026-11-22 workspace upgrade code");
    material.0.update(name.to_lowercase().as_bytes());
    material.uuid()
}

/// As the tables have them: upper case, in braces.
pub(crate) fn braced(uuid: Uuid) -> String {
    uuid.braced().to_string().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_uuids_of_version_8() {
        let uuid = Material::new("test").part("a").uuid();
        assert_eq!((uuid.get_version_num(), uuid.get_variant()), (8, uuid::Variant::RFC4122));
    }

    #[test]
    fn where_one_part_ends_counts() {
        let of = |parts: &[&str]| {
            let mut material = Material::new("test");
            for part in parts {
                material.add(part);
            }
            material.uuid()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["", "a"]), of(&["a"]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }

    #[test]
    fn an_upgrade_code_is_one_whatever_the_case() {
        assert_eq!(workspace_upgrade_code("BÜRO"), workspace_upgrade_code("büro"));
        assert_ne!(workspace_upgrade_code("büro"), workspace_upgrade_code("buro"));
    }

    /// An `UpgradeCode` that changed would no longer replace what earlier versions of medv installed.
    #[test]
    fn upgrade_codes_stay_as_they_are() {
        assert_eq!(braced(workspace_upgrade_code("Contoso XP")), "{5FCB1E6E-C80E-8722-B1D2-6F0C75729770}");
    }
}
