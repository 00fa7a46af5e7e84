//! The settings as flags, made from their one description.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches};

use crate::config::{Config, Flag, SETTINGS, Setting};

/// The flags that were given, by the setting's name.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Words by name.
    pub given: BTreeMap<&'static str, Vec<String>>,
}

fn settings() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| setting.flag != Flag::None)
}

fn flag(setting: &'static Setting, defaults: &Config) -> Arg {
    let default = setting.show(defaults);
    let meaning = setting.meaning.trim().trim_end_matches('.');
    let help = if default.is_empty() { meaning.to_owned() } else { format!("{meaning} [default: {default}]") };
    Arg::new(setting.name)
        .long(setting.name)
        .value_name("VALUE")
        .help(help)
        .help_heading(setting.section)
        .hide_short_help(setting.flag == Flag::Rare)
        .action(if setting.list { ArgAction::Append } else { ArgAction::Set })
        .global(true)
}

impl clap::Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        let defaults = Config::default();
        settings().fold(command, |command, setting| command.arg(flag(setting, &defaults)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = settings().filter_map(|setting| {
            let words = matches.get_many::<String>(setting.name)?.cloned().collect();
            Some((setting.name, words))
        });
        Ok(Self { given: given.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
