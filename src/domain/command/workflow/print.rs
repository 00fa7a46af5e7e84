//! The steps as a page of the documentation.

use super::{Step, Who, steps};

/// A page with a drawing and a table for each noun.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Workflow\n\nMade by `audit-gateway schema workflow` from `src/domain/command/workflow`; a test compares. Every \
         refusal tells the code of the rule that refused.\n",
    );
    let mut nouns: Vec<&str> = steps().map(|step| step.noun).collect();
    nouns.dedup();
    for noun in nouns {
        page.push_str(&format!("\n## {noun}\n\n```mermaid\nstateDiagram-v2\n"));
        for step in steps().filter(|step| step.noun == noun) {
            for from in step.from {
                page.push_str(&format!("    {from} --> {}: {}\n", step.to.unwrap_or(from), step.name));
            }
        }
        page.push_str("```\n\n| step | from | to | who | must hold | follows |\n|---|---|---|---|---|---|\n");
        for step in steps().filter(|step| step.noun == noun) {
            page.push_str(&row(step));
        }
    }
    page
}

fn row(step: &Step) -> String {
    let who = match step.who {
        Who::Anyone => "anyone".to_owned(),
        Who::OnlyOrAdmin(column) => format!("the one in `{column}`, an administrator"),
        Who::NotThe(column) => format!("anyone but the one in `{column}`"),
    };
    let guards: Vec<String> = step.guards.iter().map(|guard| format!("`{}`: {}", guard.code, guard.rule)).collect();
    let effects: Vec<&str> = step.effects.iter().map(|effect| effect.says).collect();
    format!(
        "| `{}` | {} | {} | {who} | {} | {} |\n",
        step.name,
        step.from.join(", "),
        step.to.unwrap_or("stays"),
        guards.join("; "),
        effects.join("; ")
    )
}
