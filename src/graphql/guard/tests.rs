mod bombs;
mod grammar;
mod strings;

use async_graphql::parser::types::ExecutableDocument;

use super::variables::complete;
use super::*;

fn limits() -> Limits {
    Limits::default()
}

fn document(text: &str) -> ExecutableDocument {
    parse(text, &limits()).unwrap()
}

fn measure(text: &str) -> Result<Measured, Error> {
    // Only the counts after expansion are of interest here.
    let wide = Limits { text: u32::MAX, tokens: u32::MAX, ..limits() };
    check(&parse(text, &wide)?, &limits())
}

/// At the limit less one and at the limit it passes; one more is refused by that limit's name.
fn holds_at(limit: &'static str, value: u32, outcome: impl Fn(u32) -> Result<(), Error>) {
    assert_eq!(outcome(value - 1).map_err(|error| error.to_string()), Ok(()), "{limit} less one");
    assert_eq!(outcome(value).map_err(|error| error.to_string()), Ok(()), "{limit}");
    match outcome(value + 1) {
        Err(Error::TooLarge(refused)) => {
            assert_eq!(refused, Exceeded { limit, value: value.into(), found: (value + 1).into() });
        }
        other => panic!("{limit} plus one: {other:?}"),
    }
}

fn times(unit: &str, count: u32) -> String {
    unit.repeat(usize::try_from(count).unwrap())
}

/// A field nested so deep.
fn nested(depth: u32) -> String {
    format!("{}a{}", times("a{", depth - 1), times("}", depth - 1))
}

fn read(text: &str) -> Result<(), Error> {
    parse(text, &limits()).map(drop).map_err(Error::from)
}

#[test]
fn the_text_has_a_limit() {
    holds_at("query text", limits().text, |bytes| read(&format!("{{a}}{}", times(" ", bytes - 3))));
    holds_at("query text", limits().text, |bytes| {
        read(&format!("{{a}}#{}{}", times("é", (bytes - 4) / 2), times("-", bytes % 2)))
    });
}

#[test]
fn tokens_have_a_limit() {
    holds_at("query tokens", limits().tokens, |tokens| read(&format!("{{{}}}", times("a ", tokens - 2))));
    // Thirty-one, every kind among them; commas and comments are none.
    let text = r#"query Q($a: A! = 1.5) @d { ...F, a: b(c: ["s", """b""", $a, -1]) } # end"#;
    for (tokens, passes) in [(30, false), (31, true)] {
        assert_eq!(parse(text, &Limits { tokens, ..limits() }).is_ok(), passes, "{tokens}");
    }
}

#[test]
fn brackets_nest_to_a_limit() {
    let limit = limits().nesting;
    holds_at("nesting", limit, |deep| read(&format!("{{a(a:{}{})}}", times("[", deep - 2), times("]", deep - 2))));
    holds_at("nesting", limit, |deep| read(&format!("{{a(a:{}1{})}}", times("{a:", deep - 2), times("}", deep - 2))));
    holds_at("nesting", limit, |deep| read(&format!("{{{}}}", nested(deep))));
    holds_at("nesting", limit, |deep| {
        read(&format!("query($a:{}A{}){{a}}", times("[", deep - 1), times("]", deep - 1)))
    });
    let higher = Limits { nesting: 1_000, ..limits() };
    assert!(parse(&format!("{{{}}}", nested(65)), &higher).is_err(), "no setting goes beyond");
}

#[test]
fn selection_sets_nest_to_a_limit_after_expansion() {
    holds_at("nesting", limits().nesting, |deep| {
        measure(&format!("{{{}a{}}}", times("...{", deep - 1), times("}", deep - 1))).map(drop).map_err(|error| {
            match error {
                // The same refusal, from the text's own count of brackets.
                Error::TooLarge(exceeded) => Error::TooLarge(exceeded),
                other => other,
            }
        })
    });
    holds_at("nesting", limits().nesting, |deep| {
        let half = times("...{", deep - 34) + "a" + &times("}", deep - 34);
        measure(&format!("{{{}...F{}}} fragment F on A {{{half}}}", times("...{", 32), times("}", 32))).map(drop)
    });
}

#[test]
fn operations_and_fragments_have_limits() {
    holds_at("operations", limits().operations, |count| {
        measure(&(0..count).map(|index| format!("query q{index}{{a}}")).collect::<String>()).map(drop)
    });
    holds_at("fragments", limits().fragments, |count| {
        let fragments: String = (0..count).map(|index| format!("fragment f{index} on A{{a}}")).collect();
        measure(&format!("{{a}}{fragments}")).map(drop)
    });
}

#[test]
fn depth_has_a_limit_and_a_root_field_is_one() {
    assert_eq!(measure("{a}").unwrap().depth, 1);
    assert_eq!(measure("{a{b{c}} d{e}}").unwrap().depth, 3);
    holds_at("depth", limits().depth, |depth| measure(&format!("{{{}}}", nested(depth))).map(drop));
    holds_at("depth", limits().depth, |depth| {
        measure(&format!("{{a{{...F}}}} fragment F on A{{...{{{}}}}}", nested(depth - 1))).map(drop)
    });
}

#[test]
fn introspection_has_a_depth_of_its_own() {
    for field in ["__schema", "__type"] {
        holds_at("introspection depth", limits().introspection_depth, |depth| {
            measure(&format!("{{x {field}{{{}}}}}", nested(depth - 1))).map(drop)
        });
        holds_at("introspection depth", limits().introspection_depth, |depth| {
            let (own, rest) = (depth / 2, depth - depth / 2);
            let inner = format!("{}...F{}", times("a{", own - 1), times("}", own - 1));
            measure(&format!(
                "{{x {field}{{{inner}}}}} fragment F on A{{{}}}",
                times("a{", rest - 1) + "a" + &times("}", rest - 1)
            ))
            .map(drop)
        });
    }
    let both = measure(&format!("{{x{{y}} __schema{{{}}}}}", nested(19))).unwrap();
    assert_eq!((both.depth, both.introspection_depth), (2, 20));
    assert!(measure(&format!("{{x{{{}}} __schema{{y}}}}", nested(19))).is_err());
}

#[test]
fn root_fields_have_a_limit() {
    holds_at("root fields", limits().root_fields, |count| measure(&format!("{{{}}}", times("a ", count))).map(drop));
    holds_at("root fields", limits().root_fields, |count| {
        measure(&format!("{{...F ...on Q{{{}}}}} fragment F on Q{{a ...{{a}}}}", times("a ", count - 2))).map(drop)
    });
    assert_eq!(measure("{a{...F}} fragment F on A{a b c d}").unwrap().root_fields, 1);
    let wide = format!("{{a{{...F}}}} fragment F on A{{{}}}", times("a ", limits().root_fields + 1));
    assert!(measure(&wide).is_ok(), "a fragment's fields are not root fields");
}

#[test]
fn aliases_have_a_limit() {
    holds_at("aliases", limits().aliases, |count| measure(&format!("{{x{{{}}}}}", times("a:a ", count))).map(drop));
    holds_at("aliases", limits().aliases, |count| {
        let own = times("a:a ", count % 4);
        measure(&format!(
            "{{x{{{own}{}}}}} fragment F on A{{a:a b{{a:a}} ...G}} fragment G on A{{b:a c:a}}",
            times("...F ", count / 4)
        ))
        .map(drop)
    });
}

#[test]
fn directives_have_a_limit_wherever_they_stand() {
    let limit = limits().directives;
    holds_at("directives", limit, |count| measure(&format!("{{a {}}}", times("@a ", count))).map(drop));
    holds_at("directives", limit, |count| measure(&format!("query {} {{a}}", times("@a ", count))).map(drop));
    holds_at("directives", limit, |count| measure(&format!("query($a:A {}) {{a}}", times("@a ", count))).map(drop));
    holds_at("directives", limit, |count| measure(&format!("{{... {} {{a}}}}", times("@a ", count))).map(drop));
    holds_at("directives", limit, |count| measure(&format!("{{...Nowhere {}}}", times("@a ", count))).map(drop));
    holds_at("directives", limit, |count| {
        let own = times("@a ", count % 3);
        measure(&format!("{{a {own} b{{{}}}}} fragment F on A @a {{a @a}}", times("...F @a ", count / 3))).map(drop)
    });
}

#[test]
fn expanded_selections_have_a_limit() {
    let limit = limits().selections;
    holds_at("expanded selections", limit, |count| measure(&format!("{{x{{{}}}}}", times("a ", count - 1))).map(drop));
    holds_at("expanded selections", limit, |count| {
        // A spread of F is four: itself, an inline fragment and two fields.
        let own = times("a ", (count - 1) % 4);
        measure(&format!("{{x{{{own}{}}}}} fragment F on A{{a ...{{a}}}}", times("...F ", (count - 1) / 4))).map(drop)
    });
}

#[test]
fn each_operation_is_counted_alone_and_the_highest_is_told() {
    let measured = measure("query A{a b} query B{a:a} query C{a{b{c}}}").unwrap();
    let expected = Measured {
        operations: 3,
        fragments: 0,
        nesting: 3,
        depth: 3,
        introspection_depth: 0,
        root_fields: 2,
        aliases: 1,
        directives: 0,
        selections: 3,
    };
    assert_eq!(measured, expected);
}

#[test]
fn a_fragment_within_itself_is_refused_and_named() {
    for (text, name) in [
        ("{...F} fragment F on A{...F}", "F"),
        ("{a} fragment F on A{a{b{...{...F}}}}", "F"),
        ("{...A} fragment A on A{...B} fragment B on A{...C} fragment C on A{a ...A}", "A"),
        ("{...A} fragment A on A{...B ...B} fragment B on A{b ...B}", "B"),
    ] {
        let error = measure(text).unwrap_err();
        assert_eq!(error.to_string(), format!("fragment {name} is spread within itself"), "{text}");
        assert_eq!(error.code(), "BAD_USER_INPUT");
    }
}

#[test]
fn an_undefined_fragment_counts_as_empty() {
    let measured = measure("{a ...Nowhere}").unwrap();
    assert_eq!((measured.depth, measured.root_fields, measured.selections), (1, 1, 2));
}

#[test]
fn introspection_as_clients_send_it_passes() {
    let of_type = "kind name ".to_owned() + &times("ofType { kind name ", 9) + &times("} ", 9);
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }}
          subscriptionType {{ name kind }} types {{ ...FullType }}
          directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
          fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }}
            type {{ ...TypeRef }} isDeprecated deprecationReason }}
          inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
          enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
          possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ {of_type} }}"
    );
    let measured = check(&document(&query), &limits()).unwrap();
    assert_eq!((measured.depth, measured.introspection_depth), (1, 15));
}

#[test]
fn a_mutation_under_one_name_twice_is_refused() {
    for text in [
        "mutation{a a}",
        "mutation{a{b} ...F} fragment F on M{a{c}}",
        "mutation($x:Boolean!){a ...@include(if:$x){...{a}}}",
        "mutation{a:b a:b}",
        "query Q{a} mutation M{a a}",
    ] {
        let error = measure(text).unwrap_err();
        assert_eq!(error.to_string(), "mutation a is asked for twice under one name; give each an alias", "{text}");
    }
    for text in ["mutation{a b:a ...F} fragment F on M{c:a}", "mutation{a{b} b{b} __typename __typename}", "{a a}"] {
        assert!(measure(text).is_ok(), "{text}");
    }
}

#[test]
fn a_subscription_has_one_root_field() {
    assert!(measure("subscription{a{b c}}").is_ok());
    assert!(measure("subscription{...F} fragment F on S{a}").is_ok());
    for text in [
        "subscription{a b}",
        "subscription{a ...F} fragment F on S{b}",
        "subscription{__typename}",
        "subscription{...X}",
    ] {
        assert_eq!(measure(text).unwrap_err().to_string(), "a subscription has exactly one root field", "{text}");
    }
}

#[test]
fn a_syntax_error_says_what_and_where_without_quoting_the_text() {
    for (text, message, line, column) in [
        ("{a(b:)}", "syntax error: expected a value, found `)`", 1, 6),
        ("{\n  a\r\n b {\r %}", "syntax error: unexpected character '%'", 4, 2),
        ("{ é }", "syntax error: unexpected character 'é'", 1, 3),
        ("{a ..b}", "syntax error: unexpected character '.'", 1, 4),
        ("{a(b: 1e999)}", "syntax error: this number is out of range", 1, 7),
        ("query A{a} query A{b}", "two operations are named A", 1, 12),
        ("{a} {b}", "an operation without a name must be the only one", 1, 5),
        ("{...F} fragment F on A{a} fragment F on A{b}", "two fragments are named F", 1, 27),
    ] {
        let refused = parse(text, &limits()).unwrap_err();
        assert_eq!(refused.to_string(), message, "{text}");
        assert_eq!(refused.locations.first(), Some(&Pos { line, column }), "{text}");
        assert_eq!(refused.error.code(), "BAD_USER_INPUT");
    }
    let long = format!("{{ {}", times("secret", 1_000));
    assert!(parse(&long, &limits()).unwrap_err().to_string().len() < 100);
    assert_eq!(parse("fragment F on A{a}", &limits()).unwrap_err().to_string(), "the document holds no operation");
}

#[test]
fn a_refusal_over_the_text_says_where() {
    let refused = parse(&format!("{{\n{}\n}}", nested(70)), &limits()).unwrap_err();
    assert_eq!(refused.error.to_string(), "the nesting limit of 64 is exceeded: found 65");
    assert_eq!(refused.locations, [Pos { line: 2, column: 128 }]);
}

#[test]
fn variables_get_their_defaults_and_required_ones_are_demanded() {
    let given = |text: &str, json: serde_json::Value| {
        let mut variables = async_graphql::Variables::from_json(json);
        complete(&document(text).operations.iter().next().unwrap().1.node, &mut variables)
            .map(|()| serde_json::to_value(&variables).unwrap())
            .map_err(|error| error.to_string())
    };
    use serde_json::json;
    let required = Err("variable $a is required and must not be null".to_owned());
    assert_eq!(given("query($a:Int=1){a}", json!({})), Ok(json!({"a": 1})));
    assert_eq!(given("query($a:Int=1){a}", json!({"a": null, "b": 2})), Ok(json!({"a": null, "b": 2})));
    assert_eq!(given("query($a:Int){a}", json!({})), Ok(json!({})));
    assert_eq!(given("query($a:Int!=1){a}", json!({})), Ok(json!({"a": 1})));
    assert_eq!(given("query($a:Int!=1){a}", json!({"a": null})), required);
    assert_eq!(given("query($a:Int!){a}", json!({})), required);
    assert_eq!(given("query($a:[Int]!){a}", json!({"a": null})), required);
}
