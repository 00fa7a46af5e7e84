"""Who may read, and what nobody may do (items 35 to 45)."""

import base64
import hashlib
import hmac
import json
import re
import time
import uuid

from action_audit_words import RESOURCES, SPECIFICATION, read, refusal, rows
from house import KEY_SECRET, check, curl, same

MISSING, INVALID = "missing access token", "invalid access token"
CLOSED, UNGRANTED = ("the Data API module is not active for this organization",
                     "Data API access is not granted to this user")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unauthorized(house, header, message, path="/xapi/v1/users.json"):
    told = house.send("GET", path, headers={"authorization": header} if header is not None else {})
    refusal(house, told, 401, message, f"{header}")
    wanted = 'Bearer realm="xapi"' + (', error="invalid_token"' if message == INVALID else "")
    same(told.headers["www-authenticate"], wanted)
    check("x-total-count" not in told.headers and "link" not in told.headers, told.headers)


def grant(house, user, admin="olivia.owner"):
    house.make("grantApiAccess", "__typename", admin, userId=user)


def ungranted(house, user):
    house.make("withdrawApiAccess", "__typename", userId=user)


def key_of(house, username):
    """The export key that a person has, and its token as shown to them."""
    query = "{ apiKeys(first: 5, filter: {purpose: {eq: DATA_API}, revokedAt: {isNull: true}}) { nodes { id uuid } } }"
    keys = house.ask(query, username)["apiKeys"]["nodes"]
    check(len(keys) == 1, f"{username} has {len(keys)} keys")
    return keys[0], house.make("showApiToken", "token", username, id=keys[0]["id"])


def token_of(key):
    """The token of a key by the contract's formula."""
    key = uuid.UUID(key).bytes
    told = key + hmac.new(KEY_SECRET, key, hashlib.sha256).digest()
    return "ak_" + base64.urlsafe_b64encode(told).decode()


def item_35_what_is_no_token_and_what_is_no_good_one(house):
    for header in [None, "Basic b2xpdmlhOng=", "Bearer", "Bearer ", "Token x", f"Bearer{house.data_key}", ""]:
        unauthorized(house, header, MISSING)
    unauthorized(house, None, MISSING, f"/xapi/v1/users.json?access_token={house.data_key}")
    for spaced in ["bearer ", "BEARER    "]:
        check(house.send("GET", "/xapi/v1/users.json", headers={"authorization": spaced + house.data_key}).ok, spaced)
    # Removing a person ends sign-ins and keys alike; an access token first, a key second.
    person = house.person("leaver.lee")
    grant(house, person["id"])
    access, (key, export) = house.token("leaver.lee"), key_of(house, "leaver.lee")
    for good in [house.data_key, access, export]:
        read(house, "templates.json", good)
        for at in range(len(good)):
            other = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1:]
            unauthorized(house, f"Bearer {other}", INVALID)
        last = LETTERS[LETTERS.index(good[-1]) ^ 1]
        for bad in [good[:-1], good[:-1] + last, good[: len(good) // 2], good[3:], good + "=", good + "A", f"{good} x"]:
            unauthorized(house, f"Bearer {bad}", INVALID)
    for bad in ["nonsense", "ak_", "ak_" + "A" * 64, token_of(str(uuid.uuid4())), "..", "a.b.c"]:
        unauthorized(house, f"Bearer {bad}", INVALID)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    short = house.make("createApiKey", "apiKey { id } token", "leaver.lee", scopes=["action_audit:read"],
                       expiresAt=soon)
    check(short, "a key")
    query = "{ apiKeys(last: 1, orderBy: [{field: CREATED_AT}]) { nodes { uuid id } } }"
    short = house.ask(query, "leaver.lee")["apiKeys"]["nodes"][0]
    read(house, "templates.json", token_of(short["uuid"]))
    other = house.make("createApiKey", "token", "leaver.lee", scopes=["graphql:read"])
    unauthorized(house, f"Bearer {other}", INVALID)
    lasting = house.make("createApiKey", "token", "leaver.lee")
    read(house, "templates.json", lasting)
    revoked = house.make("createApiKey", "apiKey { id uuid }", "leaver.lee", scopes=["action_audit:read"])
    read(house, "templates.json", token_of(revoked["uuid"]))
    house.make("revokeApiKey", "apiKey { id }", "leaver.lee", id=revoked["id"])
    unauthorized(house, f"Bearer {token_of(revoked['uuid'])}", INVALID)
    time.sleep(3)
    unauthorized(house, f"Bearer {token_of(short['uuid'])}", INVALID)
    house.make("updateUser", "user { id }", id=person["id"], status="INACTIVE")
    for gone in [access, export, lasting]:
        unauthorized(house, f"Bearer {gone}", INVALID)
    house.again("--access-token-life", "2s")
    try:
        house.tokens.clear()
        brief = house.token("adam.admin")
        told = house.export("templates.json", brief)
        check(told.status_code in (200, 403), told.text)
        # Access tokens of the login are good for five seconds more, for clocks that differ.
        time.sleep(8)
        unauthorized(house, f"Bearer {brief}", INVALID)
    finally:
        house.tokens.clear()
        house.again()


def item_36_the_licence_gate_and_the_grant_are_told_apart(house):
    person = house.person("gate.guest")
    access = house.token("gate.guest")
    refusal(house, house.export("users.json?limit=abc", access), 403, UNGRANTED)
    grant(house, person["id"])
    key, token = key_of(house, "gate.guest")
    organization = house.ask("{ viewer { organization { id } } }")["viewer"]["organization"]["id"]
    for good in [access, token]:
        read(house, "templates.json", good)
    house.make("updateOrganization", "organization { id }", id=organization, dataApiEnabled=False)
    try:
        for good in [access, token, house.data_key]:
            for path in ["users.json", "users.json?limit=abc", f"users/{uuid.uuid4()}.json"]:
                told = house.export(path, good)
                refusal(house, told, 403, CLOSED, path)
                check("x-total-count" not in told.headers and "link" not in told.headers, told.headers)
    finally:
        house.make("updateOrganization", "organization { id }", id=organization, dataApiEnabled=True)
    for good in [access, token]:
        read(house, "templates.json", good)
    ungranted(house, person["id"])
    told = house.export("users.json", access)
    refusal(house, told, 403, UNGRANTED)
    check("x-total-count" not in told.headers and "link" not in told.headers, told.headers)


def item_37_a_plain_member_reads_what_an_owner_reads(house):
    member = house.person("plain.pat", isRestricted=True)
    owner = house.ask('{ user(username: "olivia.owner") { id } }')["user"]["id"]
    for user in [member["id"], owner]:
        grant(house, user)
    plain, own = house.token("plain.pat"), house.token("olivia.owner")
    role = house.ask("{ viewer { user { memberships { role } } } }", "plain.pat")["viewer"]["user"]["memberships"]
    same(role, [{"role": "MEMBER"}])
    for resource in RESOURCES:
        same(rows(house, resource, token=plain), rows(house, resource, token=own), resource)
        for row in rows(house, resource, token=own)[:20]:
            same(read(house, row["links"]["show"], plain)["data"], read(house, row["links"]["show"], own)["data"])


def item_38_the_token_is_derived_and_shown_again(house):
    """A key with the vector's uuid cannot be ordered from a client; the formula gives the vector here, and the program,
    run with the vector's secret, gives the tokens that the formula gives for its own keys.
    """
    same(token_of("5b0f6a1e-93d4-4c27-8a6b-2f1e7d9c4a30"),
         "ak_Ww9qHpPUTCeKay8efZxKMNkDD8o9tYS2YN2TxxAaT-U7--gfP2EUs5PAtqzbKU7s")
    person = house.person("shown.sam")
    tokens = []
    for _ in range(2):
        grant(house, person["id"], "adam.admin")
        key, token = key_of(house, "shown.sam")
        same(token, token_of(key["uuid"]))
        check(re.fullmatch(r"ak_[A-Za-z0-9_-]{64}", token), token)
        for _ in range(3):
            same(house.make("showApiToken", "token", "shown.sam", id=key["id"]), token)
        read(house, "templates.json", token)
        # An export key is unknown to every other surface.
        told = house.send("POST", "/graphql", json={"query": "{ viewer { user { id } } }"},
                          headers={"authorization": f"Bearer {token}"})
        check(told.status_code == 401 or "UNAUTHENTICATED" in told.text, told.text)
        ungranted(house, person["id"])
        unauthorized(house, f"Bearer {token}", INVALID)
        tokens.append(token)
    check(tokens[0] != tokens[1], "the same token after a new grant")
    grant(house, person["id"])
    unauthorized(house, f"Bearer {tokens[0]}", INVALID)


def item_39_nothing_of_another_organization_is_told(house):
    organization = house.ask("{ viewer { organization { id } } }", "nora.owner")["viewer"]["organization"]["id"]
    house.make("updateOrganization", "organization { id }", "nora.owner", id=organization, dataApiEnabled=True)
    nora = house.ask('{ user(username: "nora.owner") { id } }', "nora.owner")["user"]["id"]
    grant(house, nora, "nora.owner")
    house.make("createAudit", "audit { id }", "nora.owner", name="Theirs")
    theirs, total = key_of(house, "nora.owner")[1], 0
    for resource in RESOURCES:
        here = {row["uuid"]: row for row in rows(house, resource)}
        there = {row["uuid"]: row for row in rows(house, resource, token=theirs)}
        shared = set(here) & set(there)
        check(not shared or resource == "users" and len(shared) <= 2, f"{resource}: {shared}")
        same(house.export(f"{resource}.json?limit=1", theirs).headers["x-total-count"], str(len(there)), resource)
        for own, foreign, token in [(here, there, theirs), (there, here, None)]:
            for uid in list(set(own) - shared)[:20]:
                refusal(house, house.export(f"{resource}/{uid}.json", token), 404, "not found", resource)
            text = "".join(house.export(row["links"]["show"], token).text for row in list(foreign.values())[:20])
            for uid in set(own) - shared:
                check(uid not in text, f"{resource}: {uid}")
        total += len(there)
    check(total > 10, total)
    # The organization is the token's, whatever a header asks for.
    told = house.export("audits.json?limit=1000", headers={"x-organization": "northwind-library"})
    same(sorted(row["uuid"] for row in told.json()["data"]), sorted(row["uuid"] for row in rows(house, "audits")))


def paths(house):
    found = []
    for resource in RESOURCES:
        found += [f"/xapi/v1/{resource}.json", rows(house, resource)[0]["links"]["show"]]
    return found


def item_40_nothing_can_be_changed(house):
    before = [house.events(), house.events("nora.owner")], [rows(house, resource) for resource in RESOURCES]
    for path in paths(house):
        for method in ["POST", "PUT", "PATCH", "DELETE"]:
            for token in [None, "nonsense"]:
                told = house.export(path, token, method, json={"status": "inactive"})
                refusal(house, told, 405, "the Data API is read only", f"{method} {path}")
                same(told.headers["allow"], "GET, HEAD")
    after = [house.events(), house.events("nora.owner")], [rows(house, resource) for resource in RESOURCES]
    same(after, before)


def item_41_head_is_get_without_its_body(house):
    request = "0c5e7a3b-4d21-4f6e-9a88-b1d2c3e4f506"
    more = ["/xapi/v1/nothing.json", "/xapi/v1/users.json?limit=x", "/xapi/v1/users.json?limit=2&offset=3"]
    for path in paths(house) + more:
        for token in [house.data_key, "nonsense"]:
            words = ["-H", f"authorization: Bearer {token}", "-H", f"x-request-id: {request}", house.base + path]
            got, head = curl(*words), curl("--head", *words)
            kept = [[pair for pair in headers if pair[0] != "date"] for headers in (got[1], head[1])]
            same([head[0], kept[1]], [got[0], kept[0]], path)
            check(head[2] == b"" and got[2], path)


def item_42_addresses_of_nothing_are_not_found(house):
    some = rows(house, "users")[0]["uuid"]
    for path in ["users", "users.xml", "nothing.json", "users/xyz.json", "users/", f"users/{some}", "Users.json",
                 f"users/{some}.json/", f"users/{some}/worker.json", f"users/{{{some}}}.json",
                 f"users/{some.replace('-', '')}.json", f"users/{uuid.uuid4()}.json", "users.json.json"]:
        refusal(house, house.export(path), 404, "not found", path)
    for path in ["users", "nothing.json"]:
        refusal(house, house.send("GET", f"/xapi/v1/{path}"), 404, "not found", path)
        refusal(house, house.export(path, method="DELETE"), 404, "not found", path)


def item_43_a_uuid_may_be_in_capitals(house):
    for resource in RESOURCES:
        row = rows(house, resource)[0]
        found = read(house, f"{resource}/{row['uuid'].upper()}.json")["data"]
        same(found["uuid"], row["uuid"])
        same(found, read(house, row["links"]["show"])["data"])


def item_44_errors_have_three_blocks_and_the_requests_id(house):
    own = str(uuid.uuid4())
    for path, method, token, status, message in [
        ("nothing.json", "GET", None, 404, "not found"),
        ("users.json", "PUT", None, 405, "the Data API is read only"),
        ("users.json", "GET", "x", 401, INVALID),
        ("users.json?limit=1001", "GET", None, 400, "limit: must be an integer from 0 to 1000"),
        ("users.json?sort_by=x&sort_dir=y&offset=z", "GET", None, 400, 'sort_by: unknown column "x"'),
        ("users.json?sort_dir=y&offset=z&limit=z", "GET", None, 400, "sort_dir: must be asc or desc"),
        ("users.json?offset=z&limit=z&columns=z", "GET", None, 400, "offset: must be an integer from 0 to 2147483647"),
        ("users.json?limit=z&columns=z", "GET", None, 400, "limit: must be an integer from 0 to 1000"),
        ("users.json?columns=z&limit=1&limit=1", "GET", None, 400, "limit: given more than once"),
        (f"users/{uuid.uuid4()}.json", "GET", None, 404, "not found"),
    ]:
        told = house.export(path, token, method)
        refusal(house, told, status, message, path)
        check(uuid.UUID(told.headers["x-request-id"]).version == 4, told.headers)
        told = house.export(path, token, method, headers={"x-request-id": own})
        refusal(house, told, status, message, path)
        same(told.headers["x-request-id"], own)
    told = house.export("nothing.json", headers={"x-request-id": "not-a-uuid"})
    check(told.headers["x-request-id"] != "not-a-uuid", "an id that is no UUID")


def item_45_an_internal_failure_tells_nothing_of_itself(house):
    """No client can force a failure, so the operator's hand takes a table away for a moment."""
    house.operator("ALTER TABLE idea RENAME TO idea_gone")
    try:
        own = str(uuid.uuid4())
        for path in ["ideas.json", f"ideas/{uuid.uuid4()}.json"]:
            told = house.export(path, headers={"x-request-id": own})
            refusal(house, told, 500, "internal error", path)
            request = {"requested_at": told.json()["request"]["requested_at"], "uuid": own}
            whole = {"specification": SPECIFICATION, "request": request,
                     "response": {"type": "error", "status": 500, "message": "internal error"}}
            same(json.loads(told.text), whole)
            for word in ["SELECT", "idea_gone", "no such table", "relation", "src/", ".rs", "panicked"]:
                check(word not in told.text, told.text)
    finally:
        house.operator("ALTER TABLE idea_gone RENAME TO idea")
    check(rows(house, "ideas"), "all is well again")
