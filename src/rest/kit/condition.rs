//! Conditions by the names of fields.

use crate::domain::ask::{Expr, Test};
use crate::domain::describe::Noun;
use crate::domain::model::model;

/// That the field at the end of a path of relations passes a test: `name`, `template.category.label`. A name that the
/// model does not know is a defect, which stops a debug build; elsewhere nothing passes.
pub fn at(noun: &Noun, path: &str, test: Test) -> Expr {
    let expr = match path.split_once('.') {
        None => noun.find_field(path).map(|(field, _)| Expr::field(field, test)),
        Some((name, rest)) => noun.find_relation(name).and_then(|(relation, _)| {
            let (_, target) = model().related(noun, relation)?;
            Some(Expr::Related { relation, expr: Box::new(at(target, rest, test)) })
        }),
    };
    debug_assert!(expr.is_some(), "{path} is nothing of {}", noun.name);
    expr.unwrap_or_else(Expr::never)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_its_relations() {
        let noun = model().noun("Audit").unwrap();
        let Expr::Related { relation, expr } = at(noun, "template.category.label", Test::IsNull(true)) else {
            panic!("a related record")
        };
        assert_eq!(noun.relations[relation].name, "template");
        let template = model().noun("Template").unwrap();
        assert_eq!(*expr, at(template, "category.label", Test::IsNull(true)));
        let (name, _) = noun.find_field("name").unwrap();
        assert_eq!(at(noun, "name", Test::IsNull(true)), Expr::field(name, Test::IsNull(true)));
    }
}
