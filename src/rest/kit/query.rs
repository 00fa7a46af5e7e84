//! The query of a request: pairs in the order sent, repetitions kept.

/// The parameters of a query, or the members of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `application/x-www-form-urlencoded` text. What is not UTF-8 is replaced, and so is equal to nothing.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of a name.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The last value of a name.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_their_order_and_repetitions() {
        let query = Query::parse("b=1&a=x+y&b=%2C&empty=&bare");
        let pairs: Vec<_> = query.pairs().collect();
        assert_eq!(pairs, [("b", "1"), ("a", "x y"), ("b", ","), ("empty", ""), ("bare", "")]);
        assert_eq!((query.last("b"), query.last("none")), (Some(","), None));
    }
}
