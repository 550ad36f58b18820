//! The icon: a screen, and in it a window. It is drawn, so that it has every size that a desktop asks for.

/// Points that are looked at in each direction of a pixel, so that edges are smooth.
const SAMPLES: u32 = 4;

const FRAME: [u8; 3] = [0x46, 0x52, 0x5e];
const LIT: [u8; 3] = [0x2f, 0x80, 0xed];
const DARK: [u8; 3] = [0x8a, 0x94, 0x9e];
const WINDOW: [u8; 3] = [0xf4, 0xf7, 0xfa];

/// The pixels of the icon, row by row from the top: alpha, red, green and blue of each. The screen of a machine that has
/// power is lit.
pub(crate) fn draw(size: u32, is_lit: bool) -> Vec<[u8; 4]> {
    (0..size).flat_map(|y| (0..size).map(move |x| pixel(x, y, size, is_lit))).collect()
}

fn pixel(x: u32, y: u32, size: u32, is_lit: bool) -> [u8; 4] {
    let at = |pixel: u32, sample: u32| {
        (f64::from(pixel) + (f64::from(sample) + 0.5) / f64::from(SAMPLES)) / f64::from(size)
    };
    let mut sum = [0; 3];
    let mut hits = 0;
    for (dx, dy) in (0..SAMPLES).flat_map(|dx| (0..SAMPLES).map(move |dy| (dx, dy))) {
        if let Some(colour) = colour_at(at(x, dx), at(y, dy), is_lit) {
            hits += 1;
            for (sum, part) in sum.iter_mut().zip(colour) {
                *sum += u32::from(part);
            }
        }
    }
    let [red, green, blue] = sum.map(|part| (part / hits.max(1)) as u8);
    [(hits * 255 / (SAMPLES * SAMPLES)) as u8, red, green, blue]
}

/// The colour at a point between 0 and 1; none where the panel shows through.
fn colour_at(x: f64, y: f64, is_lit: bool) -> Option<[u8; 3]> {
    let within = |left, top, right, bottom| (left..right).contains(&x) && (top..bottom).contains(&y);
    let screen = if is_lit { LIT } else { DARK };
    let shapes = [
        // The window and its title bar, the screen, its frame, the foot.
        (within(0.42, 0.46, 0.80, 0.60), WINDOW),
        (within(0.42, 0.36, 0.80, 0.42), WINDOW),
        (within(0.125, 0.17, 0.875, 0.67), screen),
        (within(0.04, 0.085, 0.96, 0.75), FRAME),
        (within(0.42, 0.75, 0.58, 0.85), FRAME),
        (within(0.25, 0.85, 0.75, 0.93), FRAME),
    ];
    shapes.into_iter().find(|(is_here, _)| *is_here).map(|(_, colour)| colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_size_that_was_asked_for_and_its_corners_are_clear() {
        for size in [16, 22, 48] {
            let pixels = draw(size, true);
            assert_eq!(pixels.len(), (size * size) as usize);
            assert_eq!(pixels[0][0], 0);
            assert!(pixels.iter().any(|[alpha, ..]| *alpha == 255));
        }
    }

    #[test]
    fn a_machine_that_is_on_looks_different() {
        assert_ne!(draw(22, true), draw(22, false));
    }
}
