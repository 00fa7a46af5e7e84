//! What the auditors answered, and what it comes to.

use rust_decimal::Decimal;

use super::audit::Running;
use super::question::Question;
use super::world::World;

/// The answer to one question.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Position in the audit, from 1.
    pub position: i64,
    /// The question.
    pub question: &'static Question,
    /// Position among the verdicts.
    pub verdict: usize,
}

impl Answer {
    /// The points it gives.
    pub fn score(&self) -> Option<Decimal> {
        match self.verdict {
            0 | 3 => Some(Decimal::ONE_HUNDRED),
            1 => Some(Decimal::from(50)),
            2 => Some(Decimal::ZERO),
            _ => None,
        }
    }
}

/// The answers of an audit. They get better over the two years.
pub fn answers(world: &mut World, running: &Running<'_>) -> Vec<Answer> {
    let worse = usize::try_from((-running.visit.due / 60).clamp(0, 12)).unwrap_or(0);
    let questions: &'static [Question] = running.pattern.questions;
    (1..)
        .zip(questions)
        .map(|(position, question)| {
            let drawn = world.draft.random.below(100);
            let verdict = match drawn {
                drawn if drawn < 68 - worse => 0,
                drawn if drawn < 82 => 1,
                drawn if drawn < 90 => 2,
                drawn if drawn < 95 => 3,
                _ => 4,
            };
            Answer { position, question, verdict }
        })
        .collect()
}

/// What an audit comes to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Weighted mean.
    pub score: Decimal,
    /// Points in all.
    pub points: Decimal,
    /// Whether it reached the threshold.
    pub passed: bool,
    /// The same in words.
    pub words: &'static str,
}

/// Adds the answers up.
pub fn result(answers: &[Answer], threshold: i64) -> Outcome {
    let (mut points, mut weights) = (Decimal::ZERO, Decimal::ZERO);
    for answer in answers {
        if let Some(score) = answer.score() {
            let weight = Decimal::from(answer.question.weight);
            points += score * weight;
            weights += weight;
        }
    }
    let score = points.checked_div(weights).unwrap_or(Decimal::ONE_HUNDRED).round_dp(2);
    let passed = score >= Decimal::from(threshold);
    let words = match (passed, score == Decimal::ONE_HUNDRED) {
        (true, true) => "Passed",
        (true, false) => "Passed with remarks",
        _ => "Failed",
    };
    Outcome { score, points, passed, words }
}
