//! GraphQL over HTTP, and what surrounds it.

use super::*;

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_that_was_asked_for() {
    let house = house(|_| {}).await;
    for (accept, expected) in [
        ("*/*", "application/json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("application/graphql-response+json", "application/graphql-response+json; charset=utf-8"),
    ] {
        let seen = house.post(&[JSON, ("accept", accept)], QUERY).await;
        assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, expected), "{accept}");
        assert_eq!(seen.header("cache-control"), "no-store");
    }
    let seen = house.post(&[JSON, ("accept", "text/html")], QUERY).await;
    assert_eq!((seen.status.as_u16(), seen.code().as_str()), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn refusals_come_in_the_media_type_that_was_asked_for() {
    let house = house(|_| {}).await;
    for accept in ["application/json", "application/graphql-response+json"] {
        let seen = house.post(&[JSON, ("accept", accept)], "{").await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (400, "BAD_USER_INPUT"));
        assert!(seen.header("content-type").starts_with(accept));
    }
}

#[tokio::test]
async fn the_cost_is_told_to_those_who_ask_for_it_in_a_header() {
    let house = house(|settings| settings.batching = true).await;
    let cost = |body: &serde_json::Value| body["extensions"]["cost"].clone();
    let read = |seen: &Seen| serde_json::from_slice::<serde_json::Value>(&seen.body).unwrap();
    for (said, told) in [("include", true), ("Include", true), ("no", false), ("", false)] {
        let seen = house.post(&[JSON, ("x-graphql-cost", said)], QUERY).await;
        assert_eq!(cost(&read(&seen)).is_object(), told, "{said}");
    }
    let seen = house.post(&[JSON, ("x-graphql-cost", "include")], format!("[{QUERY},{QUERY}]")).await;
    assert!(read(&seen).as_array().unwrap().iter().all(|answer| cost(answer)["limit"] == 10_000));
    let address = "/graphql?query=%7B__typename%7D";
    let (silent, told) = (house.get(address, &[]).await, house.get(address, &[("x-graphql-cost", "include")]).await);
    assert!(cost(&read(&silent)).is_null() && cost(&read(&told)).is_object());
    assert!(told.header("vary").contains("x-graphql-cost"));
    assert_ne!(told.header("etag"), silent.header("etag"));
}

#[tokio::test]
async fn what_a_form_could_send_is_not_read() {
    let house = house(|_| {}).await;
    let types =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql"];
    for media in types {
        let seen = house.post(&[("content-type", media)], QUERY).await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media}");
    }
    assert_eq!(house.post(&[], QUERY).await.status, 415);
    assert_eq!(house.post(&[JSON, ("content-encoding", "gzip")], QUERY).await.status, 415);
    assert_eq!(house.post(&[("content-type", "application/json; charset=utf-16")], QUERY).await.status, 415);
}

#[tokio::test]
async fn only_get_and_post_are_methods_of_graphql() {
    let house = house(|_| {}).await;
    for method in ["PUT", "PATCH", "DELETE", "HEAD", "PROPFIND"] {
        let seen = house.ask(request(method, "/graphql", &[JSON], Body::from(QUERY))).await;
        assert_eq!((seen.status.as_u16(), seen.header("allow")), (405, "GET, POST"), "{method}");
    }
    let seen = house.ask(request("OPTIONS", "/graphql", &[], Body::empty())).await;
    assert_eq!((seen.status.as_u16(), seen.header("allow")), (204, "GET, POST"));
    let seen = house.ask(request("POST", "/docs", &[], Body::empty())).await;
    assert_eq!((seen.status.as_u16(), seen.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    assert!(seen.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_mutation_by_get_is_sent_to_post() {
    let house = house(|_| {}).await;
    let seen = house.get("/graphql?query=mutation%7B__typename%7D", &[]).await;
    assert_eq!((seen.status.as_u16(), seen.header("allow"), seen.code().as_str()), (405, "POST", "METHOD_NOT_ALLOWED"));
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
    let house = house(|settings| settings.body_limit = 1_000).await;
    let body = |length: usize| format!("{QUERY}{}", " ".repeat(length - QUERY.len()));
    for (length, status) in [(999, 200), (1_000, 200), (1_001, 413)] {
        let whole = house.post(&[JSON], body(length)).await;
        assert_eq!(whole.status, status, "{length} whole");
        let text = body(length);
        let pieces: Vec<_> = text.as_bytes().chunks(100).map(|piece| Ok::<_, Error>(piece.to_vec())).collect();
        let in_pieces = house.post(&[JSON], Body::from_stream(futures_util::stream::iter(pieces))).await;
        assert_eq!(in_pieces.status, status, "{length} in pieces");
        if status == 413 {
            assert_eq!(whole.code(), "PAYLOAD_TOO_LARGE");
            let body: serde_json::Value = serde_json::from_slice(&whole.body).unwrap();
            let expected = serde_json::json!({ "name": "body", "value": 1_000, "found": 1_001 });
            assert_eq!(body["errors"][0]["extensions"]["limit"], expected);
        }
    }
}

#[tokio::test]
async fn headers_may_be_as_long_as_the_limit_and_no_longer() {
    let house = house(|settings| settings.header_limit = 1_024).await;
    let fixed = "/livez".len() + "x-padding".len();
    for (length, status) in [(1_023, 200), (1_024, 200), (1_025, 431)] {
        let seen = house.get("/livez", &[("x-padding", &"x".repeat(length - fixed))]).await;
        assert_eq!(seen.status, status, "{length}");
    }
    let seen = house.get(&format!("/graphql?query={}", "x".repeat(2_000)), &[]).await;
    assert_eq!((seen.status.as_u16(), seen.code().as_str()), (431, "HEADERS_TOO_LARGE"));
}

#[tokio::test]
async fn an_unchanged_answer_to_a_get_is_not_sent_again() {
    let house = house(|_| {}).await;
    let path = "/graphql?query=%7B__typename%7D";
    let first = house.get(path, &[]).await;
    let tag = first.header("etag").to_owned();
    assert_eq!((first.status.as_u16(), first.header("cache-control")), (200, "private, no-cache"));
    assert!(first.header("vary").contains("authorization"));
    let again = house.get(path, &[("if-none-match", &format!("\"other\", {tag}"))]).await;
    assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(house.get(path, &[("if-none-match", "\"other\"")]).await.status, 200);
    let other_type = ("accept", "application/graphql-response+json");
    assert_eq!(house.get(path, &[("if-none-match", &tag), other_type]).await.status, 200);
    assert_eq!(house.post(&[JSON, ("if-none-match", &tag)], QUERY).await.header("etag"), "");
}

#[tokio::test]
async fn text_that_the_stores_cannot_hold_is_refused() {
    let house = house(|_| {}).await;
    for text in [r"\ud800", r"\u0000"] {
        let body = format!(r#"{{"query":"{{__typename}}","variables":{{"x":"{text}"}}}}"#);
        let seen = house.post(&[JSON], body).await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (400, "BAD_USER_INPUT"), "{text}");
    }
    assert_eq!(house.post(&[JSON], b"{\"query\":\"\xff\xfe\"}".to_vec()).await.status, 400);
    let bomb = format!("{{\"query\":\"{{a}}\",\"variables\":{}", "{\"a\":[".repeat(50_000));
    assert_eq!(house.post(&[JSON], bomb).await.status, 400);
}

#[tokio::test]
async fn arrays_are_answered_in_order_where_enabled_and_refused_elsewhere() {
    let pair = format!("[{QUERY},{QUERY}]");
    assert_eq!(house(|_| {}).await.post(&[JSON], pair.clone()).await.status, 400);
    let house = house(|settings| settings.batching = true).await;
    let seen = house.post(&[JSON], pair).await;
    let answers: Vec<serde_json::Value> = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!((seen.status.as_u16(), answers.len()), (200, 2));
    assert_eq!(house.post(&[JSON], format!("[{}]", [QUERY; 11].join(","))).await.status, 400);
}

#[tokio::test]
async fn refusals_of_the_door_keep_their_status_in_both_media_types() {
    let house = house(|_| {}).await;
    for accept in ["application/json", "application/graphql-response+json"] {
        let seen = house.post(&[JSON, ("accept", accept), ("authorization", "Bearer x")], QUERY).await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (401, "UNAUTHENTICATED"));
        assert_eq!(seen.header("www-authenticate"), "Bearer");
        let seen = house.post(&[JSON, ("accept", accept), ("authorization", "Bearer busy")], QUERY).await;
        assert_eq!((seen.status.as_u16(), seen.header("retry-after")), (429, "7"));
    }
}

#[tokio::test]
async fn a_defect_is_answered_and_tells_nothing() {
    let house = house(|_| {}).await;
    let seen = house.post(&[JSON, ("authorization", "Bearer panic")], QUERY).await;
    assert_eq!((seen.status.as_u16(), seen.code().as_str()), (500, "INTERNAL"));
    assert!(!String::from_utf8_lossy(&seen.body).contains("hinges"));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_503() {
    let house = house(|settings| settings.request_timeout = Duration::from_millis(50)).await;
    let seen = house.post(&[JSON, ("authorization", "Bearer wait-60000")], QUERY).await;
    assert_eq!((seen.status.as_u16(), seen.code().as_str()), (503, "UNAVAILABLE"));
    assert_eq!(seen.header("retry-after"), "1");
}

#[tokio::test]
async fn a_client_that_leaves_does_not_cut_its_request_short() {
    let house = house(|_| {}).await;
    let request = request("POST", "/graphql", &[JSON, ("authorization", "Bearer wait-100")], Body::from(QUERY));
    let left = tokio::time::timeout(Duration::from_millis(30), house.gateway().oneshot(request)).await;
    assert!(left.is_err());
    assert_eq!(house.app.underway.receiver_count(), 1, "the request still runs");
    tokio::time::timeout(Duration::from_secs(2), house.app.underway.closed()).await.unwrap();
}

#[tokio::test]
async fn every_answer_carries_its_id_and_the_security_headers() {
    let house = house(|_| {}).await;
    let id = "0190c0de-0000-4000-8000-000000000001";
    for path in ["/", "/nothing", "/graphql", "/livez", "/graphiql"] {
        let seen = house.get(path, &[("x-request-id", id)]).await;
        assert_eq!(seen.header("x-request-id"), id, "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(seen.header("referrer-policy"), "no-referrer", "{path}");
        assert!(seen.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    let seen = house.get("/livez", &[("x-request-id", "not <an> id")]).await;
    assert_eq!(seen.header("x-request-id").len(), 36);
    assert_ne!(seen.header("x-request-id"), id);
}

#[tokio::test]
async fn other_origins_are_let_in_only_where_configured() {
    let closed = house(|_| {}).await;
    assert_eq!(closed.get("/livez", &[("origin", "https://a.test")]).await.header("access-control-allow-origin"), "");
    let open = house(|settings| settings.cors_origins = vec!["https://a.test".into()]).await;
    let preflight = [("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")];
    for (origin, allowed) in [("https://a.test", "https://a.test"), ("https://b.test", "")] {
        let seen = open.get("/livez", &[("origin", origin)]).await;
        assert_eq!(seen.header("access-control-allow-origin"), allowed);
        assert_eq!(seen.header("access-control-allow-credentials"), "");
        let asked = [("origin", origin), preflight[0], preflight[1]];
        let seen = open.ask(request("OPTIONS", "/graphql", &asked, Body::empty())).await;
        assert_eq!(seen.header("access-control-allow-origin"), allowed);
        assert!(seen.header("access-control-allow-headers").contains("x-organization"));
    }
}

#[tokio::test]
async fn long_answers_are_compressed_and_short_ones_are_not() {
    let house = house(|_| {}).await;
    for coding in ["gzip", "br"] {
        let seen = house.get("/docs", &[("accept-encoding", coding)]).await;
        assert_eq!(seen.header("content-encoding"), coding);
        assert_eq!(house.get("/livez", &[("accept-encoding", coding)]).await.header("content-encoding"), "");
    }
}
