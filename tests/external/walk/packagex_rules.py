"""Moves between states, locks, metadata, what is sent back, and the trail (items 40 to 44)."""

import time

from house import check, same
from packagex_transport import without
from packagex_words import WORDS, Site, counts, dumps, ident, refused

ALLOWED = {"created": ["processing", "in_review", "canceled"], "processing": ["in_review", "canceled"],
           "in_review": ["recount", "approved", "canceled"], "recount": ["processing", "in_review", "canceled"],
           "approved": [], "canceled": []}


def counted(site, audit, quantity=None):
    """Counts equal to the books; with a quantity, the first is so far off that it has a reason."""
    body = counts(audit, *(task["total_qty"] for task in audit["tasks"]))
    if quantity is not None:
        body[0] |= {"counted_qty": quantity, "reason_code_id": site.reason}
    return body


def reach(site, word, **given):
    """An audit that a client has brought to this state; its stock is left alone."""
    audit = site.create(update_inventory=False, **given)
    if word == "processing":
        return site.update(audit, tasks=counted(site, audit))
    if word in ("in_review", "recount"):
        audit = site.update(audit, status="in_review", tasks=counted(site, audit, 1))
        same(audit["status"], "in_review")
        return site.update(audit, status="recount") if word == "recount" else audit
    if word == "approved":
        return site.update(audit, status="in_review", tasks=counted(site, audit))
    return site.update(audit, status="canceled") if word == "canceled" else audit


def put(site, audit, state):
    """Brings an audit to a state that no word names for itself."""
    site.house.operator(f"UPDATE audit SET state = '{state}' WHERE number = '{audit['number']}' AND organization_id = "
                        f"{site.organization['legacyId']}")
    return site.read(audit)


def item_40_every_pair_of_states(house):
    """GENERATING and READY_TO_CLOSE are put by the operator; the six words are reached by requests."""
    site = Site(house)
    for origin in [*WORDS, "GENERATING", "READY_TO_CLOSE"]:
        for target in WORDS:
            if origin in WORDS:
                audit = reach(site, origin)
            else:
                audit = put(site, reach(site, "processing" if origin == "GENERATING" else "in_review"), origin)
            word = audit["status"]
            same(word, {"GENERATING": "processing", "READY_TO_CLOSE": "in_review"}.get(origin, origin))
            if target == word:
                since = site.last()
                same([site.update(audit, status=target), site.last()], [audit, since])
            elif target not in ALLOWED[word]:
                site.unchanged(audit, {"status": target}, "invalid_transition", ["status: not allowed"], word, target)
            elif target == "in_review" and word != "recount":
                # Counts as the books have them pass review at once; others wait in it.
                same(site.update(audit, status=target, tasks=counted(site, audit))["status"], "approved")
                if word == "created":
                    audit = reach(site, word)
                    same(site.update(audit, status=target, tasks=counted(site, audit, 1))["status"], target)
            else:
                changed = site.update(audit, status=target)
                same([changed["status"], site.read(audit)["status"]], [target] * 2, (origin, target))
                same(changed["finished_at"] is not None, target == "approved")
    # A word that is none.
    refused(site.post("/" + reach(site, "created")["id"], {"status": "done"}), "invalid_body",
            [f'status: "done" is not one of {", ".join(WORDS)}'])
    # Nothing but a count begins the work, unless a state is named.
    audit = site.create()
    same(site.update(audit, status="created", tasks=counts(audit, 1))["status"], "created")
    audit = reach(site, "recount")
    same(site.update(audit, tasks=counts(audit, 5))["status"], "recount")
    audit = site.create()
    same(site.update(audit, priority="low", tasks=counts(audit, None))["status"], "created")
    same(site.update(audit, tasks=counts(audit, 1))["status"], "processing")
    audit = site.create()
    same(site.update(audit, tasks=counts(audit, 1), status="canceled")["status"], "canceled")


def item_41_locks(house):
    site = Site(house)
    walker, other = (ident("ctct", site.person(name)["uuid"]) for name in ["rosa", "sam"])
    lost = ident("rsnc", site.reasons[1]["uuid"])
    audit = reach(site, "in_review", assignee=walker)
    first, second = (task["id"] for task in audit["tasks"])
    for body, errors in [
            ({"tasks": [{"id": first, "counted_qty": 5}]}, ["tasks[0].counted_qty: is locked"]),
            ({"tasks": [{"id": first, "counted_qty": [1]}], "status": "recount"}, ["tasks[0].counted_qty: is locked"]),
            ({"tasks": [{"id": first, "counted_qty": None}, {"id": second, "counted_qty": 9}], "priority": "low"},
             ["tasks[0].counted_qty: is locked", "tasks[1].counted_qty: is locked"])]:
        site.unchanged(audit, body, "audit_locked", errors)
    same(site.update(audit, tasks=[{"id": first, "counted_qty": [0]}]), audit)
    changed = site.update(audit, tasks=[{"id": first, "reason_code_id": lost, "counted_qty": 1}], priority="low",
                          assignee=other, complete_at=5, update_inventory=True)
    same([changed["tasks"][0]["reason_code_id"], changed["priority"], changed["assignee"]["id"],
          changed["complete_at"], changed["update_inventory"]], [lost, "low", other, 5, True])
    # After recount counts are open again.
    audit = site.update(audit, status="recount")
    same(site.update(audit, tasks=[{"id": first, "counted_qty": [1]}])["tasks"][0]["counted_qty"], 2)
    wanted = {"tasks[0].counted_qty": {"tasks": [{"id": None, "counted_qty": 1.25}]},
              "tasks[0].reason_code_id": {"tasks": [{"id": None, "reason_code_id": lost}]},
              "priority": {"priority": "low"}, "assignee": {"assignee": other}, "complete_at": {"complete_at": 5},
              "update_inventory": {"update_inventory": True}}
    for word in ["approved", "canceled"]:
        audit = reach(site, word, assignee=walker)
        task = audit["tasks"][0]["id"]
        for path, body in wanted.items():
            body = {**body, "tasks": [{**body["tasks"][0], "id": task}]} if "tasks" in body else body
            site.unchanged(audit, body, "audit_locked", [f"{path}: is locked"])
            site.unchanged(audit, {**body, "feedback": "no"}, "audit_locked", [f"{path}: is locked"])
        every = {"tasks": [{"id": task, "counted_qty": 1.25, "reason_code_id": lost}], "priority": "low",
                 "assignee": None, "complete_at": 5, "update_inventory": True}
        site.unchanged(audit, every, "audit_locked", [f"{path}: is locked" for path in wanted])
        same(site.update(audit, feedback="late", metadata={"seen": True, "n": 1})["metadata"], {"seen": True, "n": 1})
        after = site.update(audit, feedback=None, metadata={"n": None})
        same([after["feedback"], after["metadata"], after["status"]], ["", {"seen": True}, word])
        # The value it has is no change.
        same(site.update(audit, priority="medium", assignee=walker, complete_at=None, update_inventory=False), after)


def item_42_metadata(house):
    site = Site(house)
    audit = site.create(metadata={"z": 1, "b": "", "c": None, "d": "x", "e": False, "a": 1.5})
    same(audit["metadata"], {"z": 1, "d": "x", "e": False, "a": 1.5})
    merged = site.update(audit, metadata={"n": "new", "z": None, "d": "", "gone": None, "e": True})
    same(merged["metadata"], {"e": True, "a": 1.5, "n": "new"})
    same(site.update(audit, metadata={}), merged)
    for nothing in [None, ""]:
        site.update(audit, metadata={"k": 1})
        same([site.update(audit, metadata=nothing)["metadata"], site.read(audit)["metadata"]], [{}, {}])
    site.update(audit, metadata={f"k{at}": at for at in range(25)})
    site.unchanged(audit, {"metadata": {"k25": 1}}, "invalid_body", ["metadata: at most 25 pairs"])
    same(list(site.update(audit, metadata={"k25": 1, "k0": None})["metadata"]), [f"k{at}" for at in range(1, 26)])
    key, value = "k" * 101, "v" * 501
    site.unchanged(audit, {"metadata": {key: 1, "k1": value, "k2": [], "k3": {}}}, "invalid_body",
                   [f"metadata.{key}: key longer than 100 characters", "metadata.k1: value longer than 500 characters",
                    "metadata.k2: must be a string, number or boolean",
                    "metadata.k3: must be a string, number or boolean"])
    site.unchanged(audit, {"metadata": []}, "invalid_body", ["metadata: must be an object"])
    longest = {"ü" * 100: "é" * 500}
    same(site.update(audit, metadata={"k1": None, **longest})["metadata"]["ü" * 100], "é" * 500)
    for body, told in [({f"k{at}": 1 for at in range(26)}, "metadata: at most 25 pairs"),
                       ({key: 1}, f"metadata.{key}: key longer than 100 characters"),
                       ({"v": value}, "metadata.v: value longer than 500 characters"),
                       ({"v": [1]}, "metadata.v: must be a string, number or boolean")]:
        refused(site.post("", {"location_id": site.place, "metadata": body}), "invalid_body", [told])
    same(len(site.create(metadata={**{f"k{at}": at for at in range(25)}, "gone": None})["metadata"]), 25)
    # Strings are read as UTF-8, however they were written.
    audit = site.create()
    escaped = raw(site, audit, r'{"metadata":{"\u00e9":"\u00e9\/","p":"\ud83d\ude00","n":1.50}}')
    check('"metadata":{"é":"é/","p":"😀","n":1.50}' in escaped.text, escaped.text)
    # What is no text is no value; what is taken, the other interfaces can read.
    audit = site.update(audit, feedback="kept")
    for body in [r'{"metadata":{"k":"a\ud800b"}}', r'{"metadata":{"a\ud800":"x"}}', r'{"feedback":"a\ud800b"}']:
        same([raw(site, audit, body).status_code, site.read(audit)], [400, audit], body)
    raw(site, audit, '{"metadata":{"a":1e400}}')
    site.ask("{ audits(first: 100) { nodes { metadata } } }")


def raw(site, audit, text):
    """An update whose body is exactly this text."""
    return site.send("POST", "/" + audit["id"], data=text.encode())


def item_43_what_was_read_is_sent_back(house):
    site = Site(house)
    walker = ident("ctct", site.person("tess")["uuid"])
    given = {"priority": "high", "assignee": walker, "complete_at": 4102444800, "metadata": {"n": 1.5, "t": "x"}}
    audits = [reach(site, word, **given) for word in WORDS]
    for state, word in [("GENERATING", "processing"), ("READY_TO_CLOSE", "in_review")]:
        audits.append(put(site, reach(site, word, **given), state))
    # A deadline of another interface, within a second.
    half = "'2030-01-02T00:00:00.750000+00:00'"
    house.operator(f"UPDATE audit SET complete_by = {half} WHERE organization_id = {site.organization['legacyId']} AND "
                   f"number IN ('AUD-2', 'AUD-5')")
    time.sleep(1.1)
    query = "{ audits(first: 100, orderBy: [{field: NUMBER}]) { nodes { number version updatedAt completeBy } } }"
    since, before = site.last(), site.ask(query)
    for audit in audits:
        told = site.send("GET", "/" + audit["id"])
        read = told.json()["data"]
        for body in [read, {**read, "tasks": [dict(reversed(task.items())) for task in read["tasks"]]}]:
            same(site.update(audit, **body), read, audit["number"])
        # The text, as a client may keep it.
        text = told.text[told.text.index('"data":') + 7:told.text.index(',"code":null')]
        same([raw(site, audit, text).status_code, dumps(site.read(audit))], [200, text])
        found = site.get(f"?search={audit['number']}")["data"][0]
        same([found["id"], site.update(audit, **found)], [audit["id"], read])
        same(site.update(audit), read)
    same([site.last(), site.ask(query)], [since, before])
    # The same metadata, as clients of other languages spell it.
    audit = site.create()
    raw(site, audit, '{"metadata":{"t":"é/","n":1.50,"w":1.0}}')
    since, before = site.last(), site.read(audit)
    for body in [r'{"metadata":{"t":"\u00e9/"}}', r'{"metadata":{"t":"é\/"}}', '{"metadata":{"n":1.5,"w":1}}']:
        same([raw(site, audit, body).status_code, site.last(), site.read(audit)["updated_at"]],
             [200, since, before["updated_at"]], body)
    # What is not the same cannot be.
    audit = audits[0]
    yard = ident("loc", site.make_location("Other")["uuid"])
    site.unchanged(audit, {"number": "X", "location_id": yard}, "invalid_body",
                   ["number: cannot be changed", "location_id: cannot be changed"])
    task, other = audit["tasks"]
    site.unchanged(audit, {"tasks": [{"id": task["id"], "item_id": other["item_id"],
                                      "layout_id": other["layout_id"]}]}, "invalid_body",
                   ["tasks[0].item_id: cannot be changed", "tasks[0].layout_id: cannot be changed"])
    for tasks, told in [({}, "tasks: must be an array"), ([5], "tasks[0]: must be an object"),
                        ([{}], "tasks[0].id: is required"),
                        ([{"id": task["id"]}] * 2, "tasks[1].id: given more than once"),
                        ([{"id": audits[1]["tasks"][0]["id"]}], "tasks[0].id: does not exist"),
                        ([{"id": "x"}], "tasks[0].id: must be an id prefixed with audtsk_"),
                        ([{"id": task["id"]}] * 101, "tasks: at most 100 entries")]:
        site.unchanged(audit, {"tasks": tasks}, "invalid_body", [told])
    site.unchanged(audit, {"feedback": "x" * 10001}, "invalid_body", ["feedback: at most 10000 characters"])


def told_of(site, since):
    """Events behind a sequence: type and action, all of this interface and in the name of the key's user."""
    events = site.events(since)
    for event in events:
        same([event["surface"], event["actor"]["username"]], ["packagex", "olivia.owner"])
    return events, sorted(f"{event['entityType']} {event['action'].title()}" for event in events)


def item_44_every_write_is_told_once(house):
    """One event for the audit; as the documentation says, counts have events of their own. That a write and its event
    are one transaction shows when the trail cannot be written: nothing is."""
    site = Site(house)
    since = site.last()
    made = site.post("", {"location_id": site.place})
    audit = made.json()["data"]
    events, kinds = told_of(site, since)
    same(kinds, ["audit Create", "count_task Create", "count_task Create"])
    same({event["requestId"] for event in events} == {made.headers["x-request-id"]}, True)
    same([ident("audit", event["entityUuid"]) for event in events if event["entityType"] == "audit"], [audit["id"]])
    for body, wanted in [
            ({"priority": "low", "feedback": "x", "metadata": {"a": 1}}, ["audit Edit"]),
            ({"tasks": counts(audit, 118)}, ["audit Edit", "count_task Edit"]),
            ({"priority": "low"}, []), ({}, []), ({"tasks": counts(audit, 118)}, []),
            ({"tasks": counts(audit, 118.5, 0.25), "status": "in_review", "metadata": {"b": 2}},
             ["audit Edit", "count_task Edit", "count_task Edit", "stock_level Edit", "stock_level Edit"]),
            ({"feedback": "y"}, ["audit Edit"])]:
        since = site.last()
        told = site.post("/" + audit["id"], body)
        same(told.status_code, 200, told.text)
        events, kinds = told_of(site, since)
        same(kinds, wanted, body)
        check({event["requestId"] for event in events} <= {told.headers["x-request-id"]}, body)
    other = site.create()
    since = site.last()
    done, path = "/" + audit["id"], "/" + other["id"]
    for path, body in [(done, {"priority": "high"}), (done, {"status": "created"}), (path, {"status": "in_review"}),
                       (path, {"tasks": counts(other, [-1])}), (path, {"priority": "high", "assignee": "ctct_1"}),
                       ("/audit_1", {"priority": "low"}), ("", {}),
                       ("", {"location_id": site.place, "number": audit["number"]}),
                       ("", {"location_id": site.place, "item_ids": [ident("item", site.items["z"]["uuid"])]})]:
        check(400 <= site.post(path, body).status_code < 500, body)
    same([site.events(since), site.read(other)], [[], other])
    stock, rows = site.stock(), site.get("?limit=100")["data"]
    with without(house, "change_event"):
        for path, body in [("", {"location_id": site.place}), ("/" + other["id"], {"priority": "high"}),
                           ("/" + other["id"], {"tasks": counted(site, other), "status": "in_review"})]:
            refused(site.post(path, body), "internal_error")
    same([site.events(since), site.get("?limit=100")["data"]], [[], rows])
    check(site.stock() == stock, site.stock())
    same(site.update(other, priority="high")["priority"], "high")
