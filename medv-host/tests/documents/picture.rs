//! The picture of first time setup, drawn from [`TRANSITIONS`]: a good run goes down the first column, what else happens leads
//! into the second one and back. All ways out of a stage leave it on one line; a dot is where one of them turns off, and an
//! arrow says what it is.

mod layout;

use std::fmt::Write;

use medv_host::fts::{Stage, TRANSITIONS};

use layout::{BOX, GAP, Layout, PORT, Side, Way, is_main, is_straight};

/// Colours that can be told from each other, on white and on black: one for each lane, so that neighbours differ.
const COLOURS: [&str; 8] =
    ["#2f7fd6", "#d9622b", "#2e9e5b", "#b03fa8", "#b98900", "#d03a4e", "#14959c", "#7a63d8"];

const STYLE: &str = "svg{--ground:#ffffff;--ink:#1c2330;--faint:#8a94a6;--good:#e2f0e5;--goodline:#2e9e5b;\
    --other:#f3f1ec;--otherline:#9a8f7c}@media(prefers-color-scheme:dark){svg{--ground:#12161d;--ink:#e6eaf1;\
    --faint:#7d899c;--good:#173524;--goodline:#4cc27c;--other:#2a2722;--otherline:#8d8470}}\
    text{font:12px system-ui,sans-serif;fill:var(--ink)}.name{font-weight:600;text-anchor:middle}\
    .end{text-anchor:end}.ground{fill:var(--ground)}path{fill:none;stroke-width:1.5}\
    .out{stroke:var(--faint);stroke-width:1}.down{stroke:var(--goodline);stroke-width:2.5}\
    .head{fill:var(--goodline)}rect.main{fill:var(--good);stroke:var(--goodline)}\
    rect.other{fill:var(--other);stroke:var(--otherline)}";

/// The whole picture, an SVG.
pub(crate) fn draw() -> String {
    let layout = Layout::new();
    let (width, height) = layout.size();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>The stages of first time setup</title>\n\
         <style>{STYLE}</style>\n<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    lines_out(&mut svg, &layout);
    for way in &layout.ways {
        draw_way(&mut svg, &layout, way, COLOURS[way.lane % COLOURS.len()]);
    }
    good_run(&mut svg, &layout);
    for stage in Stage::ALL {
        let (x, top, height) = layout.rectangle(stage);
        let class = if is_main(stage) { "main" } else { "other" };
        let _ = writeln!(
            svg,
            "<g><title>{}</title><rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{BOX}\" height=\"{height}\" \
             rx=\"6\"/><text class=\"name\" x=\"{}\" y=\"{}\">{stage}</text></g>",
            stage.meaning(),
            x + BOX / 2,
            top + height / 2 + 4
        );
    }
    svg + "</svg>\n"
}

/// The line on which a stage is left, up to the farthest way that turns off.
fn lines_out(svg: &mut String, layout: &Layout) {
    for stage in Stage::ALL {
        for side in Side::ALL {
            let lanes =
                layout.ways.iter().filter(|way| way.side_of(stage) == side && way.from.contains(&stage));
            let from = layout.edge(stage, side);
            let Some(to) = lanes.map(|way| layout.x_of(way)).max_by_key(|x| (x - from).abs()) else {
                continue;
            };
            let y = layout.way_out(stage);
            let _ = writeln!(svg, "<path class=\"out\" d=\"M{from} {y}H{to}\"/>");
        }
    }
}

fn draw_way(svg: &mut String, layout: &Layout, way: &Way, colour: &str) {
    let (x, y) = (layout.x_of(way), layout.way_in(way));
    let (first, last) = layout.span(way);
    let side = way.side_of(way.to);
    let edge = layout.edge(way.to, side);
    // The arrow's head, and where its text is.
    let (back, class, text) = match side {
        Side::Left => (-7, " class=\"end\"", edge - 12),
        Side::Right => (7, "", edge + 12),
    };
    let names: Vec<&str> = way.from.iter().map(|stage| stage.name()).collect();
    let _ = writeln!(
        svg,
        "<g stroke=\"{colour}\"><title>{}: {} to {}</title><path d=\"M{x} {first}V{last}M{x} {y}H{}\"/>",
        way.on,
        names.join(", "),
        way.to,
        edge + back
    );
    let _ = writeln!(svg, "<path fill=\"{colour}\" d=\"M{edge} {y}l{back} -4v8z\" style=\"fill:{colour}\"/>");
    for from in &way.from {
        let out = layout.way_out(*from);
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"{out}\" r=\"3\" fill=\"{colour}\"/>");
    }
    let _ = writeln!(svg, "<text{class} x=\"{text}\" y=\"{}\" stroke=\"none\">{}</text></g>", y - 4, way.on);
}

/// From each stage of the first column straight down to the next.
fn good_run(svg: &mut String, layout: &Layout) {
    for row in TRANSITIONS.iter().filter(|row| row.is_good) {
        let Some(from) = row.from.iter().find(|from| is_straight(**from, row.to)) else { continue };
        let (x, top, height) = layout.rectangle(*from);
        let (x, bottom) = (x + BOX / 2, top + height);
        let end = bottom + GAP;
        let _ = writeln!(
            svg,
            "<path class=\"down\" d=\"M{x} {bottom}V{}\"/><path class=\"head\" d=\"M{x} {end}l-5 -9h10z\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            end - 8,
            x + 10,
            bottom + PORT + 3,
            row.on
        );
    }
}
