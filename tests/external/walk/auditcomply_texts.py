"""The texts of refusals and how bodies are read (items 38, 44, 49 and 50)."""

import json
import urllib.parse

from auditcomply_words import BLANK, NULL, REQUIRED, WHEN, bodies, get, post, refused, rows
from house import check, same

AUDITOR = {"username": "alex.auditor"}
STRING, URL, MAIL = "Not a valid string.", "Enter a valid URL.", "Enter a valid email address."
NULLS, TRUTH = "Null characters are not allowed.", "Must be a valid boolean."
INTEGER, NUMBER = "A valid integer is required.", "A valid number is required."
NAME = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."


def longer(count):
    return f"Ensure this field has no more than {count} characters."


def no_row(number):
    return f'Invalid pk "{number}" - object does not exist.'


def not_a(kind):
    return f"Invalid data. Expected a dictionary, but got {kind}."


def audit_members(house):
    """Members of an audit by kind: value sent, and the texts told or None where it is taken."""
    words = ["t", "T", "y", "Y", "yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1", True, 1,
             "f", "F", "n", "N", "no", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0", False, 0]
    cases = [("compliant", word, None) for word in words]
    cases += [("compliant", word, [TRUTH]) for word in ["maybe", "tRUE", 2, [], {}]] + [("compliant", None, [NULL])]
    for member, most in [("name", 255), ("status", 255), ("status_color", 25), ("signature_print", 255)]:
        cases += [(member, "x" * (most + 1), [longer(most)]), (member, " " + "ä" * most + " ", None),
                  (member, [], [STRING]), (member, {}, [STRING]), (member, True, [STRING]), (member, "a\0b", [NULLS]),
                  (member, 7, None), (member, 7.5, None)]
    cases += [("name", "", [BLANK]), ("name", "   ", [BLANK]), ("name", None, [NULL]), ("status", "", None),
              ("status", None, [NULL]), ("signature_print", None, None), ("notes", None, [NULL]),
              ("closed_notes", "", None)]
    for good in ["http://localhost/x", "https://10.0.0.1:80/", "ftp://x.example", "ftps://x.example/ä", "", None]:
        cases.append(("report", good, None))
    for bad in ["x", "http://", "mailto:a@x.example", "http://a b.example", "//x.example", "http://nodots"]:
        cases.append(("report", bad, [URL]))
    cases += [("report", "http://x.example/" + "a" * 1000, [longer(1000)]), ("report", "x" * 1001, [longer(1000), URL])]
    cases += [("latitude", bad, [NUMBER]) for bad in ["north", [], True, "nan"]]
    cases += [("latitude", good, None) for good in ["47.5", 47, None, -0.5]]
    for bad in ["today", "2031-04-02", "2031-04-02t08:15:00z", "2031-04-02T24:00:00Z", " 2031-04-02T08:15:00Z", 5, []]:
        cases.append(("closed_at", bad, [WHEN]))
    cases += [("closed_at", None, None), ("completed_at", None, [NULL])]
    cases += [("state", "FOO", ['"FOO" is not a valid choice.']),
              ("state", "closed", ['"closed" is not a valid choice.']),
              ("state", 5, ['"5" is not a valid choice.']), ("state", ["A"], ['"["A"]" is not a valid choice.']),
              ("state", None, [NULL]), ("device", "PHONE", ['"PHONE" is not a valid choice.']), ("device", "", None)]
    asset = rows(house, "asset")[0]["id"]
    theirs = next(row["id"] for row in rows(house, "asset", user="nora.owner") if row["id"] != asset)
    cases += [("asset_id", str(asset), None), ("asset_id", None, None), ("asset_id", 999999, [no_row(999999)]),
              ("asset_id", theirs, [no_row(theirs)]), ("asset_id", "999999", [no_row(999999)]),
              ("asset_id", "x", ["Incorrect type. Expected pk value, received str."]),
              ("asset_id", [], ["Incorrect type. Expected pk value, received list."]),
              ("asset_id", {}, ["Incorrect type. Expected pk value, received dict."]),
              ("asset_id", 1.5, ["Incorrect type. Expected pk value, received float."]),
              ("asset_id", True, ["Incorrect type. Expected pk value, received bool."])]
    for value, kind in [(5, "int"), ("a", "str"), ([], "list"), (True, "bool"), (1.5, "float")]:
        cases.append(("auditor", value, {"non_field_errors": [not_a(kind)]}))
    cases += [("auditor", None, [NULL]), ("auditor", {"username": "x" * 151}, {"username": [longer(150)]}),
              ("auditor", {"username": "alex.auditor", "email": "no"}, {"email": [MAIL]})]
    return cases


def item_38_every_text_is_told_and_all_faults_together(house):
    for member, value, fault in audit_members(house):
        body = {"name": "x", "auditor": AUDITOR, member: value}
        if fault is None:
            post(house, "/audits/", body)
        else:
            refused(house, "/audits/", body, {member: fault})
    person = {"username": "texts.tom", "email": "tom@x.example", "password": "long enough"}
    for member, value, fault in [
        ("email", "no", [MAIL]), ("email", "a@b", [MAIL]), ("email", "a@b@x.example", [MAIL]), ("email", "", [BLANK]),
        ("email", "a" * 250 + "@x.example", [longer(254)]), ("username", "a b", [NAME]), ("username", "ä", [NAME]),
        ("username", "x" * 151, [longer(150)]), ("password", "x" * 129, [longer(128)]),
        ("password", "short", ["This password is too short. It must contain at least 8 characters."]),
    ]:
        refused(house, "/users/", {**person, member: value}, {member: fault})
    store = rows(house, "datastores")[0]["id"]
    for link, fault in [("/datastores/999999/", "Invalid hyperlink - Object does not exist."),
                        ("/audits/1/", "Invalid hyperlink - Incorrect URL match."),
                        ("/nowhere/1/", "Invalid hyperlink - No URL match."),
                        (f"/datastores/{store}", "Invalid hyperlink - No URL match."),
                        (5, "Incorrect type. Expected URL string, received int.")]:
        refused(house, "/datastoresinfo/", {"name": "x", "current_datastore": link}, {"current_datastore": [fault]})
    for link in [f"https://elsewhere.example/datastores/{store}/", f"/datastores/{store}/"]:
        made = post(house, "/datastoresinfo/", {"name": "x", "current_datastore": link})
        same(made["current_datastore"], f"{house.base}/datastores/{store}/")
    same(post(house, "/datastoresinfo/", {"name": "x", "current_datastore": ""})["current_datastore"], None)
    for sent, fault in [([], not_a("list")), ("a", not_a("str")), (5, not_a("int")), (True, not_a("bool"))]:
        refused(house, "/audits/", sent, {"non_field_errors": [fault]})
    told = house.comply("POST", "/audits/", data="null", headers={"content-type": "application/json"})
    same([told.status_code, told.json()], [400, {"non_field_errors": ["No data provided"]}])
    good = bodies(house)["schedules"]
    for version, fault in [("x", INTEGER), (1.5, INTEGER), (True, INTEGER)]:
        body = {**good, "template": {"name": rows(house, "templates")[0]["name"], "version": version}}
        del body["template_id"]
        refused(house, "/schedules/", body, {"template": {"version": [fault]}})
    refused(house, "/audits/", {"name": "a" * 256, "auditor": {"username": "ghost"}}, {
        "name": [longer(255)], "auditor": {"username": ["Object with username=ghost does not exist."]}})
    refused(house, "/audits/", {
        "name": "", "status": [], "signature": "x", "latitude": "north", "closed_at": "today", "state": "FOO",
        "compliant": None, "device": 5, "auditor": 5, "asset_id": 999999, "template_id": "x", "unknown": True}, {
        "name": [BLANK], "status": [STRING], "signature": [URL], "latitude": [NUMBER], "closed_at": [WHEN],
        "state": ['"FOO" is not a valid choice.'], "compliant": [NULL], "device": ['"5" is not a valid choice.'],
        "auditor": {"non_field_errors": [not_a("int")]}, "asset_id": [no_row(999999)],
        "template_id": ["Incorrect type. Expected pk value, received str."]})
    for version in ["1" * 1001, "x" * 1001]:
        body = {**good, "template": {"name": rows(house, "templates")[0]["name"], "version": version}}
        del body["template_id"]
        refused(house, "/schedules/", body, {"template": {"version": ["String value too large."]}})
    refused(house, "/asset/", {"metadata_template_id": profile(house), "name": "x", "metadata": [
        {"field_id": 1, "value": "x"}, {"field_id": 2, "value": "1" * 1001}]}, {
        "metadata": {"2": ["String value too large."]}})


TYPES = ["TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "DATETIME", "CHOICE", "MULTICHOICE", "URL"]


def profile(house):
    """A form with a field of every type; the first must be filled."""
    fields = {str(number): {"label": kind.title(), "type": kind, "required": number == 1, "position": number,
                            "choices": ["Red", "Green"] if "CHOICE" in kind else None}
              for number, kind in enumerate(TYPES, 1)}
    made = house.make("createAssetProfile", "assetProfile { legacyId }", name="All types", profileFields=fields)
    return int(made["legacyId"])


def item_44_an_asset_is_made_of_query_and_body(house):
    form = profile(house)
    one = get(house, f"/asset_profiles/{form}/")["profile_fields"]
    same([field["type"] for field in one.values()], TYPES)
    pairs = [{"field_id": 1, "value": "Pump P-7"}]
    query = "/asset/?" + urllib.parse.urlencode({"metadata_template_id": form, "metadata": json.dumps(pairs)})
    made = house.comply("POST", query)
    same([made.status_code, made.json()["name"], made.json()["metadata"]], [201, "Pump P-7", pairs])
    same([made.json()[key] for key in ["kind", "parent_id", "metadata_template_id", "description"]],
         ["OTHER", None, form, ""])
    wrapped = {"metadata": [{"field_id": 1, "value": "Body"}]}
    parent = made.json()["id"]
    made = post(house, query, {"metadata": wrapped, "name": "Named", "parent_id": parent, "kind": "EQUIPMENT",
                               "description": "D"})
    same([made["name"], made["metadata"], made["parent_id"], made["kind"], made["description"]],
         ["Named", wrapped["metadata"], parent, "EQUIPMENT", "D"])
    same(post(house, "/asset/", {"metadata_template_id": str(form), "metadata": pairs})["metadata"], pairs)
    inside = "/asset/?" + urllib.parse.urlencode({"metadata_template_id": form, "metadata": json.dumps(wrapped)})
    same(house.comply("POST", inside).json()["metadata"], wrapped["metadata"])
    values = ["x", 5, "1.50", True, "2026-03-01", "2026-03-01T10:00:00+01:00", "Red", ["Green", "Red"],
              "https://x.example/"]
    given = [{"field_id": number, "value": value} for number, value in enumerate(values, 1)][::-1]
    made = post(house, "/asset/", {"metadata_template_id": form, "metadata": given})
    shown = {pair["field_id"]: pair["value"] for pair in made["metadata"]}
    same(list(shown), list(range(1, 10)), "in the order of the form")
    for number, value in enumerate(values, 1):
        check(shown[number] == value or number in (3, 6), f"{number}: {shown[number]}")
    check(isinstance(shown[3], str) and float(shown[3]) == 1.5 and shown[6].startswith("2026-03-01T09:00:00"), shown)
    for sent, fault in [
        ([], {"1": [REQUIRED]}), ([{"field_id": 1, "value": None}], {"1": [REQUIRED]}),
        (pairs + [{"field_id": 99, "value": 1}], {"99": [no_row(99)]}),
        (pairs + pairs, {"1": ["This field may be given only once."]}),
        ([{"field_id": 1, "value": "x" * 1001}], {"1": [longer(1000)]}),
        (pairs + [{"field_id": 2, "value": "many"}], {"2": [INTEGER]}),
        (pairs + [{"field_id": 3, "value": "much"}], {"3": [NUMBER]}),
        (pairs + [{"field_id": 4, "value": "maybe"}], {"4": [TRUTH]}),
        (pairs + [{"field_id": 5, "value": "1.3.2026"}], {"5": [DATE]}),
        (pairs + [{"field_id": 6, "value": "2026-03-01"}], {"6": [WHEN]}),
        (pairs + [{"field_id": 7, "value": "Blue"}], {"7": ['"Blue" is not a valid choice.']}),
        (pairs + [{"field_id": 8, "value": "Red"}], {"8": ['Expected a list of items but got type "str".']}),
        (pairs + [{"field_id": 8, "value": ["Blue"]}], {"8": ['"Blue" is not a valid choice.']}),
        (pairs + [{"field_id": 9, "value": "x"}], {"9": [URL]}),
        ([{"field_id": 2, "value": "many"}, {"field_id": 99, "value": 1}],
         {"1": [REQUIRED], "2": [INTEGER], "99": [no_row(99)]}),
        (pairs + [{"value": 1}], [{}, {"field_id": [REQUIRED]}]),
        ("x", ['Expected a list of items but got type "str".']),
    ]:
        told = post(house, "/asset/", {"metadata_template_id": form, "metadata": sent, "name": "x"}, 400)
        check(told == {"metadata": fault}, f"{sent}: {told} in place of {fault}")
    for query, fault in [("", {"metadata_template_id": [REQUIRED]}),
                         ("?metadata_template_id=x", {"metadata_template_id": [INTEGER]}),
                         ("?metadata_template_id=999999", {"metadata_template_id": [no_row(999999)]})]:
        told = post(house, f"/asset/{query}", {"name": "x"}, 400)
        same(told["metadata_template_id"], fault["metadata_template_id"], query)
    told = post(house, f"/asset/?metadata_template_id={form}&metadata=x", {"name": "x"}, 400)
    same(told["metadata"], ["Value must be valid JSON."])
    other = house.make("createAssetProfile", "assetProfile { legacyId }", name="No text", profileFields={})
    refused(house, "/asset/", {"metadata_template_id": int(other["legacyId"])}, {"name": [REQUIRED]})


def flat(value, before=""):
    """The fields of a form: nested members dotted, lists of pairs as JSON."""
    for key, part in value.items():
        if isinstance(part, dict):
            yield from flat(part, f"{before}{key}.")
        else:
            yield before + key, json.dumps(part) if isinstance(part, list) else str(part)


def item_49_forms_are_read_like_json(house):
    asset, who = rows(house, "asset")[0], next(r for r in rows(house, "users") if r["username"] == "alex.auditor")
    for way in ["data", "files"]:
        forms = bodies(house)
        for body in [forms["schedules"], forms["programs"]]:
            body["asset"] = {"id": asset["id"]}
            del body["asset_id"]
        forms["schedules"]["who"] = {"username": who["username"], "email": who["email"]}
        del forms["schedules"]["who_id"]
        for name, body in forms.items():
            fields = dict(flat(body))
            given = {way: fields if way == "data" else {key: (None, value) for key, value in fields.items()}}
            told = house.comply("POST", f"/{name}/", **given)
            check(told.status_code == 201, f"{name} by {way} {fields}: {told.text[:400]}")
            record = get(house, f"/{name}/{told.json()['id']}/")
            same(record, told.json())
            if "asset" in body:
                same(record["asset"]["id"], asset["id"])
            if "auditor" in body:
                same(record["auditor"]["username"], "alex.auditor")
            if "who" in body:
                same(record["who"]["username"], "alex.auditor")
        fields = {"name": "F", "auditor.username": "alex.auditor", "closed_at": "", "signature": "", "asset_id": "",
                  "compliant": "yes", "notes": "", "device": "", "state": "", "created_at": ""}
        given = {way: fields if way == "data" else {key: (None, value) for key, value in fields.items()}}
        told = house.comply("POST", "/audits/", **given)
        check(told.status_code == 201, told.text)
        same([told.json()[key]
              for key in ["closed_at", "signature", "asset_id", "compliant", "notes", "device", "state"]],
             [None, None, None, True, "", "", "INPROGRESS"])
        fields = {"name": "", "auditor.username": "ghost"}
        given = {way: fields if way == "data" else {key: (None, value) for key, value in fields.items()}}
        told = house.comply("POST", "/audits/", **given)
        same([told.status_code, told.json()], [400, {
            "name": [BLANK], "auditor": {"username": ["Object with username=ghost does not exist."]}}])


def item_50_broken_json_is_told_with_its_place(house):
    name, value = "Expecting property name enclosed in double quotes", "Expecting value"
    for body, reason, line, column, char in [
        ('{"name": }', value, 1, 10, 9), ("[1,]", value, 1, 4, 3), ('{"a": tru}', value, 1, 7, 6),
        ("nul", value, 1, 1, 0),
        ('{"a":-}', value, 1, 6, 5), ("  ", value, 1, 3, 2), ('{\n  "name": "x",\n}', name, 3, 1, 17),
        ("{,}", name, 1, 2, 1),
        ("{'a':1}", name, 1, 2, 1), ('{"name":"é", x}', name, 1, 14, 13), ("{} {}", "Extra data", 1, 4, 3),
        ("01", "Extra data", 1, 2, 1), ('{"a"', "Expecting ':' delimiter", 1, 5, 4),
        ('\n\n  {"a" 1}', "Expecting ':' delimiter", 3, 8, 9), ('{"a":1 "b"}', "Expecting ',' delimiter", 1, 8, 7),
        ("[1 2]", "Expecting ',' delimiter", 1, 4, 3), ('["x', "Unterminated string starting at", 1, 2, 1),
        ('{"a":"👍\x01"}', "Invalid control character at", 1, 8, 7), ('{"a":"\\q"}', "Invalid \\escape", 1, 7, 6),
        ('{"a":"\\u12"}', "Invalid \\uXXXX escape", 1, 8, 7),
    ]:
        told = house.comply("POST", "/audits/", data=body.encode(), headers={"content-type": "application/json"})
        wanted = f"JSON parse error - {reason}: line {line} column {column} (char {char})"
        same([told.status_code, told.json()], [400, {"detail": wanted}], body)
    for body, what in [('{"a": NaN}', "NaN"), ("Infinity", "Infinity"), ('{"a": 1e999}', "1e999")]:
        told = house.comply("POST", "/statuses/", data=body, headers={"content-type": "application/json"})
        wanted = f"JSON parse error - Out of range float values are not JSON compliant: '{what}'"
        same([told.status_code, told.json()], [400, {"detail": wanted}], body)
    told = house.comply("POST", "/audits/", data=b'{"a":"\xff"}', headers={"content-type": "application/json"})
    same(told.json(),
         {"detail": "JSON parse error - 'utf-8' codec can't decode byte 0xff in position 6: invalid start byte"})
