//! A container through a pipe: the same disk as from a file, however the pipe cuts it; and never one that the file would
//! not give.

use std::num::NonZeroUsize;
use std::path::Path;

use medv_codec::Silent;
use medv_codec::container::Input;
use medv_codec::expand::{TargetForm, expand_on, expand_to_writer};
use medv_codec::verify::{Depth, verify};

use crate::byte_source::{ByteSource, Pipe};
use crate::container_file::options;
use crate::memory_storage::MemoryStorage;
use crate::{limits, mend};

/// The first bytes say how the rest is cut.
pub fn run(data: &[u8]) {
    let Some((cuts, file)) = data.split_at_checked(4) else { return };
    let cuts: Vec<usize> = cuts.iter().map(|cut| 1 << (cut % 20)).collect();
    check(file, &cuts);
    if let Some(mended) = mend::container(file) {
        check(&mended, &cuts);
    }
}

/// The seeds of the file's target, cut.
pub fn seeds() -> Vec<Vec<u8>> {
    let seeds = crate::container_file::seeds();
    seeds.iter().map(|file| [&[3, 11, 0, 19], file.as_slice()].concat()).collect()
}

fn check(file: &[u8], cuts: &[usize]) {
    let look = |input: Input| verify(input, Depth::Full, NonZeroUsize::new(1), &limits(), &Silent);
    let from_file = look(ByteSource::input(file)).ok().filter(|report| report.damaged_frames == 0);
    let from_pipe = look(Pipe::input(file, cuts)).ok();
    let digests = [&from_file, &from_pipe]
        .map(|report| report.as_ref().map(|r| (r.image_digest, r.virtual_size, r.frames)));
    assert_eq!(digests[0], digests[1], "file and pipe");

    for form in [TargetForm::Raw, TargetForm::Dynamic] {
        let target = |input| {
            let (storage, path) = (MemoryStorage::default(), Path::new("disk"));
            let expanded = expand_on(&storage, input, path, &options(form), &Silent).is_ok();
            let content = storage.content(path);
            assert_eq!(expanded, content.is_some(), "whole, or not there");
            content
        };
        let passing = target(Pipe::input(file, cuts));
        if from_file.is_some() {
            assert!(passing == target(ByteSource::input(file)), "{form:?}: a file and a pipe give the same");
        } else {
            assert!(passing.is_none(), "{form:?}: expands, but does not pass verify");
        }
    }
    let mut piped = Vec::new();
    let written = expand_to_writer(Pipe::input(file, cuts), &mut piped, &options(TargetForm::Fixed), &Silent);
    assert_eq!(written.is_ok(), from_file.is_some(), "into a pipe");
    if written.is_ok() {
        let restored = zstd::stream::decode_all(file).expect("zstd takes what passes verify");
        assert!(piped == restored, "into a pipe, byte for byte what zstd makes of it");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
