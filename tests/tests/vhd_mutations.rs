//! VHDs with random bytes in their structures, sums redone so that they get past the first check: whatever we
//! make of them, we neither panic nor hang, and reading stays within the disk.

use medv_codec::disk::{BitmapPolicy, FooterChoice, OpenOptions, examine, open};
use medv_format::DiskOffset;
use medv_format::vhd::Uuid;
use medv_tests::vhd_builder::{
    Built, Scratch, UUID, differencing, dynamic, fixed, patch_footer, pattern, put,
};

const BLOCK: u32 = 4096;

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 8).unwrap() % end
    }

    /// Values that break things more often than random ones.
    fn byte(&mut self) -> u8 {
        match self.below(4) {
            0 => 0,
            1 => 0xFF,
            2 => 1 << self.below(8),
            _ => u8::try_from(self.below(256)).unwrap(),
        }
    }
}

fn mutate(built: &Built, random: &mut Random) -> Vec<u8> {
    let mut built = built.clone();
    for _ in 0..=random.below(3) {
        let value = [random.byte()];
        match random.below(5) {
            0 => built = built.footers(8 + random.below(77), &value),
            1 => {
                let (base, at) = ([0, built.end()][random.below(2)], random.below(512));
                patch_footer(&mut built.bytes, base, at, &value);
            }
            2 => built = built.header(8 + random.below(1016), &value),
            3 => built = built.entry(random.below(16), u32::try_from(random.below(600)).unwrap()),
            _ => {
                let at = random.below(built.bytes.len());
                put(&mut built.bytes, at, &value);
            }
        }
    }
    if random.below(8) == 0 {
        let len = random.below(built.bytes.len());
        built.bytes.truncate(len);
    }
    built.bytes
}

#[test]
fn nothing_panics() {
    let scratch = Scratch::new();
    scratch.write("parent.vhd", &fixed(&pattern(1, 16 * BLOCK as usize)));
    let size = 16 * u64::from(BLOCK);
    let child =
        differencing(size, BLOCK, Uuid([2; 16]), UUID).relative("parent.vhd").absolute(r"C:\x\parent.vhd");
    let disks = [dynamic(size, BLOCK), child].map(|disk| {
        let disk =
            disk.block(3, &pattern(3, 4096)).block_with_bits(4, &pattern(4, 4096), |sector| sector % 3 == 0);
        disk.block(15, &pattern(15, 4096)).build()
    });
    let policies = [
        OpenOptions::default(),
        OpenOptions {
            allow_damage: true,
            allow_saved_state: true,
            footer: FooterChoice::Front,
            bitmaps: BitmapPolicy::BitmapWins,
            ..OpenOptions::default()
        },
    ];
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let (mut read, mut refused) = (0, 0);
    for round in 0..1500 {
        let bytes = mutate(&disks[round % 2], &mut random);
        let path = scratch.write("disk.vhd", &bytes);
        let options = &policies[round / 2 % 2];
        let Ok(opened) = open(&path, options) else {
            assert!(examine(&path, options).map_or(true, |examination| examination.disk.is_none()));
            refused += 1;
            continue;
        };
        read += 1;
        let size = opened.disk.virtual_size();
        let mut buf = vec![0; 100_000];
        for at in [0, size.saturating_sub(100_000)] {
            let len = usize::try_from(size - at).unwrap_or(usize::MAX).min(buf.len());
            opened.disk.read_at(DiskOffset::new(at), &mut buf[..len]).unwrap();
        }
        let mut from = DiskOffset::ZERO;
        for _ in 0..100 {
            let Some(extent) = opened.disk.next_extent(from).unwrap() else { break };
            assert!(extent.start >= from && extent.end > extent.start && extent.end.get() <= size);
            from = extent.end;
        }
    }
    // The mutations must reach both outcomes, or this test says little.
    assert!(read > 200 && refused > 200, "{read} read, {refused} refused");
}
