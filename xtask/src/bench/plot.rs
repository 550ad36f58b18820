//! A picture of one disk's compressors: time, processor time and size as bars, side by side.

use super::Entry;
use super::machine::Machine;
use super::measure::{Sample, median};
use super::report::mib;
use std::fmt::Write as _;

const ROW: f64 = 26.0;
const LABELS: f64 = 210.0;
const PANEL: f64 = 190.0;
const GAP: f64 = 78.0;
const TOP: f64 = 92.0;
const WIDTH: f64 = LABELS + 3.0 * (PANEL + GAP);

/// Style of the figure beside a bar; the white rim keeps it readable on the line of the baseline.
const VALUE: &str =
    "font-size=\"11\" fill=\"#52606d\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\"";

/// One panel's title, and what its bars show.
type Panel = (&'static str, fn(&Sample) -> f64);

const PANELS: [Panel; 3] =
    [("wall, s", |sample| sample.wall), ("CPU, s", |sample| sample.cpu), ("size, MiB", mib)];

/// An SVG of everything that was measured against the disk's first baseline; none if that is nothing.
pub(crate) fn draw(disk: &str, entries: &[Entry], machine: &Machine) -> Option<String> {
    let of_disk = || entries.iter().filter(|entry| entry.contender.disk == disk);
    let baseline = of_disk().next()?.contender.baseline;
    let mut rows: Vec<(&str, bool, Sample)> = of_disk()
        .filter(|entry| entry.contender.baseline == baseline && entry.failure.is_none())
        .filter_map(|entry| Some((entry.contender.name, entry.contender.ours, median(&entry.samples)?)))
        .collect();
    rows.sort_by(|one, other| one.2.wall.total_cmp(&other.2.wall));
    let base = rows.iter().find(|row| row.0 == baseline)?.2;

    let height = TOP + ROW * f64::from(u32::try_from(rows.len()).ok()?) + 34.0;
    let mut svg = String::new();
    let mut line = |text: String| {
        svg.push_str(&text);
        svg.push('\n');
    };
    line(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">"
    ));
    line(format!("<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"));
    line(text(
        16.0,
        30.0,
        "font-size=\"17\" font-weight=\"bold\" fill=\"#1f2933\"",
        &format!("Packing the {disk} disk"),
    ));
    let about =
        format!("{}, {} cores; {baseline} = 1.00; shorter is better", machine.processor, machine.cores);
    line(text(16.0, 50.0, "fill=\"#616e7c\"", &about));

    for (row, (name, ours, _)) in rows.iter().enumerate() {
        let weight = if *ours { "font-weight=\"bold\" fill=\"#1f2933\"" } else { "fill=\"#3e4c59\"" };
        let style = format!("text-anchor=\"end\" {weight}");
        line(text(LABELS - 10.0, baseline_of(row), &style, name));
    }
    let mut left = LABELS;
    for (title, figure) in PANELS {
        line(text(left, TOP - 14.0, "font-weight=\"bold\" fill=\"#3e4c59\"", title));
        let longest = scale(rows.iter().map(|row| figure(&row.2)));
        let x = left + figure(&base) / longest * PANEL;
        line(format!(
            "<line x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#52606d\" stroke-dasharray=\"3 3\"/>",
            TOP - 6.0,
            height - 30.0
        ));
        for (row, (_, ours, sample)) in rows.iter().enumerate() {
            let value = figure(sample);
            let length = (value / longest).min(1.0) * PANEL;
            let colour = if *ours { "#d9622b" } else { "#9fb3c8" };
            let y = baseline_of(row) - 13.0;
            line(format!(
                "<rect x=\"{left}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"17\" rx=\"2\" fill=\"{colour}\"/>"
            ));
            if value > longest {
                // Cut off: one slow tool must not flatten all others.
                line(format!(
                    "<path d=\"M{:.1} {:.1} l8 -23\" stroke=\"#ffffff\" stroke-width=\"4\"/>",
                    left + length - 22.0,
                    y + 20.0
                ));
            }
            let label = format!("{} ({:.2})", short(value), value / figure(&base));
            line(text(left + length + 5.0, baseline_of(row), VALUE, &label));
        }
        left += PANEL + GAP;
    }
    line("</svg>".into());
    Some(svg)
}

fn baseline_of(row: usize) -> f64 {
    TOP + ROW * f64::from(u32::try_from(row).unwrap_or(0)) + 15.0
}

/// The longest bar's value: the largest figure, but not beyond three times the middle one.
fn scale(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
    sorted.last().copied().unwrap_or(1.0).min(middle * 3.0).max(f64::MIN_POSITIVE)
}

fn short(value: f64) -> String {
    if value < 9.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

fn text(x: f64, y: f64, style: &str, words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>");
    out
}
