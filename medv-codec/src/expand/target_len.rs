//! What a disk will take, asked before it is expanded.

use medv_format::container::{FrameKind, Index, SourceForm};
use medv_format::vhd::{BlockIndex, DynamicLayout, Footer};

use crate::Result;

/// Bytes of the file that the disk in `index` becomes in the form that its source had. File systems without holes give
/// it room for all of them, so of a fixed or raw disk the zeros count too.
///
/// # Errors
/// If a disk of that size cannot be of that form.
pub fn target_len(index: &Index) -> Result<u64> {
    let virtual_size = index.header.virtual_size();
    let block_size = match index.header.form {
        SourceForm::Raw => return Ok(virtual_size),
        SourceForm::Dynamic { block_size } | SourceForm::Differencing { block_size } => block_size,
        SourceForm::Fixed => return Ok(virtual_size + Footer::SIZE as u64),
    };
    let layout = DynamicLayout::new(virtual_size, block_size)?;
    let (mut present, mut last) = (0, None);
    for frame in index.frames().filter(|frame| frame.entry.kind == FrameKind::Data) {
        let (first, len) = (frame.disk.get(), u64::from(frame.entry.content_len));
        let block_size = u64::from(block_size);
        for block in first / block_size..(first + len).div_ceil(block_size) {
            let block = Some(BlockIndex(block as u32));
            if block != last {
                (present, last) = (present + 1, block);
            }
        }
    }
    Ok(layout.file_len(present)?)
}
