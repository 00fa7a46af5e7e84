//! Reading the sources one over the other, remembering which one decided.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Config, Flag, SETTINGS, Setting};

/// The file that is read when none is named and there is one.
const FILE: &str = "audit-gateway.toml";
const FILE_VARIABLE: &str = "AUDIT_GATEWAY_CONFIG";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A key of the file.
    File(PathBuf),
    /// A variable.
    Environment(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// What the configuration is made from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file named on the command line.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Flags by the setting's name.
    pub flags: BTreeMap<&'static str, Vec<String>>,
    /// Folder in which the unnamed file is looked for.
    pub folder: PathBuf,
}

impl Sources {
    /// The process's own environment and working folder, with `file` and `flags` from the command line.
    pub fn of_process(file: Option<PathBuf>, flags: BTreeMap<&'static str, Vec<String>>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, flags, folder: PathBuf::new() }
    }
}

/// The configuration, and what decided each value that is not a default.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Sources by the setting's name.
    pub decided: BTreeMap<&'static str, Source>,
}

/// Why the configuration cannot be used; says where and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Reads file, environment and flags over the defaults.
pub fn load(sources: &Sources) -> Result<Loaded, Refused> {
    let mut loaded = Loaded { config: Config::default(), decided: BTreeMap::new() };
    if let Some(path) = file(sources) {
        read_file(&mut loaded, &path)?;
    }
    for setting in SETTINGS {
        let name = setting.env();
        // An empty variable is how many platforms leave one out.
        if let Some(text) = sources.environment.get(&name).filter(|text| !text.is_empty()) {
            apply(&mut loaded, setting, &words(setting, text), Source::Environment(name))?;
        }
        if let Some(given) = sources.flags.get(setting.name).filter(|_| setting.flag != Flag::None) {
            let given: Vec<String> = given.iter().flat_map(|text| words(setting, text)).collect();
            apply(&mut loaded, setting, &given, Source::Flag(setting.name))?;
        }
    }
    loaded.config.check().map_err(Refused)?;
    Ok(loaded)
}

fn file(sources: &Sources) -> Option<PathBuf> {
    let named = sources.environment.get(FILE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    sources.file.clone().or(named).or_else(|| Some(sources.folder.join(FILE)).filter(|path| path.exists()))
}

fn words(setting: &Setting, text: &str) -> Vec<String> {
    if setting.list { text.split(',').map(ToOwned::to_owned).collect() } else { vec![text.to_owned()] }
}

fn apply(loaded: &mut Loaded, setting: &'static Setting, words: &[String], source: Source) -> Result<(), Refused> {
    (setting.set)(&mut loaded.config, words).map_err(|why| match &source {
        Source::File(path) => Refused(format!("`{}` in {} {why}", setting.name, path.display())),
        Source::Environment(_) | Source::Flag(_) => Refused(format!("{source} {why}")),
    })?;
    loaded.decided.insert(setting.name, source);
    Ok(())
}

fn read_file(loaded: &mut Loaded, path: &Path) -> Result<(), Refused> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Refused(format!("the configuration file {} cannot be read: {error}", path.display())))?;
    // The parser's message quotes the line it stumbled over, which may hold a secret: only the place is told.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        Refused(format!("{}, line {}: {}", path.display(), before.matches('\n').count() + 1, error.message()))
    })?;
    for (key, value) in &table {
        let setting = SETTINGS.iter().find(|setting| setting.name == key).ok_or_else(|| unknown(key, path))?;
        let words = match value {
            toml::Value::Array(values) if setting.list => values.iter().map(word).collect::<Option<Vec<_>>>(),
            value => word(value).map(|word| vec![word]),
        };
        let words = words.ok_or_else(|| {
            let shape = if setting.list { "a text or a list of texts" } else { "one value" };
            Refused(format!("`{key}` in {} must be {shape}", path.display()))
        })?;
        apply(loaded, setting, &words, Source::File(path.to_owned()))?;
    }
    Ok(())
}

fn word(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(on) => Some(on.to_string()),
        _ => None,
    }
}

fn unknown(key: &str, path: &Path) -> Refused {
    let place = path.display();
    let nearest = SETTINGS.iter().map(|setting| (distance(setting.name, key), setting.name)).min();
    match nearest {
        Some((steps, name)) if steps <= 3 => Refused(format!("unknown key `{key}` in {place}: did you mean `{name}`?")),
        _ => Refused(format!("unknown key `{key}` in {place}; `audit-gateway doctor` lists the settings")),
    }
}

/// Letters to add, drop or change between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (place, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let up = *place;
            left = (left + 1).min(up + 1).min(corner + usize::from(from != to));
            (corner, *place) = (up, left);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
