"""Organizations, products, audits and standards that there are, in place of most of what is made up."""

import os
import random
import re
import threading
import uuid

import requests
import schemathesis

GATEWAY, CREDENTIALS = os.environ["GATEWAY"], os.environ["CREDENTIALS"]
PERSON = {"email": "mia@harbour-foods.example", "password": "demo-mia-member"}
TAG = re.compile(r'\*|(W/)?"[^"]*"')
NUMBER = re.compile("[1-9][0-9]{0,9}")
LOCK = threading.Lock()
CHANCE = random.Random(5)


def ask(method, path, body=None, headers=None):
    headers = {"Authorization": CREDENTIALS} | (headers or {})
    answer = requests.request(method, f"{GATEWAY}{path}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer


def graphql(query):
    return ask("POST", "/graphql", {"query": query}).json()["data"]


FOUND = graphql(
    "{ viewer { organization { uuid } } standards(first: 50) { nodes { slug uuid conformanceLevels { code } } }"
    " assets(first: 100, filter: {kind: {eq: PRODUCT}}) { nodes { slug archivedAt } } }"
)
ORGANIZATION = FOUND["viewer"]["organization"]["uuid"]
# Few of the products that are asked for are those that are out of use.
PRODUCTS = [asset["slug"] for asset in FOUND["assets"]["nodes"] for _ in range(1 if asset["archivedAt"] else 4)]
IN_USE = next(asset["slug"] for asset in FOUND["assets"]["nodes"] if not asset["archivedAt"])
STANDARDS = [name for standard in FOUND["standards"]["nodes"] for name in (standard["slug"], standard["uuid"]) if name]
LEVELS = sorted({level["code"] for standard in FOUND["standards"]["nodes"] for level in standard["conformanceLevels"]})


def numbers(slug):
    answer = ask("GET", f"/v1/organizations/{ORGANIZATION}/products/{slug}/audits")
    return [audit["number"] for audit in answer.json()["audits"]]


AUDITS = {slug: numbers(slug) for slug in dict.fromkeys(PRODUCTS)}
EVER = {(slug, number) for slug, all_of_it in AUDITS.items() for number in all_of_it}


def one_in(count):
    return CHANCE.randrange(count) == 0


def is_uuid(value):
    try:
        return str(uuid.UUID(value)) == value.lower()
    except (ValueError, AttributeError, TypeError):
        return False


def place(given, is_sequel):
    """What a path names, where what was made up is valid but names nothing."""
    if is_uuid(given.get("orgId")) and not one_in(16):
        given["orgId"] = ORGANIZATION
    if one_in(16):
        return
    if "auditNumber" in given:
        there = [(slug, number) for slug, all_of_it in AUDITS.items() for number in all_of_it] or [begin()]
        if NUMBER.fullmatch(str(given["auditNumber"])) and int(given["auditNumber"]) < 1 << 31:
            named = (given.get("productSlug"), int(given["auditNumber"]))
            # In a sequence of requests, an audit that was removed stays: what is asked of it then must be refused.
            if named not in there and not (is_sequel and named in EVER):
                given["productSlug"], given["auditNumber"] = CHANCE.choice(there)
    elif "productSlug" in given and given["productSlug"] not in AUDITS:
        given["productSlug"] = CHANCE.choice(PRODUCTS)


def begin():
    """A new audit, for when all others are removed."""
    audit = ask("POST", f"/v1/organizations/{ORGANIZATION}/products/{IN_USE}/audits", {}).json()["audit"]
    known(IN_USE, audit["number"])
    return IN_USE, audit["number"]


def known(slug, number):
    AUDITS[slug].append(number)
    EVER.add((slug, number))


def change(body):
    """Standards and levels that there are."""
    for name, values in (("standardId", STANDARDS), ("conformanceLevel", LEVELS)):
        if isinstance(body.get(name), str) and not one_in(16):
            body[name] = CHANCE.choice(values)


def open_session():
    return ask("POST", "/api/auth/sign-in/email", PERSON).json()["token"]


@schemathesis.hook
def before_call(context, case, kwargs):
    is_sequel = case.meta is not None and case.meta.phase.name.value == "stateful"
    with LOCK:
        place(case.path_parameters, is_sequel)
    if case.method == "PATCH" and isinstance(case.body, dict):
        change(case.body)
    is_of_session = case.operation.definition.raw["operationId"] in ("getSession", "signOut")
    if is_of_session and kwargs.get("headers") and one_in(2):
        kwargs["headers"] = {**kwargs["headers"], "Authorization": f"Bearer {open_session()}"}
    wanted = case.headers.get("If-Match")
    if wanted and TAG.fullmatch(wanted) and not one_in(8):
        case.headers["If-Match"] = "*"
    if case.path.endswith("/email") and isinstance(case.body, dict) and not one_in(4):
        if all(isinstance(case.body.get(name), str) for name in PERSON):
            case.body |= PERSON


@schemathesis.hook
def after_call(context, case, response):
    slug, number = (case.path_parameters.get(name) for name in ("productSlug", "auditNumber"))
    with LOCK:
        if response.status_code == 201:
            known(slug, response.json()["audit"]["number"])
        if response.status_code == 204:
            AUDITS[slug].remove(int(number))


UNKNOWN = {"standardId: unknown standard", "conformanceLevel: not valid for the given standard"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Contract 4.4 (step 4), items 34 and 35: a text that names no standard, or no level of the standard, is 400; which
    texts name one is known to each organization only, so no schema can tell."""
    is_rejection = type(failure).__name__ == "RejectedPositiveData" and case.method == "PATCH"
    return not (is_rejection and response.status_code == 400 and response.json()["error"]["message"] in UNKNOWN)
