"""Records, lists, pages and orders (items 8 to 14 and 24)."""

import calendar
import time
import uuid
from decimal import Decimal

from house import check, same
from packagex_words import AUDIT, TASK, WORD_OF, Site, counts, dumps, ident, instant, refused

CONTACT = ["object", "id", "organization_id", "name", "email", "phone", "created_at", "updated_at"]
PLACE = ["object", "id", "organization_id", "name", "created_at", "updated_at"]


def second(text):
    """Whole seconds of an instant of GraphQL."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def item_08_an_audit_has_its_keys_in_order(house):
    site = Site(house)
    walker = site.person("paula")
    contact = ident("ctct", walker["uuid"])
    audit = site.create(number="CNT-7", priority="high", assignee=contact, complete_at=4102444800,
                        update_inventory=False, metadata={"wave": "7", "b": 1.5, "a": True})
    audit = site.update(audit, feedback="ok", tasks=counts(audit, 117.5))
    organization = ident("org", site.organization["uuid"])
    query = "{ audits(first: 1) { nodes { uuid createdAt updatedAt asset { createdAt updatedAt } " \
            "auditor { createdAt updatedAt } countTasks(first: 5) { nodes { uuid createdAt updatedAt } } } } }"
    node = site.ask(query)["audits"]["nodes"][0]

    def stamps(of):
        return {"created_at": second(of["createdAt"]), "updated_at": second(of["updatedAt"])}

    tasks = {ident("audtsk", task["uuid"]): stamps(task) for task in node["countTasks"]["nodes"]}
    (first, first_stamps), (other, other_stamps) = tasks.items()
    wanted = {
        "object": "audit", "id": ident("audit", node["uuid"]), "organization_id": organization, "number": "CNT-7",
        "location": {"object": "location", "id": site.place, "organization_id": organization, "name": "Yard",
                     **stamps(node["asset"])},
        "status": "processing", "priority": "high",
        "assignee": {"object": "contact", "id": contact, "organization_id": organization, "name": "Paula Walker",
                     "email": f"paula@{site.slug}.example", "phone": "+31 10 555 0100", **stamps(node["auditor"])},
        "tasks": [
            {"object": "audit_task", "id": first, "item_id": ident("item", site.items["x"]["uuid"]),
             "layout_id": ident("lay", site.layouts["a"]["uuid"]), "total_qty": 120, "counted_qty": 117.5,
             "discrepancy": 2.5, "reason_code_id": None, **first_stamps},
            {"object": "audit_task", "id": other, "item_id": ident("item", site.items["y"]["uuid"]),
             "layout_id": ident("lay", site.layouts["b"]["uuid"]), "total_qty": 0.5, "counted_qty": None,
             "discrepancy": None, "reason_code_id": None, **other_stamps}],
        "by_item": {}, "by_layout": {}, "feedback": "ok", "complete_at": 4102444800, "finished_at": None,
        "overdue": False, "update_inventory": False, "metadata": {"wave": "7", "b": 1.5, "a": True}, **stamps(node),
        "created_by": site.actor, "updated_by": site.actor}
    same(list(wanted), AUDIT)
    same(list(wanted["tasks"][0]), TASK)
    same([list(wanted["assignee"]), list(wanted["location"])], [CONTACT, PLACE])
    same(site.read(audit), wanted)
    same(audit, wanted)
    check(f'"data":{dumps(wanted)},"code"' in site.send("GET", "/" + audit["id"]).text, "the text of the record")
    check(f'"data":[{dumps(wanted)}],"code"' in site.send("GET").text, "the text of the list")
    for search, marked, score in [("CNT-7", "<mark>CNT-7</mark>", 1), ("cnt", "<mark>CNT</mark>-7", 0.86)]:
        for more in ["", "&order_by=priority", "&group_by=by_item"]:
            row = site.get(f"?search={search}{more}")["data"][0]
            same(list(row), AUDIT + ["_search"])
            same(row["_search"], {"id": audit["id"], "number": marked, "relevance_score": score})
    same(list(site.get("?search=")["data"][0]), AUDIT)


def item_09_counts_are_grouped(house):
    site = Site(house, levels=[("x", "a", "1"), ("y", "b", "2"), ("x", "b", "3")])
    audit = site.create()
    bare = site.audits({"number": "BARE"})["BARE"]
    xa, xb, yb = audit["tasks"]
    wanted = {"by_item": [(xa["item_id"], [xa, xb]), (yb["item_id"], [yb])],
              "by_layout": [(xa["layout_id"], [xa]), (xb["layout_id"], [xb, yb])]}
    for word, groups in wanted.items():
        for row in [site.get(f"/{audit['id']}?group_by={word}")["data"],
                    next(row for row in site.get(f"?group_by={word}")["data"] if row["id"] == audit["id"])]:
            same(row, {**audit, "tasks": [], word: dict(groups)}, word)
            same([task for group in row[word].values() for task in group], [task for _, group in groups
                                                                            for task in group])
        empty = site.get(f"/{bare}?group_by={word}")["data"]
        same([empty["tasks"], empty["by_item"], empty["by_layout"]], [[], {}, {}])
    same([audit["by_item"], audit["by_layout"]], [{}, {}])
    for row in site.get()["data"] + [site.read(audit)]:
        same([row["by_item"], row["by_layout"]], [{}, {}])
    refused(site.send("GET", f"/{audit['id']}?group_by=item"), "invalid_query",
            ['group_by: "item" is not one of by_item, by_layout'])


def item_10_what_is_overdue(house):
    """A deadline passes while the test waits; approval is late after it, in time before it."""
    site = Site(house, levels=[("x", "a", "5")])
    soon = int(time.time()) + 2
    waiting, ahead = site.create(complete_at=soon), site.create(complete_at=soon + 3600)
    timely, late = site.create(complete_at=soon), site.create(complete_at=soon)
    gone, never = site.create(complete_at=soon), site.create()
    site.update(timely, status="in_review", tasks=counts(timely, 5))
    site.update(gone, status="canceled")
    early = site.read(waiting)
    check(early["overdue"] is False or time.time() >= soon, early)
    check(time.time() < soon, "the preparation took too long")
    same(site.get("?overdue=true")["pagination"]["total_count"], 0)
    time.sleep(soon + 1.1 - time.time())
    same(site.update(late, status="in_review", tasks=counts(late, 5))["status"], "approved")
    wanted = [(waiting, True), (ahead, False), (timely, False), (late, True), (gone, False), (never, False)]
    for audit, overdue in wanted:
        same(site.read(audit)["overdue"], overdue, audit["number"])
    for word, value in [("true", True), ("false", False)]:
        found = site.numbers(f"overdue={word}&order_by=created_at&direction=asc")
        same(found, [audit["number"] for audit, overdue in wanted if overdue is value])


def item_11_states_and_their_words(house):
    """GENERATING, which no interface sets, is put by the operator; all others come through GraphQL."""
    site = Site(house)
    steps = {"CREATED": [], "IN_PROGRESS": ["startAudit"], "GENERATING": [], "IN_REVIEW": ["submitAudit"],
             "READY_TO_CLOSE": ["submitAudit", "markReadyToClose"], "RECOUNT": ["submitAudit", "requestRecount"],
             "CLOSED": ["submitAudit", "closeAudit"], "CANCELED": ["cancelAudit"]}
    for state, mutations in steps.items():
        made = site.make("createAudit", "audit { id uuid }", number=state, assetId=site.location["id"])
        for mutation in mutations:
            site.make(mutation, "audit { state }", id=made["id"])
        if state == "GENERATING":
            house.operator(f"UPDATE audit SET state = 'GENERATING' WHERE number = 'GENERATING' AND organization_id = "
                           f"{site.organization['legacyId']}")
        node = site.ask("query($i: ID!) { audit(id: $i) { state } }", i=made["id"])["audit"]
        same([node["state"], site.read({"id": ident("audit", made["uuid"])})["status"]], [state, WORD_OF[state]])
    same({row["number"]: row["status"] for row in site.get("?limit=100")["data"]} == WORD_OF, True)
    # And the other way.
    audit = site.create()
    for word, state in [("processing", "IN_PROGRESS"), ("canceled", "CANCELED")]:
        site.update(audit, status=word)
        query = f'{{ audits(first: 1, filter: {{number: {{eq: "{audit["number"]}"}}}}) {{ nodes {{ state }} }} }}'
        same(site.ask(query)["audits"]["nodes"], [{"state": state}])


def many(site, count, **given):
    return site.audits(*({"number": f"N-{at:03}", "created_at": instant(1893456000 + at % 20), **given}
                         for at in range(count)))


def item_12_pages_follow_one_another(house):
    site = Site(house)
    made = many(site, 60)
    every = site.numbers("limit=100")
    same(sorted(every), sorted(made))
    same([site.numbers("page=2", 60), site.numbers("", 60)], [every[25:50], every[:25]])
    for limit in [1, 7, 10, 25, 59, 60, 61]:
        walked, pages = [], -(-60 // limit)
        for page in range(1, pages + 1):
            body = site.get(f"?page={page}&limit={limit}")
            same(body["pagination"], {"limit": limit, "page": page, "has_more": page < pages, "total_count": 60})
            walked += [row["number"] for row in body["data"]]
        same(walked, every)


def item_13_pages_have_bounds(house):
    site = Site(house)
    many(site, 101)
    same(len(site.numbers("limit=100", 101)), 100)
    for text in ["101", "0", "x", "-1", "%2B1", "1.0", "%201", "1e1"]:
        refused(site.send("GET", f"?limit={text}"), "invalid_query", ["limit: must be an integer from 1 to 100"])
    for text in ["0", "x", "-1", "%2B1", "1.0", "2147483648", "%201"]:
        refused(site.send("GET", f"?page={text}"), "invalid_query", ["page: must be an integer of at least 1"])
    for page, limit in [(6, 25), (3, 100), (2147483647, 100)]:
        body = site.get(f"?page={page}&limit={limit}")
        same([body["data"], body["pagination"]], [[], {"limit": limit, "page": page, "has_more": False,
                                                       "total_count": 101}])


def item_14_statements_do_not_grow_with_the_page(house):
    """Statements as `/metrics` counts them."""
    site = Site(house)
    number = site.organization["legacyId"]
    made, stamp = many(site, 100), instant(1893456000)
    same(len(made), 100)
    site.insert("item", [{"uuid": uuid.uuid4(), "organization_id": number, "name": f"M{at}", "created_at": stamp,
                          "updated_at": stamp} for at in range(100)])
    uuids = "gen_random_uuid()" if house.database else "randomblob(16)"
    house.operator(
        "INSERT INTO count_task (uuid, organization_id, audit_id, item_id, layout_id, total_qty, created_at, "
        f"updated_at) SELECT {uuids}, a.organization_id, a.id, i.id, {site.layouts['a']['legacyId']}, "
        f"{site.literal(Decimal(4))}, a.created_at, a.updated_at FROM audit a JOIN item i ON i.organization_id = "
        f"a.organization_id AND i.name LIKE 'M%' WHERE a.organization_id = {number}")

    def cost(query):
        told = []
        for _ in range(4):
            before = house.statements("packagex")
            rows = site.get("?" + query)["data"]
            told.append(house.statements("packagex") - before)
        return min(told), rows

    for more in ["", "&group_by=by_item", "&group_by=by_layout", "&order_by=priority", "&search=N-0"]:
        one, rows = cost("limit=1" + more)
        same(len(rows), 1)
        hundred, rows = cost("limit=100" + more)
        same([one, len(rows)], [hundred, 100], more)
        check(0 < one < 20, one)
        for row in rows:
            groups = {"by_item": (100, 1), "by_layout": (1, 100)}.get(more[10:])
            found = row[more[10:]] if groups else {"": row["tasks"]}
            same((len(found), [len(tasks) for tasks in found.values()][0]), groups or (1, 100))


def item_24_every_order_both_ways(house):
    site = Site(house)

    def at(text):
        return instant(f"18934560{text}")

    site.audits(
        {"number": "a", "created_at": at("03.5"), "updated_at": at("09.5"), "priority": 3, "complete_by": at("05.5")},
        {"number": "b", "created_at": at("01.5"), "updated_at": at("08.5"), "priority": 1, "finished_at": at("05.5")},
        {"number": "c", "created_at": at("02.5"), "updated_at": at("09.5"), "priority": 2, "complete_by": at("04.5")},
        {"number": "d", "created_at": at("03.5"), "updated_at": at("07.500001"), "priority": 2,
         "finished_at": at("06.5")},
        # Within the same second.
        {"number": "e", "created_at": at("01.500001"), "updated_at": at("07.5"), "priority": 3,
         "complete_by": at("05.500001"), "finished_at": at("06.5")})
    for query, wanted in [
            ("", "daceb"), ("order_by=created_at", "daceb"), ("direction=asc", "becad"), ("direction=desc", "daceb"),
            ("order_by=created_at&direction=asc", "becad"), ("order_by=updated_at", "cabde"),
            ("order_by=updated_at&direction=asc", "edbac"), ("order_by=complete_at&direction=asc", "caebd"),
            ("order_by=complete_at&direction=desc", "eacdb"), ("order_by=finished_at&direction=asc", "bdeac"),
            ("order_by=finished_at", "edbca"), ("order_by=priority&direction=asc", "bcdae"),
            ("order_by=priority&direction=desc", "eadcb")]:
        same("".join(site.numbers(query)), wanted, query)
        for page, letter in enumerate(wanted, 1):
            same(site.numbers(f"limit=1&page={page}&{query}".rstrip("&"), 5), [letter], query)
