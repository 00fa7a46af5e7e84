"""What the records look like (items 28 to 36)."""

import json
import re

from auditcomply_words import FINDING, KEYS, LISTS, OBSERVATION, bodies, get, id_key, ids, post, rows, template_id
from house import check, same

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!000000)\d{6})?Z")
INSTANTS = ["updated_at", "created_at", "closed_at", "completed_at", "published", "approved_date", "audit_completed_at",
            "last_audited_at", "when", "observation_start_time", "observation_end_time"]
AUDITOR = {"username": "alex.auditor"}


def item_28_records_have_their_keys_in_order(house):
    for name in LISTS:
        for row in rows(house, name):
            same(list(row), KEYS[name], name)
        if name != "categories":
            row = rows(house, name)[-1]
            same(list(get(house, f"/{name}/{row[id_key(name)]}/")), KEYS[name], name)
    for name, count in [("audits", 36), ("nonconformances", 27), ("tasks", 25), ("programs", 12)]:
        check(len(KEYS[name]) == count, name)
    bare = post(house, "/audits/", bodies(house)["audits"])
    same(list(bare), KEYS["audits"])
    check(sum(value is None for value in bare.values()) > 10, "nulls are shown")


def item_29_some_values_are_texts(house):
    for row in rows(house, "audits"):
        for key in ["nc_count", "metadata", "template_tags"]:
            check(isinstance(row[key], str), f"{key}: {row[key]!r}")
        check(row["nc_count"].isdigit() and isinstance(json.loads(row["metadata"]), dict), row)
    findings = {}
    for row in rows(house, "nonconformances"):
        check(isinstance(row["reopened_count"], str) and row["reopened_count"].isdigit(), row["reopened_count"])
        check(row["audit_id"] is None or isinstance(row["audit_id"], str) and row["audit_id"].isdigit(),
              row["audit_id"])
        findings[row["audit_id"]] = findings.get(row["audit_id"], 0) + 1
    for row in rows(house, "tasks"):
        check(row["audit_id"] is None or row["audit_id"].isdigit(), row["audit_id"])
    for row in rows(house, "audits"):
        same(row["nc_count"], str(findings.get(str(row["id"]), 0)), row["id"])
    made = house.make("createAudit", "audit { legacyId }", name="With members", metadata={"shift": "night", "n": [1]})
    text = get(house, f"/audits/{made['legacyId']}/")["metadata"]
    check(json.loads(text) == {"shift": "night", "n": [1]} and " " not in text, text)


def found_instants(value, found):
    if isinstance(value, dict):
        for key, part in value.items():
            if key in INSTANTS and part is not None:
                found.append((key, part))
            found_instants(part, found)
    elif isinstance(value, list):
        for part in value:
            found_instants(part, found)


def item_30_instants_are_in_utc_with_six_digits_or_none(house):
    found = []
    for name in LISTS:
        found_instants(rows(house, name), found)
    # A member of an action is an instant by its name and place alike; days have other names.
    for key, value in found:
        check(INSTANT.fullmatch(value), f"{key}: {value}")
    check({key for key, _ in found} == set(INSTANTS), set(INSTANTS) - {key for key, _ in found})
    for sent, shown in [("2031-04-02T08:15:00+01:00", "2031-04-02T07:15:00Z"),
                        ("2031-04-02 08:15:00.1234567+01:00", "2031-04-02T07:15:00.123456Z"),
                        ("2031-4-2T8:5", "2031-04-02T08:05:00Z"),
                        ("2031-04-02T08:15:00,5-0130", "2031-04-02T09:45:00.500000Z"),
                        ("2031-04-02T08:15:00.000000Z", "2031-04-02T08:15:00Z"),
                        ("2031-04-02T00:15+02", "2031-04-01T22:15:00Z")]:
        made = post(house, "/audits/", {"name": "When", "auditor": AUDITOR, "published": sent})
        same(made["published"], shown, sent)
        same(get(house, f"/audits/{made['id']}/")["published"], shown, sent)


def item_31_observations_and_findings_agree(house):
    audit = house.make("createAudit", "audit { id legacyId }", name="Observed")
    for order in [3, 1, 2]:
        made = house.make("createActivity", "activity { id }", auditId=audit["id"], subject=f"Asked {order}",
                          order=order)
        house.make("createIssue", "issue { id }", kind="NONCONFORMANCE", title=f"Found {order}", activityId=made["id"],
                   auditId=audit["id"])
    texts = [one["question_text"] for one in get(house, f"/audits/{audit['legacyId']}/")["observations"]]
    same(texts, ["Asked 1", "Asked 2", "Asked 3"])
    order = {int(one["legacyId"]): (one["order"], int(one["legacyId"]))
             for one in house.all("activities", "legacyId order")}
    seen, listed = 0, {row["nonconformance_id"]: row for row in rows(house, "nonconformances")}
    for row in rows(house, "audits"):
        check(isinstance(row["observations"], list), row["id"])
        numbers = [one["question_id"] for one in row["observations"]]
        same(numbers, sorted(numbers, key=lambda one: order[one]), row["id"])
        for one in row["observations"]:
            same(list(one), OBSERVATION)
            inside = [finding["nonconformance_id"] for finding in one["nonconformances"]]
            same(inside, sorted(inside))
            for finding in one["nonconformances"]:
                same(list(finding), FINDING)
                record = listed[finding["nonconformance_id"]]
                same(record["parent_observation_id"], one["question_id"])
                same(finding, {key: record[key] for key in FINDING})
                if seen < 30:
                    same(get(house, f"/nonconformances/{finding['nonconformance_id']}/"), record)
                seen += 1
    check(seen > 30, f"only {seen} findings in observations")


def item_32_the_tree_is_depth_first(house):
    listed = rows(house, "asset_tree")
    open_, numbers = [], {row["id"] for row in listed}
    for row in listed:
        while open_ and open_[-1] != row["parent_id"]:
            open_.pop()
        check(row["parent_id"] is None or open_, f"{row} stands outside its parent")
        open_.append(row["id"])
        same(row["numchild"], sum(one["parent_id"] == row["id"] for one in listed), row)
        same(get(house, f"/asset_tree/{row['id']}/"), row)
    check(any(row["numchild"] > 1 for row in listed), "a tree")
    check(sum(row["parent_id"] is None for row in listed) > 1, "several roots")
    check(all(row["parent_id"] is None or row["parent_id"] in numbers for row in listed), "parents are listed")
    same(sorted(numbers), ids(house, "asset"))
    house.make("createAsset", "asset { id }", name="Grown")
    again = [row["id"] for row in rows(house, "asset_tree") if row["id"] in numbers]
    same(again, [row["id"] for row in listed], "a new root leaves the others' order")


def item_33_a_breadcrumb_names_the_way_down(house):
    def compare(separator):
        tree = {row["id"]: row for row in rows(house, "asset_tree")}

        def way(one):
            parent = tree[one]["parent_id"]
            return (way(parent) if parent is not None else []) + [tree[one]["name"]]

        listed = rows(house, "asset_breadcrumbs")
        for row in listed:
            same(row, {"id": row["id"], "name": tree[row["id"]]["name"], "breadcrumb": separator.join(way(row["id"]))})
        check(any(len(way(row["id"])) > 2 for row in listed), "a long way")
        return [way(row["id"]) for row in listed]

    before = compare(" > ")
    house.again("--auditcomply-breadcrumb-separator", "/")
    try:
        same(compare("/"), before)
    finally:
        house.again()


def item_34_contacts_and_users_are_disjoint_and_everybody(house):
    post(house, "/contacts/", bodies(house)["contacts"])
    house.make("archiveUser", "user { id }", id=house.person("archived.ann")["id"])
    house.make("updateUser", "user { id }", id=house.person("resting.rob")["id"], status="INACTIVE")
    contacts, users = set(ids(house, "contacts")), set(ids(house, "users"))
    check(contacts and users and not contacts & users, contacts & users)
    people = house.all("users", "legacyId status")
    wanted = {int(one["legacyId"]) for one in people if one["status"] in ("ACTIVE", "INACTIVE")}
    same(sorted(contacts | users), sorted(wanted))
    check(len(wanted) < len(people), "somebody is archived")
    for name, other in [("contacts", users), ("users", contacts)]:
        for one in list(other)[:3]:
            get(house, f"/{name}/{one}/", status=404)
    off = [row for row in rows(house, "users") if row["username"] == "resting.rob"]
    same([row["is_active"] for row in off], [False])


def item_35_the_surfaces_show_the_same_audits(house):
    query = ("query($one: Long!) { audit(legacyId: $one) { uuid legacyId name number state asset { legacyId } "
             "auditor { legacyId } template { legacyId } creator { username } } }")
    asset = house.ask("{ assets(first: 1) { nodes { id legacyId } } }")["assets"]["nodes"][0]
    alex = house.ask('{ user(username: "alex.auditor") { id legacyId } }')["user"]
    made = house.make("createAudit", "audit { legacyId uuid }", name="By GraphQL", assetId=asset["id"],
                      auditorId=alex["id"])
    shown = get(house, f"/audits/{made['legacyId']}/")
    same([str(shown[key]) for key in ["id", "asset_id", "auditor_id"]],
         [str(one["legacyId"]) for one in [made, asset, alex]])
    check(shown["id"] in ids(house, "audits", "&name=By+GraphQL"), "it is listed")
    body = {"name": "By AuditComply", "auditor": AUDITOR, "asset_id": int(asset["legacyId"]),
            "template_id": template_id(house)}
    made = post(house, "/audits/", body, user="mia.member")
    told = house.ask(query, one=made["id"])["audit"]
    same([told["name"], told["state"], int(told["asset"]["legacyId"]), int(told["auditor"]["legacyId"]),
          int(told["template"]["legacyId"]), told["creator"]["username"]],
         ["By AuditComply", "CREATED", made["asset_id"], made["auditor_id"], body["template_id"], "mia.member"])
    check(told["number"].startswith("AUD-"), told["number"])
    exported = house.export(f"audits/{told['uuid']}.json").json()["data"]
    same([exported["number"], len(exported["activities"])], [told["number"], len(made["observations"])])


def item_36_statements_do_not_depend_on_the_page(house):
    """Counted by the gateway itself, in /metrics. A page saves the statement for what none of its rows has (comments,
    say), so a full page is compared with the costliest of the pages of one, and a row that has everything is made.
    """
    for kind in ["NONCONFORMANCE", "TASK"]:
        issue = house.make("createIssue", "issue { id }", kind=kind, title="Said much of")
        for group in ["VERIFICATION", "REJECTION"]:
            house.make("createComment", "comment { id }", id=issue["id"], kind=group, text="Said")
    full = get(house, "/audits/?page_size=100")["results"]
    check(len(full) == 100 and sum(bool(row["observations"]) for row in full) > 50, "audits with observations")

    def cost(path):
        before = house.statements("auditcomply")
        get(house, path)
        return house.statements("auditcomply") - before

    get(house, "/audits/")
    for name in LISTS:
        many = cost(f"/{name}/?page_size=100")
        few = [cost(f"/{name}/?page_size=1&page={page + 1}") for page in range(min(40, len(rows(house, name))))]
        few.append(cost(f"/{name}/?page_size=1&page={len(rows(house, name))}"))
        same(max(few), many, f"{name}: {sorted(set(few))}")
        check(0 < many <= 6 or name != "audits", f"{many} statements for a page of {name}")
