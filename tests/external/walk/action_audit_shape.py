"""Keys, their order and the types of their values; where links lead; what is listed (items 1 to 13)."""

import json
import os
import re

from action_audit_words import AUDITED, FIELDS, NESTED, PLAN, RESOURCES, read, record, refusal, rows, show
from house import Failure, check, same

SHAPES = os.path.join(os.path.dirname(__file__), "../../it/rest/golden/shapes/action_audit.json")
LIST_REQUEST = ["requested_at", "uuid", "sort_by", "sort_dir", "offset", "limit", "columns"]


def item_01_all_paths_answer_in_the_envelope(house):
    for resource in RESOURCES:
        told = read(house, f"{resource}.json")
        same(list(told), ["specification", "request", "response", "data"], resource)
        same(list(told["specification"]), ["version", "docs"], resource)
        same(list(told["request"]), LIST_REQUEST, resource)
        same(list(told["response"].items()), [("type", "list"), ("count", len(told["data"]))], resource)
        check(told["data"], f"{resource} has no rows")
        told = read(house, told["data"][0]["links"]["show"])
        same(list(told), ["specification", "request", "response", "data"], resource)
        same(list(told["request"]), ["requested_at", "uuid"], resource)
        same(list(told["response"].items()), [("type", "record")], resource)
        check(isinstance(told["data"], dict), resource)


def item_02_fields_are_as_many_as_documented(house):
    counts = {}
    for resource in RESOURCES:
        row = rows(house, resource)[0]
        same(list(row), FIELDS[resource] + ["links"], resource)
        counts[resource] = len(row) - 1
    same(counts, dict(zip(RESOURCES, [17, 9, 11, 14, 19, 23, 10, 21, 6])))
    activity = show(house, rows(house, "activities")[0])
    own = [key for key in activity if key != "links" and key not in NESTED["activities"]]
    same(own, FIELDS["activities"] + ["new_due_date"])
    check(len(own) == 20, own)
    inside = next(found for found in (show(house, row) for row in rows(house, "audits")) if found["activities"])
    same(list(inside["activities"][0]), FIELDS["activities"] + AUDITED + ["links"])
    check(len(inside["activities"][0]) - 1 == 27, inside)


def differ(shape, value, at, faults):
    """Where a value differs from a shape of the document; its nulls say nothing of a type."""
    if shape == "null" or value is None:
        return
    if isinstance(shape, dict) and isinstance(value, dict):
        if list(shape) != list(value):
            faults.add(f"{at}: {list(value)} in place of {list(shape)}")
            return
        for key, part in shape.items():
            differ(part, value[key], f"{at}.{key}", faults)
    elif isinstance(shape, list) and isinstance(value, list):
        for part in value:
            tried = []
            for one in shape:
                tried.append(set())
                differ(one, part, f"{at}[]", tried[-1])
            if tried and all(tried):
                faults.update(*tried)
    else:
        kind = {bool: "boolean", int: "integer", str: "string"}.get(type(value))
        if kind != shape:
            faults.add(f"{at}: {value!r} is no {shape}")


def item_03_shapes_are_those_of_the_documents_examples(house):
    with open(SHAPES, encoding="utf-8") as file:
        shapes = json.load(file)
    check(len(shapes) == 18, len(shapes))
    faults = set()
    for one in shapes:
        path = one["path"]
        resource = path.removeprefix("/xapi/v1/").split("/")[0].split(".")[0]
        if "{uuid}" not in path:
            differ(one["shape"], read(house, f"{resource}.json?limit=1000"), path, faults)
            continue
        compared = 0
        for row in rows(house, resource)[:150]:
            told = read(house, row["links"]["show"])
            # The document's person is a worker, too; item 7 is about the others.
            if resource != "users" or told["data"]["worker"] is not None:
                differ(one["shape"], told, path, faults)
                compared += 1
        check(compared, path)
    check(not faults, "\n".join(sorted(faults)))


def item_04_records_have_fields_links_and_nested_keys_in_order(house):
    for resource in RESOURCES:
        for row in rows(house, resource)[:30]:
            found = show(house, row)
            fields = FIELDS[resource] + (["new_due_date"] if resource == "activities" else [])
            same(list(found), fields + ["links"] + list(NESTED[resource]), resource)
            links = ["list"]
            if resource == "activities" or resource == "users" and found["worker"]:
                links.append({"activities": "action_plan", "users": "worker"}[resource])
            same(list(found["links"]), links, resource)
            same(found["links"]["list"], f"/xapi/v1/{resource}.json")
            if "worker" in found["links"]:
                same(found["links"]["worker"], f"/xapi/v1/workers/{found['worker']['uuid']}.json")


def embedded(resource, found):
    """The nested objects of a record: key, as what, value."""
    for key, kind in NESTED[resource].items():
        for value in found[key] if isinstance(found[key], list) else [found[key]]:
            if value is not None:
                yield key, kind, value


def item_05_embedded_objects_hold_no_objects_and_say_where_they_are(house):
    audit = house.make("createAudit", "audit { id }", name="Handed on")
    asked = house.make("createActivity", "activity { id uuid }", auditId=audit["id"], subject="Asked")
    alex = house.ask('{ user(username: "alex.auditor") { id } }')["user"]["id"]
    house.make("answerActivity", "activity { id }", id=asked["id"], answerValue="no", newAssigneeId=alex)
    seen = set()
    for resource in RESOURCES:
        for row in rows(house, resource)[:60] + rows(house, resource)[-1:]:
            for key, kind, value in embedded(resource, show(house, row)):
                extra = AUDITED if (resource, key) == ("audits", "activities") else []
                same(list(value), FIELDS[kind] + extra + ["links"], f"{resource}.{key}")
                same(list(value["links"]), ["show"], f"{resource}.{key}")
                check(not any(isinstance(part, dict) for name, part in value.items() if name != "links"), value)
                check(not any(isinstance(part, list) for name, part in value.items() if name != "roles"), value)
                if kind != "action_plans":
                    same(value["links"]["show"], f"/xapi/v1/{kind}/{value['uuid']}.json")
                seen.add((resource, key))
    wanted = {(resource, key) for resource in RESOURCES for key in NESTED[resource]}
    check(wanted == seen, f"never filled: {wanted - seen}")


def item_06_what_is_missing_is_null_and_what_is_empty_is_a_list(house):
    idea = house.make("createIdea", "idea { uuid }", subject="Nobody's", user="mia.member")
    found = record(house, "ideas", idea["uuid"])
    for key in ["orgcell", "assignee", "originator", "worker_creator", "ap_owner", "ap_assignee"]:
        check(key in found and found[key] is None, f"{key}: {found.get(key)}")
    same(found["activities"], [])
    plan = house.make("createActionPlan", "actionPlan { uuid }", subject="Bare")
    found = record(house, "action_plans", plan["uuid"])
    same([found["orgcell"], found["assignee"], found["template"], found["activities"]], [None, None, None, []])
    audit = house.make("createAudit", "audit { uuid }", name="Bare")
    found = record(house, "audits", audit["uuid"])
    same([found[key] for key in NESTED["audits"] if key not in ("creator", "assignee")], [None] * 5 + [[]])


def item_07_a_user_who_is_no_worker_has_no_link_to_one(house):
    kinds = set()
    for row in rows(house, "users"):
        found = show(house, row)
        check(("worker" in found["links"]) == (found["worker"] is not None), found["links"])
        kinds.add(found["worker"] is None)
    check(kinds == {True, False}, "there are not both, users who are workers and users who are not")


def links(value, found):
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "links":
                found.update(part.values())
            else:
                links(part, found)
    elif isinstance(value, list):
        for part in value:
            links(part, found)


def item_08_every_link_of_every_response_leads_somewhere(house):
    """All lists and all records are read, and all links in them followed. Who was removed is left out by the members:
    a link to a person who is not listed must be of somebody without a membership.
    """
    people = {row["uuid"] for row in rows(house, "users")}
    found, answered, removed = set(), set(), set()
    for resource in RESOURCES:
        told = house.export(f"{resource}.json?limit=1&offset=1")
        links(told.json()["data"], found)
        headed = re.findall(r'<([^>]+)>; rel="(next|prev|alternate)', told.headers["link"])
        check(len(headed) == 3 or resource == "templates", headed)
        for address, relation in headed:
            check(house.export(address).status_code == 200, f"{relation}: {address}")
        answered.add(f"/xapi/v1/{resource}.json")
        for row in rows(house, resource):
            links(row, found)
            links(show(house, row), found)
            answered.add(row["links"]["show"])
    for link in found - answered:
        uuid = link.split("/")[-1].removesuffix(".json")
        check(link.startswith("/xapi/v1/users/") and uuid not in people, f"{link} leads nowhere")
        refusal(house, house.export(link), 404, "not found", link)
        removed.add(link)
    check(len(found) > 1400, f"only {len(found)} links")
    check(len(removed) < 5, f"too many persons were removed: {removed}")


def item_09_the_plan_of_an_activity_is_its_parent_whatever_it_is(house):
    for parent in ["audits", "ideas", "action_plans"]:
        seen = 0
        for row in rows(house, parent)[:40]:
            for inside in show(house, row)["activities"][:2]:
                found = show(house, inside)
                same(list(found["action_plan"]), PLAN.split() + ["links"], parent)
                check(len(found["action_plan"]) - 1 == 14, parent)
                same(found["action_plan"]["links"], {"show": row["links"]["show"]})
                same(found["links"]["action_plan"], row["links"]["show"])
                same({key: found["action_plan"][key] for key in PLAN.split()}, {key: row[key] for key in PLAN.split()})
                seen += 1
        check(seen, f"no activity of {parent}")


def item_10_an_audit_is_no_action_plan(house):
    for resource in ["audits", "ideas"]:
        path = f"action_plans/{rows(house, resource)[0]['uuid']}.json"
        refusal(house, house.export(path), 404, "not found", path)


def item_11_activities_of_plans_audits_and_ideas_are_counted_together(house):
    listed = {row["uuid"] for row in rows(house, "activities")}
    parents = house.all("activities", "uuid audit { uuid } actionPlan { uuid } idea { uuid }")
    same(len(parents), len(listed))
    check({one["uuid"] for one in parents} == listed, "other activities than GraphQL has")
    for kind in ["audit", "actionPlan", "idea"]:
        check(any(one[kind] for one in parents), f"no activity of a {kind}")
    total = house.export("activities.json?limit=1").headers["x-total-count"]
    same(total, str(len(listed)))


def item_12_templates_of_audits_are_not_exported(house):
    kinds = {one["uuid"]: one["kind"] for one in house.all("templates", "uuid kind")}
    listed = {row["uuid"] for row in rows(house, "templates")}
    check(listed == {uuid for uuid, kind in kinds.items() if kind == "ACTION_PLAN"}, listed)
    audits = [uuid for uuid, kind in kinds.items() if kind == "AUDIT"]
    check(audits and listed, "both kinds are needed")
    for uuid in audits:
        refusal(house, house.export(f"templates/{uuid}.json"), 404, "not found", uuid)


def item_13_audits_of_products_and_locations_are_listed(house):
    template = house.ask("{ templates(first: 1, filter: {kind: {eq: AUDIT}}) { nodes { legacyId } } }")
    template = template["templates"]["nodes"][0]["legacyId"]
    for kind in ["PRODUCT", "LOCATION"]:
        asset = house.make("createAsset", "asset { id legacyId }", name=f"A {kind}", kind=kind)
        given = {"name": f"Of a {kind}", "auditor": {"username": "alex.auditor"}, "asset_id": asset["legacyId"],
                 "template_id": template}
        told = house.comply("POST", "/audits/", json=given)
        if told.status_code != 201:
            raise Failure(told.text)
        made = house.ask(f"{{ audit(legacyId: {told.json()['id']}) {{ uuid }} }}")["audit"]["uuid"]
        listed = {row["uuid"] for row in rows(house, "audits")}
        check(made in listed, f"the audit of a {kind} is not listed")
        same(record(house, "audits", made)["subject"], f"Of a {kind}")
        again = house.make("createAudit", "audit { uuid }", name=f"Of a {kind} by GraphQL", assetId=asset["id"])
        check(again["uuid"] in {row["uuid"] for row in rows(house, "audits")}, "by GraphQL")
