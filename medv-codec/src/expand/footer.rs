//! The footer that a target gets.

use medv_format::container::{Attachment, SourceForm, ZeroFrames};
use medv_format::digest::subtree;
use medv_format::vhd::Footer;

use crate::container::{Container, frame_bytes};
use crate::decode::FrameDecoder;
use crate::source::Source;
use crate::verify::{check_crc, check_digest, check_is_no_run};
use crate::{Error, Result};

/// The footer of the fixed VHD that a `.medv` is.
pub(super) fn read_footer(source: &dyn Source, container: &Container) -> Result<Footer> {
    let Some(frame) = container.index.frames().last() else {
        return Err(Error::damaged("there is no footer frame").in_file(source.name()));
    };
    let place = |error: Error| error.in_file(source.name()).at(frame.file).in_frame(frame.index);
    let bytes = frame_bytes(source, &frame)?;
    check_crc(&frame.entry, &bytes).map_err(place)?;
    check_is_no_run(&mut ZeroFrames::new(), &frame.entry, &bytes).map_err(place)?;
    let mut footer = [0; Footer::SIZE];
    FrameDecoder::new()?.decode(&bytes, &mut footer).map_err(place)?;
    check_digest(&frame.entry, subtree(&footer)).map_err(place)?;
    Footer::from_bytes(&footer).map_err(|error| place(error.into()))
}

/// The footer for a target: byte for byte the source's own where both are fixed VHDs.
pub(super) fn own_footer(container: &Container, fixed: Footer) -> Footer {
    let is_fixed = container.index.header.form == SourceForm::Fixed;
    let own = container.index.attachments.iter().find_map(|attachment| {
        let Attachment::SourceFooter(bytes) = attachment;
        Footer::from_bytes(bytes).ok()
    });
    own.filter(|_| is_fixed).unwrap_or(fixed)
}
