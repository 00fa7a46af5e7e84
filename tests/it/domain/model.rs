//! The description of the domain: complete, in words, and true to itself.

use std::collections::HashSet;

use audit_gateway::domain::describe::{Audience, Link, Noun, Shape, Source};
use audit_gateway::domain::model::model;

use crate::entity::tables;

/// All that is wrong, told at once.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A description is one or more sentences for the API's reader.
fn is_sentence(doc: &str) -> bool {
    doc.ends_with('.') && doc.trim() == doc && doc.chars().next().is_some_and(|first| !first.is_lowercase())
}

#[test]
fn every_description_is_a_sentence() {
    let mut faults = Vec::new();
    let mut check = |name: String, doc: &str| {
        if !is_sentence(doc) || doc.contains("()") || doc.contains("  ") {
            faults.push(format!("{name}: {doc:?}"));
        }
    };
    for noun in model().nouns() {
        check(noun.name.to_owned(), noun.doc);
        for field in &noun.fields {
            check(format!("{}.{}", noun.name, field.name), field.doc);
            let Some(words) = field.words else { continue };
            check(words.name.to_owned(), words.doc);
            for word in words.words {
                check(format!("{}.{}", words.name, word.word), word.description);
            }
        }
        for relation in &noun.relations {
            check(format!("{}.{}", noun.name, relation.name), relation.doc);
        }
    }
    none(&faults);
}

#[test]
fn no_name_is_given_twice() {
    let mut faults = Vec::new();
    let (mut types, mut roots) = (HashSet::new(), HashSet::new());
    for noun in model().nouns() {
        if !types.insert(noun.name) {
            faults.push(format!("two nouns {}", noun.name));
        }
        let names = [noun.singular, noun.plural].into_iter().filter(|name| !name.is_empty());
        faults.extend(names.filter(|name| !roots.insert(*name)).map(|name| format!("two root fields {name}")));
        let mut members = HashSet::from(["id"]);
        let fields = noun.fields.iter().map(|field| field.name);
        let members_of = fields.chain(noun.relations.iter().map(|relation| relation.name));
        faults
            .extend(members_of.filter(|name| !members.insert(name)).map(|name| format!("{}.{name} twice", noun.name)));
    }
    let enumerations = model().nouns().iter().flat_map(|noun| &noun.fields).filter_map(|field| field.words);
    for words in enumerations {
        if types.contains(words.name) {
            faults.push(format!("{} is a noun and an enumeration", words.name));
        }
    }
    none(&faults);
}

#[test]
fn names_are_written_like_graphql_names() {
    let mut faults = Vec::new();
    let camel = |name: &str, upper: bool| {
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() && first.is_ascii_uppercase() == upper);
        begins && name.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    for noun in model().nouns() {
        let names = [noun.singular, noun.plural].into_iter().filter(|name| !name.is_empty());
        let names = names.chain(noun.fields.iter().map(|field| field.name));
        let names = names.chain(noun.relations.iter().map(|relation| relation.name));
        faults.extend(names.filter(|name| !camel(name, false)).map(|name| format!("{}: {name}", noun.name)));
        if !camel(noun.name, true) {
            faults.push(noun.name.to_owned());
        }
    }
    none(&faults);
}

#[test]
fn what_a_description_refers_to_is_there() {
    let mut faults = Vec::new();
    for noun in model().nouns() {
        let mut fault = |what: String| faults.push(format!("{}: {what}", noun.name));
        for (name, _) in &noun.order {
            match noun.find_field(name) {
                None => fault(format!("default order by {name}, which is no field")),
                Some((_, field)) if !field.sortable => fault(format!("default order by {name}, which is not sortable")),
                Some(_) => {}
            }
        }
        for key in &noun.keys {
            if !noun.find_field(key).is_some_and(|(_, field)| field.filterable) {
                fault(format!("natural key {key}, which is no filterable field"));
            }
        }
        for relation in &noun.relations {
            match model().noun(relation.target) {
                None => fault(format!("{} leads to no noun {}", relation.name, relation.target)),
                // A view has no entity to look its columns up in.
                Some(_) if !noun.identified => {}
                Some(target) => check_link(noun, relation.link, target, &mut |what| {
                    fault(format!("{}: {what}", relation.name));
                }),
            }
            if (relation.shape == Shape::One) != matches!(relation.link, Link::ToOne(_) | Link::ToOneByUuid(_)) {
                fault(format!("{} is one row by {:?}", relation.name, relation.link));
            }
        }
        if let Audience::OwnOrAtLeast(column, _) = noun.audience
            && !tables().iter().any(|table| table.name == noun.table && table.column(column).is_some())
        {
            fault(format!("audience by {column}, which is no column"));
        }
    }
    none(&faults);
}

fn check_link(noun: &Noun, link: Link, target: &Noun, fault: &mut dyn FnMut(String)) {
    let has =
        |table: &str, column: &str| tables().iter().any(|other| other.name == table && other.column(column).is_some());
    let stands = match link {
        Link::ToOne(column) => has(&noun.table, column),
        Link::ToOneByUuid(column) => has(&noun.table, column) && has(&target.table, "uuid"),
        Link::ToMany(column) => has(&target.table, column),
        Link::Through(table, own, there) => has(table, own) && has(table, there),
        Link::Ancestors | Link::Descendants => has(&noun.table, "path") && noun.name == target.name,
        Link::History(entity_type) => {
            if entity_type != noun.table {
                fault(format!("the trail calls it {}, not {entity_type}", noun.table));
            }
            target.name == "ChangeEvent"
        }
    };
    if !stands {
        fault(format!("{link:?} without its columns"));
    }
}

#[test]
fn what_the_kind_of_a_field_excludes_is_excluded() {
    use audit_gateway::domain::cell::Kind;
    let mut faults = Vec::new();
    for noun in model().nouns() {
        for field in &noun.fields {
            let name = format!("{}.{}", noun.name, field.name);
            if field.kind == Kind::Json && (field.filterable || field.sortable) {
                faults.push(format!("{name}: JSON has no order and no equality"));
            }
            if field.list && field.kind != Kind::Json {
                faults.push(format!("{name}: a list that is not JSON"));
            }
            if field.ordinal != (field.words.is_some() && field.kind == Kind::Int) {
                faults.push(format!("{name}: ordinal"));
            }
            if matches!(field.source, Source::Column("password_hash" | "pincode_hash" | "token_hash")) {
                faults.push(format!("{name}: a secret"));
            }
        }
        for name in ["uuid", "legacyId"] {
            if noun.identified && noun.find_field(name).is_none() {
                faults.push(format!("{} has no {name}", noun.name));
            }
        }
    }
    none(&faults);
}
