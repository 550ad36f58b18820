//! Many workers, one order: results come out in the order in which the jobs went in, in bounded memory.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::Mutex;
use std::thread::JoinHandle;

use crossbeam_channel::{bounded, unbounded};
use rayon::ThreadPool;

use crate::{Error, Result};

/// Runs `work` on every thread of `pool`, and `finish` on the caller's, in the order of `jobs`.
///
/// `slots` bounds the memory: a job is taken only with a slot in hand, travels through `work` with it, and
/// `finish` gives the slot back. As the slot comes first and the job second, the oldest job always has a slot, so
/// the line cannot jam. The first error of anyone ends everything.
pub(crate) fn ordered<J, S, R, W>(
    pool: &ThreadPool,
    slots: Vec<S>,
    jobs: impl Iterator<Item = Result<J>> + Send,
    new_worker: impl Fn() -> Result<W> + Sync,
    work: impl Fn(&mut W, S, J) -> Result<R> + Sync,
    mut finish: impl FnMut(R) -> Result<S>,
) -> Result<()>
where
    J: Send,
    S: Send,
    R: Send,
{
    // Several workers ask until each has heard that there are no more.
    let jobs = Mutex::new(jobs.fuse().enumerate());
    let (give_slot, take_slot) = bounded(slots.len());
    for slot in slots {
        let _ = give_slot.send(slot);
    }
    let (tell, listen) = unbounded();

    let run_worker = |told: &crossbeam_channel::Sender<Told<R, S>>| {
        let mut worker = match new_worker() {
            Ok(worker) => worker,
            Err(error) => return drop(told.send(Told::Result(0, Err(error)))),
        };
        while let Ok(slot) = take_slot.recv() {
            let job = jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            let Some((number, job)) = job else { return drop(told.send(Told::Idle(slot))) };
            let result = job.and_then(|job| work(&mut worker, slot, job));
            let failed = result.is_err();
            if told.send(Told::Result(number, result)).is_err() || failed {
                return;
            }
        }
    };
    pool.in_place_scope(|scope| {
        for _ in 0..pool.current_num_threads() {
            let told = tell.clone();
            let run_worker = &run_worker;
            scope.spawn(move |_| run_worker(&told));
        }
        drop(tell);

        // Dropping the receiver and the giver of slots is what stops the workers when this returns early.
        let (listen, give_slot) = (listen, give_slot);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for told in listen {
            // Where a slot cannot be given, the workers are gone and nobody misses it.
            match told {
                Told::Idle(slot) => drop(give_slot.send(slot)),
                Told::Result(number, result) => drop(early.insert(number, result?)),
            }
            while let Some(result) = early.remove(&next) {
                next += 1;
                let _ = give_slot.send(finish(result)?);
            }
        }
        Ok(())
    })
}

/// What a worker tells the caller's thread.
enum Told<R, S> {
    /// This job is done, or was the one that failed.
    Result(usize, Result<R>),
    /// There are no more jobs; here is the slot for one of the others, who must learn that too.
    Idle(S),
}

/// How many threads compute, if `asked` is all that was said: one a core.
pub fn computing_threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// How many threads write a disk, if `asked` is all that was said: two a core, so that the cores have something to do
/// while half of them wait for the disk.
pub fn writing_threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.unwrap_or_else(|| computing_threads(None).saturating_add(computing_threads(None).get()))
}

/// A pool of so many workers.
pub(crate) fn thread_pool(threads: NonZeroUsize) -> Result<Threads> {
    let mut handles = Vec::with_capacity(threads.get());
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
    let pool = builder.spawn_handler(|thread| {
        let named = std::thread::Builder::new().name(format!("medv-{}", thread.index()));
        handles.push(named.spawn(|| thread.run())?);
        Ok(())
    });
    let pool = pool.build().map_err(|error| {
        Error::new(crate::ErrorKind::Io, format!("cannot start {threads} threads"))
            .caused_by(error)
            .advice("ask for fewer with --threads")
    })?;
    Ok(Threads { pool: Some(pool), handles })
}

/// The threads of one piece of work. They have ended when it goes, not only been told to: the caller may be a library
/// that is unloaded next.
pub(crate) struct Threads {
    pool: Option<ThreadPool>,
    handles: Vec<JoinHandle<()>>,
}

impl Deref for Threads {
    type Target = ThreadPool;

    fn deref(&self) -> &ThreadPool {
        self.pool.as_ref().expect("there until it is dropped")
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.pool = None;
        for handle in self.handles.drain(..) {
            // A panic inside a job was handed on to who waited for it.
            _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(threads: usize, slots: usize, fail_at: Option<u32>) -> Result<Vec<u32>> {
        let pool = thread_pool(NonZeroUsize::new(threads).unwrap())?;
        let mut seen = Vec::new();
        ordered(
            &pool,
            vec![(); slots],
            (0..500).map(Ok),
            || Ok(()),
            |(), (), job: u32| {
                if job.is_multiple_of(7) {
                    std::thread::yield_now();
                }
                if Some(job) == fail_at { Err(Error::damaged("job")) } else { Ok(job) }
            },
            |result| {
                seen.push(result);
                Ok(())
            },
        )?;
        Ok(seen)
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        for (threads, slots) in [(1, 1), (2, 3), (8, 2), (3, 40)] {
            assert_eq!(run(threads, slots, None).unwrap(), (0..500).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        for fail_at in [0, 1, 250, 499] {
            assert_eq!(run(4, 6, Some(fail_at)).unwrap_err().kind(), crate::ErrorKind::Damaged);
        }
    }
}
