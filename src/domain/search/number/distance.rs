//! How many typos lie between two texts: insertions, deletions, other letters and swapped neighbours, no part of a text
//! touched twice (optimal string alignment).

/// The distance, where it is at most `most`.
pub fn within(one: &[u8], other: &[u8], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    // Three rows of the table: two above, one above, and the one that is filled.
    let mut above: Vec<usize> = Vec::new();
    let mut before: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (i, a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(other.len() + 1);
        row.push(i + 1);
        let mut left = i + 1;
        let mut last_other = None;
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&before, j) + usize::from(a != b);
            let mut best = changed.min(at(&before, j + 1) + 1).min(left + 1);
            if last == Some(b) && last_other == Some(a) && j > 0 {
                best = best.min(at(&above, j - 1) + 1);
            }
            row.push(best);
            left = best;
            last_other = Some(b);
        }
        if row.iter().all(|distance| *distance > most) {
            return None;
        }
        last = Some(a);
        above = std::mem::replace(&mut before, row);
    }
    before.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::within;

    fn told(one: &str, other: &str) -> Option<usize> {
        within(one.as_bytes(), other.as_bytes(), 9)
    }

    #[test]
    fn each_sort_of_typo_counts_once() {
        assert_eq!(told("aud-1042", "aud-1042"), Some(0));
        assert_eq!(told("aud-1942", "aud-1042"), Some(1));
        assert_eq!(told("aud-042", "aud-1042"), Some(1));
        assert_eq!(told("aud-10042", "aud-1042"), Some(1));
        assert_eq!(told("aud-0142", "aud-1042"), Some(1));
        assert_eq!(told("uad-1024", "aud-1042"), Some(2));
        // Swapped and then parted: the unrestricted distance would be 2.
        assert_eq!(told("ca", "abc"), Some(3));
        assert_eq!((told("", "abc"), told("abc", "")), (Some(3), Some(3)));
        assert_eq!(within(b"aaaa", b"bbbb", 2), None);
        assert_eq!(within(b"aaaa", b"aa", 1), None);
    }
}
