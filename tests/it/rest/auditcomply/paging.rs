//! Pages and their links (items 16 to 19).

use audit_gateway::domain::db::Store;
use serde_json::json;

use super::site::Site;
use super::transport::{LISTS, id_key};
use crate::fixture::{Row, insert_rows};
use crate::store::on_both_stores;

on_both_stores!(
    item_16_every_list_is_in_the_same_envelope,
    item_17_pages_have_their_sizes_and_numbers,
    item_18_the_links_lead_through_every_row_once,
    item_19_links_keep_the_query,
);

async fn with_categories(kind: Store, count: i64) -> Site {
    let site = Site::new(kind).await;
    let rows = (0..count).map(|number| {
        Row::new("category", json!({ "id": 5_000 + number, "organization_id": 1, "label": format!("C{number}") }))
    });
    insert_rows(&site.store.db, rows.collect()).await;
    site
}

async fn item_16_every_list_is_in_the_same_envelope(kind: Store) {
    let site = Site::new(kind).await;
    for list in LISTS {
        let page = site.get(&format!("/{list}/")).await.is(200);
        let keys: Vec<&str> = page.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["count", "next", "previous", "results"], "{list}");
        assert_eq!(page["count"], page["results"].as_array().unwrap().len(), "{list}");
    }
}

async fn item_17_pages_have_their_sizes_and_numbers(kind: Store) {
    // With the two of the fixture: 120.
    let site = with_categories(kind, 118).await;
    let sized = async |query: &str| site.get(&format!("/categories/?{query}")).await.rows().len();
    assert_eq!(sized("").await, 25);
    assert_eq!(sized("page_size=1000").await, 100);
    assert_eq!(sized("page_size=0").await, 25);
    assert_eq!(sized("page=last").await, 20);
    assert_eq!(sized("page=last&page_size=50").await, 20);
    assert_eq!(sized("page=%2B2&page_size=50").await, 50);
    assert_eq!(sized("page=5&page_size=ten").await, 20);
    for page in ["0", "-1", "6", "", "x", "1.5", "99999999999999999999"] {
        let refused = site.get(&format!("/categories/?page={page}")).await;
        assert_eq!(refused.is(404), json!({ "detail": "Invalid page." }), "{page}");
    }
    let empty = site.get("/audits/?name=none").await.is(200);
    assert_eq!(empty, json!({ "count": 0, "next": null, "previous": null, "results": [] }));
    assert_eq!(site.get("/audits/?name=none&page=2").await.status, 404);
    assert_eq!(site.get("/audits/?name=none&page=last").await.is(200)["count"], 0);
}

async fn item_18_the_links_lead_through_every_row_once(kind: Store) {
    let site = with_categories(kind, 30).await;
    for list in LISTS {
        let whole = site.get(&format!("/{list}/?page_size=100")).await.ids(id_key(list));
        if list != "asset_tree" {
            assert!(whole.is_sorted(), "{list}");
        }
        let mut next = Some(format!("/{list}/?page_size=3"));
        let mut walked = Vec::new();
        while let Some(path) = next {
            let page = site.get(&path).await;
            walked.extend(page.ids(id_key(list)));
            next = page.json()["next"].as_str().map(|link| link.strip_prefix("http://gw.example").unwrap().to_owned());
        }
        assert_eq!(walked, whole, "{list}");
    }
}

async fn item_19_links_keep_the_query(kind: Store) {
    let site = with_categories(kind, 10).await;
    let page = site.get("/categories?x=b+%2Cc&page_size=5&page=2&a=").await.is(200);
    assert_eq!(page["next"], "http://gw.example/categories/?a=&page=3&page_size=5&x=b+%2Cc");
    assert_eq!(page["previous"], "http://gw.example/categories/?a=&page_size=5&x=b+%2Cc");
    let first = site.get("/categories/?page_size=5").await.is(200);
    assert_eq!(first["previous"], json!(null));
}
