//! Identifiers as this interface writes them: a prefix, and the row's UUID in 22 characters of base58 (contract packagex
//! 1.3).

use uuid::Uuid;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LENGTH: usize = 22;

/// An audit.
pub const AUDIT: &str = "audit_";
/// A count.
pub const TASK: &str = "audtsk_";
/// An asset of the kind LOCATION.
pub const LOCATION: &str = "loc_";
/// An item.
pub const ITEM: &str = "item_";
/// A layout.
pub const LAYOUT: &str = "lay_";
/// A reason code.
pub const REASON: &str = "rsnc_";
/// A person, seen as a contact.
pub const CONTACT: &str = "ctct_";
/// A person who did something.
pub const USER: &str = "user_";
/// A key with which something was done.
pub const KEY: &str = "key_";
/// An organization.
pub const ORGANIZATION: &str = "org_";

/// The identifier of a row.
pub fn write(prefix: &str, uuid: Uuid) -> String {
    let mut rest = uuid.as_u128();
    let mut digits = [ALPHABET[0]; LENGTH];
    for digit in digits.iter_mut().rev() {
        let value = usize::try_from(rest % 58).unwrap_or_default();
        *digit = ALPHABET.get(value).copied().unwrap_or(ALPHABET[0]);
        rest /= 58;
    }
    let mut text = String::with_capacity(prefix.len() + LENGTH);
    text.push_str(prefix);
    text.extend(digits.iter().map(|digit| char::from(*digit)));
    text
}

/// What an identifier with this prefix names: none where the prefix is another one, `Some(None)` where nothing can have
/// the rest of it.
pub fn read(prefix: &str, text: &str) -> Option<Option<Uuid>> {
    text.strip_prefix(prefix).map(decoded)
}

fn decoded(digits: &str) -> Option<Uuid> {
    if digits.len() != LENGTH {
        return None;
    }
    let mut value: u128 = 0;
    for digit in digits.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == digit)?;
        value = value.checked_mul(58)?.checked_add(digit as u128)?;
    }
    Some(Uuid::from_u128(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: [(Uuid, &str); 3] = [
        (uuid::uuid!("00000000-0000-4000-8000-000000000001"), "111111114bZ6BZRUqUqZep"),
        (uuid::uuid!("3f0c1a52-9d7e-4b61-8c2f-5a4d1e6b7c80"), "8nYuXbUPjvW5N1C7k261bM"),
        (uuid::uuid!("ffffffff-ffff-4fff-bfff-ffffffffffff"), "YcVfxkQavQvamAeSB3PSbx"),
    ];

    #[test]
    fn item_5_the_vectors_hold_both_ways() {
        for (uuid, digits) in VECTORS {
            let text = format!("{AUDIT}{digits}");
            assert_eq!(write(AUDIT, uuid), text);
            assert_eq!(read(AUDIT, &text), Some(Some(uuid)));
        }
    }

    #[test]
    fn item_5_what_no_row_can_have_names_nothing() {
        assert_eq!(read(KEY, &write(KEY, Uuid::max())), Some(Some(Uuid::max())));
        for digits in ["zzzzzzzzzzzzzzzzzzzzzz", "", "1", "11111111111111111111110", "1111111111111111111110", "é"] {
            assert_eq!(read(KEY, &format!("{KEY}{digits}")), Some(None), "{digits}");
        }
        assert_eq!((read(KEY, "user_1"), read(KEY, "key")), (None, None));
        let one_more = {
            let mut text = write("", Uuid::max());
            let last = text.pop().unwrap();
            let at = ALPHABET.iter().position(|known| char::from(*known) == last).unwrap();
            text.push(char::from(ALPHABET[at + 1]));
            text
        };
        assert_eq!(read("", &one_more), Some(None));
    }
}
