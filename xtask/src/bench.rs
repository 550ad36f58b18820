//! `cargo xtask bench`: medv and the tools people use today, in turn, on the same disks.

mod bars;
mod contenders;
mod machine;
mod measure;
mod plot;
mod report;

use crate::corpus::{self, Disk, Recipe};
use crate::packages::provide;
use crate::shell::{build_medv, capture, command, find, root, show, target};
use crate::{Result, shell};
use contenders::{Contender, Rounds};
use measure::{Files, Sample, measure, warm, with_files};
use std::fs;
use std::path::{Path, PathBuf};

/// What a user can ask of the comparison.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Two minutes on a small corpus (ratios differ from those on real sizes)
    #[arg(long)]
    quick: bool,
    /// Also what takes many minutes: zstd -19
    #[arg(long)]
    slow: bool,
    /// Only contenders whose "DISK: NAME" contains this (their baselines run too)
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Rounds; medians are taken [default: 3, with --quick 2]
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Where the disks are kept
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// The last part of the result folder's name
    #[arg(long)]
    name: Option<String>,
    /// Make the disks and stop
    #[arg(long)]
    corpus_only: bool,
    /// A medv to measure instead of the one that is built from here
    #[arg(long, value_name = "PROGRAM")]
    medv: Option<PathBuf>,
}

/// A contender and what it did.
struct Entry {
    contender: Contender,
    samples: Vec<Sample>,
    failure: Option<String>,
}

const TOOLS: &[&str] = &[
    "time",
    "qemu-img",
    "mke2fs",
    "debugfs",
    "zstd",
    "pzstd",
    "partclone.ntfs",
    "partclone.extfs",
    "wimlib-imagex",
    "mksquashfs",
    "casync",
    "mkntfs",
    "ntfs-3g",
];

pub(crate) fn run(options: &Options) -> Result<()> {
    for missing in provide(TOOLS, true) {
        println!("{missing} is not installed: what needs it is left out");
    }
    let folder = match &options.corpus {
        Some(folder) => std::path::absolute(folder)?,
        None => target("corpus")?,
    };
    let disks = disks(options, &folder)?;
    if options.corpus_only {
        return Ok(());
    }
    if find("time").is_none() {
        return Err("GNU time is needed to measure (Debian package: time)".into());
    }
    provide_zeekstd();
    let medv = match &options.medv {
        Some(program) => std::path::absolute(program)?,
        None => build_medv()?,
    };

    let work = folder.join("work");
    fs::create_dir_all(&work)?;
    let mut entries = Vec::new();
    for disk in &disks {
        entries.extend(chosen(contenders::of(disk, &work, options), options));
    }
    let output = work.join("output");
    prepare(&disks, &entries, &medv, &work)?;
    let rounds = options.rounds.unwrap_or(if options.quick { 2 } else { 3 });
    for round in 0..rounds {
        for entry in &mut entries {
            run_one(entry, round, rounds, &medv, &output);
        }
    }
    fs::remove_dir_all(&work)?;

    let name = options.name.as_deref().unwrap_or(if options.quick { "quick" } else { "full" });
    let date = capture(command("date").arg("+%F"))?;
    let results = root().join("benches/results").join(format!("{}-{name}", date.trim()));
    fs::create_dir_all(&results)?;
    report::write(&entries, &medv, &folder, &results)?;
    if entries.iter().any(|entry| entry.contender.ours && entry.failure.is_some()) {
        return Err("medv failed at something it should do".into());
    }
    Ok(())
}

/// The disks, made if they are not there; one that cannot be made here is left out and named.
fn disks(options: &Options, folder: &Path) -> Result<Vec<Disk>> {
    let recipes: Vec<Recipe> = if options.quick { corpus::quick() } else { corpus::full() };
    let debs = folder.join("packages");
    let folder = if options.quick { folder.join("quick") } else { folder.to_owned() };
    fs::create_dir_all(&debs)?;
    fs::create_dir_all(&folder)?;
    let mut disks = Vec::new();
    for recipe in &recipes {
        match corpus::provide(recipe, &folder, &debs) {
            Ok(disk) => disks.push(disk),
            Err(error) => println!("disk {} is left out: {error}", recipe.name),
        }
    }
    if disks.is_empty() { Err("no disk could be made".into()) } else { Ok(disks) }
}

/// zeekstd is no Debian package; its command line program is built once, where it can be had.
fn provide_zeekstd() {
    if find("zeekstd").is_some() {
        return;
    }
    println!("building zeekstd");
    let built = target("tools").and_then(|tools| {
        let mut install = command("cargo");
        install.args(["install", "--quiet", "--locked", "zeekstd_cli", "--root"]).arg(&tools);
        show(install.arg("--target-dir").arg(tools.join("build")))
    });
    if let Err(error) = built {
        println!("zeekstd is left out: {error}");
    }
}

/// The contenders that were asked for, whose programs are there, with the baselines they are compared to.
fn chosen(all: Vec<Contender>, options: &Options) -> Vec<Entry> {
    let asked = |contender: &Contender| {
        let label = format!("{}: {}", contender.disk, contender.name);
        options.only.is_empty() || options.only.iter().any(|pattern| label.contains(pattern.as_str()))
    };
    let baselines: Vec<&str> =
        all.iter().filter(|contender| asked(contender)).map(|one| one.baseline).collect();
    all.into_iter()
        .filter(|contender| asked(contender) || baselines.contains(&contender.name))
        .filter(|contender| {
            let there = shell::find(contender.needs).is_some();
            if !there {
                println!(
                    "{}: {} is left out: {} is not installed",
                    contender.disk, contender.name, contender.needs
                );
            }
            there
        })
        .map(|contender| Entry { contender, samples: Vec::new(), failure: None })
        .collect()
}

/// Makes the files that the chosen readers read. A program that fails here fails again, on record, where its file is missing.
fn prepare(disks: &[Disk], entries: &[Entry], medv: &Path, work: &Path) -> Result<()> {
    for disk in disks {
        for (path, script) in contenders::prepared(disk, work) {
            if entries.iter().any(|entry| entry.contender.input == path) {
                println!("preparing {}", path.display());
                if path.exists() {
                    fs::remove_file(&path)?;
                }
                let files = Files { input: &disk.fixed, output: &path, medv, notes: &path };
                if let Err(error) = capture(with_files(command("sh").args(["-c", script]), &files)) {
                    println!("  {error}");
                }
            }
        }
    }
    Ok(())
}

fn run_one(entry: &mut Entry, round: usize, rounds: usize, medv: &Path, output: &Path) {
    let Contender { disk, name, input, script, .. } = &entry.contender;
    if entry.failure.is_some() || (entry.contender.rounds == Rounds::One && round > 0) {
        return;
    }
    let notes = output.with_extension("time");
    let files = Files { input, output, medv, notes: &notes };
    match warm(input).and_then(|()| measure(script, &files)) {
        Ok(sample) => {
            println!("round {}/{rounds}  {disk:<7}{name:<30}{:>8.2} s", round + 1, sample.wall);
            entry.samples.push(sample);
        }
        Err(error) => {
            println!("round {}/{rounds}  {disk:<7}{name:<30} FAILED: {error}", round + 1);
            entry.failure = Some(error.to_string());
        }
    }
}
