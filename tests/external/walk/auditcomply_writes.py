"""What is made (items 37, 39 to 43)."""

import re

from auditcomply_words import KEYS, REQUIRED, get, ids, post, refused, rows, template_id
from house import check, same

AUDITOR = {"username": "alex.auditor"}
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z"


def item_37_an_audit_has_its_defaults_and_every_member_comes_back(house):
    alex = next(row for row in rows(house, "users") if row["username"] == "alex.auditor")
    told = house.comply("POST", "/audits/", json={"name": "Cold store weekly", "auditor": AUDITOR})
    same(told.status_code, 201)
    made = told.json()
    check(re.fullmatch(INSTANT, made["created_at"]), made["created_at"])
    wanted = dict.fromkeys(KEYS["audits"])
    wanted.update({
        "name": "Cold store weekly", "id": made["id"], "status": "", "updated_at": made["created_at"],
        "close_audit_enabled": False, "status_color": "", "created_at": made["created_at"], "state": "INPROGRESS",
        "compliant": False, "status_changed_on_close": False, "auditor_id": alex["id"], "notes": "", "observations": [],
        "audit_result": "", "auditor": {"username": "alex.auditor", "email": alex["email"]}, "nc_count": "0",
        "template_tags": "", "metadata": "{}"})
    same(made, wanted)
    check("location" not in told.headers and b": " not in told.content, "no Location, compact")
    same(get(house, f"/audits/{made['id']}/"), made)
    body = {
        "name": "All", "status": "Done", "additional_signature_print": "A", "additional_signature_position": "",
        "signature": "https://x.example/1", "close_audit_enabled": True, "latitude": 47.5, "signature_position": "B",
        "report": "ftp://x.example/r.pdf", "closed_at": "2026-02-01T00:00:00Z", "closed_notes": "C\nD",
        "closed_by_signature": "http://localhost/s", "status_color": "#fff",
        "completed_at": "2026-01-31T23:00:00.500000Z",
        "created_at": "2026-01-01T00:00:00Z", "state": "CLOSED", "longitude": -0.25, "signature_print": "E",
        "additional_signature": "http://10.0.0.1/", "compliant": True, "status_changed_on_close": True, "device": "WEB",
        "published": "2026-02-02T00:00:00Z", "notes": "F",
        "auditor": {"username": "alex.auditor", "email": alex["email"]},
    }
    check(len(body) == 25, len(body))
    made = post(house, "/audits/", body)
    again = get(house, f"/audits/{made['id']}/")
    for key, value in body.items():
        same([made[key], again[key]], [value, value], key)
    olivia = next(row["id"] for row in rows(house, "users") if row["username"] == "olivia.owner")
    same(made["closed_by_id"], olivia)
    made = post(house, "/audits/", {"name": "B", "auditor": AUDITOR, "state": "CLOSED", "signature": "", "device": ""})
    check(made["closed_at"] == made["created_at"] and made["signature"] is None and made["device"] == "", made)
    for state in ["INPROGRESS", "GENERATING", "INREVIEW", "READYTOCLOSE"]:
        made = post(house, "/audits/", {"name": "C", "auditor": AUDITOR, "state": state, "longitude": 0.0})
        same([made["state"], made["closed_at"], made["closed_by_id"]], [state, None, None])
    check('"longitude":0.0,' in house.comply("GET", f"/audits/{made['id']}/").text, "0.0 keeps its point")


def item_39_a_nested_person_is_a_reference_only(house):
    people = house.all("users", "uuid username email updatedAt")
    contact = post(house, "/contacts/", {"email": "nested@x.example", "username": "nested.contact"})
    people = house.all("users", "uuid username email updatedAt")
    for auditor, fault in [
        ({"username": "ghost", "email": "new@x.example"}, {"username": ["Object with username=ghost does not exist."]}),
        ({"username": "alex.auditor", "email": "x@y.io"}, {"email": ["Object with email=x@y.io does not exist."]}),
        ({"username": "nora.owner"}, {"username": ["Object with username=nora.owner does not exist."]}),
        ({"username": "Alex.Auditor"}, {"username": ["Object with username=Alex.Auditor does not exist."]}),
        ({}, {"username": [REQUIRED]}),
        ({"username": "alex.auditor", "email": "no"}, {"email": ["Enter a valid email address."]}),
    ]:
        refused(house, "/audits/", {"name": "x", "auditor": auditor}, {"auditor": fault})
    for auditor in [{"username": "alex.auditor", "email": "ALEX@harbour-foods.EXAMPLE"},
                    {"username": "alex.auditor", "email": "", "first_name": "Changed"}]:
        made = post(house, "/audits/", {"name": "x", "auditor": auditor})
        same(made["auditor"], {"username": "alex.auditor", "email": "alex@harbour-foods.example"})
    made = post(house, "/audits/", {"name": "x", "auditor": {"username": "nested.contact", "email": ""}})
    same(made["auditor_id"], contact["id"])
    same(sorted(map(str, house.all("users", "uuid username email updatedAt"))), sorted(map(str, people)))


def item_40_an_audit_of_a_template_has_its_questions(house):
    template = template_id(house)
    query = f"{{ template(legacyId: {template}) {{ tags questions }} }}"
    told = house.ask(query)["template"]
    asset = rows(house, "asset")[3]
    for sent in [template, str(template)]:
        body = {"name": "x", "auditor": AUDITOR, "asset_id": asset["id"], "template_id": sent}
        made = post(house, "/audits/", body)
        same([made["asset_id"], made["asset_name"]], [asset["id"], asset["name"]])
        same(made["template_tags"], ",".join(told["tags"]))
        same([one["question_text"] for one in made["observations"]], [one["subject"] for one in told["questions"]])
        same([one["requirement_identifier"] for one in made["observations"]],
             [one.get("requirement_identifier") for one in told["questions"]])
    query = f"{{ audit(legacyId: {made['id']}) {{ number assetSequence template {{ legacyId }} }} }}"
    told = house.ask(query)["audit"]
    check(told["assetSequence"] and told["number"].startswith("AUD-"), told)
    same(int(told["template"]["legacyId"]), template)


def parts(house):
    """Two templates, two people and two assets to refer to."""
    template = [row for row in rows(house, "templates")][:2]
    who = [row for row in rows(house, "users") if row["username"] in ("alex.auditor", "adam.admin")]
    asset = rows(house, "asset")
    names = [row["name"] for row in asset]
    asset = [row for row in asset if names.count(row["name"]) == 1]
    return template, who, asset[:2]


def item_41_schedules_are_made_in_every_form_and_all_or_none(house):
    (template, _), (who, other), (asset, another) = parts(house)
    highest = max(row["version"] for row in rows(house, "templates") if row["name"] == template["name"])
    made = post(house, "/schedules/", {
        "template": {"name": template["name"]}, "who": {"username": who["username"], "email": who["email"].upper()},
        "asset": {"id": str(asset["id"]), "name": "?"}, "when": "2026-06-01 07:30", "status": "COMPLETED"},
        user="mia.member")
    same(made, {"id": made["id"], "template": {**template, "version": highest, "id": made["template"]["id"]},
                "when": "2026-06-01T07:30:00Z", "status": "COMPLETED",
                "who": {"username": who["username"], "email": who["email"]},
                "asset": {"id": asset["id"], "name": asset["name"]}})
    made = post(house, "/schedules/", {"template": {"name": template["name"], "version": template["version"]},
                                       "who_id": other["id"], "asset": {"name": another["name"]}})
    same([made["template"]["id"], made["asset"]["id"], made["status"]], [template["id"], another["id"], "PENDING"])
    good = {"template_id": template["id"], "who_id": who["id"], "asset_id": asset["id"]}
    same(post(house, "/schedules/", {**good, "status": "OVERDUE"})["status"], "PENDING")
    same(post(house, "/schedules/", {**good, "status": "OVERDUE", "when": "2020-01-01T00:00:00Z"})["status"], "OVERDUE")
    many = [{**good, "when": f"2027-01-{day:02}T00:00:00Z"} for day in [5, 3, 9]]
    many.append({"template": {"name": template["name"]}, "who": {"username": other["username"]},
                 "asset": {"id": another["id"]}})
    made = post(house, "/schedules/", {"schedules": many, "when": "ignored"})
    same([one["when"] for one in made[:3]], [one["when"] for one in many[:3]])
    same([one["asset"]["id"] for one in made], [asset["id"]] * 3 + [another["id"]])
    same(len(post(house, "/schedules/", {"schedules": [good]})), 1)
    same(len(post(house, "/schedules/", {"schedules": [good] * 100})), 100)
    before = ids(house, "schedules")
    missing = {"who_id": ['Invalid pk "999999" - object does not exist.']}
    for sent, fault in [
        ([good, {**good, "who_id": 999999}], [{}, missing]),
        ([{**good, "who_id": 999999}, good, 5, {}], [missing, {}, {
            "non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
            {"template": [REQUIRED], "who": [REQUIRED], "asset": [REQUIRED]}]),
        ([], {"non_field_errors": ["This list may not be empty."]}),
        ({}, {"non_field_errors": ['Expected a list of items but got type "dict".']}),
        ([good] * 101, {"non_field_errors": ["Ensure this field has no more than 100 elements."]}),
        (None, ["This field may not be null."]),
    ]:
        refused(house, "/schedules/", {"schedules": sent}, {"schedules": fault})
    for asset_, fault in [({"name": "Nowhere"}, {"name": ["Object with name=Nowhere does not exist."]}),
                          ({}, {"name": [REQUIRED]}), ({"id": 999999}, {"id": [
                              'Invalid pk "999999" - object does not exist.']})]:
        refused(house, "/schedules/", {**{key: good[key] for key in ["template_id", "who_id"]}, "asset": asset_},
                {"asset": fault})
    for _ in range(2):
        house.make("createAsset", "asset { id }", name="Twin")
    refused(house, "/schedules/",
            {"template_id": good["template_id"], "who_id": good["who_id"], "asset": {"name": "Twin"}},
            {"asset": {"name": ["More than one object with name=Twin exists; send id."]}})
    same(ids(house, "schedules"), before, "nothing of it was kept")


def item_42_two_names_for_different_rows_are_refused(house):
    (template, second), (who, other), (asset, another) = parts(house)
    good = {"template_id": template["id"], "who_id": who["id"], "asset_id": asset["id"]}
    for name, nested in [("asset", {"id": another["id"]}), ("asset", {"name": another["name"]}),
                         ("who", {"username": other["username"]}), ("template", {"id": second["id"]})]:
        wanted = {"non_field_errors": [f"{name} and {name}_id name different objects."]}
        refused(house, "/schedules/", {**good, name: nested}, wanted)
        refused(house, "/schedules/", {"schedules": [good, {**good, name: nested}]}, {"schedules": [{}, wanted]})
    refused(house, "/programs/", {"name": "x", "asset_id": asset["id"], "lead_auditor_id": who["id"],
                                  "lead_auditor": {"username": other["username"]}},
            {"non_field_errors": ["lead_auditor and lead_auditor_id name different objects."]})
    post(house, "/schedules/", {**good, "asset": {"id": asset["id"]}, "who": {"username": who["username"]}})


def item_43_a_program_has_the_phases_of_its_template(house):
    _, (who, _), (asset, _) = parts(house)
    pattern = next(row for row in rows(house, "program_templates") if row["phases"]["count"] > 2)
    made = post(house, "/programs/", {
        "name": "Round 2027", "asset": {"name": asset["name"]}, "lead_auditor_id": who["id"],
        "program_template_id": pattern["id"], "phases": "ignored", "started": True, "status": "INPROGRESS"},
        user="mia.member")
    same([made["started"], made["status"], made["program_template_id"]], [True, "INPROGRESS", pattern["id"]])
    items = [{**one, "status": "PENDING", "start_date": None, "end_date": None} for one in pattern["phases"]["items"]]
    same(made["phases"], {"count": len(items), "current": None, "items": items})
    same(get(house, f"/programs/{made['id']}/"), made)
    made = post(house, "/programs/",
                {"name": "Bare", "asset_id": asset["id"], "lead_auditor": {"username": who["username"]},
                                      "phases": {"count": 7}})
    same(made["phases"], {"count": 0, "current": None, "items": []})
    same([made["status"], made["started"], made["completed_at"], made["exec_report"]], ["PLANNING", False, None, None])
    check(re.fullmatch(INSTANT, made["start_date"]), made["start_date"])
    refused(house, "/programs/", {}, {"name": [REQUIRED], "asset": [REQUIRED], "lead_auditor": [REQUIRED]})
    query = f"{{ programTemplate(legacyId: {pattern['id']}) {{ phases }} }}"
    phases = house.ask(query)["programTemplate"]["phases"]
    check(any(one["templates"] for one in pattern["phases"]["items"]),
          f"no phase shows a template, but there are {phases}")
