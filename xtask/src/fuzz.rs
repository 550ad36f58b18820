//! `cargo xtask fuzz`: the targets of `fuzz/`, with libFuzzer, on stable Rust.
//!
//! cargo-fuzz wants a nightly compiler only for the sanitizers, which find what `unsafe` code does wrong. There is none here;
//! what is left of its flags (coverage and comparisons, overflow checks) a stable compiler takes.

use crate::Result;
use crate::packages::provide;
use crate::shell::{capture, command, root, show};
use std::fs;
use std::path::Path;
use std::thread;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A target's name (all of them, one after the other, if none is given)
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// A few seconds for each target, the same inputs every time
    #[arg(long)]
    smoke: bool,
}

impl Options {
    /// A short run of every target.
    pub(crate) fn smoke() -> Self {
        Self { target: None, seconds: 0, smoke: true }
    }
}

const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
    "-Cdebug-assertions",
    "-Ccodegen-units=1",
];

const SMOKE_SECONDS: u32 = 3;
const SMOKE_AT_ONCE: usize = 2;

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut targets = targets()?;
    if let Some(wanted) = &options.target {
        if !targets.contains(wanted) {
            return Err(format!("no target {wanted}; there are {}", targets.join(", ")).into());
        }
        targets.retain(|target| target == wanted);
    }
    if !provide(&["c++"], true).is_empty() {
        return Err("libFuzzer needs a C++ compiler (Debian package: g++)".into());
    }
    let host = host()?;
    let folder = root().join("fuzz");
    let mut build = command("cargo");
    // A target given by name keeps the flags away from build scripts.
    build.current_dir(&folder).args(["build", "--release", "--features", "engine", "--target", &host]);
    build
        .args(["--target-dir", "target"])
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", FLAGS.join(" "));
    if options.smoke {
        // Built for a few seconds of work only.
        build.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    }
    for target in &targets {
        build.args(["--bin", target]);
    }
    show(&mut build)?;
    let programs = folder.join("target").join(host).join("release");
    let fuzz = |target: &String| {
        println!("fuzzing {target}");
        fuzz(&programs.join(target), target, &folder, options).map_err(|error| error.to_string())
    };
    // A longer run has the machine, and the screen, for itself.
    let at_once = if options.smoke { SMOKE_AT_ONCE } else { 1 };
    for some in targets.chunks(at_once) {
        thread::scope(|scope| {
            let runs: Vec<_> = some.iter().map(|target| scope.spawn(|| fuzz(target))).collect();
            runs.into_iter()
                .try_for_each(|run| run.join().unwrap_or_else(|_| Err("a run has panicked".into())))
        })?;
    }
    Ok(())
}

fn fuzz(program: &Path, target: &str, folder: &Path, options: &Options) -> Result<()> {
    let corpus = folder.join("corpus").join(target);
    let artifacts = folder.join("artifacts").join(target);
    let seeds = folder.join("target/seeds").join(target);
    for folder in [&corpus, &artifacts, &seeds] {
        fs::create_dir_all(folder)?;
    }
    let mut fuzz = command(&program.to_string_lossy());
    fuzz.env("FUZZ_SEEDS", &seeds).arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzz.args(["-rss_limit_mb=1024", "-timeout=60", "-print_final_stats=1", "-use_value_profile=1"]);
    if options.smoke {
        // What one machine found before must not decide whether the next one passes: no corpus is kept.
        fuzz.arg("-seed=1").arg(format!("-max_total_time={SMOKE_SECONDS}")).arg(&seeds);
        return capture(&mut fuzz)
            .map(drop)
            .map_err(|error| format!("{target}: {error}\nthe input is in {}", artifacts.display()).into());
    }
    fuzz.arg(format!("-max_total_time={}", options.seconds)).arg(&corpus).arg(&seeds);
    show(&mut fuzz).map_err(|error| format!("{error}\nthe input is in {}", artifacts.display()).into())
}

/// The targets: one for each file in `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        if let (Some("rs"), Some(name)) =
            (path.extension().and_then(|e| e.to_str()), path.file_stem().and_then(|n| n.to_str()))
        {
            targets.push(name.to_owned());
        }
    }
    targets.sort();
    Ok(targets)
}

/// The triple of the machine that compiles.
fn host() -> Result<String> {
    let said = capture(command("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say what its host is".into())
}
