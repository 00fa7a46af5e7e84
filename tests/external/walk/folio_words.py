"""Words of FOLIO's interface, events as they come in, and hands to bring them in and to read them."""

import json
import os
import re
import subprocess
import tempfile
import uuid

from house import ENVIRONMENT, HOME, NEIGHBOUR, check, same

BASE = "/audit-data/acquisition"
MEMBER = "liam.member"
ACTOR = "7f3e2d1c-5b4a-4c69-9d87-0a1b2c3d4e5f"
MISSING_TENANT = "Unable to process request Tenant must be set"
UNEQUAL = "X-Okapi-Token is not equal to Authorization token"
MISSING, INVALID, DENIED = "Token missing", "Invalid token", "Access to tenant denied"
MOST = 2147483647
# Type of record: key of its id, of its parent's id, of its snapshot, of the collection.
TYPES = {
    "order": ("orderId", None, "orderSnapshot", "orderAuditEvents"),
    "order-line": ("orderLineId", "orderId", "orderLineSnapshot", "orderLineAuditEvents"),
    "piece": ("pieceId", None, "pieceSnapshot", "pieceAuditEvents"),
    "invoice": ("invoiceId", None, "invoiceSnapshot", "invoiceAuditEvents"),
    "invoice-line": ("invoiceLineId", "invoiceId", "invoiceLineSnapshot", "invoiceLineAuditEvents"),
    "organization": ("organizationId", None, "organizationSnapshot", "organizationAuditEvents"),
}
OPEN = ["invoice", "invoice-line", "organization"]
HISTORY = "/status-change-history"
# Ends of the seven paths: type, what follows the id, the permission.
PATHS = [(word, "", f"acquisition.{word}.events.get") for word in TYPES]
PATHS.insert(3, ("piece", HISTORY, "acquisition.piece.events.history.get"))
MESSAGES = {
    "id": "id must be a UUID",
    "sortBy": "sortBy must be one of action_date, actionDate, event_date, eventDate",
    "sortOrder": "sortOrder must be asc or desc",
    "limit": f"limit must be an integer from 0 to {MOST}",
    "offset": f"offset must be an integer from 0 to {MOST}",
}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"


def uid():
    return str(uuid.uuid4())


def uids(count):
    """New ids in their order."""
    return sorted(uid() for _ in range(count))


def paths(record):
    """The seven paths for a record: type, path, permission."""
    return [(word, f"/{word}/{record}{end}", permission) for word, end, permission in PATHS]


def original(word):
    snapshot = TYPES[word][2]
    return f"original{snapshot[0].upper()}{snapshot[1:]}"


def event(word, record, number=0, **more):
    """An event of a record as it comes in; the later the greater its number. What is None is left out."""
    entity, parent, _, _ = TYPES[word]
    at = f"2024-05-06T{7 + number // 60:02}:{number % 60:02}"
    told = {"id": uid(), "action": "Edit", **({parent: uid()} if parent else {}), entity: record, "userId": ACTOR,
            "eventDate": f"{at}:10.250Z", "actionDate": f"{at}:09.125Z"}
    told.update(more)
    return {key: value for key, value in told.items() if value is not None}


def lines(events):
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in events)


def importer(house, *words, **given):
    """The import command, under way."""
    return subprocess.Popen([house.binary, "import", "folio", *words, *house.flags], env=ENVIRONMENT, cwd=house.work,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given)


def written(house, text):
    file, path = tempfile.mkstemp(dir=house.work)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def report_of(code, said, why):
    """The report of a run that came to its end; every run must add up (item 41)."""
    check(code in (0, 2), f"exit status {code}: {said}{why}")
    report = json.loads(said)
    same(list(report), ["received", "inserted", "duplicates", "refused", "errors"])
    same(report["received"], report["inserted"] + report["duplicates"] + report["refused"], "what was received")
    same(code, 2 if report["refused"] else 0, "exit status")
    same(len(report["errors"]), min(report["refused"], 100), "errors")
    for error in report["errors"]:
        check([key for key in ["line", "id", "field", "message"] if key in error] == list(error), error)
    return report


def bring(house, text, *flags, slug=NEIGHBOUR):
    """Imports a text into an organization: the report."""
    run = importer(house, "--organization", slug, *flags, written(house, text))
    said, why = run.communicate()
    return report_of(run.returncode, said, why)


def take(house, events, slug=NEIGHBOUR):
    """Imports events, all of which are new."""
    report = bring(house, lines(events), slug=slug)
    same(report, {"received": len(events), "inserted": len(events), "duplicates": 0, "refused": 0, "errors": []})


def ask(house, path, token=None, tenant=NEIGHBOUR, method="GET", **headers):
    """A request below the base; as the library's member where no token is given."""
    token = token or house.token(MEMBER if tenant == NEIGHBOUR else "mia.member")
    sent = {"x-okapi-tenant": tenant, "x-okapi-token": token}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return house.send(method, BASE + path, headers=sent)


def whole(house, path, **given):
    """A collection."""
    told = ask(house, path, **given)
    check(told.status_code == 200 and told.headers["content-type"] == "application/json",
          f"{path}: {told.status_code} {told.headers} {told.text}")
    return told.json()


def events(house, path, total=None, **given):
    """The events of a collection; with how many there are in all."""
    told = whole(house, path, **given)
    check(total is None or told["totalItems"] == total, f"{path}: {told['totalItems']} in place of {total}")
    return next(iter(told.values()))


def ids(house, path, total=None, **given):
    return [one["id"] for one in events(house, path, total, **given)]


def text_of(told, status, text, where=""):
    """A refusal in plain text."""
    same([told.status_code, told.text, told.headers.get("content-type")], [status, text, "text/plain; charset=utf-8"],
         where)


def violations(house, path, *wanted):
    """A 422: exactly these violations, each a parameter and the value that is told, perhaps with a message."""
    told = ask(house, path)
    same([told.status_code, told.headers["content-type"]], [422, "application/json"], f"{path}: {told.text}")
    errors = [{"message": message[0] if message else MESSAGES[name], "type": "1", "code": "validation",
               "parameters": [{"key": name, "value": value}]} for name, value, *message in wanted]
    same(told.json(), {"errors": errors, "total_records": len(errors)}, path)
    valid_errors(told.json())


def typed(value, kind):
    """Whether a value of JSON is of a type of JSON schema."""
    kinds = {"object": dict, "array": list, "string": str, "integer": int}
    return isinstance(value, kinds[kind]) and not isinstance(value, bool)


def valid_errors(told):
    """The document's schema of errors, with its parameters as an array: nothing is closed, only messages are due."""
    check(typed(told, "object"), told)
    check("total_records" not in told or typed(told["total_records"], "integer"), told)
    check("errors" not in told or typed(told["errors"], "array"), told)
    for error in told.get("errors", []):
        check(typed(error, "object") and "message" in error, error)
        for key, kind in [("message", "string"), ("type", "string"), ("code", "string"), ("parameters", "array")]:
            check(key not in error or typed(error[key], kind), error)
        for parameter in error.get("parameters", []):
            check(typed(parameter, "object"), parameter)
            check(all(typed(parameter[key], "string") for key in ["key", "value"] if key in parameter), parameter)


def valid(word, told):
    """The document's schema of a collection: what must be there, of which type, and whether there may be more."""
    entity, parent, snapshot, collection = TYPES[word]
    check(set(told) == {collection, "totalItems"} and typed(told["totalItems"], "integer"), told)
    check(typed(told[collection], "array"), told)
    for one in told[collection]:
        check(typed(one, "object"), one)
        for key, value in one.items():
            if key == "action":
                check(value in ("Create", "Edit", "Delete"), one)
            elif key in ("eventDate", "actionDate"):
                check(typed(value, "string") and re.fullmatch(DATE, value), one)
            elif key in ("id", "userId", entity, parent):
                check(typed(value, "string") and re.fullmatch(UUID, value), one)
            elif key == snapshot:
                check(typed(value, "object"), one)
            else:
                check(word in OPEN, f"{word} is closed: {key}")
    return told[collection]


def known(house, word, user=MEMBER):
    """Ids of records of a type that the demonstration tells of."""
    kind = f"acq.{word.replace('-', '_')}"
    found = house.all("changeEvents", "entityUuid", f', filter: {{entityType: {{eq: "{kind}"}}}}', user)
    return list(dict.fromkeys(one["entityUuid"] for one in found))


def literal(house, value):
    """A UUID in the SQL of the store."""
    return f"'{value}'::uuid" if house.database else f"x'{uuid.UUID(value).hex}'"


def trail(house):
    """How many events the trails of both organizations hold."""
    return [house.events(), house.events("nora.owner")]


TENANTS = [HOME, NEIGHBOUR]
