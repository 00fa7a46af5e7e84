"""Organizations, roles, what is not there, and errors (items 9 to 12 and 49)."""

from ablebase_words import (ADMIN, ARCHIVED, FOREIGN, MEMBER, NO_AUDIT, NO_ORGANIZATION, NO_PRODUCT, NOT_IN, OPERATIONS,
                            OWNER, ROLE, STALE, WRONG, amend, ask, at, audit, begin, crumb, done, listed, opened,
                            product, read, refused, remove, show, sign_in)
from house import check, curl, same


def body_of(method):
    return {} if method in ("POST", "PATCH") else None


def item_09_organizations_of_others_are_not_there(house):
    own = house.own["uuid"]
    unknown = ["6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f", "harbour-foods", own[:-1], own + "0", own.replace("-", ""),
               f"%7B{own}%7D", "g" + own[1:], "1", house.other["uuid"]]
    for name in unknown:
        for method, rest in OPERATIONS:
            for user in [MEMBER, OWNER]:
                told = ask(house, method, at(house, rest, name), body_of(method), user)
                refused(told, NO_ORGANIZATION, f"{method} {name} {rest}")
    same(done(ask(house, "GET", at(house, "audits", own.upper())), 200).json(), read(house, "audits"))


def item_10_members_do_everything_but_remove(house):
    slug, _ = product(house)
    for user in [MEMBER, ADMIN, OWNER]:
        made = begin(house, slug, {"title": user}, user)
        path = f"products/{slug}/audits/{made['number']}"
        for rest in ["audits", "future-audits", f"products/{slug}/audits", path, f"{path}/issues"]:
            read(house, rest, user)
        amend(house, path, {"title": "Changed"}, user)
        events = house.events()
        refused(ask(house, "DELETE", path), ROLE, "as a member")
        same([show(house, path)["title"], house.events()], ["Changed", events])
        if user != MEMBER:
            told = done(ask(house, "DELETE", path, user=user), 204)
            check(told.content == b"" and "content-type" not in told.headers, told.headers)
            refused(ask(house, "GET", path), NO_AUDIT)


def item_11_products_of_others_and_other_assets_are_not_there(house):
    query = "{ assets(first: 5, filter: {kind: {eq: %s}, slug: {isNull: false}}) { nodes { slug } } }"
    own = {row["slug"] for row in house.ask(query % "PRODUCT")["assets"]["nodes"]}
    foreign = [row["slug"] for row in house.ask(query % "PRODUCT", "nora.owner")["assets"]["nodes"]]
    foreign = [slug for slug in foreign if slug not in own]
    check(foreign, "the neighbour has a product")
    sites = [row["slug"] for row in house.ask(query % "SITE")["assets"]["nodes"]]
    places = [row["slug"] for row in house.ask(query % "LOCATION")["assets"]["nodes"]]
    check(sites and places, "the organization has sites and places")
    for slug in [foreign[0], sites[0], places[0], "nothing", "WEB-SHOP", "Web-shop", "a%00b", "web-shop%20"]:
        for method, rest in [("GET", ""), ("POST", ""), ("GET", "/1"), ("PATCH", "/1"), ("DELETE", "/1"),
                             ("GET", "/1/issues"), ("GET", "/0")]:
            path = f"products/{slug}/audits{rest}"
            refused(ask(house, method, path, body_of(method), ADMIN), NO_PRODUCT, f"{method} {path}")
    # A member of the other organization finds it there.
    done(ask(house, "GET", at(house, f"products/{foreign[0]}/audits", house.other["uuid"]),
             token=house.token("nora.owner")), 200)


def item_12_numbers_that_are_none_are_not_there(house):
    path = audit(house)
    folder = path.rpartition("/")[0]
    show(house, path)
    for number in ["0", "-1", "1.0", "01", "abc", house.own["uuid"], "99999999999", "2147483648", "2147483647", "+1",
                   "1%20", "%D9%A1", "9999999999"]:
        for method, rest in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/issues")]:
            told = ask(house, method, f"{folder}/{number}{rest}", body_of(method), ADMIN)
            refused(told, NO_AUDIT, f"{method} {number}{rest}")
    show(house, path)


def methods(house):
    known = {at(house, "audits"): "GET, HEAD", at(house, "future-audits"): "GET, HEAD",
             at(house, "products/web-shop/audits"): "GET, HEAD, POST",
             at(house, "products/web-shop/audits/1"): "GET, HEAD, PATCH, DELETE",
             at(house, "products/web-shop/audits/1/issues"): "GET, HEAD", "/api/auth/sign-in/email": "POST",
             "/api/auth/get-session": "GET, HEAD", "/api/auth/sign-out": "POST"}
    for path, allow in known.items():
        for method in {"PUT", "OPTIONS", "DELETE", "PATCH", "POST", "GET"} - set(allow.split(", ")):
            for headers in [{}, {"authorization": f"Bearer {house.token(MEMBER)}"}]:
                told = house.send(method, path, headers=headers)
                refused(told, (405, "METHOD_NOT_ALLOWED", "Method not allowed"), f"{method} {path}")
                same(told.headers["allow"], allow, f"{method} {path}")
    for path in known:
        raw = curl("-X", "PUT", house.base + path)
        check(raw[0] == 405 and [name for name, _ in raw[1]].count("allow") == 1, raw)


def paths(house):
    """Addresses that there are not, also with a slash too many; what is asked of them does not matter."""
    unknown = (404, "NOT_FOUND", "Not found")
    for gone in ["sign-up/email", "forget-password", "sign-in/social", "sign-in/github", "sign-out/", "get-session/"]:
        refused(house.send("POST", f"/api/auth/{gone}", json={}), unknown, gone)
    for rest in ["audits/", "future-audits/", "nothing", "products/web-shop", "products/web-shop/audits/1/",
                 "products/web-shop/audits/1/issues/", "products/web-shop/audits/1/issues/1",
                 "products/web-shop/audits/"]:
        for method in ["GET", "POST", "PUT"]:
            refused(ask(house, method, rest, body_of(method)), unknown, f"{method} {rest}")


def item_49_errors_have_a_code_and_a_message_and_nothing_else(house):
    """Each status once; the defect is a table that is not there. Every refusal of this walk is checked alike."""
    path = audit(house)
    methods(house)
    refused(house.send("GET", at(house, "audits")), NOT_IN)
    refused(house.send("POST", at(house, "products/web-shop/audits"), headers=crumb(opened(house))), FOREIGN)
    refused(ask(house, "DELETE", path), ROLE)
    refused(ask(house, "PATCH", path, {"title": 7}), (400, "VALIDATION_ERROR", "title: must be a string or null"))
    refused(ask(house, "POST", "products/recipe-site/audits", {}), ARCHIVED)
    refused(ask(house, "PATCH", path, {}, headers={"if-match": '"7"'}), STALE)
    for given, message in [({"email": None}, "email: must be a string"),
                           ({"password": 7}, "password: must be a string"),
                           ({"rememberMe": "yes"}, "rememberMe: must be a boolean"),
                           ({"email": 1, "password": 1}, "email: must be a string")]:
        refused(sign_in(house, **given), (400, "VALIDATION_ERROR", message))
    for _ in range(5):
        refused(sign_in(house, email="too.many@harbour-foods.example", password="x"), WRONG)
    told = sign_in(house, email="Too.Many@harbour-foods.example", password="x")
    refused(told, (429, "RATE_LIMITED", "Too many requests"))
    check(0 < int(told.headers["retry-after"]) <= 600, told.headers)
    done(sign_in(house), 200)
    house.operator("ALTER TABLE issue RENAME TO issue_gone")
    try:
        told = ask(house, "GET", f"{path}/issues")
        refused(told, (500, "INTERNAL_ERROR", "Internal server error"))
        same(told.text, '{"error":{"code":"INTERNAL_ERROR","message":"Internal server error"}}')
        head = ask(house, "HEAD", f"{path}/issues")
        same([head.status_code, head.text], [500, ""])
        check("issue_gone" not in str(told.headers), told.headers)
    finally:
        house.operator("ALTER TABLE issue_gone RENAME TO issue")
    same(listed(house, f"{path}/issues", "issues", []), [])
    remove(house, path)
    paths(house)
