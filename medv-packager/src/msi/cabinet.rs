//! The cabinet inside a database: all its files, compressed.

use std::io::{Cursor, Write};

use cab::{CabinetBuilder, CompressionType};
use medv_codec::{Error, ErrorKind, Result};

/// The most that the files of one cabinet's folder can have: 65535 blocks of 32 KiB.
const MOST_BYTES: usize = 65_535 * 32_768;

/// Packs files, named by their keys in the File table, in this order.
///
/// # Errors
/// [`ErrorKind::Limit`] if they are larger than a cabinet may be, together just below 2 GiB.
pub(super) fn cabinet(files: &[(String, &[u8])]) -> Result<Vec<u8>> {
    check_size(files.iter().map(|(_, bytes)| bytes.len()))?;
    let mut builder = CabinetBuilder::new();
    let folder = builder.add_folder(CompressionType::MsZip);
    for (key, _) in files {
        // The earliest time there is in a cabinet, 1980, for the same files must give the same cabinet.
        folder.add_file(key.as_str()).set_datetime(time::PrimitiveDateTime::MIN);
    }
    write(builder, files).map_err(|error| Error::io("cannot write the cabinet", error))
}

fn check_size(sizes: impl Iterator<Item = usize>) -> Result<()> {
    let bytes = sizes.fold(0_usize, usize::saturating_add);
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let message = format!("the files of the package have {bytes} bytes, and a cabinet can hold {MOST_BYTES}");
    Err(Error::new(ErrorKind::Limit, message)
        .advice("a disk goes beside the .msi, not into it; leave out large files"))
}

fn write(builder: CabinetBuilder, files: &[(String, &[u8])]) -> std::io::Result<Vec<u8>> {
    let mut writer = builder.build(Cursor::new(Vec::new()))?;
    for (_, bytes) in files {
        if let Some(mut file) = writer.next_file()? {
            file.write_all(bytes)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_cabinet() {
        let zeroes = vec![0; 100_000];
        let files = [("a".to_owned(), &b"one"[..]), ("b".to_owned(), &zeroes)];
        assert_eq!(cabinet(&files).unwrap(), cabinet(&files).unwrap());
    }

    #[test]
    fn what_a_cabinet_cannot_hold_is_refused() {
        assert!(check_size([MOST_BYTES - 1, 1].into_iter()).is_ok());
        let error = check_size([MOST_BYTES, 1].into_iter()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.message().contains("2147450881"), "{error}");
    }
}
