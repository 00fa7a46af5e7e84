"""Addresses, methods and headers (items 1 to 7)."""

from auditcomply_words import (ABSENT, BY_ADMINS, KEYS, LISTS, MADE, REQUIRED, TITLES, allow, bodies, get, id_key, post,
                               rows)
from house import check, curl, same

TOKENS = {"/api-token-auth": "Obtain Json Web Token", "/api-token-refresh": "Refresh Json Web Token"}
TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
# What a creation takes: type, whether it is required, how long it may be.
USER = {"username": ("string", True, 150), "email": ("email", True, 254), "password": ("string", True, 128),
        "first_name": ("string", False, 150), "last_name": ("string", False, 150), "mobile": ("string", False, 50),
        "position": ("string", False, 255)}
TAKEN = {
    "audits": {
        "name": ("string", True, 255), "status": ("string", False, 255), "signature": ("url", False, 1000),
        "additional_signature_print": ("string", False, 255), "additional_signature_position": ("string", False, 255),
        "close_audit_enabled": ("boolean", False, None), "latitude": ("float", False, None),
        "signature_position": ("string", False, 255), "report": ("url", False, 1000),
        "closed_at": ("datetime", False, None), "closed_notes": ("string", False, None),
        "closed_by_signature": ("url", False, 1000), "status_color": ("string", False, 25),
        "completed_at": ("datetime", False, None), "created_at": ("datetime", False, None),
        "state": ("choice", False, None), "longitude": ("float", False, None),
        "signature_print": ("string", False, 255), "additional_signature": ("url", False, 1000),
        "compliant": ("boolean", False, None), "status_changed_on_close": ("boolean", False, None),
        "device": ("choice", False, None), "published": ("datetime", False, None), "notes": ("string", False, None),
        "auditor": ("nested object", True, None), "asset_id": ("field", False, None),
        "template_id": ("field", False, None)},
    "categories": {"label": ("string", False, None)},
    "contacts": {**USER, "username": ("string", False, 150)},
    "users": USER,
    "datastoresinfo": {"name": ("string", True, 255), "current_datastore": ("field", False, None)},
    "statuses": {"name": ("string", True, 255), "color": ("string", False, 25), "compliant": ("boolean", False, None)},
    "programs": {"name": ("string", True, 255), "completed_at": ("datetime", False, None),
                 "start_date": ("datetime", False, None), "started": ("boolean", False, None),
                 "status": ("choice", False, None), "program_template_id": ("field", False, None)},
    "schedules": {"when": ("datetime", False, None), "status": ("choice", False, None)},
    "asset": {"metadata_template_id": ("field", True, None), "name": ("string", False, 255),
              "parent_id": ("field", False, None), "kind": ("choice", False, None),
              "description": ("string", False, None)},
}
del TAKEN["contacts"]["password"]


def item_01_all_operations_answer_with_and_without_the_slash(house):
    operations = 0
    for body in [{"username": "olivia.owner", "password": "demo-olivia-owner"}]:
        told = [house.send("POST", f"/api-token-auth{slash}", json=body) for slash in ["/", ""]]
        same([one.status_code for one in told], [200, 200])
        same([list(one.json()) for one in told], [["token"], ["token"]])
        token = {"token": told[0].json()["token"]}
        told = [house.send("POST", f"/api-token-refresh{slash}", json=token) for slash in ["/", ""]]
        same([(one.status_code, list(one.json())) for one in told], [(200, ["token"])] * 2)
        operations += 2
    for name in LISTS:
        told = [house.comply("GET", f"/{name}{slash}") for slash in ["/", ""]]
        same([one.status_code for one in told], [200, 200], name)
        check(told[0].content == told[1].content and told[0].json()["results"], name)
        row = told[0].json()["results"][0]
        same(list(row), KEYS[name], name)
        told = [house.comply("GET", f"/{name}/{row[id_key(name)]}{slash}") for slash in ["/", ""]]
        same([one.status_code for one in told], [200, 200], name)
        check(told[0].content == told[1].content, name)
        same(told[0].json(), row, name)
        operations += 2
    for name in MADE:
        for slash in ["/", ""]:
            made = post(house, f"/{name}{slash}", bodies(house)[name])
            same(list(made), KEYS[name], name)
            if name == "statuses":
                gone = house.comply("DELETE", f"/statuses/{made['id']}{slash}")
                same([gone.status_code, gone.text], [204, ""])
        operations += 1
    same(operations + 1, 50)


def headers(answer):
    return {name: value for name, value in answer[1] if name not in ("date", "x-request-id")}


def item_02_head_and_options_answer_on_every_route(house):
    for name in LISTS:
        row = get(house, f"/{name}/?page_size=1")["results"][0]
        for path, kind in [(f"/{name}/", " List"), (f"/{name}/{row[id_key(name)]}/", " Instance"),
                           (f"/{name}/0/", None), (f"/{name}/?page=x", None)]:
            words = ["-H", f"authorization: JWT {house.jwt()}", house.base + path]
            got, head = curl(*words), curl("--head", *words)
            same([head[0], headers(head)], [got[0], headers(got)], path)
            check(head[2] == b"" and headers(got)["content-length"] == str(len(got[2])), path)
            if kind is None:
                continue
            told = house.comply("OPTIONS", path)
            same(told.status_code, 200, path)
            body = told.json()
            same({key: body[key] for key in list(body)[:4]}, {
                "name": TITLES[name] + kind, "description": "", "renders": ["application/json"], "parses": TYPES})
            may = kind == " List" and name in MADE
            same(list(body)[4:], ["actions"] if may else [], path)
            if may:
                same(list(body["actions"]), ["POST"])
                described(name, body["actions"]["POST"])
            told = house.comply("OPTIONS", path, "mia.member").json()
            same("actions" in told, may and name not in BY_ADMINS, path)
    for path, title in TOKENS.items():
        told = house.send("OPTIONS", path + "/")
        body = told.json()
        same([told.status_code, body["name"], body["description"], body["renders"], body["parses"]],
             [200, title, "", ["application/json"], TYPES])
        check(set(body["actions"]["POST"]) >= ({"token"} if "refresh" in path else {"username", "password"}), body)


def described(name, members):
    """What OPTIONS tells of the members of a creation."""
    shown = list(members)
    same(shown[:len(KEYS[name])], KEYS[name], name)
    check(not set(shown[len(KEYS[name]):]) - set(TAKEN[name]) - {"schedules", "template_id", "who_id", "asset_id",
          "lead_auditor_id"}, shown)
    for member, info in members.items():
        order = ["type", "required", "read_only", "label", "max_length", "choices", "children"]
        same(list(info), [key for key in order if key in info], f"{name}.{member}")
        label = "ID" if member == "id" else (member[0].upper() + member[1:]).replace("_", " ")
        same(info["label"], label)
        check(info["type"] in ["string", "url", "email", "boolean", "integer", "float", "date", "datetime", "choice",
                               "field", "list", "nested object"], info)
        same("choices" in info, info["type"] == "choice", f"{name}.{member}")
        for choice in info.get("choices", []):
            same([list(choice), choice["value"]], [["value", "display_name"], choice["display_name"]])
        if info["type"] == "nested object":
            check(info["children"], f"{name}.{member}")
        if member in TAKEN[name]:
            kind, required, longest = TAKEN[name][member]
            same([info["type"], info["required"], info["read_only"], info.get("max_length")],
                 [kind, required, False, longest], f"{name}.{member}")
    for member in TAKEN[name]:
        check(member in members, f"{name}: {member} is not described")


def vary(told):
    """`Vary` without what the compression of longer answers adds, which HTTP asks for."""
    return told.headers.get("vary", "").removesuffix(", accept-encoding")


def item_03_every_response_of_a_route_tells_what_it_allows(house):
    used = rows(house, "status_groups")[0]["obs_status_group"][0]["id"]
    for name in LISTS:
        row = get(house, f"/{name}/?page_size=1")["results"][0]
        record = f"/{name}/{row[id_key(name)]}/"
        seen = []
        for method, path, user in [
            ("GET", f"/{name}/", "olivia.owner"), ("GET", record, "olivia.owner"), ("HEAD", record, "olivia.owner"),
            ("OPTIONS", f"/{name}/", "mia.member"), ("PATCH", f"/{name}/", "mia.member"), ("PUT", record, "mia.member"),
            ("GET", f"/{name}/0/", "mia.member"), ("GET", f"/{name}/?page=x", "mia.member"),
            ("GET", f"/{name}/?format=xml", "mia.member"), ("POST", f"/{name}/", "mia.member"),
            ("GET", f"/{name}", None),
        ]:
            told = house.comply(method, path, user) if user else house.send(method, path)
            is_record = path not in (f"/{name}", f"/{name}/") and "?" not in path
            same([told.headers.get("allow"), vary(told)], [allow(name, is_record), "Accept"],
                 f"{method} {path} {told.status_code}")
            seen.append(told.status_code)
        check({200, 404, 405, 401} <= set(seen) and (403 in seen or 405 in seen or 400 in seen), seen)
        told = house.comply("GET", record, headers={"accept": "application/xml"})
        same([told.status_code, told.headers["allow"], vary(told)], [406, allow(name, True), "Accept"])
    for name in MADE:
        for given, status in [({"json": bodies(house)[name]}, 201), ({"data": "{", "headers": {
                "content-type": "application/json"}}, 400), ({"data": "x", "headers": {"content-type": "a/b"}}, 415),
                ({"data": " " * 2_621_441, "headers": {"content-type": "application/json"}}, 413)]:
            told = house.comply("POST", f"/{name}/", **given)
            same([told.status_code, told.headers["allow"], vary(told)],
                 [status, "GET, POST, HEAD, OPTIONS", "Accept"], name)
    told = house.comply("DELETE", f"/statuses/{used}/")
    same([told.status_code, told.headers["allow"], vary(told)], [409, allow("statuses", True), "Accept"])
    made = post(house, "/statuses/", bodies(house)["statuses"])
    told = house.comply("DELETE", f"/statuses/{made['id']}/")
    same([told.status_code, told.headers["allow"], vary(told)], [204, allow("statuses", True), "Accept"])
    check("content-type" not in told.headers, told.headers)
    for path in TOKENS:
        for method, status in [("GET", 405), ("POST", 400), ("OPTIONS", 200), ("PUT", 405)]:
            told = house.send(method, path + "/")
            same([told.status_code, told.headers["allow"], vary(told)], [status, "POST, OPTIONS", "Accept"])


def item_04_only_json_is_given(house):
    told = house.send("GET", "/audits/", headers={"accept": "application/xml"})
    same([told.status_code, told.json()], [406, {"detail": "Could not satisfy the request Accept header."}])
    for user in [None, "olivia.owner"]:
        told = house.comply("GET", "/audits/?format=xml", user) if user else house.send("GET", "/audits/?format=xml")
        same([told.status_code, told.json()], [404, ABSENT])
    for accept in ["text/html,*/*;q=0.1", "application/*", "application/json; indent=4", "*/*",
                   "application/json;q=0.5"]:
        told = house.comply("GET", "/audits/?page_size=1&format=json", headers={"accept": accept})
        same([told.status_code, told.headers["content-type"]], [200, "application/json"], accept)
        check(b"\n" not in told.content and b'": ' not in told.content.split(b'"results"')[0], "compact")
    bare = curl("-H", "accept:", "-H", f"authorization: JWT {house.jwt()}", house.base + "/audits/?page_size=1")
    same(bare[0], 200, "no Accept")


def item_05_a_wrong_method_is_told_after_the_credentials(house):
    some = get(house, "/audits/?page_size=1")["results"][0]["id"]
    for path in ["/audits/", f"/audits/{some}/", "/tasks/"]:
        told = house.send("PUT", path)
        same([told.status_code, told.json()], [401, {"detail": "Authentication credentials were not provided."}])
        for method in ["PUT", "PATCH", "DELETE"]:
            told = house.comply(method, path, data="x", headers={"content-type": "a/b"})
            same([told.status_code, told.json()], [405, {"detail": f'Method "{method}" not allowed.'}])
            same(told.headers["allow"], allow(path.split("/")[1], path.count("/") == 3))
    told = house.comply("PUT", f"/statuses/{rows(house, 'statuses')[0]['id']}/")
    same([told.status_code, told.headers["allow"]], [405, "GET, DELETE, HEAD, OPTIONS"])
    for path in TOKENS:
        told = house.send("GET", path + "/")
        same([told.status_code, told.json()], [405, {"detail": 'Method "GET" not allowed.'}])


def item_06_what_is_not_there_is_not_found(house):
    for name in LISTS:
        here = {row[id_key(name)] for row in rows(house, name)}
        theirs = {row[id_key(name)] for row in rows(house, name, user="nora.owner")} - here
        paths = [f"/{name}/{one}/" for one in ["abc", "0", "99999999999999999999", "9223372036854775807", "-1", "1.5"]]
        for path in paths + [f"/{name}/{one}/" for one in list(theirs)[:3]]:
            same(get(house, path, status=404), ABSENT, path)
        for one in list(here - {row[id_key(name)] for row in rows(house, name, user="nora.owner")})[:3]:
            same(get(house, f"/{name}/{one}/", "nora.owner", 404), ABSENT, name)
        some = sorted(here)[0]
        same(get(house, f"/{name}/000{some}/")[id_key(name)], some)
        same(get(house, f"/{name}/{some}/more/", status=404), ABSENT)
    check(rows(house, "audits", user="nora.owner"), "the other organization has audits")
    for path in ["/audits.json", "/nothing/"]:
        same(house.comply("GET", path).status_code, 404, path)


def item_07_bodies_of_other_types_are_refused(house):
    for kind in ["text/xml", "text/xml; charset=utf-8", "application/octet-stream"]:
        told = house.comply("POST", "/audits/", data="<a/>", headers={"content-type": kind})
        same([told.status_code, told.json()], [415, {"detail": f'Unsupported media type "{kind}" in request.'}])
    told = curl("-X", "POST", "--data-binary", "{}", "-H", "content-type:", "-H", f"authorization: JWT {house.jwt()}",
                house.base + "/audits/")
    same([told[0], told[2].decode()], [415, '{"detail":"Unsupported media type \\"\\" in request."}'])
    for kind in ["text/xml", "application/json", "multipart/form-data", "application/x-www-form-urlencoded"]:
        told = house.comply("POST", "/audits/", headers={"content-type": kind, "content-length": "0"})
        same([told.status_code, told.json()], [400, {"name": [REQUIRED], "auditor": [REQUIRED]}], kind)
    told = house.comply("POST", "/categories/", headers={"content-type": "text/xml", "content-length": "0"})
    same([told.status_code, told.json()["label"]], [201, None], "an empty object is good here")
