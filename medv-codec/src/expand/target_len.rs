//! What a disk will take, asked before it is expanded.

use medv_format::container::{FrameKind, Index};
use medv_format::journal::JournalForm;
use medv_format::vhd::Footer;

use super::{TargetForm, journal_header};
use crate::Result;
use crate::shape::Shape;

/// Bytes of the file that the `.medv` with this index becomes, holes included.
///
/// # Errors
/// Limit if the disk is too large for the form.
pub fn target_len(index: &Index, form: TargetForm) -> Result<u64> {
    let size = index.header.virtual_size();
    let block_size = match journal_header(&index.header, form, None).form {
        JournalForm::Raw => return Ok(index.header.source_size),
        JournalForm::Fixed => return Ok(size + Footer::SIZE as u64),
        JournalForm::Dynamic { block_size } => block_size,
    };
    let mut shape = Shape::dynamic(size, block_size)?;
    for frame in index.frames().filter(|frame| frame.entry.kind == FrameKind::Data) {
        shape.plan(frame.disk, frame.entry.content_len as usize)?;
    }
    Ok(shape.finish(size, None)?.file_len)
}
