//! The documented interfaces, described: each as an OpenAPI document and as a page that is made from it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::App;
use super::media::Media;
use super::pages::{etag, fresh, with_policy};
use super::refusal::Refusal;
use crate::rest::kit::openapi::{Document, Operation, Parameter, Reply};

/// One interface.
pub struct Handbook {
    name: &'static str,
    title: &'static str,
    document: String,
    page: String,
}

/// Of every dialect that describes itself. Made when somebody first looks: they take as much memory as a connection.
pub fn all(app: &App) -> &[Handbook] {
    app.handbooks.get_or_init(|| {
        let described = app.dialects.iter().filter_map(|dialect| dialect.document());
        let written = described.map(|(name, document)| Handbook {
            name,
            title: document.title,
            document: document.json().to_string(),
            page: page(name, &document),
        });
        written.collect()
    })
}

/// The interfaces as a list of links.
pub fn list(handbooks: &[Handbook]) -> String {
    let mut html = String::new();
    for Handbook { name, title, .. } in handbooks {
        html.push_str(&format!(
            "<li><a href=\"/docs/{name}\">{}</a> (<a href=\"/docs/{name}/openapi.json\">OpenAPI</a>)</li>\n",
            escaped(title)
        ));
    }
    html
}

/// An interface for people.
pub async fn read(State(app): State<Arc<App>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(handbook) = all(&app).iter().find(|handbook| handbook.name == name) else {
        return Refusal::not_found().response(Media::Json);
    };
    let page = handbook.page.clone();
    with_policy(fresh(&headers, etag(&[page.as_bytes()]), "no-cache", "text/html; charset=utf-8", page))
}

/// An interface for programs.
pub async fn openapi(State(app): State<Arc<App>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(handbook) = all(&app).iter().find(|handbook| handbook.name == name) else {
        return Refusal::not_found().response(Media::Json);
    };
    let document = handbook.document.clone();
    fresh(&headers, etag(&[document.as_bytes()]), "no-cache", "application/json", document)
}

fn page(name: &str, document: &Document) -> String {
    let mut body = format!(
        "<p><a href=\"/docs\">Documentation</a></p>\n<h1>{} {}</h1>\n<p>{}</p>\n<p>For programs: \
         <a href=\"/docs/{name}/openapi.json\">OpenAPI 3.1</a></p>\n<ul>\n",
        escaped(document.title),
        escaped(document.version),
        escaped(&document.about),
    );
    for operation in &document.operations {
        let Operation { id, method, path, summary, .. } = operation;
        body.push_str(&format!(
            "<li><a href=\"#{id}\">{}</a> <code>{} {}</code></li>\n",
            escaped(summary),
            method.to_uppercase(),
            escaped(path)
        ));
    }
    body.push_str("</ul>\n");
    for operation in &document.operations {
        write_operation(operation, &mut body);
    }
    include_str!("pages/handbook.html")
        .replace("<!-- title -->", &escaped(document.title))
        .replace("<!-- body -->", &body)
}

fn write_operation(operation: &Operation, html: &mut String) {
    let Operation { id, method, path, summary, about, .. } = operation;
    html.push_str(&format!(
        "<h2 id=\"{id}\">{}</h2>\n<pre>{} {}</pre>\n<p>{}</p>\n",
        escaped(summary),
        method.to_uppercase(),
        escaped(path),
        escaped(about)
    ));
    if !operation.parameters.is_empty() {
        html.push_str("<h3>Parameters</h3>\n<table>\n");
        operation.parameters.iter().for_each(|parameter| write_parameter(parameter, html));
        html.push_str("</table>\n");
    }
    for (media_type, _, example) in &operation.bodies {
        html.push_str(&format!("<h3>Body as {}</h3>\n<pre>{}</pre>\n", escaped(media_type), pretty(example)));
    }
    if let Some(query) = &operation.graphql {
        html.push_str(&format!("<h3>The same in GraphQL</h3>\n<pre>{}</pre>\n", escaped(query)));
    }
    html.push_str("<h3>Answers</h3>\n");
    operation.replies.iter().for_each(|reply| write_reply(reply, html));
}

fn write_parameter(parameter: &Parameter, html: &mut String) {
    html.push_str(&format!(
        "<tr><td><code>{}</code></td><td>{}{}</td><td>{}<br><code>{}</code></td></tr>\n",
        escaped(&parameter.name),
        parameter.place,
        if parameter.required { ", always" } else { "" },
        escaped(&parameter.doc),
        escaped(&parameter.schema.to_string())
    ));
}

fn write_reply(reply: &Reply, html: &mut String) {
    html.push_str(&format!("<details><summary><b>{}</b> {}</summary>\n", reply.status, escaped(&reply.doc)));
    if !reply.headers.is_empty() {
        html.push_str("<table>\n");
        reply.headers.iter().for_each(|header| write_parameter(header, html));
        html.push_str("</table>\n");
    }
    for (_, example) in &reply.examples {
        html.push_str(&format!("<pre>{}</pre>\n", pretty(example)));
    }
    html.push_str("</details>\n");
}

fn pretty(value: &serde_json::Value) -> String {
    escaped(&format!("{value:#}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
