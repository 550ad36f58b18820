//! The figures as tables, as JSON, and beside the bars.

use super::bars::{BARS, Bar};
use super::machine::{self, Machine};
use super::measure::{Sample, median};
use super::{Entry, plot};
use crate::Result;
use serde::Serialize;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// One contender's figures as they are kept.
#[derive(Serialize)]
struct Row<'a> {
    disk: &'a str,
    name: &'a str,
    command: &'a str,
    baseline: &'a str,
    failure: Option<&'a str>,
    median: Option<Sample>,
    samples: &'a [Sample],
}

#[derive(Serialize)]
struct Results<'a> {
    machine: &'a Machine,
    units: &'static str,
    rows: Vec<Row<'a>>,
}

/// Prints the tables and leaves them, the raw figures and a plot in `results`.
pub(crate) fn write(entries: &[Entry], medv: &Path, corpus: &Path, results: &Path) -> Result<()> {
    let machine = machine::describe(medv, corpus);
    let text = format!("{}\n{}\n{}", heading(&machine), tables(entries)?, bars(entries)?);
    println!("\n{text}");
    let rows = entries.iter().map(row).collect();
    let units = "wall, cpu, system: seconds; memory: MiB, largest process; bytes: output";
    let json = serde_json::to_string_pretty(&Results { machine: &machine, units, rows })?;
    fs::write(results.join("results.json"), json + "\n")?;
    fs::write(results.join("README.md"), text)?;
    for disk in disks(entries) {
        if let Some(svg) = plot::draw(disk, entries, &machine) {
            fs::write(results.join(format!("{disk}.svg")), svg)?;
        }
    }
    println!("kept in {}", results.display());
    Ok(())
}

fn row(entry: &Entry) -> Row<'_> {
    let contender = &entry.contender;
    Row {
        disk: contender.disk,
        name: contender.name,
        command: contender.script,
        baseline: contender.baseline,
        failure: entry.failure.as_deref(),
        median: median(&entry.samples),
        samples: &entry.samples,
    }
}

/// The disks, each once, in the order they were measured.
fn disks(entries: &[Entry]) -> Vec<&'static str> {
    let mut disks: Vec<&str> = entries.iter().map(|entry| entry.contender.disk).collect();
    disks.dedup();
    disks
}

fn find(entries: &[Entry], disk: &str, name: &str) -> Option<Sample> {
    let is_it = |entry: &&Entry| entry.contender.disk == disk && entry.contender.name == name;
    entries.iter().find(is_it).and_then(|entry| median(&entry.samples))
}

fn heading(machine: &Machine) -> String {
    let mut text = format!(
        "# Measured\n\n{}, {} cores, {} MiB, {}, {}\n\n",
        machine.processor, machine.cores, machine.memory_mib, machine.kernel, machine.file_system
    );
    for version in machine.versions.iter().map(|(program, version)| format!("- {program}: {version}\n")) {
        text += &version;
    }
    text
}

fn tables(entries: &[Entry]) -> Result<String> {
    let mut text = String::new();
    for disk in disks(entries) {
        writeln!(text, "## {disk}\n")?;
        writeln!(
            text,
            "| {:<29} | wall s | ratio | CPU s | ratio | memory MiB | output MiB | ratio | rounds |",
            ""
        )?;
        writeln!(
            text,
            "|:{}|-------:|------:|------:|------:|-----------:|-----------:|------:|-------:|",
            "-".repeat(30)
        )?;
        for entry in entries.iter().filter(|entry| entry.contender.disk == disk) {
            let contender = &entry.contender;
            match (median(&entry.samples), &entry.failure) {
                (Some(figures), None) => {
                    let base = find(entries, disk, contender.baseline);
                    let ratio = |of: fn(&Sample) -> f64| ratio(of(&figures), base.as_ref().map(of));
                    writeln!(
                        text,
                        "| {:<29} | {:>6.2} | {:>5} | {:>5.1} | {:>5} | {:>10.0} | {:>10.1} | {:>5} | {:>6} |",
                        contender.name,
                        figures.wall,
                        ratio(|sample| sample.wall),
                        figures.cpu,
                        ratio(|sample| sample.cpu),
                        figures.memory,
                        mib(&figures),
                        ratio(mib),
                        entry.samples.len(),
                    )?;
                }
                (_, failure) => {
                    let why = failure.as_deref().unwrap_or("no round was run");
                    writeln!(text, "| {:<29} | FAILED: {} |", contender.name, why.replace('\n', " "))?;
                }
            }
        }
        text.push('\n');
    }
    Ok(text)
}

/// Every bar, what was reached, and whether that is enough.
fn bars(entries: &[Entry]) -> Result<String> {
    let mut text = String::from("## Bars\n\n");
    writeln!(text, "| {:<45} | CPU | wall | size | memory MiB | |", "")?;
    writeln!(text, "|:{}|---|---|---|---|---|", "-".repeat(46))?;
    for bar in BARS {
        let Bar { disk, name, against, .. } = bar;
        let label = format!("{disk}: {name} / {against}");
        let (Some(ours), Some(theirs)) = (find(entries, disk, name), find(entries, disk, against)) else {
            writeln!(text, "| {label:<45} | | | | | not measured |")?;
            continue;
        };
        let mut met = true;
        let mut cell = |reached: f64, bar: Option<f64>, digits: usize| match bar {
            None => "–".to_owned(),
            Some(bar) => {
                met &= reached <= bar;
                let sign = if reached <= bar { "≤" } else { ">" };
                format!("{reached:.digits$} {sign} {bar}")
            }
        };
        let cpu = cell(ours.cpu / theirs.cpu, bar.cpu, 3);
        let wall = cell(ours.wall / theirs.wall, bar.wall, 3);
        let size = cell(mib(&ours) / mib(&theirs), bar.size, 4);
        let memory = cell(ours.memory, Some(bar.memory), 0);
        let verdict = if met { "met" } else { "NOT MET" };
        writeln!(text, "| {label:<45} | {cpu} | {wall} | {size} | {memory} | {verdict} |")?;
    }
    Ok(text)
}

#[allow(clippy::cast_precision_loss)] // below 2^53
pub(super) fn mib(sample: &Sample) -> f64 {
    sample.bytes as f64 / f64::from(1 << 20)
}

fn ratio(figure: f64, base: Option<f64>) -> String {
    match base {
        Some(base) if base > 0.0 => format!("{:.3}", figure / base),
        _ => "–".into(),
    }
}
