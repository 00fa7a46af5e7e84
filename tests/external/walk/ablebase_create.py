"""Audits that are made (items 13 to 24)."""

import threading
import time
import urllib.parse

import requests
from ablebase_words import (ADMIN, ARCHIVED, LISTED, MEMBER, OWNER, amend, ask, at, begin, done, hold, invalid,
                            last_event, listed, moment, one, product, read, refused, remove, show, standards, stored)
from house import check, same

TYPES = "type: must be one of full, re_audit, small_scope"
STATUSES = "status: must be one of in_progress, completed"
DESCRIPTION = "description: must be a string or null"


def item_13_an_audit_has_its_defaults(house):
    slug, made = product(house)
    rest = f"products/{slug}/audits"
    typed = {"headers": {"content-type": "application/json; charset=utf-8"}}
    for number, given in enumerate([{}, {"body": {}}, {"body": "{}", **typed}, {"body": "", **typed}], 1):
        told = done(ask(house, "POST", rest, **given), 201, given)
        same(told.headers["etag"], '"1"')
        row = one(told.json())
        check(abs(moment(row["createdAt"]).timestamp() - time.time()) < 30, row)
        same(row, {"id": row["id"], "number": number, "productId": made["uuid"], "type": "full",
                   "status": "in_progress", "title": None, "description": None, "standardId": row["standardId"],
                   "conformanceLevel": row["conformanceLevel"], "startedAt": row["createdAt"], "completedAt": None,
                   "createdAt": row["createdAt"], "updatedAt": row["createdAt"]})
        kept = stored(house, row["id"], "name number state creator { username } auditor { username }")
        check(kept["number"].startswith("AUD-"), kept)
        same([kept["name"], kept["state"], kept["creator"], kept["auditor"]],
             [f"Audit {number}", "IN_PROGRESS", {"username": MEMBER}, {"username": MEMBER}])


def item_14_an_audit_can_be_over_at_once(house):
    slug, _ = product(house)
    row = begin(house, slug, {"status": "completed", "title": "Over", "type": "re_audit", "description": ""})
    same([row["status"], row["type"], row["description"]], ["completed", "re_audit", ""])
    check(row["completedAt"], row)
    same([row["startedAt"], row["completedAt"]], [row["createdAt"]] * 2)
    same(stored(house, row["id"], "state")["state"], "CLOSED")
    exact = stored(house, row["id"], "startedAt completedAt")
    same(exact["startedAt"], exact["completedAt"], "the same now, to the microsecond")


def item_15_texts_have_a_longest_length_in_characters(house):
    slug, _ = product(house)
    rest = f"products/{slug}/audits"
    for key, most in [("title", 200), ("description", 2000)]:
        for letter in ["a", "é", "漢", "\U0001f41f", " ", "\n"]:
            row = begin(house, slug, {key: letter * most})
            same(row[key], letter * most, "as it was sent")
            amend(house, f"{rest}/{row['number']}", {key: letter * (most - 1)})
            for method, path in [("POST", rest), ("PATCH", f"{rest}/{row['number']}")]:
                told = ask(house, method, path, {key: letter * (most + 1)})
                invalid(told, f"{key}: must be at most {most} characters", f"{method} {letter!r}")
        same([begin(house, slug, {key: text})[key] for text in ["", " a ", "e\u0301"]], ["", " a ", "e\u0301"])


def item_16_what_is_not_known_is_ignored(house):
    slug, _ = product(house)
    plain = begin(house, slug)
    row = begin(house, slug, {"colour": "blue", "standardId": "iso-9001", "conformanceLevel": 7, "number": 99,
                              "startedAt": "2020-01-01", "completedAt": 1, "id": None, "title": "Kept"})
    same([row["number"], row["title"], row["standardId"], row["conformanceLevel"], row["completedAt"]],
         [2, "Kept", plain["standardId"], plain["conformanceLevel"], None])
    same(row["startedAt"], row["createdAt"])
    done(ask(house, "POST", f"products/{slug}/audits", {"standardId": "nothing", "startedAt": "never"}), 201)


def item_17_wrong_bodies_are_told_in_the_agreed_words(house):
    slug, _ = product(house)
    rest, events = f"products/{slug}/audits", house.events()
    title, value, whole = "title: must be a string or null", "body: must be valid JSON", "body: must be an object"
    for body, message in [
        ('{"type":null}', TYPES), ('{"type":"FULL"}', TYPES), ('{"type":1}', TYPES), ('{"type":["full"]}', TYPES),
        ('{"status":null}', STATUSES), ('{"status":"done"}', STATUSES), ('{"status":true}', STATUSES),
        ('{"title":7}', title), ('{"title":{}}', title), ('{"description":false}', DESCRIPTION),
        ("[]", whole), ("null", whole), ('"a"', whole), ("7", whole),
        ("{", value), ("{}{}", value), ('{"title":"\\ud800"}', value), ("{'title':1}", value),
        (b'{"title":"\xff"}', value),
        ('{"status":1,"description":1,"title":1,"type":1}', TYPES), ('{"status":1,"description":1}', DESCRIPTION),
        ('{"status":1,"description":1,"title":1}', title),
    ]:
        invalid(ask(house, "POST", rest, body), message, body)
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json"]:
        told = ask(house, "POST", rest, '{"title":"a"}', headers={"content-type": media})
        invalid(told, "body: Content-Type must be application/json", media)
    same([read(house, rest), house.events()], [{"audits": []}, events], "nothing happened")
    same(begin(house, slug)["number"], 1)


def item_18_standard_and_level_are_inherited(house):
    known = standards(house)

    def given(standard, level, prefix=""):
        names = ["defaultStandardId", "defaultConformanceLevelId"] if prefix else ["standardId", "conformanceLevelId"]
        ids = [standard and known[standard]["id"], level and known[level[0]]["levels"][level[1]]["id"]]
        return dict(zip(names, ids))

    slug, made = product(house)
    two, one_ = "wcag-2-2", "wcag-2-1"
    try:
        for own, default, wanted in [
            ((one_, (one_, "aaa")), (two, (two, "aa")), [one_, "aaa"]),
            ((None, None), (two, (two, "aa")), [two, "aa"]),
            ((two, None), (two, (two, "a")), [two, "a"]),
            ((one_, None), (two, (two, "a")), [one_, None]),
            (("iso-9001", None), (None, None), ["iso-9001", None]),
            ((None, None), (two, None), [two, None]),
            ((None, None), (None, None), [None, None]),
        ]:
            house.make("updateOrganization", "organization { id }", OWNER, id=house.own["id"],
                       **given(*default, "default"))
            house.make("updateAsset", "asset { id }", ADMIN, id=made["id"], **given(*own))
            row = begin(house, slug)
            same([row["standardId"], row["conformanceLevel"]], wanted, f"{own} {default}")
    finally:
        house.make("updateOrganization", "organization { id }", OWNER, id=house.own["id"],
                   defaultStandardId=None, defaultConformanceLevelId=None)


def item_19_audits_made_at_once_are_numbered_without_a_gap(house):
    slug, _ = product(house)
    headers = {"authorization": f"Bearer {house.token(MEMBER)}"}
    path, ready, told = house.base + at(house, f"products/{slug}/audits"), threading.Barrier(50), []

    def make():
        with requests.Session() as session:
            session.trust_env = False
            ready.wait()
            told.append(session.post(path, json={}, headers=headers, timeout=60))

    threads = [threading.Thread(target=make) for _ in range(50)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    same(len(told), 50)
    found = [one(done(answer, 201).json())["number"] for answer in told]
    same(sorted(found), list(range(1, 51)))
    same([answer.headers["location"].rpartition("/")[2] for answer in told], [str(number) for number in found])
    same([row["number"] for row in read(house, f"products/{slug}/audits")["audits"]], list(range(50, 0, -1)))


def item_20_products_are_numbered_apart_and_numbers_are_not_given_again(house):
    (first, _), (second, _) = product(house), product(house)
    for number in [1, 2, 3]:
        same([begin(house, slug)["number"] for slug in (first, second)], [number] * 2)
    remove(house, f"products/{first}/audits/3")
    same([begin(house, slug)["number"] for slug in (first, second)], [4, 4])
    same([row["number"] for row in read(house, f"products/{first}/audits")["audits"]], [4, 2, 1])


def item_21_a_failed_audit_takes_no_number(house):
    """The failures are made in the store: a number that is taken already, and a trail that cannot be written."""
    slug, made = product(house)
    rest = f"products/{slug}/audits"
    same(begin(house, slug)["number"], 1)
    move = f"UPDATE audit SET asset_sequence = %d WHERE asset_id = (SELECT id FROM asset WHERE uuid = '{made['uuid']}')"
    if not house.database:
        move = move.replace(f"'{made['uuid']}'", f"(SELECT uuid FROM asset WHERE slug = '{slug}')")
    house.operator(move % 2)
    told = ask(house, "POST", rest, {})
    check(told.status_code == 409, f"{told.status_code} {told.text}")
    house.operator(move % 1)
    house.operator("ALTER TABLE trail_head RENAME TO trail_gone")
    try:
        for _ in range(3):
            same(ask(house, "POST", rest, {}).status_code, 500)
    finally:
        house.operator("ALTER TABLE trail_gone RENAME TO trail_head")
    same([row["number"] for row in read(house, rest)["audits"]], [1])
    same(begin(house, slug)["number"], 2)


def item_22_an_archived_product_gets_no_audit(house):
    slug, made = product(house)
    rest = f"products/{slug}/audits"
    begin(house, slug)
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["id"])
    before, events = read(house, rest), house.events()
    for body in [None, {}, {"status": "completed"}]:
        refused(ask(house, "POST", rest, body), ARCHIVED)
    invalid(ask(house, "POST", rest, {"title": 7}), "title: must be a string or null", "the body is judged first")
    same([read(house, rest), house.events()], [before, events])
    house.make("unarchiveAsset", "asset { id }", ADMIN, id=made["id"])
    same(begin(house, slug)["number"], 2, "no number was used")
    crowd(house, slug, made)
    overtaken(house)


def crowd(house, slug, made):
    """Many make audits while somebody archives the product: in the trail none comes after that."""
    path, last, told = house.base + at(house, f"products/{slug}/audits"), house.events(), []
    headers = {"authorization": f"Bearer {house.token(MEMBER)}"}

    def make():
        with requests.Session() as session:
            session.trust_env = False
            told.extend(session.post(path, json={}, headers=headers, timeout=60) for _ in range(5))

    threads = [threading.Thread(target=make) for _ in range(8)]
    [thread.start() for thread in threads]
    while len(told) < 8:
        time.sleep(0.002)
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["id"])
    [thread.join() for thread in threads]
    rows = [row["number"] for row in read(house, f"products/{slug}/audits")["audits"]]
    good = [answer for answer in told if answer.status_code == 201]
    for answer in told:
        if answer not in good:
            refused(answer, ARCHIVED)
    check(good and len(told) == 40, [answer.status_code for answer in told])
    same(rows, list(range(2 + len(good), 2, -1)) + [2, 1], "without a gap")
    query = (f"{{ changeEvents(first: 200, filter: {{sequence: {{gt: {last}}}}}, orderBy: [{{field: SEQUENCE}}]) "
             "{ nodes { entityType } } }")
    events = [event["entityType"] for event in house.ask(query)["changeEvents"]["nodes"]]
    same(events, ["audit"] * len(good) + ["asset"], "the trail")


def overtaken(house):
    """An operator archives the product in a transaction that is open when the audit is asked for."""
    slug, _ = product(house)
    rest = f"products/{slug}/audits"
    begin(house, slug)
    archiving = hold(house, f"UPDATE asset SET archived_at = updated_at WHERE slug = '{slug}'", 1.2)
    begun = time.monotonic()
    told = ask(house, "POST", rest, {})
    took = time.monotonic() - begun
    archiving.join()
    refused(told, ARCHIVED, f"archived in between, answered after {took} s")
    check(took > 0.3, f"it was answered after {took} s, before the product was archived")
    house.operator(f"UPDATE asset SET archived_at = NULL WHERE slug = '{slug}'")
    same([row["number"] for row in read(house, rest)["audits"]], [1])
    same(begin(house, slug)["number"], 2)


def item_23_the_address_of_an_audit_leads_to_it(house):
    """A name that has to be escaped is given to a product by the operator."""
    slug, _ = product(house)
    odd = "a b/é?" + slug
    house.operator(f"UPDATE asset SET slug = '{odd}' WHERE slug = '{odd[6:]}'")
    for name in ["web-shop", odd]:
        rest = f"products/{urllib.parse.quote(name, safe='')}/audits"
        made = done(ask(house, "POST", rest, {"title": "Found"}), 201)
        number = one(made.json())["number"]
        same(made.headers["location"], at(house, f"{rest}/{number}"))
        found = done(ask(house, "GET", made.headers["location"]), 200)
        same([found.text, found.headers["etag"]], [made.text, made.headers["etag"]])


def item_24_an_audit_is_seen_on_the_other_surfaces_and_in_the_trail(house):
    slug, _ = product(house)
    row = begin(house, slug, {"title": "Seen"})
    event = last_event(house)
    same([event["action"], event["entityType"], event["entityUuid"], event["surface"]],
         ["CREATE", "audit", row["id"], "ablebase"])
    check(event["snapshotAfter"]["title"] == "Seen", event)
    told = house.export(f"audits/{row['id']}.json")
    check(told.status_code == 200, told.text)
    same([told.json()["data"][key] for key in ("uuid", "stage", "subject")], [row["id"], "executing", "Seen"])
    same(show(house, f"products/{slug}/audits/1"), row)
    check([seen for seen in listed(house, "audits", "audits", LISTED) if seen["id"] == row["id"]], "it is not listed")
    amend(house, f"products/{slug}/audits/1", {"title": "Still"})
