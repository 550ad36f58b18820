//! One disk as a file of every form that can be packed.

use std::path::PathBuf;

use medv_format::vhd::Uuid;

use crate::vhd_builder::{Scratch, Sparse, UUID, differencing, dynamic, fixed};

/// The form of a disk's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A fixed VHD.
    Fixed,
    /// A dynamic VHD with blocks of this many bytes; those that are all zero are absent.
    Dynamic(u32),
    /// A chain of three, with blocks of this many bytes, each of which adds sectors to the one before.
    Chain(u32),
    /// The bytes alone.
    Raw,
}

/// Every form, in blocks small and usual.
pub const FORMS: [Form; 5] =
    [Form::Fixed, Form::Dynamic(64 << 10), Form::Dynamic(2 << 20), Form::Chain(64 << 10), Form::Raw];

/// Writes `disk` in this form into the folder; answers the path of the (youngest) file.
pub fn write(scratch: &Scratch, form: Form, disk: &[u8]) -> PathBuf {
    match form {
        Form::Fixed => scratch.write("disk.vhd", &fixed(disk)),
        Form::Raw => scratch.write("disk.img", disk),
        Form::Dynamic(block_size) => {
            let mut file = dynamic(disk.len() as u64, block_size);
            file.footer.uuid = UUID;
            scratch.write("disk.vhd", &with_blocks(file, disk).build().bytes)
        }
        Form::Chain(block_size) => write_chain(scratch, block_size, disk),
    }
}

fn with_blocks(mut file: Sparse, disk: &[u8]) -> Sparse {
    let block_size = file.header.block_size as usize;
    for (index, data) in (0..).zip(disk.chunks(block_size)) {
        if data.iter().any(|byte| *byte != 0) {
            file = file.block(index, data);
        }
    }
    file
}

/// The eldest has garbage in some sectors, which its child puts right; that one leaves others to its own child.
fn write_chain(scratch: &Scratch, block_size: u32, disk: &[u8]) -> PathBuf {
    let of = |generation: u8| Uuid([generation; 16]);
    let by_parent = |sector: usize| sector % 7 == 3;
    let by_child = |sector: usize| sector % 11 == 5;
    let spoilt = |wrong: &dyn Fn(usize) -> bool| {
        let mut bytes = disk.to_vec();
        for (_, bytes) in bytes.chunks_mut(512).enumerate().filter(|(sector, _)| wrong(*sector)) {
            bytes.fill(0xEE);
        }
        bytes
    };
    let size = disk.len() as u64;
    let mut eldest = dynamic(size, block_size);
    eldest.footer.uuid = of(1);
    eldest = with_blocks(eldest, &spoilt(&|sector| by_parent(sector) || by_child(sector)));
    scratch.write("1.vhd", &eldest.build().bytes);

    let layer = |generation: u8, disk: &[u8], written: &dyn Fn(usize) -> bool| {
        let mut file = differencing(size, block_size, of(generation), of(generation - 1));
        let sectors = block_size as usize / 512;
        for (index, data) in (0u32..).zip(disk.chunks(block_size as usize)) {
            let first = index as usize * sectors;
            if (first..first + data.len() / 512).any(written) {
                file = file.block_with_bits(index, data, |sector| written(first + sector));
            }
        }
        file.relative(&format!(r".\{}.vhd", generation - 1)).build().bytes
    };
    scratch.write("2.vhd", &layer(2, &spoilt(&by_child), &by_parent));
    scratch.write("3.vhd", &layer(3, disk, &by_child))
}
