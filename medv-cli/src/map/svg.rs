//! The picture as SVG: title, strip of partitions, grid of cells, legend.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Stretch;
use super::cells::{COLUMNS, Cell, Cells, Class};
use crate::human;

/// From one cell to the next.
const PITCH: usize = 14;
/// Width and height of a cell; what is left of the pitch is the gap.
const CELL: usize = 12;
const MARGIN: usize = 24;
/// Where the grid begins, left of it the rows' positions.
const LEFT: usize = MARGIN + 76;
const GRID_WIDTH: usize = COLUMNS * PITCH - (PITCH - CELL);
const WIDTH: usize = LEFT + GRID_WIDTH + MARGIN;
const STRIP_TOP: usize = 76;
const STRIP_HEIGHT: usize = 24;
const LEGEND_LINE: usize = 22;
/// A label of so many units a character fits beside others.
const CHARACTER: usize = 7;

const STYLE: &str = "\
svg{--ground:#ffffff;--ink:#1c2330;--faint:#667085;--line:#c5ccd8;--zero:#eef1f5;--trimmed:#bfe3c4;\
--d0:#bcd9f7;--d1:#7fb5ec;--d2:#3f87d2;--d3:#1d569c;--hard:#e8743b;--part:#e3e8f0}\
@media(prefers-color-scheme:dark){svg{--ground:#12161d;--ink:#e6eaf1;--faint:#93a0b4;--line:#3b4556;\
--zero:#1f2632;--trimmed:#2c5c3c;--d0:#1d3f63;--d1:#2a659f;--d2:#4c97dc;--d3:#a5d0f8;--hard:#f08b52;--part:#252d3a}}\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1c2330;fill:var(--ink)}\
.title{font-size:18px;font-weight:600}.faint{fill:#667085;fill:var(--faint)}\
.row{font-size:11px;text-anchor:end}.ground{fill:#ffffff;fill:var(--ground)}\
.zero{fill:#eef1f5;fill:var(--zero)}.trimmed{fill:#bfe3c4;fill:var(--trimmed)}\
.d0{fill:#bcd9f7;fill:var(--d0)}.d1{fill:#7fb5ec;fill:var(--d1)}.d2{fill:#3f87d2;fill:var(--d2)}\
.d3{fill:#1d569c;fill:var(--d3)}.hard{fill:#e8743b;fill:var(--hard)}\
.part{fill:#e3e8f0;fill:var(--part);stroke:#c5ccd8;stroke:var(--line)}\
.free{fill:none;stroke:#c5ccd8;stroke:var(--line);stroke-dasharray:3 3}.over{fill:transparent}";

pub(super) fn draw(title: &str, size: u64, cells: &Cells, partitions: &[Stretch]) -> String {
    let top = if partitions.is_empty() { STRIP_TOP } else { STRIP_TOP + STRIP_HEIGHT + 22 };
    let rows = cells.len().div_ceil(COLUMNS);
    let legend_top = top + rows * PITCH + 30;
    let shown: Vec<Class> = Class::ALL.into_iter().filter(|class| cells.total(*class) > 0).collect();
    let height = legend_top + shown.len().div_ceil(2) * LEGEND_LINE + MARGIN - 8;

    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>",
        escaped(title)
    );
    let _ = writeln!(svg, "<text class=\"title\" x=\"{MARGIN}\" y=\"38\">{}</text>", escaped(title));
    let scale = format!("{} disk, {} a cell, read in rows", human::bytes(size), human::bytes(cells.bytes));
    let _ = writeln!(svg, "<text class=\"faint\" x=\"{MARGIN}\" y=\"59\">{scale}</text>");
    if !partitions.is_empty() {
        strip(&mut svg, size, partitions);
    }
    grid(&mut svg, top, cells);
    legend(&mut svg, legend_top, size, cells, &shown);
    svg.push_str("</svg>\n");
    svg
}

/// The whole disk as one line, its partitions on it.
fn strip(svg: &mut String, size: u64, partitions: &[Stretch]) {
    let _ = writeln!(
        svg,
        "<text class=\"faint row\" x=\"{}\" y=\"{}\">partitions</text>\n\
         <rect class=\"free\" x=\"{LEFT}\" y=\"{STRIP_TOP}\" width=\"{GRID_WIDTH}\" height=\"{STRIP_HEIGHT}\" rx=\"3\"/>",
        LEFT - 10,
        STRIP_TOP + 16,
    );
    for partition in partitions {
        let (start, end) = (partition.disk.start.get().min(size), partition.disk.end.get().min(size));
        let (from, to) = (along(start, size), along(end, size));
        let width = to.saturating_sub(from).max(2);
        let bytes = human::bytes(end.saturating_sub(start));
        let label = escaped(&partition.label);
        let _ = writeln!(
            svg,
            "<g><title>{label}, {bytes}</title><rect class=\"part\" x=\"{}\" y=\"{STRIP_TOP}\" width=\"{width}\" \
             height=\"{STRIP_HEIGHT}\" rx=\"3\"/>",
            LEFT + from,
        );
        let long = format!("{}, {bytes}", partition.label);
        if let Some(text) =
            [long.as_str(), partition.label.as_str()].into_iter().find(|text| fits(text, width))
        {
            let text = escaped(text);
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{text}</text>", LEFT + from + 8, STRIP_TOP + 17);
        }
        svg.push_str("</g>\n");
    }
}

fn fits(text: &str, width: usize) -> bool {
    text.chars().count() * CHARACTER + 16 <= width
}

/// How far from the left edge of the strip a byte of the disk is.
fn along(offset: u64, size: u64) -> usize {
    let x = u128::from(offset) * GRID_WIDTH as u128 / u128::from(size.max(1));
    usize::try_from(x).unwrap_or(GRID_WIDTH)
}

/// All rectangles of a class as one path, rows of tooltips above them.
fn grid(svg: &mut String, top: usize, cells: &Cells) {
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (number, cell) in cells.all.iter().enumerate() {
        let (x, y) = (LEFT + number % COLUMNS * PITCH, top + number / COLUMNS * PITCH);
        // What is not data is one ground, the data stands on it as high as its share.
        let filled = filled(cell);
        let ground = if cell.trimmed > cell.zero { Class::Trimmed } else { Class::Zero };
        let parts = [
            (ground, y, CELL - filled),
            (Class::of_data(cell.data, cell.compressed), y + CELL - filled, filled),
        ];
        for (class, y, height) in parts {
            if height > 0 {
                let _ = write!(paths.entry(name(class)).or_default(), "M{x} {y}h{CELL}v{height}h-{CELL}z");
            }
        }
    }
    for (class, path) in paths {
        let _ = writeln!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    for (row, in_row) in cells.all.chunks(COLUMNS).enumerate() {
        let (y, start) = (top + row * PITCH, (row * COLUMNS) as u64 * cells.bytes);
        if row % 4 == 0 {
            let at = human::bytes(start);
            let _ = writeln!(
                svg,
                "<text class=\"faint row\" x=\"{}\" y=\"{}\">{at}</text>",
                LEFT - 10,
                y + CELL - 2
            );
        }
        let sum = |part: fn(&Cell) -> u64| human::bytes(in_row.iter().map(part).sum());
        let _ = writeln!(
            svg,
            "<rect class=\"over\" x=\"{LEFT}\" y=\"{y}\" width=\"{GRID_WIDTH}\" height=\"{PITCH}\"><title>from {}: \
             data {}, packed into {}; trimmed {}; zero {}</title></rect>",
            human::bytes(start),
            sum(|cell| cell.data),
            sum(|cell| cell.compressed),
            sum(|cell| cell.trimmed),
            sum(|cell| cell.zero),
        );
    }
}

/// How high the data of a cell stands; never nothing if there is some, never everything if not all of it is.
fn filled(cell: &Cell) -> usize {
    let all = cell.data + cell.trimmed + cell.zero;
    if cell.data == 0 || cell.data == all {
        return if cell.data == 0 { 0 } else { CELL };
    }
    let height = cell.data.saturating_mul(CELL as u64) / all.max(1);
    usize::try_from(height).unwrap_or(CELL).clamp(2, CELL - 2)
}

fn legend(svg: &mut String, top: usize, size: u64, cells: &Cells, shown: &[Class]) {
    for (number, class) in shown.iter().enumerate() {
        let (column, line) = (number % 2, number / 2);
        let (x, y) = (LEFT + column * (GRID_WIDTH / 2), top + line * LEGEND_LINE);
        let bytes = cells.total(*class);
        let _ = writeln!(
            svg,
            "<rect class=\"{}\" x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\"/>\
             <text x=\"{}\" y=\"{}\">{} <tspan class=\"faint\">{}, {}</tspan></text>",
            name(*class),
            x + 20,
            y + 11,
            meaning(*class),
            human::bytes(bytes),
            human::percent(bytes, size),
        );
    }
}

fn name(class: Class) -> &'static str {
    match class {
        Class::Data(0) => "d0",
        Class::Data(1) => "d1",
        Class::Data(2) => "d2",
        Class::Data(_) => "d3",
        Class::Hard => "hard",
        Class::Trimmed => "trimmed",
        Class::Zero => "zero",
    }
}

fn meaning(class: Class) -> &'static str {
    match class {
        Class::Data(0) => "data, packed to less than 25 %",
        Class::Data(1) => "data, packed to 25 to 50 %",
        Class::Data(2) => "data, packed to 50 to 75 %",
        Class::Data(_) => "data, packed to 75 to 95 %",
        Class::Hard => "hardly compressible data",
        Class::Trimmed => "trimmed: called free by its volume",
        Class::Zero => "zero",
    }
}

/// Text that is safe between tags; what XML has no place for becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
