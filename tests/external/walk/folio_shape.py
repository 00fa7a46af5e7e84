"""What stands in collections and events (items 1 to 7)."""

import re

from changes_proof import tamper
from folio_words import (ACTOR, DATE, HISTORY, OPEN, TENANTS, TYPES, ask, bring, event, events, ids, known, lines,
                         literal, original, paths, take, uid, valid, whole)
from house import HOME, NEIGHBOUR, check, same

USER = {HOME: "mia.member", NEIGHBOUR: "liam.member"}


def item_01_every_path_answers_a_member_in_the_documents_schemas(house):
    for tenant in TENANTS:
        role = house.ask("{ viewer { user { memberships { role } } } }", USER[tenant])["viewer"]["user"]["memberships"]
        same(role, [{"role": "MEMBER"}])
        for word in TYPES:
            records = known(house, word, USER[tenant])
            check(records, f"the demonstration tells nothing of {word}")
            for record in [*records, uid()]:
                for kind, path, _ in paths(record):
                    if kind != word:
                        continue
                    told = ask(house, path, tenant=tenant)
                    same([told.status_code, told.headers["content-type"]], [200, "application/json"], path)
                    found = valid(word, told.json())
                    check(found or record not in records or path.endswith(HISTORY), path)
    for word in TYPES:
        record = uid()
        given = {TYPES[word][2]: {"a": [1, None]}, original(word): {}}
        if word in OPEN:
            given["more"] = {"b": 1}
        take(house, [event(word, record, 1, **given), event(word, record, 2, action="Delete"),
                     event(word, record, 3, action="Create")])
        for kind, path, _ in paths(record):
            found = valid(kind, whole(house, path))
            same(len(found), 3 if kind == word and not path.endswith(HISTORY) else 0, path)


def item_02_keys_stand_in_their_order_and_what_is_null_is_absent(house):
    """An actor who is unknown cannot come in by any surface, so that row is the operator's."""
    for word, (entity, parent, snapshot, collection) in TYPES.items():
        record = uid()
        certain = ["id", "action", *([parent] if parent else []), entity, "userId", "eventDate", "actionDate"]
        rich = {snapshot: {"b": None, "a": 1}, original(word): {"a": 0}}
        bare = {snapshot: "null", original(word): "null"}
        if word in OPEN:
            # Its extra keys come first in what is sent.
            rich = {"zeal": [1, None], "aaa": "n", "note": {"x": 1.50}, **rich}
            bare["nothing"] = "null"
        first, second = event(word, record, 1), event(word, record, 2, **bare)
        told = bring(house, lines([{**rich, **first}, second]).replace('"null"', "null"))
        same(told["inserted"], 2)
        told = whole(house, f"/{word}/{record}?sortOrder=asc")
        same(list(told), [collection, "totalItems"], word)
        shown = [*certain, snapshot, *([original(word)] if word in OPEN else [])]
        extra = list(told[collection][0])[len(shown):]
        same(list(told[collection][0])[:len(shown)], shown, word)
        same(sorted(extra), ["aaa", "note", "zeal"] if word in OPEN else [], word)
        same(list(told[collection][1]), certain, word)
        same(told[collection][0][snapshot], {"b": None, "a": 1}, word)
        raw = ask(house, f"/{word}/{record}").text
        check(" " not in raw, raw)
        empty = ask(house, f"/{word}/{uid()}").text
        same(empty, f'{{"{collection}":[],"totalItems":0}}')
    record = uid()
    take(house, [event("order", record, 1)])
    columns = ("organization_id, sequence, uuid, entity_type, entity_uuid, action, event_date, action_date, surface, "
               "salt, leaf, leaf_hash")
    where = f"entity_uuid = {literal(house, record)} AND entity_type = 'acq.order'"
    house.operator(f"INSERT INTO change_event ({columns}, snapshot_after, snapshot_before, extra) SELECT "
                   f"{columns.replace('sequence, uuid', 'sequence + 90000000, entity_uuid')}, '{{}}', '{{}}', '{{}}' "
                   f"FROM change_event WHERE {where}")
    try:
        found = events(house, f"/order/{record}", 2)
        by = {one["id"]: list(one) for one in found}
        same(by[record], ["id", "action", "orderId", "eventDate", "actionDate", "orderSnapshot"])
    finally:
        untrailed(house, record)


def untrailed(house, record):
    """Takes the operator's row away, with the guard off: later events go on where the trail was."""
    guard = [f"ALTER TABLE change_event {what} TRIGGER USER" for what in ["DISABLE", "ENABLE"]]
    sql = f"DELETE FROM change_event WHERE uuid = {literal(house, record)} AND sequence > 90000000"
    tamper(house, guard if house.database else None, sql)


def item_03_ids_without_events_are_empty_and_capitals_are_read(house):
    versions = [uid(), "0190d3c4-6b5a-7a49-8827-160f5e4d3c2b", "00000000-0000-0000-0000-000000000000"]
    for number in versions:
        for word, path, _ in paths(number):
            same(ask(house, path).text, f'{{"{TYPES[word][3]}":[],"totalItems":0}}', path)
    for word in TYPES:
        record = "abcdef" + uid()[6:]
        status = {"pieceSnapshot": {"receivingStatus": "Expected"}} if word == "piece" else {}
        take(house, [event(word, record, 1, **status)])
        for kind, path, _ in paths(record.upper()):
            if kind == word:
                path = path.replace(HISTORY.upper(), HISTORY)
                found = events(house, path, 1)
                same([one[TYPES[word][0]] for one in found], [record], path)
                same(ask(house, path).text, ask(house, path.replace(record.upper(), record)).text)


def item_04_lines_name_their_parents_before_themselves(house):
    for word, parent, own in [("order-line", "orderId", "orderLineId"), ("invoice-line", "invoiceId", "invoiceLineId")]:
        record, above = uid(), uid()
        # What is sent has them the other way round.
        given = {own: record, parent: above}
        given.update({key: value for key, value in event(word, record, 1).items() if key not in given})
        take(house, [given])
        found = events(house, f"/{word}/{record}", 1)
        for one in found + [one for number in known(house, word) for one in events(house, f"/{word}/{number}")]:
            keys = list(one)
            same(keys[2:4], [parent, own], word)
        same([found[0][parent], found[0][own]], [above, record])


def item_05_a_lines_list_is_not_found_by_its_order(house):
    order, line = uid(), uid()
    take(house, [event("order", order, 1), event("order-line", line, 2, orderId=order)])
    same(whole(house, f"/order-line/{order}"), {"orderLineAuditEvents": [], "totalItems": 0})
    same(len(events(house, f"/order-line/{line}", 1)), 1)
    invoice, line = uid(), uid()
    take(house, [event("invoice-line", line, 2, invoiceId=invoice)])
    same(whole(house, f"/invoice-line/{invoice}"), {"invoiceLineAuditEvents": [], "totalItems": 0})
    for record in known(house, "order"):
        same(whole(house, f"/order-line/{record}"), {"orderLineAuditEvents": [], "totalItems": 0})


def item_06_dates_have_three_digits_and_an_offset_and_are_cut(house):
    record = uid()
    take(house, [event("piece", record, actionDate="2024-12-31T23:59:59.999999Z",
                       eventDate="2025-01-01T05:29:59.9999+05:30")])
    one = events(house, f"/piece/{record}", 1)[0]
    same([one["actionDate"], one["eventDate"]], ["2024-12-31T23:59:59.999+00:00", "2024-12-31T23:59:59.999+00:00"])
    for given, wanted in [("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000+00:00"),
                          ("2024-02-29T12:00:00.0009999Z", "2024-02-29T12:00:00.000+00:00"),
                          ("2024-02-29T00:00:00.123456789-0130", "2024-02-29T01:30:00.123+00:00")]:
        record = uid()
        take(house, [event("order", record, actionDate=given)])
        same(events(house, f"/order/{record}")[0]["actionDate"], wanted, given)
    counted = 0
    for word in TYPES:
        for number in known(house, word):
            for one in events(house, f"/{word}/{number}"):
                for key in ["eventDate", "actionDate"]:
                    check(re.fullmatch(DATE, one[key]), one)
                    counted += 1
    check(counted > 100, counted)


def samples():
    """The six samples in small: they share one id; their dates end in Z or in an offset without a colon."""
    shared, near = "99fb699a-cdf1-11e9-a9d9-f2801f1b9aa1", "c4abf6c3-4bd5-4464-999b-c66cfb6f1cf9"
    late = {"eventDate": "2022-11-10T09:30:00.333Z", "actionDate": "2022-11-10T09:29:00.578Z"}
    old = {"eventDate": "2018-07-19T00:00:00.000+0000", "actionDate": "2018-07-19T00:00:00.000+0000"}
    metadata = {"createdDate": "2022-11-10T09:22:15.808Z", "createdByUserId": ACTOR, "updatedByUserId": ACTOR}
    common = {"id": shared, "action": "Edit", "userId": "58edf8c3-89e4-559c-9aed-aae637a3f40b"}
    return {
        "order": {**common, "orderId": near, **late, "orderSnapshot": {
            "id": near, "approved": True, "poNumber": "268758", "notes": ["a", "ä €"], "tags": {"tagList": []},
            "reEncumber": False, "metadata": metadata}},
        "order-line": {**common, "orderId": near, "orderLineId": near, **late, "orderLineSnapshot": {
            "id": uid(), "cost": {"listUnitPrice": 24.99, "quantityPhysical": 1, "discount": 0.0},
            "locations": [{"quantity": 2}], "donor": "", "receiptDate": None, "metadata": metadata}},
        "piece": {**common, "pieceId": near, **late, "pieceSnapshot": {
            "receivingStatus": "Expected", "claimingInterval": 0, "supplement": True, "metadata": metadata}},
        "invoice": {**common, "invoiceId": "733cafd3-895f-4e33-87b7-bf40dc3c8069", **old, "invoiceSnapshot": {
            "status": "Open", "exchangeRate": 1.1, "lockTotal": 15.01, "adjustments": [{"value": 7, "prorate": "No"}]}},
        "invoice-line": {**common, "invoiceId": "c0d08448-347b-418a-8c2f-5fb50248d67e",
                         "invoiceLineId": "2be1e551-be27-4b03-b770-30e5e8211d19", **old, "invoiceLineSnapshot": {
                             "subTotal": 2.20, "quantity": 3, "fundDistributions": [{"value": 50.0}], "tags": {}}},
        "organization": {**common, "action": "Create", "organizationId": "588b5c42-8634-4af7-bc9b-5e0116ed96b6", **old,
                         "organizationSnapshot": {"name": "GOBI", "taxPercentage": 12, "aliases": [{"value": "YBP"}],
                                                  "edi": {"ediFtp": {"username": "u", "password": "p"}}}},
    }


def item_07_the_sample_events_come_back_as_they_came_in(house):
    """Small copies of the samples, with their ids and forms of dates."""
    given = samples()
    take(house, list(given.values()))
    for word, wanted in given.items():
        found = events(house, f"/{word}/{wanted[TYPES[word][0]]}", 1)
        for key in ["eventDate", "actionDate"]:
            wanted[key] = re.sub(r"(Z|\+0000)$", "+00:00", wanted[key])
        check(found == [wanted], f"{word}: {found} in place of {wanted}")
        same(ids(house, f"/{word}/{wanted[TYPES[word][0]]}"), [wanted["id"]])
