//! The hardware addresses of a machine's network adapters: the same at every start, and no two machines' alike. A bridged network has
//! many machines of one image.

use std::fmt;
use std::path::Path;

/// The address of an adapter, administered locally and of that adapter alone.
pub(super) struct HardwareAddress([u8; 6]);

impl HardwareAddress {
    /// Of the machine's adapter with that number, from 0. `host` is what no other host has.
    pub(super) fn new(host: &str, layer: &Path, adapter: usize) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("medv 2026-11-25 network adapter");
        for part in [host.as_bytes(), layer.as_os_str().as_encoded_bytes(), adapter.to_string().as_bytes()] {
            hasher.update(part).update(&[0]);
        }
        let hash = hasher.finalize();
        let mut address = [0x52; 6];
        address[1..].copy_from_slice(&hash.as_bytes()[..5]);
        Self(address)
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0[0])?;
        self.0[1..].iter().try_for_each(|byte| write!(f, ":{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_one_adapter_of_one_machine_on_one_host() {
        let address = |host: &str, layer: &str, adapter| {
            HardwareAddress::new(host, Path::new(layer), adapter).to_string()
        };
        let this = address("4f", "/home/alice/Office.qcow2", 0);
        assert_eq!(this, address("4f", "/home/alice/Office.qcow2", 0));
        assert!(this.starts_with("52:") && this.len() == 17, "{this}");
        for other in [
            address("50", "/home/alice/Office.qcow2", 0),
            address("4f", "/home/bob/Office.qcow2", 0),
            address("4f", "/home/alice/Office.qcow2", 1),
        ] {
            assert_ne!(this, other);
        }
    }
}
