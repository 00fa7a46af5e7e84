"""What the items of PackageX share: identifiers, the envelope, refusals, and an organization of an item's own."""

import json
import time
import urllib.parse
import uuid
from decimal import Decimal

import requests
from house import check, same

LIST = "/v1/audits"
KEYS = ["status", "message", "data", "code", "errors", "pagination", "endpoint"]
ALLOW = "GET, HEAD, POST, OPTIONS"
REALM = 'Bearer realm="packagex"'
AUDIT = ["object", "id", "organization_id", "number", "location", "status", "priority", "assignee", "tasks", "by_item",
         "by_layout", "feedback", "complete_at", "finished_at", "overdue", "update_inventory", "metadata", "created_at",
         "updated_at", "created_by", "updated_by"]
TASK = ["object", "id", "item_id", "layout_id", "total_qty", "counted_qty", "discrepancy", "reason_code_id",
        "created_at", "updated_at"]
WORDS = ["created", "processing", "in_review", "recount", "approved", "canceled"]
WORD_OF = {"CREATED": "created", "IN_PROGRESS": "processing", "GENERATING": "processing", "IN_REVIEW": "in_review",
           "READY_TO_CLOSE": "in_review", "RECOUNT": "recount", "CLOSED": "approved", "CANCELED": "canceled"}
CODES = {
    "missing_api_key": (401, "API key is missing."),
    "invalid_api_key": (401, "API key is invalid, expired or revoked."),
    "insufficient_scope": (403, "These credentials do not allow this action."),
    "route_not_found": (404, "Endpoint not found."),
    "audit_not_found": (404, "Audit not found."),
    "method_not_allowed": (405, "Method not allowed."),
    "payload_too_large": (413, "Request body is too large."),
    "unsupported_media_type": (415, "Content type must be application/json."),
    "invalid_json": (400, "Request body is not valid JSON."),
    "invalid_query": (400, "One or more query parameters are invalid."),
    "invalid_body": (400, "One or more properties are invalid."),
    "no_eligible_tasks": (400, "No items are eligible for counting at this location."),
    "too_many_tasks": (400, "More than 100 tasks would be generated; narrow the scope with item_ids or layout_ids."),
    "uncounted_tasks": (400, "Every task must be counted before review."),
    "reason_code_required": (400, "A reason code is required where the discrepancy exceeds the threshold."),
    "duplicate_number": (409, "An audit with this number already exists at this location."),
    "invalid_transition": (409, "The audit cannot move from {} to {}."),
    "audit_locked": (409, "The audit can no longer be changed in this way."),
    "inventory_conflict": (409, "Applying the counts would make an inventory level negative."),
    "rate_limited": (429, "Too many requests. Try again in {}."),
    "internal_error": (500, "Something went wrong."),
}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def ident(prefix, text):
    """The identifier of a row: 22 characters of base58 behind the prefix."""
    number, letters = uuid.UUID(str(text)).int, ""
    for _ in range(22):
        number, digit = divmod(number, 58)
        letters = ALPHABET[digit] + letters
    return f"{prefix}_{letters}"


def whole(told, status):
    """The body of an answer, whose envelope is as every envelope."""
    check(told.status_code == status, f"{told.request.method} {told.request.url} {told.request.body}: "
          f"{told.status_code} {told.text} in place of {status}")
    check(told.headers["content-type"] == "application/json; charset=utf-8", told.headers)
    check(uuid.UUID(told.headers["x-request-id"]), told.headers)
    body = told.json()
    written = told.request.method == "POST" and status < 300
    same(list(body), KEYS + (["events"] if written else []), told.text)
    same(body["status"], status)
    path = urllib.parse.urlsplit(told.request.url).path
    same(body["endpoint"], path.rstrip("/"), told.text)
    if status < 300:
        same([body["code"], body["errors"]], [None, []], told.text)
        check((body["pagination"] is None) == isinstance(body["data"], dict), told.text)
    else:
        same([body["data"], body["pagination"]], [{}, None], told.text)
        check(isinstance(body["errors"], list) and all(isinstance(one, str) for one in body["errors"]), told.text)
    return body


def refused(told, code, errors=(), *words):
    """Fails unless the answer is this refusal, in its exact words."""
    status, message = CODES[code]
    body = whole(told, status)
    same([body["code"], body["message"], body["errors"]], [code, message.format(*words), list(errors)],
         f"{told.request.url} {str(told.request.body)[:300]}")
    if status == 401:
        same(told.headers["www-authenticate"], REALM)
    if status == 405:
        same(told.headers["allow"], ALLOW)
    return body


def instant(second):
    """A text for the store of seconds, possibly with microseconds, since 1970."""
    whole_seconds, _, rest = str(second).partition(".")
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(whole_seconds)))
    return f"{stamp}.{rest:0<6}+00:00"


def tail(text):
    """The last run of digits without leading zeros."""
    end = max((at + 1 for at, letter in enumerate(text) if letter in "0123456789"), default=0)
    start = end
    while start and text[start - 1] in "0123456789":
        start -= 1
    return text[start:end].lstrip("0") or text[start:end][:1]


def lower(text):
    return "".join(letter.lower() if "A" <= letter <= "Z" else letter for letter in text)


class Site:
    """An organization of an item's own: one location with two layouts, two items, two reasons, and a key."""

    made = 0

    def __init__(self, house, threshold="2.5", levels=(("x", "a", "120"), ("y", "b", "0.5"))):
        Site.made += 1
        self.house, self.slug = house, f"inventory-{Site.made}"
        self.organization = house.make("createOrganization", "organization { id uuid legacyId version }",
                                       slug=self.slug, name=f"Inventory {Site.made}")
        self.token = house.token(organization=self.slug)
        if threshold is not None:
            self.threshold(threshold)
        self.location = self.make_location("Yard")
        self.layouts = {name: self.make("createLayout", "layout { id uuid legacyId }", name=f"Rack {name}",
                                        locationId=self.location["id"]) for name in "ab"}
        self.items = {name: self.make("createItem", "item { id uuid legacyId }", name=f"Item {name}") for name in "xyz"}
        self.reasons = [self.make("createReasonCode", "reasonCode { id uuid legacyId }", code=code, name=code)
                        for code in ["DAMAGED", "LOST"]]
        self.levels = {item + layout: self.level(item, layout, quantity) for item, layout, quantity in levels}
        self.key_row, self.key = self.new_key()
        self.place = ident("loc", self.location["uuid"])
        self.reason = ident("rsnc", self.reasons[0]["uuid"])
        self.actor = ident("key", self.key_row["uuid"])

    # GraphQL and the store

    def ask(self, document, **variables):
        return self.house.graphql(self.token, document, variables)

    def make(self, mutation, fields, **given):
        """The record that a mutation gives, as House.make does in its organization."""
        return self.payload(mutation, fields, **given)[fields.split()[0]]

    def payload(self, mutation, fields, **given):
        kind = mutation[0].upper() + mutation[1:] + "Input"
        document = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ {fields} userErrors {{ field message }} }} }}"
        told = self.ask(document, i=given)[mutation]
        check(not told["userErrors"], f"{mutation} {given}: {told['userErrors']}")
        return told

    def make_location(self, name, kind="LOCATION"):
        return self.make("createAsset", "asset { id uuid legacyId }", name=name, kind=kind)

    def level(self, item, layout, quantity, location=None):
        return self.make("createStockLevel", "stockLevel { id uuid legacyId }", itemId=self.items[item]["id"],
                         layoutId=self.layouts[layout]["id"], locationId=(location or self.location)["id"],
                         availableQty=quantity)

    def book(self, level, quantity):
        """Changes stock as another surface does."""
        self.make("updateStockLevel", "stockLevel { id }", id=self.levels[level]["id"], availableQty=quantity)

    def stock(self):
        """Stock by item and layout, as GraphQL tells it."""
        told = self.ask("{ stockLevels(first: 100) { nodes { availableQty item { name } layout { name } } } }")
        return {one["item"]["name"][-1] + one["layout"]["name"][-1]: Decimal(one["availableQty"])
                for one in told["stockLevels"]["nodes"]}

    def threshold(self, quantity):
        self.make("updateOrganization", "organization { id }", id=self.organization["id"],
                  discrepancyThreshold=quantity)

    def new_key(self, **given):
        told = self.payload("createApiKey", "apiKey { id uuid legacyId } token", label="walk", **given)
        return told["apiKey"], told["token"]

    def person(self, username):
        return self.make("createUser", "user { id uuid legacyId }", username=f"{username}.{self.slug}",
                         firstName=username.title(), lastName="Walker", email=f"{username}@{self.slug}.example",
                         mobile="+31 10 555 0100", password="a-long-demo-password-9")

    def events(self, after=0):
        """Events of the trail behind a sequence, oldest first."""
        fields = "sequence entityType action surface requestId actor { username } entityUuid"
        told = self.ask(f"{{ changeEvents(first: 100, filter: {{sequence: {{gt: {after}}}}}, "
                        f"orderBy: [{{field: SEQUENCE}}]) {{ nodes {{ {fields} }} }} }}")
        return told["changeEvents"]["nodes"]

    def last(self):
        query = "{ changeEvents(first: 1, orderBy: [{field: SEQUENCE, direction: DESC}]) { nodes { sequence } } }"
        return self.ask(query)["changeEvents"]["nodes"][0]["sequence"]

    def literal(self, value):
        if isinstance(value, uuid.UUID):
            return f"'{value}'" if self.house.database else f"X'{value.hex}'"
        if isinstance(value, Decimal):
            return str(value) if self.house.database else str(int(value * 10**6))
        if isinstance(value, bool):
            return str(value).upper() if self.house.database else str(int(value))
        if value is None:
            return "NULL"
        return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

    def insert(self, table, rows):
        """Puts rows straight into the store, in their order."""
        for begin in range(0, len(rows), 200):
            names = list(rows[begin])
            values = ",".join("(" + ",".join(self.literal(row[name]) for name in names) + ")"
                              for row in rows[begin:begin + 200])
            self.house.operator(f"INSERT INTO {table} ({','.join(names)}) VALUES {values}")

    def audits(self, *rows):
        """Audits that no surface could make, each in order younger in the store; their identifiers by number."""
        made, columns = {}, {name for row in rows for name in row}
        plain = {"state": "CREATED", "priority": 2, "created_at": instant(1893456000),
                 "updated_at": instant(1893456000), "asset_id": self.location["legacyId"], "metadata": "{}"}
        ready = []
        for row in rows:
            own = {name: row.get(name, plain.get(name)) for name in sorted(columns | plain.keys() | {"uuid"})}
            own["uuid"] = row.get("uuid") or uuid.uuid4()
            number = row["number"]
            own |= {"organization_id": self.organization["legacyId"], "name": number, "asset_kind": "LOCATION",
                    "number_norm": lower(number), "number_tail": tail(number)}
            made[number] = ident("audit", own["uuid"])
            ready.append(own)
        self.insert("audit", ready)
        return made

    # PackageX

    def send(self, method, path="", key=None, headers=None, **given):
        """A request; `path` is what stands behind /v1/audits."""
        headers = {"px-api-key": key or self.key} if headers is None else headers
        return self.house.send(method, path if path.startswith("/v1") else LIST + path, headers=headers, **given)

    def get(self, path="", **given):
        return whole(self.send("GET", path, **given), 200)

    def numbers(self, query="", total=None):
        """The numbers of a page; there are exactly so many, or `total`, altogether."""
        body = self.get("?" + query if query else "")
        found = [row["number"] for row in body["data"]]
        same(body["pagination"]["total_count"], len(found) if total is None else total, query)
        return found

    def post(self, path, body, **given):
        return self.send("POST", path, json=body, **given)

    def create(self, **given):
        body = whole(self.post("", {"location_id": self.place, **given}), 201)
        same([body["message"], body["events"], body["pagination"]], ["Audit created.", ["audit.created"], None])
        return body["data"]

    def update(self, audit, **given):
        body = whole(self.post("/" + audit["id"], given), 200)
        same([body["message"], body["events"], body["pagination"]], ["Audit updated.", ["audit.updated"], None])
        return body["data"]

    def read(self, audit):
        return self.get("/" + audit["id"])["data"]

    def unchanged(self, audit, given, code, errors=(), *words):
        """Fails unless a change is refused in these words and leaves audit, stock and trail as they were."""
        before = self.read(audit), self.stock(), self.last()
        refused(self.post("/" + audit["id"], given), code, errors, *words)
        same(self.read(audit), before[0], given)
        check((self.stock(), self.last()) == before[1:], given)

    def alone(self, method, path, body):
        """A request from a thread, over a connection of its own."""
        return requests.request(method, self.house.base + LIST + path, json=body, timeout=60,
                                headers={"px-api-key": self.key})


def counts(audit, *counted):
    """Counts of the tasks of an audit, in their order."""
    return [{"id": task["id"], "counted_qty": quantity} for task, quantity in zip(audit["tasks"], counted)]


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
