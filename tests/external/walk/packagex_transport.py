"""Envelope, credentials, addresses and the registry of refusals (items 1 to 7 and 45)."""

import base64
import contextlib
import hashlib
import hmac
import json
import time
import uuid

from house import KEY_SECRET, check, curl, same
from packagex_words import ALLOW, CODES, KEYS, LIST, Site, counts, ident, refused, whole

VECTORS = {
    "00000000-0000-4000-8000-000000000001": "111111114bZ6BZRUqUqZep",
    "3f0c1a52-9d7e-4b61-8c2f-5a4d1e6b7c80": "8nYuXbUPjvW5N1C7k261bM",
    "ffffffff-ffff-4fff-bfff-ffffffffffff": "YcVfxkQavQvamAeSB3PSbx",
}


def token_of(key):
    """The token of a key by the contract's formula."""
    return "ak_" + base64.urlsafe_b64encode(key + hmac.new(KEY_SECRET, key, hashlib.sha256).digest()).decode()


@contextlib.contextmanager
def without(house, table):
    """The store lacks a table, so that requests fail within."""
    house.operator(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        house.operator(f"ALTER TABLE {table}_away RENAME TO {table}")


def exhausted(site):
    """The first answer that tells of too many requests."""
    for _ in range(12):
        told = site.send("GET")
        if told.status_code == 429:
            return told
        whole(told, 200)
    check(False, "no limit is met")


def item_01_every_answer_has_the_envelope(house):
    """Status 429 is met by item 7, through the same check; the fault within is a table renamed for a moment."""
    site = Site(house)
    audit = site.create()
    path = "/" + audit["id"]
    json_type = {"px-api-key": site.key, "content-type": "application/json"}
    for status, method, behind, given in [
            (200, "GET", "", {}), (200, "GET", path, {}), (200, "POST", path, {"json": {}}),
            (201, "POST", "", {"json": {"location_id": site.place}}), (400, "GET", "?limit=0", {}),
            (400, "GET", path + "?page=1", {}), (400, "POST", "", {"json": {}}),
            (400, "POST", path, {"data": b"{", "headers": json_type}),
            (400, "POST", path, {"json": {"status": "in_review"}}),
            (401, "GET", "", {"headers": {}}), (401, "POST", path, {"headers": {"x-api-key": "no"}, "json": {}}),
            (403, "POST", "", {"key": site.new_key(scopes=["packagex:read"])[1], "json": {}}),
            (404, "GET", "/audit_1", {}), (404, "POST", "/audit_1", {"json": {}}), (404, "GET", "/a/b", {}),
            (405, "DELETE", path, {}), (405, "PATCH", "", {}),
            (409, "POST", "", {"json": {"location_id": site.place, "number": audit["number"]}}),
            (409, "POST", path, {"json": {"status": "approved"}}),
            (413, "POST", "", {"data": b" " * (2**20 + 1), "headers": json_type}),
            (415, "POST", "", {"data": b"{}", "headers": {**json_type, "content-type": "text/plain"}})]:
        body = whole(site.send(method, behind, **given), status)
        same(body["endpoint"], LIST + behind.split("?")[0])
    with without(house, "count_task"):
        for method, behind in [("GET", ""), ("GET", path)]:
            refused(site.send(method, behind), "internal_error")
        refused(site.post("", {"location_id": site.place}), "internal_error")
    whole(site.send("GET", path), 200)
    # Raw: no spaces, members in order, letters beyond ASCII as they are.
    site.update(audit, feedback="Ærø → ✓")
    status, headers, body = curl("-H", f"PX-API-KEY: {site.key}", house.base + LIST + path)
    text = body.decode()
    same([status, list(json.loads(text))], [200, KEYS])
    check('"feedback":"Ærø → ✓",' in text and text.startswith(
        '{"status":200,"message":"Audit retrieved.","data":{"object":"audit","id":"'), text)
    check(text.endswith(f'}},"code":null,"errors":[],"pagination":null,"endpoint":"{LIST}{path}"}}'), text)
    same(dict(headers)["content-type"], "application/json; charset=utf-8")


def item_02_three_headers_and_their_order(house):
    site = Site(house)
    audit, good, bearer = site.create(), site.key, f"Bearer {site.key}"
    for headers in [{"px-api-key": good}, {"x-api-key": good}, {"authorization": bearer},
                    {"px-api-key": good, "x-api-key": "bad", "authorization": "Bearer bad"},
                    {"x-api-key": good, "authorization": "Bearer bad"},
                    {"px-api-key": "", "x-api-key": good}, {"px-api-key": "", "x-api-key": "", "authorization": bearer},
                    {"authorization": "Basic b2xpdmlhOng=", "x-api-key": good}]:
        check(audit["id"] in [row["id"] for row in site.get(headers=headers)["data"]], headers)
        made = whole(site.post("", {"location_id": site.place}, headers=headers), 201)["data"]
        same([made["created_by"], made["updated_by"]], [site.actor] * 2)
    for headers in [{"px-api-key": "bad", "x-api-key": good}, {"px-api-key": "bad", "authorization": bearer},
                    {"x-api-key": "bad", "authorization": bearer}]:
        refused(site.send("GET", headers=headers), "invalid_api_key")
    olivia = ident("user", site.ask("{ viewer { user { uuid } } }")["viewer"]["user"]["uuid"])
    headers = {"authorization": f"Bearer {site.token}"}
    made = whole(site.post("", {"location_id": site.place}, headers=headers), 201)["data"]
    same([made["created_by"], made["updated_by"]], [olivia] * 2)
    same(site.read(made), made)
    for path in ["?created_by=", "?updated_by="]:
        same([row["id"] for row in site.get(path + olivia, headers=headers)["data"]], [made["id"]])
    # A key changes what a person made.
    same([site.update(made, priority="low")[name] for name in ["created_by", "updated_by"]], [olivia, site.actor])
    # An access token is no key.
    refused(site.send("GET", headers={"px-api-key": site.token}), "invalid_api_key")


def item_03_credentials_that_are_not_good(house):
    site = Site(house)
    for headers in [{}, {"px-api-key": ""}, {"authorization": "Basic abc"}, {"authorization": ""}]:
        refused(site.send("GET", headers=headers), "missing_api_key")
        refused(site.send("POST", headers=headers, json={}), "missing_api_key")
    forged = token_of(uuid.UUID(site.key_row["uuid"]).bytes)
    same(forged, site.key)
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    _, expired = site.new_key(expiresAt=end)
    row, revoked = site.new_key()
    for key in [expired, revoked]:
        whole(site.send("GET", key=key), 200)
    site.make("revokeApiKey", "apiKey { id }", id=row["id"])
    time.sleep(2.1)
    broken = site.key[:-1] + ("A" if site.key[-1] != "A" else "B")
    unknown = token_of(uuid.uuid4().bytes)
    for token in ["no", "ak_", "ak_no", site.key[:-4], site.key[3:], broken, unknown, expired, revoked, house.data_key]:
        for headers in [{"px-api-key": token}, {"x-api-key": token}, {"authorization": f"Bearer {token}"}]:
            refused(site.send("GET", headers=headers), "invalid_api_key")
    _, reader = site.new_key(scopes=["packagex:read"])
    _, writer = site.new_key(scopes=["packagex:write"])
    _, other = site.new_key(scopes=["action_audit:read"])
    for key, may_read, may_write in [(reader, 1, 0), (writer, 0, 1), (other, 0, 0), (site.key, 1, 1)]:
        for told, may, status in [(site.send("GET", key=key), may_read, 200),
                                  (site.post("", {"location_id": site.place}, key=key), may_write, 201)]:
            whole(told, status) if may else refused(told, "insufficient_scope")
        same(site.send("HEAD", key=key).status_code, 200 if may_read else 403)
    # The key of a person who is gone.
    house.person("packer.pat")
    made = house.ask("mutation { createApiKey(input: {label: \"pat\"}) { token userErrors { message } } }",
                     "packer.pat")["createApiKey"]
    whole(site.send("GET", key=made["token"]), 200)
    house.command("user", "deactivate", "packer.pat")
    refused(site.send("GET", key=made["token"]), "invalid_api_key")


def item_04_addresses_and_methods(house):
    site = Site(house)
    audit = site.create()
    for path in ["", "/" + audit["id"]]:
        plain, slash = site.send("GET", path), site.send("GET", path + "/")
        same([plain.status_code, slash.status_code], [200, 200])
        same(slash.text, plain.text)
        for method in ["PUT", "PATCH", "DELETE"]:
            for headers in [None, {}]:
                refused(site.send(method, path, headers=headers), "method_not_allowed")
        options = site.send("OPTIONS", path, headers={})
        same([options.status_code, options.text, options.headers["allow"]], [204, "", ALLOW])
        head, wanted = site.send("HEAD", path), str(uuid.uuid4())
        same([head.status_code, head.text, head.headers["content-type"]], [200, "", "application/json; charset=utf-8"])
        told = site.send("GET", path, headers={"px-api-key": site.key, "x-request-id": wanted})
        same(told.headers["x-request-id"], wanted)
    same(whole(site.post("/", {"location_id": site.place}), 201)["endpoint"], LIST)
    for headers in [None, {}]:
        same(refused(site.send("GET", "/a/b", headers=headers), "route_not_found")["endpoint"], LIST + "/a/b")
    refused(site.send("PUT", "/a/b"), "route_not_found")


def item_05_identifiers(house):
    site = Site(house)
    made = site.audits(*({"number": f"V-{at}", "uuid": uuid.UUID(text)} for at, text in enumerate(VECTORS)))
    for at, (text, letters) in enumerate(VECTORS.items()):
        same(ident("audit", text), "audit_" + letters)
        told = site.get("/audit_" + letters)["data"]
        same([told["id"], told["number"]], ["audit_" + letters, f"V-{at}"])
        node = site.ask(f'{{ audits(first: 1, filter: {{uuid: {{eq: "{text}"}}}}) {{ nodes {{ number }} }} }}')
        same(node["audits"]["nodes"], [{"number": f"V-{at}"}])
    same(sorted(row["id"] for row in site.get()["data"]), sorted(made.values()))
    # One more than the largest of 128 bits, and the largest that can be written.
    for beyond in ["YcVfxkQavQvamAeSB3PSbz", "z" * 22]:
        refused(site.send("GET", "/audit_" + beyond), "audit_not_found")
        refused(site.post("/audit_" + beyond, {}), "audit_not_found")
        same(site.numbers("location_id=loc_" + beyond), [])
        refused(site.post("", {"location_id": "loc_" + beyond}), "invalid_body", ["location_id: does not exist"])


def item_06_only_audits_of_locations_of_the_organization(house):
    site, other = Site(house), Site(house)
    mine, theirs = site.create(), other.create()
    area = site.make_location("Hall", "AREA")
    elsewhere = site.make("createAudit", "audit { uuid number }", number="HALL-1", assetId=area["id"])
    for stranger in [theirs["id"], ident("audit", elsewhere["uuid"]), "audit_", mine["id"][6:], "loc" + mine["id"][5:]]:
        refused(site.send("GET", "/" + stranger), "audit_not_found")
        refused(site.post("/" + stranger, {"priority": "low"}), "audit_not_found")
    same([row["id"] for row in site.get()["data"]], [mine["id"]])
    same([row["id"] for row in other.get()["data"]], [theirs["id"]])
    same(site.numbers("search=HALL-1"), [])
    same([row["id"] for row in site.get("?search=" + mine["number"])["data"]], [mine["id"]])
    refused(site.post("", {"location_id": other.place}), "invalid_body", ["location_id: does not exist"])
    refused(site.post("", {"location_id": ident("loc", area["uuid"])}), "invalid_body", ["location_id: does not exist"])
    same(site.numbers("location_id=" + other.place), [])
    # It comes and goes with the kind of its asset.
    path = "/" + ident("audit", elsewhere["uuid"])
    site.make("updateAsset", "asset { id }", id=area["id"], kind="LOCATION")
    same([site.get(path)["data"]["number"], site.numbers("search=HALL-1")], ["HALL-1", ["HALL-1"]])
    site.make("updateAsset", "asset { id }", id=area["id"], kind="AREA")
    refused(site.send("GET", path), "audit_not_found")
    same(site.numbers("search=HALL-1"), [])
    shown = site.make("createAudit", "audit { uuid }", number="YARD-1", assetId=site.location["id"])
    same(site.get("/" + ident("audit", shown["uuid"]))["data"]["tasks"], [])


def limited(site):
    """Checks a refusal for too many requests."""
    told = exhausted(site)
    seconds = told.headers["retry-after"]
    check(1 <= int(seconds) <= 60, seconds)
    refused(told, "rate_limited", [], "1 second" if seconds == "1" else f"{seconds} seconds")


def item_07_too_many_requests(house):
    site = Site(house)
    house.again("--packagex-rate-limit", "4")
    try:
        limited(site)
        whole(site.send("GET", key=site.new_key()[1]), 200)
    finally:
        house.again()
    whole(site.send("GET"), 200)


def item_45_every_code_with_its_message(house):
    site = Site(house, levels=[("x", "a", "120")])
    audit, seen = site.create(), set()
    path, body = "/" + audit["id"], {"location_id": site.place}
    typed = {"px-api-key": site.key, "content-type": "application/json"}
    task = audit["tasks"][0]["id"]

    def meets(code, told, errors=(), *words):
        refused(told, code, errors, *words)
        seen.add(code)

    meets("missing_api_key", site.send("GET", headers={}))
    meets("invalid_api_key", site.send("GET", key="bad"))
    meets("insufficient_scope", site.send("GET", key=site.new_key(scopes=["packagex:write"])[1]))
    meets("route_not_found", site.send("GET", "/a/b"))
    meets("audit_not_found", site.send("GET", "/audit_1"))
    meets("method_not_allowed", site.send("PUT"))
    meets("payload_too_large", site.send("POST", headers=typed, data=b" " * (2**20 + 1)))
    meets("unsupported_media_type", site.send("POST", headers={**typed, "content-type": "text/html"}, data=b"{}"))
    meets("invalid_json", site.send("POST", headers=typed, data=b'{\n  "a": ]}'), ["body: line 2 column 8"])
    meets("invalid_query", site.send("GET", "?limit=500&status=gt:created&colour=red"),
          ["limit: must be an integer from 1 to 100", 'status: operator "gt" is not supported',
           "colour: unknown parameter"])
    meets("invalid_body", site.post("", {}), ["location_id: is required"])
    meets("no_eligible_tasks", site.post("", {**body, "item_ids": [ident("item", site.items["z"]["uuid"])]}))
    organization = site.organization["legacyId"]
    site.insert("layout", [{"uuid": uuid.uuid4(), "organization_id": organization, "name": f"L{at}",
                            "asset_id": site.location["legacyId"], "created_at": "2026-01-01T00:00:00.000000+00:00",
                            "updated_at": "2026-01-01T00:00:00.000000+00:00"} for at in range(100)])
    uuids = "gen_random_uuid()" if house.database else "randomblob(16)"
    house.operator(f"INSERT INTO stock_level (uuid, organization_id, asset_id, item_id, layout_id, available_qty, "
                   f"created_at, updated_at) SELECT {uuids}, organization_id, asset_id, "
                   f"{site.items['y']['legacyId']}, id, 1, created_at, updated_at FROM layout WHERE name LIKE 'L%' AND "
                   f"organization_id = {organization}")
    meets("too_many_tasks", site.post("", body))
    meets("uncounted_tasks", site.post(path, {"status": "in_review"}), [f"tasks.{task}.counted_qty: is required"])
    meets("reason_code_required", site.post(path, {"status": "in_review", "tasks": counts(audit, 20)}),
          [f"tasks.{task}.reason_code_id: is required"])
    meets("duplicate_number", site.post("", {**body, "number": audit["number"]}), ["number: already exists"])
    meets("invalid_transition", site.post(path, {"status": "approved"}), ["status: not allowed"], "created", "approved")
    site.update(audit, status="in_review", tasks=[{**counts(audit, 20)[0], "reason_code_id": site.reason}])
    meets("audit_locked", site.post(path, {"tasks": counts(audit, 5)}), ["tasks[0].counted_qty: is locked"])
    site.book("xa", "0")
    meets("inventory_conflict", site.post(path, {"status": "approved"}),
          [f"tasks.{task}.counted_qty: conflicts with inventory"])
    with without(house, "count_task"):
        meets("internal_error", site.send("GET"))
    house.again("--packagex-rate-limit", "4")
    try:
        limited(site)
    finally:
        house.again()
    same(sorted(seen | {"rate_limited"}), sorted(CODES))
