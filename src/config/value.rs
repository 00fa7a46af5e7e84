//! How the words of a file, a variable or a flag become typed values, and back.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A type that a setting can have.
pub trait Value: Sized {
    /// Whether several words are taken, separated by commas outside a file.
    const LIST: bool = false;

    /// Reads the words of one source. The refusal completes "must be ..." and never repeats the words: they may be
    /// secret.
    fn read(words: &[String]) -> Result<Self, String>;

    /// The value as it would be written; masked where it is secret.
    fn show(&self) -> String;
}

fn one(words: &[String]) -> Result<&str, String> {
    match words {
        [word] => Ok(word.trim()),
        _ => Err("must be one value".to_owned()),
    }
}

impl Value for PathBuf {
    fn read(words: &[String]) -> Result<Self, String> {
        one(words).map(Self::from)
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for String {
    fn read(words: &[String]) -> Result<Self, String> {
        one(words).map(ToOwned::to_owned)
    }

    fn show(&self) -> String {
        self.clone()
    }
}

/// Text that is taken as it stands, blanks included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verbatim(pub String);

impl Value for Verbatim {
    fn read(words: &[String]) -> Result<Self, String> {
        match words {
            [word] => Ok(Self(word.clone())),
            _ => Err("must be one value".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

impl Value for u32 {
    fn read(words: &[String]) -> Result<Self, String> {
        let number = one(words)?.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| "must be a whole number of at least 1".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    fn read(words: &[String]) -> Result<Self, String> {
        match one(words)? {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err("must be on or off".to_owned()),
        }
    }

    fn show(&self) -> String {
        if *self { "on" } else { "off" }.to_owned()
    }
}

impl<T: Value> Value for Option<T> {
    const LIST: bool = T::LIST;

    fn read(words: &[String]) -> Result<Self, String> {
        T::read(words).map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, T::show)
    }
}

impl Value for Vec<String> {
    const LIST: bool = true;

    fn read(words: &[String]) -> Result<Self, String> {
        Ok(words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect())
    }

    fn show(&self) -> String {
        self.join(",")
    }
}

impl Value for Duration {
    fn read(words: &[String]) -> Result<Self, String> {
        let word = one(words)?;
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: u64 = match word.get(digits.len()..) {
            Some("ms") => 1,
            Some("s" | "") => 1_000,
            Some("m" | "min") => 60_000,
            Some("h") => 3_600_000,
            Some("d") => 86_400_000,
            _ => 0,
        };
        let millis = digits.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        match millis {
            // More than a century is a slip of the pen, and instants could not be reckoned with it.
            Some(millis @ 1..=3_155_760_000_000) => Ok(Self::from_millis(millis)),
            _ => Err("must be a duration such as 500ms, 10s, 15m, 12h or 30d".to_owned()),
        }
    }

    fn show(&self) -> String {
        let millis = self.as_millis();
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        // The largest unit that leaves nothing over, but 60s rather than 1m: limits are thought of in seconds.
        let unit = units.into_iter().find(|(unit, _)| millis.is_multiple_of(*unit) && millis > *unit);
        match unit {
            Some((unit, name)) => format!("{}{name}", millis / unit),
            None if millis == 1_000 => "1s".to_owned(),
            None => format!("{millis}ms"),
        }
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u32);

impl Bytes {
    /// As a number of 64 bits.
    pub fn count(self) -> u64 {
        self.0.into()
    }
}

impl Value for Bytes {
    fn read(words: &[String]) -> Result<Self, String> {
        let word = one(words)?;
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: u32 = match word.get(digits.len()..) {
            Some("B" | "") => 1,
            Some("KiB") => 1 << 10,
            Some("MiB") => 1 << 20,
            _ => 0,
        };
        let bytes = digits.trim().parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
        bytes
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(|| "must be a size such as 4096, 256KiB or 1MiB".to_owned())
    }

    fn show(&self) -> String {
        match self.0 {
            bytes if bytes % (1 << 20) == 0 => format!("{}MiB", bytes >> 20),
            bytes if bytes % (1 << 10) == 0 => format!("{}KiB", bytes >> 10),
            bytes => bytes.to_string(),
        }
    }
}

/// A choice that may be left to the circumstances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Switch {
    /// As the circumstances ask for.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

impl Switch {
    /// The choice, where `auto` means `circumstances`.
    pub fn or(self, circumstances: bool) -> bool {
        match self {
            Self::Auto => circumstances,
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Value for Switch {
    fn read(words: &[String]) -> Result<Self, String> {
        match one(words)? {
            "auto" => Ok(Self::Auto),
            _ => bool::read(words)
                .map(|on| if on { Self::On } else { Self::Off })
                .map_err(|_| "must be auto, on or off".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
        .to_owned()
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people; coloured on a terminal.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

impl Value for LogFormat {
    fn read(words: &[String]) -> Result<Self, String> {
        match one(words)? {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("must be human or json".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
        .to_owned()
    }
}

/// A host and a port to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen(String);

impl Listen {
    /// As `host:port`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self("127.0.0.1:8080".to_owned())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Listen {
    fn read(words: &[String]) -> Result<Self, String> {
        let word = one(words)?;
        match word.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(Self(word.to_owned())),
            _ => Err("must be host:port, such as 127.0.0.1:8080 or [::]:8080".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}
