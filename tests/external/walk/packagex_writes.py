"""Creating, counting, reviewing, approving (items 32 to 39)."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from house import check, same
from packagex_reading import second
from packagex_words import Site, counts, ident, instant, refused, whole


def ids(site, kind, *names):
    prefix, rows = {"item": ("item", site.items), "layout": ("lay", site.layouts)}[kind]
    return [ident(prefix, rows[name]["uuid"]) for name in names]


def item_32_a_location_is_enough(house):
    site = Site(house, levels=[("x", "b", "7"), ("y", "a", "0.5"), ("x", "a", "120"), ("z", "a", "0"), ("z", "b", "3")])
    # Stock below zero is nothing that GraphQL would take.
    house.operator(f"UPDATE stock_level SET available_qty = -available_qty WHERE id = {site.levels['zb']['legacyId']}")
    begun = int(time.time())
    made = site.create()
    same([made["number"], made["status"], made["priority"], made["update_inventory"]],
         ["AUD-1", "created", "medium", True])
    same([made["metadata"], made["assignee"], made["complete_at"], made["finished_at"], made["feedback"]],
         [{}, None, None, None, ""])
    # By layout, then item; levels of nothing have no count.
    same([[task["layout_id"], task["item_id"], task["total_qty"], task["counted_qty"], task["reason_code_id"]]
          for task in made["tasks"]],
         [[*ids(site, "layout", layout), *ids(site, "item", item), quantity, None, None]
          for layout, item, quantity in [("a", "x", 120), ("a", "y", 0.5), ("b", "x", 7), ("b", "z", -3)]])
    same([made["created_by"], made["updated_by"]], [site.actor] * 2)
    check(begun <= made["created_at"] == made["updated_at"] <= time.time(), made)
    same([made["location"]["id"], made["by_item"], made["by_layout"], made["overdue"]], [site.place, {}, {}, False])
    same(site.read(made), made)
    same([row["id"] for row in site.get()["data"]], [made["id"]])
    node = site.ask("{ audits(first: 1) { nodes { name number state } } }")["audits"]["nodes"]
    same(node, [{"name": "AUD-1", "number": "AUD-1", "state": "CREATED"}])
    same([site.create()["number"] for _ in range(2)], ["AUD-2", "AUD-3"])
    # Members that nobody knows are no fault, nor those that were read.
    same(site.create(colour="red", _search={}, tasks=[{"id": "x"}], status="approved")["status"], "created")
    full = site.create(number="  N 1 ", priority="high", assignee={"id": ident("ctct", site.person("pia")["uuid"])},
                       complete_at=253402300799, update_inventory=False, metadata={"a": 1, "b": None, "c": ""})
    same([full["number"], full["priority"], full["assignee"]["name"], full["complete_at"], full["update_inventory"],
          full["metadata"]], ["N 1", "high", "Pia Walker", 253402300799, False, {"a": 1}])
    place, wrong = {"location_id": site.place}, ident("item", uuid.uuid4())
    for body, told in [
            ({}, ["location_id: is required"]), ({"location_id": None}, ["location_id: must be a string"]),
            ({"location_id": "item_1"}, ["location_id: must be an id prefixed with loc_"]),
            ({"location_id": "loc_"}, ["location_id: does not exist"]), ([], ["body: must be an object"]),
            ({**place, "layout_ids": {}, "item_ids": []},
             ["item_ids: must not be empty", "layout_ids: must be an array"]),
            ({**place, "item_ids": ["x", 5]},
             ["item_ids[0]: must be an id prefixed with item_", "item_ids[1]: must be a string"]),
            ({**place, "item_ids": [*ids(site, "item", "x"), wrong]}, ["item_ids[1]: does not exist"]),
            ({**place, "item_ids": [ident("item", uuid.uuid4()) for _ in range(101)]},
             ["item_ids: at most 100 entries"]),
            ({**place, "number": " "}, ["number: must not be empty"]),
            ({**place, "number": "x" * 101}, ["number: at most 100 characters"]),
            ({**place, "number": "a\u0000b"}, ["number: contains control characters"]),
            ({**place, "priority": "urgent", "number": 5},
             ["number: must be a string", 'priority: "urgent" is not one of low, medium, high']),
            ({**place, "assignee": "user_1"}, ["assignee: must be an id prefixed with ctct_"]),
            ({**place, "assignee": ident("ctct", uuid.uuid4())}, ["assignee: does not exist"]),
            ({**place, "update_inventory": 1, "complete_at": 1.5},
             ["complete_at: must be an integer", "update_inventory: must be true or false"]),
            ({**place, "complete_at": -1}, ["complete_at: must be at least 0"]),
            ({**place, "metadata": []}, ["metadata: must be an object"])]:
        refused(site.post("", body), "invalid_body", told)
    site.make("archiveAsset", "asset { id }", id=site.location["id"])
    refused(site.post("", place), "invalid_body", ["location_id: does not exist"])


def item_33_items_and_layouts_narrow(house):
    site = Site(house, levels=[("x", "a", "1"), ("y", "b", "2"), ("x", "b", "3"), ("z", "a", "0")])
    x, y, z = ids(site, "item", "x", "y", "z")
    a, b = ids(site, "layout", "a", "b")

    def scope(**given):
        return [task["total_qty"] for task in site.create(**given)["tasks"]]

    same([scope(item_ids=[x]), scope(item_ids=[x, x, y]), scope(layout_ids=[b]), scope(layout_ids=[a, b, a])],
         [[1, 3], [1, 3, 2], [3, 2], [1, 3, 2]])
    same([scope(item_ids=[x], layout_ids=[b]), scope(item_ids=[y, z])], [[3], [2]])
    before = site.get()["pagination"], site.last(), len(site.ask("{ countTasks(first: 100) { nodes { id } } }")
                                                        ["countTasks"]["nodes"])
    for body in [{"item_ids": [z]}, {"item_ids": [y], "layout_ids": [a]}, {"item_ids": [z], "number": "N"}]:
        refused(site.post("", {"location_id": site.place, **body}), "no_eligible_tasks")
    elsewhere = site.make("createLayout", "layout { uuid }", name="Away",
                          locationId=site.make_location("Away")["id"])
    refused(site.post("", {"location_id": site.place, "layout_ids": [ident("lay", elsewhere["uuid"])]}),
            "invalid_body", ["layout_ids[0]: does not exist"])
    stamp = {"created_at": instant(1893456000), "updated_at": instant(1893456000)}
    organization = site.organization["legacyId"]
    site.insert("item", [{"uuid": uuid.uuid4(), "organization_id": organization, "name": f"M{at}", **stamp}
                         for at in range(98)])
    uuids = "gen_random_uuid()" if house.database else "randomblob(16)"
    house.operator(f"INSERT INTO stock_level (uuid, organization_id, asset_id, item_id, layout_id, available_qty, "
                   f"created_at, updated_at) SELECT {uuids}, organization_id, {site.location['legacyId']}, id, "
                   f"{site.layouts['a']['legacyId']}, 1, created_at, updated_at FROM item WHERE name LIKE 'M%' AND "
                   f"organization_id = {organization}")
    since = site.last()
    for body in [{}, {"number": "N"}, {"layout_ids": [a, b]}]:
        refused(site.post("", {"location_id": site.place, **body}), "too_many_tasks")
    tasks = site.ask("{ countTasks(first: 100) { nodes { id } } }")["countTasks"]["nodes"]
    same((site.get()["pagination"], len(tasks), site.last()), (before[0], before[2], since))
    same([event for event in site.events(before[1]) if event["entityType"] in ("audit", "count_task")], [])
    # A hundred are not too many; no number was used up by what was refused.
    same(len(scope(layout_ids=[a])), 99)
    site.level("y", "a", "1")
    made = site.create(layout_ids=[a], number="N")
    same([made["number"], len(made["tasks"])], ["N", 100])
    same(site.create(layout_ids=[b])["number"], "AUD-8")


def item_34_numbers_are_given_once(house):
    site = Site(house, levels=[("x", "a", "1")])
    site.create(number="CNT-7")
    body = {"location_id": site.place}
    for number in ["CNT-7", " CNT-7 "]:
        refused(site.post("", {**body, "number": number}), "duplicate_number", ["number: already exists"])
    yard = site.make_location("Yard two")
    layout = site.make("createLayout", "layout { id }", name="All", locationId=yard["id"])
    site.make("createStockLevel", "stockLevel { id }", itemId=site.items["x"]["id"], layoutId=layout["id"],
              locationId=yard["id"], availableQty="3")
    there = {"location_id": ident("loc", yard["uuid"]), "number": "CNT-7"}
    same(whole(site.post("", there), 201)["data"]["number"], "CNT-7")
    refused(site.post("", there), "duplicate_number", ["number: already exists"])
    # A number that is taken at the location is passed over.
    for number in ["AUD-3", "AUD-4"]:
        site.create(number=number)
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda _: site.alone("POST", "", body), range(24)))
        raced = list(pool.map(lambda _: site.alone("POST", "", {**body, "number": "RACE"}), range(8)))
    made = sorted(int(whole(told, 201)["data"]["number"].removeprefix("AUD-")) for told in made)
    same(made, [at for at in range(1, 27) if at not in (3, 4)])
    same(sorted(told.status_code for told in raced), [201] + [409] * 7)
    for told in raced:
        if told.status_code == 409:
            refused(told, "duplicate_number", ["number: already exists"])
    found = [row["number"] for page in (1, 2) for row in site.get(f"?limit=100&page={page}")["data"]
             if row["location"]["id"] == site.place]
    same(len(found), len(set(found)))


def item_35_counts_overwrite_and_add(house):
    site = Site(house)
    audit = site.create()
    first = audit["tasks"][0]["id"]

    def count(quantity):
        return site.update(audit, tasks=[{"id": first, "counted_qty": quantity}])

    counted = count(10)
    same([counted["tasks"][0]["counted_qty"], counted["tasks"][0]["discrepancy"], counted["status"]],
         [10, 110, "processing"])
    for quantity, wanted in [([2], 12), ([-1.5], 10.5), ([-10.5], 0), ([0], 0), (7, 7), (None, None), ([4], 4),
                             (3.25, 3.25), ([0.000001], 3.250001), (0, 0), (None, None), ([0], 0)]:
        same(count(quantity)["tasks"][0]["counted_qty"], wanted, quantity)
    count(4)
    for quantity, told in [([-4.000001], "result must be at least 0"), ([-5], "result must be at least 0"),
                           (-1, "must be at least 0"), ("1", "must be a number or an array of one number"),
                           ([1, 2], "must be a number or an array of one number"),
                           ([], "must be a number or an array of one number"),
                           (["1"], "must be a number or an array of one number"),
                           (True, "must be a number or an array of one number"),
                           (10**12, "must be less than 1000000000000"), (1e-7, "at most 6 decimals")]:
        site.unchanged(audit, {"tasks": [{"id": first, "counted_qty": quantity}]}, "invalid_body",
                       [f"tasks[0].counted_qty: {told}"])
    body = {"tasks": [{"id": first, "counted_qty": [1]}]}
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: site.alone("POST", "/" + audit["id"], body), range(50)))
    # An answer tells the audit as it is by then, with what others have added.
    seen = [whole(one, 200)["data"]["tasks"][0]["counted_qty"] for one in told]
    check(5 <= min(seen) and max(seen) == 54, seen)
    same(site.read(audit)["tasks"][0]["counted_qty"], 54)
    raw = f'{{"tasks":[{{"id":"{first}","counted_qty":999999999999.999999}}]}}'
    told = site.send("POST", "/" + audit["id"], data=raw)
    check('"counted_qty":999999999999.999999,"discrepancy":999999999879.999999,' in told.text, told.text)
    told = site.send("POST", "/" + audit["id"], data=raw.replace("999999999999.999999", "12.500000e1"))
    check('"counted_qty":125,"discrepancy":5,' in told.text, told.text)
    same(site.read(audit)["tasks"][1], audit["tasks"][1])


def item_36_review_freezes_the_books(house):
    site = Site(house)
    audit = site.create()
    first, other = (task["id"] for task in audit["tasks"])
    site.unchanged(audit, {"status": "in_review"}, "uncounted_tasks",
                   [f"tasks.{task}.counted_qty: is required" for task in (first, other)])
    site.unchanged(audit, {"status": "in_review", "tasks": counts(audit, 1)}, "uncounted_tasks",
                   [f"tasks.{other}.counted_qty: is required"])
    site.book("xa", "240")
    same(site.read(audit)["tasks"][0]["total_qty"], 120)
    body = counts(audit, 120, 0)
    body[0]["reason_code_id"] = site.reason
    reviewed = site.update(audit, status="in_review", tasks=body)
    same([reviewed["status"], reviewed["finished_at"]], ["in_review", None])
    same([[task["total_qty"], task["counted_qty"], task["discrepancy"]] for task in reviewed["tasks"]],
         [[240, 120, 120], [0.5, 0, 0.5]])
    site.book("xa", "7")
    site.book("yb", "8")
    same(site.read(audit), reviewed)
    # Recounting takes the books again; a level that is gone counts as nothing.
    again = site.update(audit, status="recount")
    same([again["status"], again["tasks"][0]["total_qty"], again["tasks"][0]["counted_qty"],
          again["tasks"][0]["reason_code_id"]], ["recount", 240, 120, site.reason])
    site.make("deleteStockLevel", "deletedId", id=site.levels["xa"]["id"])
    again = site.update(audit, status="in_review", tasks=[{"id": other, "counted_qty": 7.5}])
    same([[task["total_qty"], task["discrepancy"]] for task in again["tasks"]], [[0, 120], [8, 0.5]])


def item_37_large_differences_need_a_reason(house):
    site = Site(house)
    audit = site.create()
    first, other = (task["id"] for task in audit["tasks"])
    for quantities, wanted in [((117.499999, 0), [first]), ((122.500001, 0.5), [first]), ((120, 3.000001), [other]),
                               ((0, 30), [first, other])]:
        site.unchanged(audit, {"tasks": counts(audit, *quantities), "status": "in_review", "priority": "low"},
                       "reason_code_required", [f"tasks.{task}.reason_code_id: is required" for task in wanted])
    begun = int(time.time())
    approved = site.update(audit, tasks=counts(audit, 117.5, 3), status="in_review")
    same([approved["status"], approved["feedback"]], ["approved", ""])
    check(begun <= approved["finished_at"] <= time.time(), approved)
    fields = "state finishedAt closedAt completedAt"
    node = site.ask(f"{{ audits(first: 1) {{ nodes {{ {fields} }} }} }}")["audits"]["nodes"][0]
    same([node["state"], *(second(node[name]) for name in fields.split()[1:])],
         ["CLOSED"] + [approved["finished_at"]] * 3)
    # With a reason it waits for approval, which looks at the reasons again.
    waits = site.create()
    body = counts(waits, 100, 3)
    body[0]["reason_code_id"] = site.reason
    same(site.update(waits, tasks=body, status="in_review")["status"], "in_review")
    site.update(waits, tasks=[{"id": body[0]["id"], "reason_code_id": None}])
    site.unchanged(waits, {"status": "approved"}, "reason_code_required",
                   [f"tasks.{body[0]['id']}.reason_code_id: is required"])
    same(site.update(waits, tasks=[{"id": body[0]["id"], "reason_code_id": site.reason}], status="approved")["status"],
         "approved")
    # No threshold is one of nothing.
    for threshold in [None, "0"]:
        strict = Site(house, threshold)
        audit = strict.create()
        strict.unchanged(audit, {"tasks": counts(audit, 119.999999, 0.5), "status": "in_review"},
                         "reason_code_required", [f"tasks.{audit['tasks'][0]['id']}.reason_code_id: is required"])
        same(strict.update(audit, tasks=counts(audit, 120, 0.5), status="in_review")["status"], "approved")


def stamps(site):
    """When items, layouts and locations were audited last."""
    told = site.ask("{ items(first: 9) { nodes { name lastAuditedAt } } "
                    "layouts(first: 9) { nodes { name lastAuditedAt } } "
                    "assets(first: 9) { nodes { name lastAuditedAt } } }")
    return {row["name"]: row["lastAuditedAt"] for kind in told.values() for row in kind["nodes"]}


def item_38_approval_corrects_the_stock(house):
    site = Site(house, levels=[("x", "a", "120"), ("y", "b", "0.5"), ("z", "a", "0")])
    before, plain = site.stock(), stamps(site)
    same(set(plain.values()) == {None}, True)
    kept = site.create(update_inventory=False)
    same(site.update(kept, tasks=counts(kept, 118, 1), status="in_review")["status"], "approved")
    check((site.stock(), stamps(site)) == (before, plain), "stock is changed though nobody asked for it")
    audit = site.create()
    body = counts(audit, 100, 2)
    body[0]["reason_code_id"] = site.reason
    same(site.update(audit, tasks=body, status="in_review")["status"], "in_review")
    check((site.stock(), stamps(site)) == (before, plain), "stock is changed before approval")
    # What was booked in between stays booked; a level that is gone begins at nothing.
    site.book("xa", "240")
    site.make("deleteStockLevel", "deletedId", id=site.levels["yb"]["id"])
    done = site.update(audit, status="approved")
    same(done["status"], "approved")
    check(site.stock() == {"xa": 220, "yb": 1.5, "za": 0}, site.stock())
    after = stamps(site)
    same({name: stamp and second(stamp) for name, stamp in sorted(after.items())},
         {name: done["finished_at"] if name != "Item z" else None for name in sorted(after)})
    check({"Item x", "Item y", "Item z", "Rack a", "Rack b", "Yard"} == set(after), after)


def item_39_no_stock_becomes_negative(house):
    site = Site(house, levels=[("x", "a", "120"), ("y", "b", "50"), ("z", "b", "9")])
    audit = site.create()
    body = counts(audit, 20, 10, 9)
    for count in body[:2]:
        count["reason_code_id"] = site.reason
    site.update(audit, tasks=body, status="in_review")
    site.book("xa", "99.999999")
    clocks = stamps(site)
    site.unchanged(audit, {"status": "approved", "feedback": "no"}, "inventory_conflict",
                   [f"tasks.{body[0]['id']}.counted_qty: conflicts with inventory"])
    site.book("yb", "0")
    site.unchanged(audit, {"status": "approved"}, "inventory_conflict",
                   [f"tasks.{count['id']}.counted_qty: conflicts with inventory" for count in body[:2]])
    check(stamps(site) == clocks, "a refused approval stamps what it counted")
    site.book("xa", "100")
    site.book("yb", "40")
    same(site.update(audit, status="approved")["status"], "approved")
    check(site.stock() == {"xa": 0, "yb": 0, "zb": 9}, site.stock())
