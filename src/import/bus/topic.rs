//! Names of topics: `{environment}.Default.{tenant}.{type}` (contract folio, 4.5).

use crate::domain::acquisition::Kind;

/// The types, each with its name on the bus.
const TYPES: [(&str, Kind); 6] = [
    ("ACQ_ORDER_CHANGED", Kind::Order),
    ("ACQ_ORDER_LINE_CHANGED", Kind::OrderLine),
    ("ACQ_PIECE_CHANGED", Kind::Piece),
    ("ACQ_INVOICE_CHANGED", Kind::Invoice),
    ("ACQ_INVOICE_LINE_CHANGED", Kind::InvoiceLine),
    ("ACQ_ORGANIZATION_CHANGED", Kind::Organization),
];

/// What the name of a topic says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'t> {
    /// The tenant.
    pub tenant: &'t str,
    /// The type of its events.
    pub kind: Kind,
}

impl<'t> Topic<'t> {
    /// Reads a name. The environment may hold dots of its own.
    pub fn read(name: &'t str) -> Option<Self> {
        let mut parts = name.rsplitn(4, '.');
        let kind = parts.next().and_then(|word| TYPES.iter().find(|(known, _)| *known == word))?.1;
        let tenant = parts.next().filter(|tenant| !tenant.is_empty())?;
        (parts.next() == Some("Default") && parts.next().is_some()).then_some(Self { tenant, kind })
    }
}

/// The regular expression of the topics of an environment, of every tenant.
#[cfg_attr(not(feature = "kafka"), allow(dead_code, reason = "asked for by the bus"))]
pub fn pattern(environment: &str) -> String {
    let mut escaped = String::new();
    for letter in environment.chars() {
        if letter.is_ascii_alphanumeric() {
            escaped.push(letter);
        } else {
            // Every other letter that a topic may have is dot, dash or line, and means itself in brackets.
            escaped.extend(['[', letter, ']']);
        }
    }
    let types: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    format!("^{escaped}[.]Default[.][^.]+[.]({})$", types.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_tenant_and_type() {
        let told = |name| Topic::read(name).map(|topic| (topic.tenant, topic.kind));
        assert_eq!(told("folio.Default.diku.ACQ_ORDER_CHANGED"), Some(("diku", Kind::Order)));
        assert_eq!(
            told("a.b.Default.north-library.ACQ_INVOICE_LINE_CHANGED"),
            Some(("north-library", Kind::InvoiceLine))
        );
        for name in [
            "folio.Default.diku.ACQ_ORDER",
            "folio.Default..ACQ_ORDER_CHANGED",
            "folio.default.diku.ACQ_ORDER_CHANGED",
            "Default.diku.ACQ_ORDER_CHANGED",
            "diku.ACQ_ORDER_CHANGED",
            "",
        ] {
            assert_eq!(told(name), None, "{name}");
        }
    }

    #[test]
    fn an_environment_means_itself() {
        let pattern = pattern("folio.snap-1");
        assert!(pattern.starts_with("^folio[.]snap[-]1[.]Default[.][^.]+[.](ACQ_ORDER_CHANGED|"), "{pattern}");
    }
}
