//! A journal of which any byte may be wrong: what is read of it is what stands there, and no more.

use medv_format::container::{Header, SourceForm};
use medv_format::digest::Digest;
use medv_format::journal::{Journal, JournalForm, JournalHeader, JournalRecord};

use crate::{limits, mend};

/// The journal as it is, and with its checksums made right.
pub fn run(data: &[u8]) {
    check(data);
    let mut mended = data.to_vec();
    if let Some(container) = mended.get_mut(16..76) {
        mend::sum_up(container);
    }
    if let Some((header, records)) = mended.split_at_mut_checked(JournalHeader::SIZE) {
        mend::sum_up(header);
        records.chunks_exact_mut(JournalRecord::SIZE).for_each(mend::sum_up);
    }
    check(&mended);
}

fn check(bytes: &[u8]) {
    let Ok(journal) = Journal::from_bytes(bytes, &limits()) else { return };
    let valid = usize::try_from(journal.valid_len).expect("within the input");
    assert!(valid <= bytes.len() && valid >= JournalHeader::SIZE);
    let records = (valid - JournalHeader::SIZE) / JournalRecord::SIZE;
    assert!(journal.done.len() + usize::from(journal.finished) <= records);
    assert!(journal.finished || journal.done.len() == records);

    // Written anew, it reads the same; and so does any beginning of it.
    let mut anew = journal.header.to_bytes().to_vec();
    anew.extend(journal.done.iter().flat_map(|record| record.to_bytes()));
    let again = Journal::from_bytes(&anew, &limits()).expect("what we write, we read");
    assert_eq!((&again.header, &again.done), (&journal.header, &journal.done));
    assert!(journal.header.fits(&again.header));
    let cut = Journal::from_bytes(&bytes[..valid], &limits()).expect("the whole records");
    assert_eq!(cut, journal);
}

/// Journals of every form, with records, unfinished and finished.
pub fn seeds() -> Vec<Vec<u8>> {
    let forms = [
        (JournalForm::Fixed, SourceForm::Fixed),
        (JournalForm::Dynamic { block_size: 1 << 21 }, SourceForm::Differencing { block_size: 1 << 21 }),
        (JournalForm::Raw, SourceForm::Raw),
    ];
    let seed = |(form, source): (JournalForm, SourceForm)| {
        let container =
            Header { form: source, chunk_size: 1 << 16, source_size: 1 << 20, level: 3, trimmed: false };
        let header = JournalHeader { form, container, index_digest: Some(Digest([7; 32])) };
        let mut bytes = header.to_bytes().to_vec();
        for frame in 0..5 {
            bytes.extend(JournalRecord { frame, crc: frame * 77 }.to_bytes());
        }
        bytes.extend(JournalRecord::finished().to_bytes());
        bytes
    };
    let mut seeds: Vec<_> = forms.into_iter().map(seed).collect();
    seeds.push(seeds[0][..JournalHeader::SIZE + 30].to_vec());
    seeds
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
