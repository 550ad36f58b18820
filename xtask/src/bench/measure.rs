//! What one command costs: wall time, processor time and memory of its whole process tree, and what it wrote.

use crate::Result;
use crate::shell::{capture, command};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// One run of one command.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Sample {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of processor time, user and system, of all processes.
    pub(crate) cpu: f64,
    /// Seconds of processor time spent in the kernel.
    pub(crate) system: f64,
    /// Largest resident set of any one of the processes, MiB.
    pub(crate) memory: f64,
    /// Bytes of output.
    pub(crate) bytes: u64,
}

/// The files that a script works with.
pub(crate) struct Files<'a> {
    /// `$IN`.
    pub(crate) input: &'a Path,
    /// `$OUT`: a file or a folder; deleted before and after.
    pub(crate) output: &'a Path,
    /// `$MEDV`: our program.
    pub(crate) medv: &'a Path,
    /// Where GNU time writes.
    pub(crate) notes: &'a Path,
}

/// A shell script's command, with its files in the environment.
pub(crate) fn with_files<'c>(command: &'c mut Command, files: &Files) -> &'c mut Command {
    command.env("IN", files.input).env("OUT", files.output).env("MEDV", files.medv)
}

/// Runs a shell script under GNU time.
pub(crate) fn measure(script: &str, files: &Files) -> Result<Sample> {
    let Files { output, notes, .. } = files;
    remove(output)?;
    // Nothing of what ran before may still be on its way to the disk.
    capture(&mut command("sync"))?;
    let start = Instant::now();
    let mut time = command("time");
    time.args(["-q", "-f", "%U %S %M", "-o"]).arg(notes).args(["bash", "-o", "pipefail", "-c", script]);
    let ran = capture(with_files(&mut time, files));
    let wall = start.elapsed().as_secs_f64();
    let bytes = size(output);
    remove(output)?;
    ran?;
    let noted = fs::read_to_string(notes)?;
    let figures: Vec<f64> = noted.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [user, system, kib] = figures.as_slice() else {
        return Err(format!("time said {noted:?}").into());
    };
    Ok(Sample { wall, cpu: user + system, system: *system, memory: kib / 1024.0, bytes: bytes? })
}

/// Reads a file's data (not its holes) so that it is in the page cache.
pub(crate) fn warm(path: &Path) -> Result<()> {
    let mut file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while let Some((start, end)) = next_data(&file, at)? {
        file.seek(SeekFrom::Start(start))?;
        let mut data = (&file).take(end - start);
        while data.read(&mut buffer)? > 0 {}
        at = end;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn next_data(file: &File, at: u64) -> Result<Option<(u64, u64)>> {
    use rustix::fs::{SeekFrom, seek};
    let start = match seek(file, SeekFrom::Data(at)) {
        Err(rustix::io::Errno::NXIO) => return Ok(None),
        start => start?,
    };
    Ok(Some((start, seek(file, SeekFrom::Hole(start))?)))
}

#[cfg(not(target_os = "linux"))]
fn next_data(file: &File, at: u64) -> Result<Option<(u64, u64)>> {
    let length = file.metadata()?.len();
    Ok((at < length).then_some((at, length)))
}

/// Bytes of a file, or of all files in a folder; none is 0.
fn size(path: &Path) -> Result<u64> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error.into()),
        Ok(found) if found.is_dir() => {
            let mut total = 0;
            for entry in fs::read_dir(path)? {
                total += size(&entry?.path())?;
            }
            Ok(total)
        }
        Ok(found) => Ok(found.len()),
    }
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The middle sample of each figure on its own.
pub(crate) fn median(samples: &[Sample]) -> Option<Sample> {
    let middle = |figure: fn(&Sample) -> f64| -> Option<f64> {
        let mut sorted: Vec<f64> = samples.iter().map(figure).collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
        Some(f64::midpoint(*low, *high))
    };
    Some(Sample {
        wall: middle(|sample| sample.wall)?,
        cpu: middle(|sample| sample.cpu)?,
        system: middle(|sample| sample.system)?,
        memory: middle(|sample| sample.memory)?,
        bytes: samples.iter().map(|sample| sample.bytes).max()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall: f64, cpu: f64) -> Sample {
        Sample { wall, cpu, system: 0.0, memory: 1.0, bytes: 7 }
    }

    #[test]
    fn the_median_is_taken_figure_by_figure() {
        let samples = [sample(3.0, 1.0), sample(1.0, 9.0), sample(2.0, 5.0)];
        let middle = median(&samples).unwrap();
        assert!((middle.wall - 2.0).abs() < 1e-9 && (middle.cpu - 5.0).abs() < 1e-9);
        assert_eq!(middle.bytes, 7);
    }

    #[test]
    fn of_an_even_number_the_median_lies_between_the_middle_two() {
        let middle = median(&[sample(1.0, 0.0), sample(2.0, 0.0)]).unwrap();
        assert!((middle.wall - 1.5).abs() < 1e-9);
        assert!(median(&[]).is_none());
    }
}
