//! `seed`: made-up audits to measure with.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::{Exit, open, say};
use crate::config::Loaded;
use crate::domain::cx::Clock;
use crate::seed::scale::{self, Order};

/// Make audits to measure with, with assets, people, issues and activities.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  audit-gateway seed --audits 10000
  DATABASE_URL=postgres://me@db/audit audit-gateway seed --audits 1000000 --seed 7
  audit-gateway user password scale-owner    # to sign in to what was made

About three issues and eight activities stand on every audit, 50 audits on an asset. The same
audits come out for the same number, seed, name and day. Nothing is deleted: an organization of that
name must not be there yet. What was made is told in one line of JSON.")]
pub struct Args {
    /// How many audits.
    #[arg(long, value_name = "N")]
    audits: usize,
    /// Where chance begins.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Slug of the organization to make.
    #[arg(long, value_name = "SLUG", default_value = "scale", value_parser = slug)]
    organization: String,
    /// The day that everything is told from; today without it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<NaiveDate>,
    /// Let the trail tell of every asset, audit, activity and issue. Takes several times as long.
    #[arg(long)]
    with_trail: bool,
}

fn slug(text: &str) -> Result<String, String> {
    // Usernames are made of it, too.
    let fit = (1..=40).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    if fit { Ok(text.to_owned()) } else { Err("must be 1 to 40 of a to z, 0 to 9, - and _".to_owned()) }
}

pub async fn run(args: Args, loaded: Loaded) -> anyhow::Result<Exit> {
    let db = open::current_store(&loaded.config).await?;
    let day = args.day.unwrap_or_else(|| Clock::System.now().date_naive());
    let order = Order {
        audits: args.audits,
        seed: args.seed,
        organization: args.organization,
        day,
        with_trail: args.with_trail,
    };
    let bar = progress_bar(order.audits)?;
    let shown = bar.clone();
    let told = Arc::new(move |done: usize| shown.set_position(u64::try_from(done).unwrap_or(u64::MAX)));
    let begun = std::time::Instant::now();
    let counts = scale::fill(&db, &order, told).await.context("not all audits were made")?;
    let seconds = begun.elapsed().as_secs_f64();
    bar.finish_and_clear();
    db.close().await;
    let rows = counts.audits + counts.activities + counts.issues + counts.assets;
    let rate = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds;
    say(json!({
        "organization": order.organization, "seed": order.seed, "day": day.to_string(), "audits": counts.audits,
        "assets": counts.assets, "people": counts.people, "activities": counts.activities, "issues": counts.issues,
        "seconds": (seconds * 10.0).round() / 10.0, "auditsPerSecond": rate(counts.audits).round(),
        "rowsPerSecond": rate(rows).round(),
    }))?;
    Ok(Exit::Done)
}

fn progress_bar(audits: usize) -> anyhow::Result<ProgressBar> {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(u64::try_from(audits)?), target);
    let style = "{bar:40} {human_pos} of {human_len} audits, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).context("the progress cannot be shown")?);
    bar.enable_steady_tick(Duration::from_millis(500));
    Ok(bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_and_plain() {
        assert!(slug("scale").is_ok() && slug("load-test_2").is_ok());
        for text in ["", "Scale", "a b", &"a".repeat(41)] {
            assert!(slug(text).is_err(), "{text}");
        }
    }
}
