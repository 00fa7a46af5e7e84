//! All texts that are one typo away from a text.

use super::tail;

/// What normal numbers of printable ASCII are made of: no capitals.
const LETTERS: std::ops::RangeInclusive<u8> = b' '..=b'~';

/// The texts of printable ASCII without capitals that are exactly one typo away.
pub fn of_number(text: &str) -> Vec<String> {
    let letters: Vec<u8> = LETTERS.filter(|letter| !letter.is_ascii_uppercase()).collect();
    around(text.as_bytes(), &letters)
}

/// The runs of digits, without leading zeros, that are exactly one typo away. The empty one stands for none.
pub fn of_tail(text: &str) -> Vec<String> {
    let mut found = around(text.as_bytes(), b"0123456789");
    found.retain(|tail| tail.bytes().all(|digit| digit.is_ascii_digit()) && (tail == "0" || !tail.starts_with('0')));
    found
}

/// The closing digits of all texts that are exactly one typo away from a number.
pub fn tails_of_number(text: &str) -> Vec<String> {
    let mut found: Vec<String> = of_number(text).iter().map(|near| tail(near)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn around(text: &[u8], letters: &[u8]) -> Vec<String> {
    let mut found: Vec<Vec<u8>> = Vec::with_capacity((text.len() + 1) * letters.len() * 2);
    for at in 0..=text.len() {
        let Some((head, tail)) = text.split_at_checked(at) else { continue };
        for letter in letters {
            found.push([head, &[*letter], tail].concat());
        }
        let Some((first, rest)) = tail.split_first() else { continue };
        found.push([head, rest].concat());
        for letter in letters.iter().filter(|letter| *letter != first) {
            found.push([head, &[*letter], rest].concat());
        }
        if let Some((second, rest)) = rest.split_first()
            && second != first
        {
            found.push([head, &[*second, *first], rest].concat());
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::search::number::distance::within;

    #[test]
    fn they_are_all_texts_at_distance_one() {
        let letters = b"ab0";
        let mut all: Vec<Vec<u8>> = vec![Vec::new()];
        for from in 0.. {
            let Some(text) = all.get(from).cloned() else { break };
            if text.len() < 5 {
                all.extend(letters.iter().map(|letter| [text.as_slice(), &[*letter]].concat()));
            }
        }
        for text in all.iter().filter(|text| text.len() <= 4) {
            let mut wanted: Vec<String> = all
                .iter()
                .filter(|other| within(text, other, 1) == Some(1))
                .map(|other| String::from_utf8(other.clone()).unwrap())
                .collect();
            wanted.sort();
            assert_eq!(around(text, letters), wanted);
        }
    }

    #[test]
    fn tails_are_runs_of_digits_without_leading_zeros() {
        assert_eq!(
            of_tail("1o42"),
            ["1042", "1142", "1242", "1342", "142", "1442", "1542", "1642", "1742", "1842", "1942"]
        );
        assert_eq!(of_tail("").len(), 10);
        assert!(of_tail("10").contains(&"0".to_owned()) && !of_tail("10").contains(&"01".to_owned()));
        assert!(of_tail("aud-1042").is_empty());
        assert!(of_number("aud-1042").len() < 1_300);
        let tails = tails_of_number("aud-1042");
        // A letter within the digits leaves those behind it, and one in the place of the dash makes nothing new.
        assert!(
            ["", "2", "42", "1042", "51042", "1402"]
                .iter()
                .all(|near| near.is_empty() || tails.contains(&(*near).to_owned()))
        );
        assert!(tails.len() < 120);
    }
}
