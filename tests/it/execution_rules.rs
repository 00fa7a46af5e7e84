//! The engine as we use it against the specification (6: execution; 5.3.2, 5.6: what it must refuse): rules that a
//! client relies on, and at the end the known gaps, so that a version which closes one is noticed. The table of what each
//! version does without us stands in docs/decisions/0003.

mod schema;

use async_graphql::Request;
use serde_json::{Value as Json, json};

use self::schema::{answer, ask, run};

#[tokio::test]
async fn fields_come_in_the_order_of_the_query_not_of_completion() {
    let outcome = ask("{ slow middle fast }").await;
    assert!(outcome.text.contains(r#""data":{"slow":"slow","middle":"middle","fast":"fast"}"#), "{}", outcome.text);
}

#[tokio::test]
async fn a_fragment_gives_its_fields_the_place_where_it_is_spread() {
    let outcome = ask("{ middle ...F fast } fragment F on Query { slow middle }").await;
    assert!(outcome.text.contains(r#""data":{"middle":"middle","slow":"slow","fast":"fast"}"#), "{}", outcome.text);
}

#[tokio::test]
async fn a_failing_nullable_field_is_null_and_its_siblings_stay() {
    let outcome = ask("{ fast fails thing { id fails } }").await;
    assert_eq!(outcome.data(), &json!({"fast": "fast", "fails": null, "thing": {"id": 1, "fails": null}}));
    assert_eq!(outcome.error_paths(), [json!(["fails"]), json!(["thing", "fails"])]);
}

#[tokio::test]
async fn a_failing_non_null_field_nulls_the_nearest_nullable_parent() {
    let outcome = ask("{ fast thing { id child { id failsStrictly } } }").await;
    assert_eq!(outcome.data(), &json!({"fast": "fast", "thing": {"id": 1, "child": null}}));
    assert_eq!(outcome.error_paths(), [json!(["thing", "child", "failsStrictly"])]);
}

#[tokio::test]
async fn a_failure_passes_through_non_null_parents() {
    let outcome = ask("{ fast thing { strictChild { strictChild { failsStrictly } } } }").await;
    assert_eq!(outcome.data(), &json!({"fast": "fast", "thing": null}));
    assert_eq!(outcome.error_paths(), [json!(["thing", "strictChild", "strictChild", "failsStrictly"])]);
}

#[tokio::test]
async fn a_failure_in_a_list_of_nullable_items_nulls_the_one_item() {
    let outcome = ask("{ things { id failsStrictlyForTwo } }").await;
    assert_eq!(
        outcome.data(),
        &json!({"things": [{"id": 1, "failsStrictlyForTwo": "fine"}, null, {"id": 3, "failsStrictlyForTwo": "fine"}]})
    );
    assert_eq!(outcome.error_paths(), [json!(["things", 1, "failsStrictlyForTwo"])]);
}

#[tokio::test]
async fn a_failure_in_a_list_of_non_null_items_nulls_the_list() {
    let outcome = ask("{ thing { id strictChildren { failsStrictlyForTwo } } }").await;
    assert_eq!(outcome.data(), &json!({"thing": {"id": 1, "strictChildren": null}}));
    assert_eq!(outcome.error_paths(), [json!(["thing", "strictChildren", 1, "failsStrictlyForTwo"])]);
}

#[tokio::test]
async fn a_failure_with_only_non_null_parents_nulls_the_data() {
    for query in ["{ fast strictThing { failsStrictly } }", "{ fast strictThings { failsStrictlyForTwo } }"] {
        let outcome = ask(query).await;
        assert!(outcome.json.get("data").is_some_and(Json::is_null), "{}", outcome.text);
        assert_eq!(outcome.error_paths().len(), 1, "{}", outcome.text);
    }
}

#[tokio::test]
async fn null_for_a_non_null_field_is_an_error_with_its_path() {
    let outcome = ask("{ fast thing { missing } }").await;
    assert_eq!(outcome.data(), &json!({"fast": "fast", "thing": null}));
    assert_eq!(outcome.error_paths(), [json!(["thing", "missing"])]);
}

#[tokio::test]
async fn null_for_a_non_null_item_nulls_the_list() {
    let outcome = ask("{ fast strictScalarGap }").await;
    assert_eq!(outcome.data(), &json!({"fast": "fast", "strictScalarGap": null}));
    assert_eq!(outcome.error_paths(), [json!(["strictScalarGap", 1])]);
}

#[tokio::test]
async fn every_failing_nullable_field_is_reported() {
    let outcome = ask("{ a: fails b: fails things { fails } }").await;
    assert_eq!(
        outcome.data(),
        &json!({"a": null, "b": null, "things": [{"fails": null}, {"fails": null}, {"fails": null}]})
    );
    assert_eq!(
        outcome.error_paths(),
        [
            json!(["a"]),
            json!(["b"]),
            json!(["things", 0, "fails"]),
            json!(["things", 1, "fails"]),
            json!(["things", 2, "fails"])
        ]
    );
}

#[tokio::test]
async fn an_error_has_its_location_and_its_path_by_response_key() {
    let outcome = ask("{ t: thing { kids: children {\n f: fails } } }").await;
    let error = &outcome.json["errors"][0];
    assert_eq!(error["locations"], json!([{"line": 2, "column": 2}]));
    assert_eq!(outcome.error_paths()[0], json!(["t", "kids", 0, "f"]));
}

#[tokio::test]
async fn a_null_object_is_null() {
    let outcome = ask("{ noThing { id } }").await;
    assert_eq!(outcome.json, json!({"data": {"noThing": null}}));
}

#[tokio::test]
async fn a_list_of_scalars_may_hold_null() {
    let outcome = ask("{ scalarGap }").await;
    assert_eq!(outcome.json, json!({"data": {"scalarGap": [1, null]}}));
}

#[tokio::test]
async fn a_list_of_an_interface_may_hold_null() {
    let outcome = ask("{ namedGap { name } }").await;
    assert_eq!(outcome.json, json!({"data": {"namedGap": [{"name": "thing"}, null]}}));
}

#[tokio::test]
async fn selections_of_one_response_key_are_merged() {
    let outcome =
        ask("{ thing { id } thing { name child { id } } ...F } fragment F on Query { thing { child { name } } }").await;
    assert_eq!(
        outcome.json,
        json!({"data": {"thing": {"id": 1, "name": "thing", "child": {"id": 1, "name": "thing"}}}})
    );
}

#[tokio::test]
async fn lists_of_one_response_key_are_merged() {
    let outcome = ask("{ things { id } things { name } }").await;
    let item = |id: i32| json!({"id": id, "name": "thing"});
    assert_eq!(outcome.json, json!({"data": {"things": [item(1), item(2), item(3)]}}));
}

#[tokio::test]
async fn mutations_run_one_after_the_other() {
    let outcome = ask("mutation { a: addSlowly { id } b: add { id } c: addSlowly { id } }").await;
    assert_eq!(outcome.json, json!({"data": {"a": {"id": 1}, "b": {"id": 2}, "c": {"id": 3}}}));
}

#[tokio::test]
async fn a_failing_nullable_mutation_does_not_stop_the_next() {
    let outcome = ask("mutation { a: add { id } fails { id } b: add { id } }").await;
    assert_eq!(outcome.data(), &json!({"a": {"id": 1}, "fails": null, "b": {"id": 2}}));
    assert_eq!(outcome.calls, 2);
}

#[tokio::test]
async fn skip_and_include_hold_on_fields_spreads_and_inline_fragments() {
    let query = "query($yes: Boolean!, $no: Boolean!) {
        fast @skip(if: $yes) slow @include(if: $no) middle @skip(if: $no) @include(if: $yes)
        both: middle @skip(if: $yes) @include(if: $yes)
        ...F @include(if: $no) ...G @skip(if: $no) ... @include(if: $yes) { b: fast } ... on Query @skip(if: $yes) { c: fast }
    } fragment F on Query { f: fast } fragment G on Query { g: fast inner: slow @skip(if: $yes) }";
    let outcome = run(query, json!({"yes": true, "no": false})).await;
    assert_eq!(outcome.json, json!({"data": {"middle": "middle", "g": "fast", "b": "fast"}}));
}

#[tokio::test]
async fn a_directive_reads_the_default_of_its_variable() {
    for (default, seen) in
        [(true, json!({"fast": "fast", "slow": "slow"})), (false, json!({"fast": "fast", "middle": "middle"}))]
    {
        let query = format!("query($on: Boolean = {default}) {{ fast slow @include(if: $on) middle @skip(if: $on) }}");
        assert_eq!(ask(&query).await.json, json!({"data": seen}));
    }
}

#[tokio::test]
async fn a_skipped_field_of_a_shared_key_leaves_the_other() {
    let outcome = ask("{ thing @skip(if: true) { id } thing { name } }").await;
    assert_eq!(outcome.json, json!({"data": {"thing": {"name": "thing"}}}));
}

#[tokio::test]
async fn typename_is_answered_on_roots_objects_interfaces_and_unions() {
    let outcome =
        ask("{ __typename t: __typename thing { __typename } named { __typename } either { __typename } }").await;
    let thing = json!({"__typename": "Thing"});
    assert_eq!(
        outcome.json,
        json!({"data": {"__typename": "Query", "t": "Query", "thing": thing, "named": thing, "either": thing}})
    );
    let outcome = ask("mutation { __typename }").await;
    assert_eq!(outcome.json, json!({"data": {"__typename": "Mutation"}}));
}

#[tokio::test]
async fn fragments_on_objects_and_interfaces_apply() {
    for condition in ["Thing", "Named"] {
        for field in ["thing", "named", "either"] {
            let outcome = ask(&format!("{{ {field} {{ ... on {condition} {{ name }} }} }}")).await;
            assert_eq!(outcome.json, json!({"data": {field: {"name": "thing"}}}), "on {condition} in {field}");
        }
    }
}

#[tokio::test]
async fn a_variable_left_out_takes_its_default_and_null_does_not() {
    let query = r#"query($a: String = "variable default") { echo(text: $a) }"#;
    assert_eq!(ask(query).await.json, json!({"data": {"echo": "variable default"}}));
    assert_eq!(run(query, json!({"a": null})).await.json, json!({"data": {"echo": "null"}}));
    assert_eq!(run(query, json!({"a": "given"})).await.json, json!({"data": {"echo": "given"}}));
}

#[tokio::test]
async fn a_variable_left_out_without_default_leaves_the_argument_out() {
    let query = "query($a: String) { echo(text: $a) echoDefault(text: $a) }";
    assert_eq!(ask(query).await.json, json!({"data": {"echo": "absent", "echoDefault": "argument default"}}));
    assert_eq!(run(query, json!({"a": null})).await.json, json!({"data": {"echo": "null", "echoDefault": "null"}}));
}

#[tokio::test]
async fn a_null_literal_overrides_the_default_of_the_argument() {
    assert_eq!(ask("{ echoDefault(text: null) }").await.json, json!({"data": {"echoDefault": "null"}}));
}

#[tokio::test]
async fn wrong_variables_refuse_the_whole_request() {
    for (query, variables) in [
        ("query($a: String!) { echo(text: $a) }", json!({})),
        ("query($a: String!) { echo(text: $a) }", json!({"a": null})),
        ("query($a: String) { echo(text: $a) }", json!({"a": 1})),
        ("query($a: String) { echo(text: $a) }", json!({"a": ["x"]})),
        ("query($a: Colour!) { echoColour(colour: $a) }", json!({"a": "GREEN"})),
        ("query($a: Thing) { echo(text: $a) }", json!({})),
    ] {
        let outcome = run(query, variables.clone()).await;
        assert!(outcome.json.get("data").is_none_or(Json::is_null), "{query} {variables}: {}", outcome.text);
        assert!(outcome.json.get("errors").is_some(), "{query} {variables}: {}", outcome.text);
        assert!(outcome.json["errors"][0].get("path").is_none(), "{query} {variables}: {}", outcome.text);
    }
}

#[tokio::test]
async fn an_enum_is_taken_from_a_literal_and_from_a_variable() {
    let expected = json!({"data": {"echoColour": "RED"}});
    assert_eq!(ask("{ echoColour(colour: RED) }").await.json, expected);
    assert_eq!(run("query($c: Colour!) { echoColour(colour: $c) }", json!({"c": "RED"})).await.json, expected);
}

#[tokio::test]
async fn an_invalid_document_gets_no_data() {
    for query in
        ["{ nothing }", "{ thing }", "{ fast { id } }", "{ ...F }", "{ thing { ...F } } fragment F on Thing { ...F }"]
    {
        let outcome = ask(query).await;
        assert!(outcome.json.get("data").is_none_or(Json::is_null), "{query}: {}", outcome.text);
        assert!(outcome.json.get("errors").is_some(), "{query}: {}", outcome.text);
    }
}

#[tokio::test]
async fn conflicting_fields_of_one_key_are_refused() {
    for query in ["{ a: fast a: slow }", r#"{ echo(text: "a") echo(text: "b") }"#] {
        let outcome = ask(query).await;
        assert!(outcome.json.get("errors").is_some(), "{query}: {}", outcome.text);
    }
}

#[tokio::test]
async fn one_of_several_operations_is_chosen_by_name() {
    let query = "query A { fast } query B { slow }";
    let outcome = answer(Request::new(query).operation_name("B")).await;
    assert_eq!(outcome.text, r#"{"data":{"slow":"slow"}}"#);
    for request in [Request::new(query), Request::new(query).operation_name("C")] {
        assert!(answer(request).await.json.get("errors").is_some());
    }
}

/// The specification merges the two into one call; the engine would make both, so the guard refuses.
#[tokio::test]
async fn a_mutation_asked_twice_under_one_key_never_runs_twice() {
    for query in [
        "mutation { add { id } add { name } }",
        "mutation { add { id } ...F } fragment F on Mutation { ... { add { name } } }",
    ] {
        let outcome = ask(query).await;
        assert_eq!(outcome.calls, 0, "{query}");
        assert!(outcome.text.contains("asked for twice"), "{}", outcome.text);
    }
}

mod gaps {
    use super::{ask, json};

    /// Harmless where reading changes nothing.
    #[tokio::test]
    async fn a_field_asked_twice_is_resolved_twice() {
        let outcome = ask("{ counted { id } ...F } fragment F on Query { counted { name } }").await;
        assert_eq!(outcome.calls, 2);
        assert_eq!(outcome.json, json!({"data": {"counted": {"id": 1, "name": "thing"}}}));
    }

    /// A resolver of one object returns `None` instead; lists of objects are `[T!]`.
    #[tokio::test]
    async fn a_null_value_for_an_object_runs_the_fields_of_a_null_parent() {
        assert_eq!(ask("{ nullThing { name } }").await.json, json!({"data": {"nullThing": {"name": "thing"}}}));
        let thing = json!({"name": "thing"});
        assert_eq!(ask("{ gap { name } }").await.json, json!({"data": {"gap": [thing, thing, thing]}}));
    }

    /// Only fields of one selection set under the same type condition are compared; else the first wins.
    #[tokio::test]
    async fn conflicts_in_fragments_and_below_merged_fields_pass() {
        let query = "{ thing { a: id ...F } } fragment F on Thing { a: name }";
        assert_eq!(ask(query).await.json, json!({"data": {"thing": {"a": 1}}}));
        assert_eq!(ask("{ thing { a: id } thing { a: name } }").await.json, json!({"data": {"thing": {"a": 1}}}));
        let query = "{ named { a: name ... on Thing { a: id } } }";
        assert_eq!(ask(query).await.json, json!({"data": {"named": {"a": "thing"}}}));
    }

    /// The schema has interfaces and no unions.
    #[tokio::test]
    async fn a_fragment_on_a_union_selects_nothing() {
        let query = "{ thing { id ... on Either { ... on Thing { name } } } }";
        assert_eq!(ask(query).await.json, json!({"data": {"thing": {"id": 1}}}));
    }

    #[tokio::test]
    async fn an_enum_is_taken_from_a_string() {
        assert_eq!(ask(r#"{ echoColour(colour: "RED") }"#).await.json, json!({"data": {"echoColour": "RED"}}));
    }
}
