//! The statements of a search by number. Each condition on numbers is a range, a list of values or a lookup of a part, so
//! that an index answers it, whatever else is asked: what is looked for is hidden from PostgreSQL's planner, which could
//! otherwise find that a common beginning is read faster with the whole table.

use super::term::{INFIX, Term};
use crate::domain::ask::{Asking, Expr, OrderBy, Sql, write_order};
use crate::domain::cell::{Cell, Kind};
use crate::domain::db::{Arg, Statement, Store};
use crate::domain::describe::Noun;

/// The kind of asset whose audits are counts.
const INVENTORY: &str = "LOCATION";

/// The columns of a number.
const NUMBER: &str = "number_norm";
const TAIL: &str = "number_tail";

/// One condition on the number of an audit.
#[derive(Clone, Debug)]
pub enum Arm {
    /// The number begins with this.
    Start(String),
    /// The closing digits begin with this.
    TailStart(String),
    /// The number contains this.
    Part(String),
    /// The number is one of these.
    Numbers(Vec<String>),
    /// The closing digits are one of these.
    Tails(Vec<String>),
}

/// What a search reads of an audit: id, number, normal number, closing digits, instant of creation.
pub const COLUMNS: [Kind; 5] = [Kind::Long, Kind::Text, Kind::Text, Kind::Text, Kind::Time];

/// Where the audits stand that a statement reads.
#[derive(Clone, Copy)]
pub struct Among<'a> {
    /// What the statements of the request share.
    pub asking: &'a Asking,
    /// The noun of audits.
    pub noun: &'static Noun,
    /// The filters.
    pub filter: &'a Expr,
}

/// A page, in an order of the caller's own or by relevance.
#[derive(Clone, Copy)]
pub struct Paged<'a> {
    /// The order; by relevance without one.
    pub order: &'a [OrderBy],
    /// Rows of the page.
    pub limit: u64,
    /// Rows before it.
    pub offset: u64,
    /// Terms of the search, those included that no number can have.
    pub terms: usize,
}

/// The conditions of a term's classes without typos.
pub fn strict(term: &Term) -> Vec<Arm> {
    let mut arms = vec![Arm::Start(term.text.clone())];
    if term.digits.bytes().all(|byte| byte.is_ascii_digit()) {
        arms.push(Arm::TailStart(term.digits.clone()));
    }
    if term.length >= INFIX {
        arms.push(Arm::Part(term.text.clone()));
    }
    arms
}

/// The first text, in the order of code points, behind all that begin with this one.
fn behind(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// What of a part the index of runs of three letters is asked for. What a series of numbers begins with is in all of them,
/// and the index would read through all its places; the digits are in few.
fn rare(part: &str) -> &str {
    let runs = part.split(|letter: char| !letter.is_ascii_alphanumeric());
    let with_digits = |run: &&str| run.len() >= INFIX && run.bytes().any(|letter| letter.is_ascii_digit());
    runs.rev().find(with_digits).unwrap_or(part)
}

impl Among<'_> {
    /// How many audits pass the filters and one of the conditions, and how many of all audits have one of these closing
    /// digits, counted no further than one more than `most`; for each list of them.
    pub fn count(&self, arms: &[Arm], tails: &[Vec<String>], most: usize) -> Statement {
        let mut sql = self.asking.sql();
        sql.push("SELECT (SELECT COUNT(*) FROM ");
        let alias = sql.alias();
        self.write_matches_as(&alias, arms, &mut sql);
        sql.push(")");
        for tails in tails {
            let alias = sql.alias();
            sql.push(", (SELECT COUNT(*) FROM (SELECT 1 FROM ").name(&self.noun.table).push(" ").push(&alias);
            sql.push(" WHERE ");
            self.write_scope(&alias, &mut sql);
            sql.push(" AND ");
            write_one_of(&alias, TAIL, tails, &mut sql);
            sql.push(&format!(" LIMIT {}) AS counted)", most + 1));
        }
        let (text, args) = sql.finish();
        Statement::new(text, args, vec![Kind::Long; tails.len() + 1])
    }

    /// The audits that pass the filters and one of the conditions, one more than so many at most; where lengths are given,
    /// only those whose number is so long.
    pub fn candidates(&self, arms: &[Arm], lengths: Option<(usize, usize)>, most: usize) -> Statement {
        let mut sql = self.asking.sql();
        sql.push("SELECT ");
        write_columns("a", &mut sql);
        sql.push(" FROM ");
        self.write_matches_as("a", arms, &mut sql);
        if let Some((least, longest)) = lengths {
            sql.push(" AND length(").column("a", NUMBER).push(&format!(") BETWEEN {least} AND {longest}"));
        }
        sql.push(&format!(" LIMIT {}", most + 1));
        let (text, args) = sql.finish();
        Statement::new(text, args, COLUMNS.to_vec())
    }

    /// A page of the audits that fit without typos.
    pub fn page(&self, terms: &[Term], paged: Paged<'_>) -> Statement {
        let arms: Vec<Arm> = terms.iter().flat_map(strict).collect();
        let mut sql = self.asking.sql();
        sql.push("SELECT ");
        write_columns("a", &mut sql);
        sql.push(" FROM ");
        self.write_matches_as("a", &arms, &mut sql);
        sql.push(" ORDER BY ");
        if paged.order.is_empty() {
            write_relevance("a", (terms, paged.terms), &mut sql);
            sql.push(" DESC, ").column("a", "created_at").push(" DESC, ").column("a", "id").push(" DESC");
        } else {
            write_order(self.noun, paged.order, false, "a", &mut sql);
        }
        write_window(paged, &mut sql);
        let (text, args) = sql.finish();
        Statement::new(text, args, COLUMNS.to_vec())
    }

    /// A page of these audits, in an order of the caller's own: their ids.
    pub fn sorted(&self, ids: Vec<i64>, paged: Paged<'_>) -> Statement {
        let mut sql = self.asking.sql();
        sql.push("SELECT ").column("a", "id").push(" FROM ").name(&self.noun.table).push(" a WHERE ");
        self.write_beside("a", &mut sql);
        sql.push(" AND ").column("a", "id");
        match sql.store() {
            Store::Postgres => sql.push(" = ANY(").arg(Arg::longs(ids)).push(")"),
            Store::Sqlite => sql.push(" IN (SELECT value FROM json_each(").arg(Arg::longs(ids)).push("))"),
        };
        sql.push(" ORDER BY ");
        write_order(self.noun, paged.order, false, "a", &mut sql);
        write_window(paged, &mut sql);
        let (text, args) = sql.finish();
        Statement::new(text, args, vec![Kind::Long])
    }

    /// The audits that pass the filters and one of the conditions: `FROM` without the word, to the end of the condition.
    fn write_matches_as(&self, alias: &str, arms: &[Arm], sql: &mut Sql) {
        sql.name(&self.noun.table).push(" ").push(alias).push(" WHERE ");
        match sql.store() {
            Store::Postgres => {
                self.write_scope(alias, sql);
                sql.push(" AND (1 = 0");
                for arm in arms {
                    sql.push(" OR ");
                    write_arm(alias, arm, sql);
                }
                sql.push(")");
            }
            // SQLite reads what each condition finds by its index, and then these rows.
            Store::Sqlite => {
                self.write_beside(alias, sql);
                sql.push(" AND ").column(alias, "id").push(" IN (");
                let mut between = "";
                for arm in arms {
                    sql.push(between);
                    between = " UNION ALL ";
                    self.write_found(arm, sql);
                }
                if arms.is_empty() {
                    sql.push("NULL");
                }
                sql.push(")");
            }
        }
        if !self.filter.is_always() {
            sql.push(" AND ");
            self.filter.write(self.asking.model, self.noun, alias, sql);
        }
    }

    /// The ids that one condition finds, on SQLite.
    fn write_found(&self, arm: &Arm, sql: &mut Sql) {
        let alias = sql.alias();
        sql.push("SELECT ").column(&alias, "id").push(" FROM ").name(&self.noun.table).push(" ").push(&alias);
        sql.push(" WHERE ");
        if let Arm::Part(part) = arm {
            // A phrase in quotes stands for itself.
            let phrase = format!("\"{}\"", rare(part).replace('"', "\"\""));
            sql.column(&alias, "id").push(" IN (SELECT rowid FROM \"audit_number\" WHERE \"audit_number\" MATCH ");
            sql.value(Kind::Text, phrase.into()).push(") AND instr(").column(&alias, NUMBER).push(", ");
            sql.value(Kind::Text, part.as_str().into()).push(") > 0");
        } else {
            self.write_scope(&alias, sql);
            sql.push(" AND ");
            write_arm(&alias, arm, sql);
        }
    }

    /// Inventory audits that the viewer may see.
    fn write_scope(&self, alias: &str, sql: &mut Sql) {
        sql.visible(alias, self.noun).push(" AND ");
        sql.column(alias, "asset_kind").push(&format!(" = '{INVENTORY}'"));
    }

    /// The same where the rows are found by their ids: on SQLite the index of the organization is not to be used.
    fn write_beside(&self, alias: &str, sql: &mut Sql) {
        if sql.store() == Store::Sqlite {
            sql.push("+");
        }
        self.write_scope(alias, sql);
    }
}

fn write_columns(alias: &str, sql: &mut Sql) {
    sql.column(alias, "id");
    for name in ["number", NUMBER, TAIL, "created_at"] {
        sql.push(", ").column(alias, name);
    }
}

fn write_window(paged: Paged<'_>, sql: &mut Sql) {
    // A bound limit makes PostgreSQL guess a tenth of all rows.
    sql.push(&format!(" LIMIT {}", paged.limit));
    if paged.offset > 0 {
        let offset = i64::try_from(paged.offset).unwrap_or(i64::MAX);
        sql.push(" OFFSET ").value(Kind::Long, Cell::Int(offset));
    }
}

/// A bound text that the planner does not see.
fn hidden(text: &str, sql: &mut Sql) {
    sql.push("(SELECT CAST(").value(Kind::Text, text.into()).push(" AS TEXT))");
}

fn write_arm(alias: &str, arm: &Arm, sql: &mut Sql) {
    match arm {
        Arm::Start(text) => write_start(alias, NUMBER, text, sql),
        Arm::TailStart(text) => write_start(alias, TAIL, text, sql),
        Arm::Numbers(values) => write_one_of(alias, NUMBER, values, sql),
        Arm::Tails(values) => write_one_of(alias, TAIL, values, sql),
        // PostgreSQL only. The table beside has the numbers without the row-level security that would keep their index
        // from being used; what it finds is looked up among the rows that may be seen.
        Arm::Part(part) => {
            let pattern = rare(part).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            sql.column(alias, "id").push(" = ANY(ARRAY(SELECT n.\"audit_id\" FROM \"audit_number\" n WHERE ");
            sql.push("n.\"organization_id\" = ").organization().push(" AND n.\"number_norm\" LIKE ");
            sql.value(Kind::Text, format!("%{pattern}%").into());
            // Those that begin with it are found without.
            sql.push(" AND strpos(n.\"number_norm\", ");
            hidden(part, sql);
            sql.push(") > 1))");
        }
    }
}

fn write_start(alias: &str, column: &str, text: &str, sql: &mut Sql) {
    sql.push("(").column(alias, column).push(" >= ");
    hidden(text, sql);
    if let Some(end) = behind(text) {
        sql.push(" AND ").column(alias, column).push(" < ");
        hidden(&end, sql);
    }
    sql.push(")");
}

fn write_one_of(alias: &str, column: &str, values: &[String], sql: &mut Sql) {
    let cells = values.iter().map(|value| Cell::Text(value.clone())).collect();
    sql.column(alias, column);
    match sql.store() {
        Store::Postgres => sql.push(" = ANY(ARRAY(SELECT unnest(").arg(Arg::Many(Kind::Text, cells)).push(")))"),
        Store::Sqlite => sql.push(" IN (SELECT value FROM json_each(").arg(Arg::Many(Kind::Text, cells)).push("))"),
    };
}

/// The relevance in the classes without typos, in ten-thousandths, as [`super::term::relevance`] reckons it.
fn write_relevance(alias: &str, (terms, out_of): (&[Term], usize), sql: &mut Sql) {
    let find = if sql.store() == Store::Postgres { "strpos" } else { "instr" };
    let (number, tail) = (format!("{alias}.\"{NUMBER}\""), format!("{alias}.\"{TAIL}\""));
    let size = |column: &str| match find {
        "strpos" => format!("CAST(greatest(length({column}), 1) AS BIGINT)"),
        _ => format!("max(length({column}), 1)"),
    };
    let (all, last) = (size(&number), size(&tail));
    let (mut bases, mut of_number, mut of_tail) = (Vec::new(), Vec::new(), Vec::new());
    for term in terms {
        let mut bind = |text: &str| sql.apart(|sql| _ = sql.value(Kind::Text, text.into())).0;
        let (text, digits) = (bind(&term.text), bind(&term.digits));
        let (length, width) = (term.length, term.digits_length);
        let whole = format!("{number} = {text}");
        let closing = format!("{tail} = {digits}");
        let start = format!("substr({number}, 1, {length}) = {text}");
        let tail_start = format!("substr({tail}, 1, {width}) = {digits}");
        let start_wins = format!("{length} * {last} >= {width} * {all}");
        let part = if length >= INFIX { format!("{find}({number}, {text}) > 0") } else { "1 = 0".to_owned() };
        bases.push(format!(
            "CASE WHEN {whole} THEN 100 WHEN {closing} THEN 95 WHEN {start} OR {tail_start} THEN 80 WHEN {part} THEN 60 \
             ELSE 0 END"
        ));
        of_number.push(format!(
            "CASE WHEN {whole} OR {closing} THEN 0 WHEN {start} AND (NOT {tail_start} OR {start_wins}) THEN {length} \
             WHEN {tail_start} THEN 0 WHEN {part} THEN {length} ELSE 0 END"
        ));
        of_tail.push(format!(
            "CASE WHEN {whole} OR {closing} OR ({start} AND {start_wins}) THEN 0 WHEN {tail_start} THEN {width} ELSE 0 END"
        ));
    }
    let [bases, of_number, of_tail] = [bases, of_number, of_tail].map(|parts| format!("({})", parts.join(" + ")));
    let whole = format!("({all} * {last} * {})", out_of.max(1));
    sql.push(&format!(
        "(20000 * ({bases} * {all} * {last} + 10 * ({of_number} * {last} + {of_tail} * {all})) + 100 * {whole}) / (200 * \
         {whole})"
    ));
}

#[cfg(test)]
mod tests {
    use super::{behind, rare};

    #[test]
    fn digits_are_rare() {
        assert_eq!(rare("aud-1042"), "1042");
        assert_eq!(rare("2026/104-x"), "104");
        assert_eq!(rare("aud-52x506"), "52x506");
        assert_eq!([rare("aud-10"), rare("ud-"), rare("é1042é")], ["aud-10", "ud-", "1042"]);
    }

    #[test]
    fn what_begins_with_a_text_lies_before_the_next() {
        assert_eq!(behind("aud-1").as_deref(), Some("aud-2"));
        assert_eq!(behind("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(behind("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind("\u{10ffff}"), None);
    }
}
