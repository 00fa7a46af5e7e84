"""Signing in, tokens and who may what (items 8 to 15)."""

import base64
import hashlib
import hmac
import json
import time

from auditcomply_words import BLANK, BY_ADMINS, FORBIDDEN, LISTS, MADE, NULL, REQUIRED, bodies, get, id_key, post
from house import TOKEN_SECRET, check, same

LIMIT = 604_800
UNABLE = {"non_field_errors": ["Unable to log in with provided credentials."]}


def encode(value):
    text = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forged(claims, secret=TOKEN_SECRET, algorithm="HS256"):
    """A token of claims that the program itself would not make."""
    text = f"{encode({'typ': 'JWT', 'alg': algorithm})}.{encode(claims)}"
    if algorithm == "none":
        return text + "."
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    return f"{text}.{encode(hmac.new(secret, text.encode(), digest).digest())}"


def parts(token):
    """Header and claims of a token."""
    return [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2]]


def login(house, username, password):
    return house.send("POST", "/api-token-auth/", json={"username": username, "password": password})


def renew(house, body):
    return house.send("POST", "/api-token-refresh/", json=body)


def let_in(house, username, **given):
    """A new person with access, who can sign in; their node id and number."""
    person = house.person(username, **given)
    house.make("grantApiAccess", "__typename", userId=person["id"])
    return person["id"], int(person["legacyId"])


def item_08_a_sign_in_gives_a_token_with_its_claims(house):
    before = int(time.time())
    told = login(house, " olivia.owner ", "demo-olivia-owner")
    same([told.status_code, list(told.json())], [200, ["token"]])
    header, claims = parts(told.json()["token"])
    same(header, {"typ": "JWT", "alg": "HS256"})
    same(list(claims), ["user_id", "username", "exp", "email", "orig_iat"])
    user = next(row for row in get(house, "/users/")["results"] if row["username"] == "olivia.owner")
    same([claims["user_id"], claims["username"], claims["email"]], [user["id"], "olivia.owner", user["email"]])
    check(before <= claims["orig_iat"] <= time.time(), claims)
    let_in(house, "no.mail")
    claims = parts(house.jwt("no.mail"))[1]
    same(list(claims), ["user_id", "username", "exp", "orig_iat"])
    form = house.send("POST", "/api-token-auth/", data={"username": "olivia.owner", "password": "demo-olivia-owner"})
    same([form.status_code, list(form.json())], [200, ["token"]])


def item_09_refusals_of_credentials_have_their_words(house):
    node, number = let_in(house, "nine.nina", email="nine@x.example")
    off, other = let_in(house, "off.otto")
    house.make("updateUser", "user { id }", id=off, status="INACTIVE")
    now = int(time.time())
    good = {"user_id": number, "username": "nine.nina", "exp": now + 600, "orig_iat": now}
    same(house.comply("GET", "/audits/", token=forged(good)).status_code, 200, "a forged token like ours")

    def less(name):
        return {key: value for key, value in good.items() if key != name}

    decoding = "Error decoding signature."
    told = []
    for header, text in [
        (None, "Authentication credentials were not provided."),
        ("Basic bmluYTo=", "Authentication credentials were not provided."),
        (f"Bearer {house.api_key}", "Authentication credentials were not provided."),
        ("JWT", "Invalid Authorization header. No credentials provided."),
        ("JWT a b", "Invalid Authorization header. Credentials string should not contain spaces."),
        ("JWT nonsense", decoding), ("JWT a.b.c", decoding),
        (f"JWT {forged(good, b'other' * 8)}", decoding), (f"JWT {forged(good)[:-2]}", decoding),
        (f"JWT {forged(good, algorithm='none')}", decoding), (f"JWT {forged(good, algorithm='HS512')}", decoding),
        (f"JWT {house.token('olivia.owner')}", decoding),
        (f"JWT {forged({**good, 'exp': now - 2})}", "Signature has expired."),
        (f"JWT {forged({**good, 'aud': 'elsewhere'})}", "Incorrect authentication credentials."),
        (f"JWT {forged({**good, 'nbf': now + 600})}", "Incorrect authentication credentials."),
        (f"JWT {forged(less('username'))}", "Invalid payload."), (f"JWT {forged(less('exp'))}", "Invalid payload."),
        (f"JWT {forged({**good, 'username': 7})}", "Invalid payload."),
        (f"JWT {forged({**good, 'exp': 'soon'})}", "Invalid payload."),
        (f"JWT {forged({**good, 'username': 'nobody'})}", "Invalid signature."),
        (f"JWT {forged({**good, 'user_id': 1})}", "Invalid signature."),
        (f"JWT {forged({**good, 'user_id': other, 'username': 'off.otto'})}", "User account is disabled."),
    ]:
        for method, path in [("GET", "/audits/"), ("OPTIONS", "/statuses/1/"), ("POST", "/users/"), ("PUT", "/asset/")]:
            answer = house.send(method, path, headers={"authorization": header} if header else {})
            same([answer.status_code, answer.json()], [401, {"detail": text}], header)
            told.append(answer)
    for username, password in [("nine.nina", "wrong"), ("nobody", "x"), ("off.otto", "demo-off-otto"),
                               ("ines.auditor", "x"), ("nine.nina", "x" * 1001)]:
        answer = login(house, username, password)
        same([answer.status_code, answer.json()], [400, UNABLE], username)
        told.append(answer)
    for body, wanted in [({}, {"username": [REQUIRED], "password": [REQUIRED]}),
                         ({"username": "", "password": ""}, {"username": [BLANK], "password": [BLANK]}),
                         ({"username": None, "password": None}, {"username": [NULL], "password": [NULL]}),
                         ({"username": "x"}, {"password": [REQUIRED]})]:
        answer = house.send("POST", "/api-token-auth/", json=body)
        same([answer.status_code, answer.json()], [400, wanted], body)
        told.append(answer)
    for token, text in [
        ("x", decoding), (forged(good, b"other" * 8), decoding),
        (forged({**good, "exp": now - 2}), "Signature has expired."),
        (forged(less("username")), "Invalid payload."), (forged({**good, "username": "nobody"}), "User doesn't exist."),
        (forged({**good, "user_id": other, "username": "off.otto"}), "User account is disabled."),
        (forged(less("orig_iat")), "orig_iat field is required."),
        (forged({**good, "orig_iat": now - LIMIT - 60}), "Refresh has expired."),
        # Of several faults the first in the agreed order is told.
        (forged({"exp": now - 2}, b"other" * 8), decoding), (forged({"exp": now - 2}), "Signature has expired."),
    ]:
        answer = renew(house, {"token": token})
        same([answer.status_code, answer.json()], [400, {"non_field_errors": [text]}])
        told.append(answer)
    answer = renew(house, {})
    same([answer.status_code, answer.json()], [400, {"token": [REQUIRED]}])
    told += [answer, house.comply("GET", "/audits/0/"), house.comply("GET", "/audits/?page=x"),
             house.comply("PUT", "/audits/"), house.comply("POST", "/users/", "mia.member"),
             house.comply("GET", "/audits/"),
             house.send("GET", "/audits/", headers={"accept": "a/b"}), house.comply("POST", "/audits/", json={})]
    for answer in told:
        wanted = 'JWT realm="api"' if answer.status_code == 401 else None
        same(answer.headers.get("www-authenticate"), wanted, answer.text)


def item_10_only_one_scheme_is_taken_in_any_case(house):
    for scheme in ["jwt", "Jwt", "JWT"]:
        told = house.send("GET", "/audits/?page_size=1", headers={"authorization": f"{scheme} {house.jwt()}"})
        same(told.status_code, 200, scheme)
    for scheme in ["Bearer", "Token", "Basic"]:
        told = house.send("GET", "/audits/", headers={"authorization": f"{scheme} {house.jwt()}"})
        same([told.status_code, told.json()], [401, {"detail": "Authentication credentials were not provided."}])


def early():
    """The beginning of a second, with most of it ahead."""
    while time.time() % 1 > 0.3:
        time.sleep(0.01)
    return int(time.time())


def item_11_a_token_is_renewed_until_the_limit(house):
    """A client cannot wait a week: tokens with the first instant of a week ago are forged with the server's secret."""
    first = house.jwt("olivia.owner")
    time.sleep(1.1)
    told = renew(house, {"token": first})
    old, new = parts(first)[1], parts(told.json()["token"])[1]
    same(new["orig_iat"], old["orig_iat"])
    check(new["exp"] > old["exp"] and abs(new["exp"] - time.time() - 3600) < 5, new)
    same([new[key] for key in ["user_id", "username", "email"]], [old[key] for key in ["user_id", "username", "email"]])
    same(house.comply("GET", "/audits/?page_size=1", token=told.json()["token"]).status_code, 200)
    for ago, works in [(LIMIT, True), (LIMIT + 1, False)]:
        now = early()
        told = renew(house, {"token": forged({**old, "exp": now + 600, "orig_iat": now - ago})})
        check(int(time.time()) == now, "the second passed")
        if works:
            same([told.status_code, parts(told.json()["token"])[1]["orig_iat"]], [200, now - ago])
        else:
            same([told.status_code, told.json()], [400, {"non_field_errors": ["Refresh has expired."]}])


def item_12_a_fresh_token_is_good_for_an_hour(house):
    claims = parts(login(house, "olivia.owner", "demo-olivia-owner").json()["token"])[1]
    same(claims["exp"] - claims["orig_iat"], 3600)


def item_13_without_access_everything_else_is_forbidden(house):
    person = house.person("no.access")
    token = house.jwt("no.access")
    some = {name: get(house, f"/{name}/?page_size=1")["results"][0][id_key(name)] for name in LISTS}

    def forbidden():
        for name in LISTS:
            for method, path in [("GET", f"/{name}/"), ("GET", f"/{name}/{some[name]}/"), ("OPTIONS", f"/{name}/"),
                                 ("POST", f"/{name}/"), ("DELETE", f"/{name}/{some[name]}/")]:
                told = house.comply(method, path, token=token, json=None)
                same([told.status_code, told.json()], [403, FORBIDDEN], f"{method} {path}")

    forbidden()
    house.make("grantApiAccess", "__typename", userId=person["id"])
    same(house.comply("GET", "/audits/", token=token).status_code, 200)
    house.make("withdrawApiAccess", "__typename", userId=person["id"])
    forbidden()
    same(login(house, "no.access", "demo-no-access").status_code, 200)


def item_14_a_user_out_of_use_is_told_so(house):
    node, _ = let_in(house, "soon.off")
    token = house.jwt("soon.off")
    same(house.comply("GET", "/audits/", token=token).status_code, 200)
    house.make("updateUser", "user { id }", id=node, status="INACTIVE")
    for path in ["/audits/", "/users/"]:
        told = house.comply("GET", path, token=token)
        same([told.status_code, told.json()], [401, {"detail": "User account is disabled."}])


def item_15_roles_say_who_may_make_what(house):
    for name in BY_ADMINS:
        same(post(house, f"/{name}/", bodies(house)[name], 403, "mia.member"), FORBIDDEN, name)
        post(house, f"/{name}/", bodies(house)[name], 201, "adam.admin")
        post(house, f"/{name}/", bodies(house)[name], 201, "olivia.owner")
    for name in set(MADE) - set(BY_ADMINS):
        post(house, f"/{name}/", bodies(house)[name], 201, "mia.member")
