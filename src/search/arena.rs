//! Consecutive records in one text.
//!
//! Must not know what a record describes.

use memchr::memmem::Finder;

/// Passes each of `count` records that contains a word to `take`, in order, with the word's first position in the whole text. `start`
/// returns where a record begins; no record is empty.
pub(super) fn each_with(word: &Finder<'_>, text: &str, count: usize, start: impl Fn(usize) -> usize, mut take: impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let starts_after = |at: usize, place: usize| at >= count || start(at) > place;
    let (mut at, mut from) = (0, 0);
    while at < count {
        let Some(found) = word.find(&bytes[from..]) else { return };
        let place = from + found;
        // Finds the record that contains the match by growing steps, since it is usually near.
        let mut step = 1;
        while !starts_after(at + step, place) {
            at += step;
            step *= 2;
        }
        while step > 1 {
            step /= 2;
            if !starts_after(at + step, place) {
                at += step;
            }
        }
        take(at, place);
        at += 1;
        from = if at < count { start(at) } else { bytes.len() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_with_the_word_is_found_once_and_in_order() {
        for count in 1..70_usize {
            let records: Vec<String> =
                (0..count).map(|n| format!("{}{}|", "x".repeat(n % 7), ["mod", "", "o", "modmod"][n * n % 4])).collect();
            let text = records.concat();
            let starts: Vec<usize> = (0..count).map(|n| records[..n].iter().map(String::len).sum()).collect();
            for word in ["mod", "o", "x", "|", "none"] {
                let mut found = Vec::new();
                each_with(&Finder::new(word), &text, count, |at| starts[at], |at, place| found.push((at, place)));
                let wanted: Vec<(usize, usize)> = (0..count).filter_map(|at| Some((at, starts[at] + records[at].find(word)?))).collect();
                assert_eq!(found, wanted, "{word} in {count}");
            }
        }
    }
}
