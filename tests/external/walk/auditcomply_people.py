"""Users, contacts and statuses, and the trail of what is made (items 45 to 48)."""

from auditcomply_words import ABSENT, FORBIDDEN, KEYS, bodies, get, ids, post, refused, rows, template_id
from house import check, same

IN_USE = {"detail": "This observation status is in use and cannot be deleted."}
TAKEN = "A user with that username already exists."


def login(house, username, password):
    return house.send("POST", "/api-token-auth/", json={"username": username, "password": password})


def item_45_a_user_is_made_without_access_and_the_password_never_told(house):
    body = {"username": "new.nick", "email": "nick@x.example", "password": " quite secret ", "first_name": "N",
            "api_access": True}
    told = house.comply("POST", "/users/", json=body)
    made = told.json()
    same([told.status_code, list(made)], [201, KEYS["users"]])
    same([made["api_access"], made["is_active"], made["position"], made["first_name"], made["last_name"]],
         [False, True, None, "N", ""])
    for text in [told.text, house.comply("GET", f"/users/{made['id']}/").text,
                 house.comply("GET", "/users/?page_size=100").text]:
        check("quite secret" not in text and "password" not in text, text)
    signed = login(house, "new.nick", " quite secret ")
    same(signed.status_code, 200)
    same(login(house, "new.nick", "quite secret").status_code, 400, "the password is not trimmed")
    told = house.comply("GET", "/users/", token=signed.json()["token"])
    same([told.status_code, told.json()], [403, FORBIDDEN])
    role = house.ask('{ user(username: "new.nick") { memberships { role apiAccess } } }')["user"]["memberships"]
    same(role, [{"role": "MEMBER", "apiAccess": False}])
    for taken in ["new.nick", "nora.owner"]:
        refused(house, "/users/", {**body, "username": taken}, {"username": [TAKEN]})
    refused(house, "/users/", {"username": "new.nick", "email": "no", "password": "short"}, {
        "username": [TAKEN], "email": ["Enter a valid email address."],
        "password": ["This password is too short. It must contain at least 8 characters."]})


def item_46_a_contact_is_called_by_the_mail_address_and_cannot_sign_in(house):
    made = post(house, "/contacts/", {"email": "pat@x.example"}, user="mia.member")
    same([made["username"], made["first_name"], made["mobile"], made["position"]], ["pat@x.example", "", "", None])
    same(get(house, f"/contacts/{made['id']}/"), made)
    for password in ["anything", "pat@x.example", " "]:
        told = login(house, "pat@x.example", password)
        same([told.status_code, told.json()],
             [400, {"non_field_errors": ["Unable to log in with provided credentials."]}])
    named = post(house, "/contacts/", {"email": "pat@x.example", "username": "pat.named", "position": "Buyer"})
    same([named["username"], named["position"]], ["pat.named", "Buyer"])
    told = post(house, "/contacts/", {"email": "pat@x.example"}, 400)
    check(TAKEN in told.get("username", []), told)
    get(house, f"/users/{made['id']}/", status=404)


def item_47_a_status_is_removed_once_and_not_while_in_use(house):
    made = post(house, "/statuses/", {"name": "Unused", "compliant": "on"})
    same([made["compliant"], made["color"]], [True, ""])
    path = f"/statuses/{made['id']}/"
    told = house.comply("DELETE", path, "mia.member")
    same([told.status_code, told.json()], [403, FORBIDDEN])
    get(house, path)
    told = house.comply("DELETE", path, "adam.admin")
    same([told.status_code, told.text], [204, ""])
    told = house.comply("DELETE", path, "adam.admin")
    same([told.status_code, told.json()], [404, ABSENT])
    get(house, path, status=404)
    grouped = {one["id"] for row in rows(house, "status_groups") for one in row["obs_status_group"]}
    answered = post(house, "/statuses/", {"name": "Of an answer"})["id"]
    node = house.ask(f"{{ observationStatus(legacyId: {answered}) {{ id }} }}")["observationStatus"]["id"]
    audit = house.make("createAudit", "audit { id legacyId }", name="Answered")
    asked = house.make("createActivity", "activity { id }", auditId=audit["id"], subject="Asked")
    house.make("answerActivity", "activity { id }", id=asked["id"], observationStatusId=node)
    same(get(house, f"/audits/{audit['legacyId']}/")["observations"][0]["custom_dropdown"], "Of an answer")
    events = house.events()
    for one in [*list(grouped)[:2], answered]:
        told = house.comply("DELETE", f"/statuses/{one}/")
        same([told.status_code, told.json()], [409, IN_USE], one)
        get(house, f"/statuses/{one}/")
    same(house.events(), events, "nothing changed")
    refused(house, "/statuses/", {"name": "Of an answer", "color": "x" * 26}, {
        "name": ["observation status with this name already exists."],
        "color": ["Ensure this field has no more than 25 characters."]})


def told_since(house, before):
    """Events after one, as (type, action, surface)."""
    nodes = house.all("changeEvents", "sequence entityType action surface", f", filter: {{sequence: {{gt: {before}}}}}")
    return sorted((one["entityType"], one["action"], one["surface"]) for one in nodes)


def item_48_every_row_made_or_removed_is_one_event(house):
    """That event and row are of one transaction cannot be seen from outside: the crash test shows it. Here each write
    has its events and each refused one has none.
    """
    forms, ours = bodies(house), "auditcomply"
    template = template_id(house)
    questions = len(house.ask(f"{{ template(legacyId: {template}) {{ questions }} }}")["template"]["questions"])
    for name, body, made in [
        ("audits", forms["audits"], ["audit"]),
        ("audits", {**bodies(house)["audits"], "template_id": template}, ["activity"] * questions + ["audit"]),
        ("categories", forms["categories"], ["category"]), ("contacts", forms["contacts"], ["membership", "user"]),
        ("users", forms["users"], ["membership", "user"]),
        ("datastoresinfo", forms["datastoresinfo"], ["datastore_info"]),
        ("programs", forms["programs"], ["program"]), ("schedules", forms["schedules"], ["schedule"]),
        ("schedules", {"schedules": [forms["schedules"]] * 3}, ["schedule"] * 3),
        ("statuses", forms["statuses"], ["observation_status"]), ("asset", forms["asset"], ["asset"]),
    ]:
        before = house.events()
        post(house, f"/{name}/", body)
        same(told_since(house, before), [(kind, "CREATE", ours) for kind in made], name)
    before = house.events()
    same(house.comply("DELETE", f"/statuses/{ids(house, 'statuses')[-1]}/").status_code, 204)
    same(told_since(house, before), [("observation_status", "DELETE", ours)])
    before = house.events()
    for name, body in [("audits", {"name": "x"}), ("users", {**forms["users"], "email": "z@x.example"}),
                       ("schedules", {"schedules": [forms["schedules"], {}]}), ("statuses", {"name": "Compliant"}),
                       ("asset", {}), ("programs", {}), ("categories", {"label": ""}), ("contacts", {})]:
        post(house, f"/{name}/", body, 400)
    post(house, "/users/", bodies(house)["users"], 403, "mia.member")
    same(house.events(), before, "refused writes tell nothing")
