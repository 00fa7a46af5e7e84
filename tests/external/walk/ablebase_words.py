"""Words of Ablebase that several topics need, and readers of its answers."""

import datetime
import http.cookiejar
import itertools
import os
import re
import sqlite3
import threading
import time

from house import HOME, PASSWORD, check, psql, same

MEMBER, ADMIN, OWNER = "mia.member", "adam.admin", "olivia.owner"
AUDIT = ("id number productId type status title description standardId conformanceLevel startedAt completedAt "
         "createdAt updatedAt").split()
LISTED = AUDIT + ["productName", "productSlug"]
ISSUE = ("id number productId auditId title description state severity impact effort priority source areas createdAt "
         "updatedAt").split()
AREA = "id name slug description productId archivedAt createdAt updatedAt".split()
FUTURE = ("productId productName productSlug nextAuditDate isOverdue auditFrequency lastAuditDate "
          "lastAuditNumber").split()
USER = "id name email emailVerified image createdAt updatedAt".split()
SESSION = "id userId expiresAt createdAt updatedAt ipAddress userAgent activeOrganizationId".split()
# The eight operations, as somebody would ask of an audit that there is.
OPERATIONS = [
    ("GET", "audits"), ("GET", "future-audits"), ("GET", "products/web-shop/audits"),
    ("POST", "products/web-shop/audits"), ("GET", "products/web-shop/audits/1"),
    ("PATCH", "products/web-shop/audits/1"), ("DELETE", "products/web-shop/audits/1"),
    ("GET", "products/web-shop/audits/1/issues"),
]
NO_ORGANIZATION = (404, "NOT_FOUND", "Organization not found")
NO_PRODUCT = (404, "NOT_FOUND", "Product not found")
NO_AUDIT = (404, "NOT_FOUND", "Audit not found")
NOT_IN = (401, "UNAUTHORIZED", "Authentication required")
WRONG = (401, "UNAUTHORIZED", "Invalid email or password")
ROLE = (403, "FORBIDDEN", "Insufficient role")
FOREIGN = (403, "FORBIDDEN", "Cross-site request refused")
ARCHIVED = (409, "CONFLICT", "Cannot create an audit for an archived product")
STALE = (412, "PRECONDITION_FAILED", "Audit was changed by someone else")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
COOKIE = "better-auth.session_token"
numbers = itertools.count(1)


def prepare(house):
    """Keeps cookies out of all requests that do not name one, and finds the organization."""
    house.session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    query = "{ viewer { organization { id uuid } } }"
    house.own = house.ask(query)["viewer"]["organization"]
    house.other = house.ask(query, "nora.owner")["viewer"]["organization"]


def at(house, rest, organization=None):
    return f"/v1/organizations/{organization or house.own['uuid']}/{rest}"


def ask(house, method, rest, body=None, user=MEMBER, token=None, **given):
    """A request with a bearer; a dictionary is sent as JSON, a text or bytes as they are."""
    headers = {"authorization": f"Bearer {token or house.token(user, HOME)}", **given.pop("headers", {})}
    if isinstance(body, dict):
        given["json"] = body
    elif body is not None:
        given["data"] = body
        headers.setdefault("content-type", "application/json")
    path = rest if rest.startswith("/") else at(house, rest)
    return house.send(method, path, headers=headers, **given)


def done(told, status, where=""):
    check(told.status_code == status, f"{where}: {told.status_code} in place of {status}: {told.text[:500]}")
    check(status == 204 or told.headers["content-type"] == "application/json; charset=utf-8", told.headers)
    check("x-request-id" in told.headers, told.headers)
    return told


def read(house, rest, user=MEMBER):
    return done(ask(house, "GET", rest, user=user), 200, rest).json()


def listed(house, rest, member, keys):
    """The rows of a list, their keys checked."""
    body = read(house, rest)
    same(list(body), [member], rest)
    for row in body[member]:
        same(list(row), keys, rest)
    return body[member]


def one(body):
    """The audit of an answer, its keys and types checked."""
    same(list(body), ["audit"])
    audit = body["audit"]
    same(list(audit), AUDIT)
    for key in ["startedAt", "completedAt", "createdAt", "updatedAt"]:
        missing = audit[key] is None and key in ("startedAt", "completedAt")
        check(missing or INSTANT.fullmatch(audit[key]), audit)
    check(type(audit["number"]) is int, audit)
    check(audit["type"] in ("full", "re_audit", "small_scope"), audit)
    check(audit["status"] in ("in_progress", "completed"), audit)
    return audit


def show(house, rest):
    return one(read(house, rest))


def begin(house, slug, body=None, user=MEMBER):
    return one(done(ask(house, "POST", f"products/{slug}/audits", body or {}, user), 201, (slug, body)).json())


def amend(house, rest, body, user=MEMBER):
    return one(done(ask(house, "PATCH", rest, body, user), 200, (rest, body)).json())


def remove(house, rest, user=ADMIN):
    check(done(ask(house, "DELETE", rest, user=user), 204, rest).content == b"", rest)


def refused(told, refusal, where=""):
    """Checks an error: its status, its two texts and that there is nothing else."""
    status, code, message = refusal
    done(told, status, where)
    same(told.json(), {"error": {"code": code, "message": message}}, where)


def invalid(told, message, where=""):
    refused(told, (400, "VALIDATION_ERROR", message), where or message)


def product(house, **given):
    """A product of its own; gives its slug and its record."""
    slug = given.pop("slug", None) or f"product-{next(numbers)}"
    given = {"name": slug.title(), "slug": slug, "kind": "PRODUCT", **given}
    return slug, house.make("createAsset", "asset { id uuid createdAt version }", ADMIN, **given)


def audit(house, body=None, **given):
    """The path of a new audit of a new product."""
    slug, _ = product(house, **given)
    return f"products/{slug}/audits/{begin(house, slug, body)['number']}"


def finished(house, slug, when, **given):
    """An audit that was completed at an instant; gives its path."""
    path = f"products/{slug}/audits/{begin(house, slug, given)['number']}"
    amend(house, path, {"status": "completed", "completedAt": when})
    return path


def stored(house, uuid, fields):
    """An audit as GraphQL has it."""
    query = f'{{ audits(first: 1, filter: {{uuid: {{eq: "{uuid}"}}}}) {{ nodes {{ {fields} }} }} }}'
    return house.ask(query)["audits"]["nodes"][0]


def step(house, mutation, audit_):
    """Does a step of the workflow by GraphQL."""
    house.make(mutation, "audit { id }", OWNER, id=stored(house, audit_["id"], "id")["id"])


def last_event(house):
    fields = "action entityType entityUuid surface snapshotAfter snapshotBefore"
    order = "orderBy: [{field: SEQUENCE, direction: DESC}]"
    query = f"{{ changeEvents(first: 1, {order}) {{ nodes {{ {fields} }} }} }}"
    return house.ask(query)["changeEvents"]["nodes"][0]


def standards(house):
    """Standards by their slug: global id, uuid, and levels by their code."""
    found = {}
    for row in house.all("standards", "id uuid slug conformanceLevels { id uuid code }"):
        found[row["slug"]] = {**row, "levels": {level["code"]: level for level in row["conformanceLevels"]}}
    return found


def mail(username):
    return username.split(".")[0] + "@harbour-foods.example"


def sign_in(house, username=MEMBER, headers=None, **given):
    body = {"email": mail(username), "password": PASSWORD.format(username.replace(".", "-")), **given}
    return house.send("POST", "/api/auth/sign-in/email", json=body, headers=headers or {})


def opened(house, username=MEMBER):
    """The token of a new session."""
    return done(sign_in(house, username), 200).json()["token"]


def session_of(house, token):
    return done(house.send("GET", "/api/auth/get-session", headers=crumb(token)), 200).text


def crumb(token, **more):
    return {"cookie": f"{COOKIE}={token}", **{name.replace("_", "-"): value for name, value in more.items()}}


def moment(text):
    """An instant of an answer."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def hold(house, sql, seconds):
    """Runs SQL in a transaction that stays open for a while; gives its thread once the rows are locked."""
    locked = threading.Event()

    def sqlite():
        path = os.path.join(house.work, "data", "audit-gateway.sqlite")
        store = sqlite3.connect(path, timeout=20, isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        store.execute(sql)
        locked.set()
        time.sleep(seconds)
        store.execute("COMMIT")
        store.close()

    def postgres():
        psql(house.url, f"SET audit_gateway.organization = '*'; BEGIN; {sql}; SELECT pg_sleep({seconds}); COMMIT")

    def asleep():
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        while psql(house.url, sleeping).strip() == "0":
            pass
        locked.set()

    thread = threading.Thread(target=postgres if house.database else sqlite)
    thread.start()
    if house.database:
        threading.Thread(target=asleep, daemon=True).start()
    check(locked.wait(20), "the store cannot be locked")
    return thread
