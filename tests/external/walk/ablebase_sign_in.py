"""Signing in, sessions and who comes in (items 1 to 8)."""

import glob
import hashlib
import os
import time

import requests
from ablebase_words import (ADMIN, COOKIE, FOREIGN, INSTANT, MEMBER, NO_ORGANIZATION, NOT_IN, OPERATIONS, SESSION, USER,
                            WRONG, ask, at, begin, crumb, done, mail, moment, opened, product, read, refused,
                            session_of, sign_in)
from house import HOME, PASSWORD, check, same

ATTRIBUTES = "Path=/; HttpOnly; SameSite=Lax"
HTTPS = "https://gw.example.org"
TRUSTED = "https://app.example.org"


def unauthorized(told, where=""):
    refused(told, NOT_IN, where)
    same(told.headers.get("www-authenticate"), "Bearer", where)


def item_01_a_sign_in_sets_a_cookie_that_lets_in(house):
    told = done(sign_in(house, email=mail(MEMBER).title(), callbackURL="/x"), 200)
    body = told.json()
    same(list(body), ["redirect", "token", "user"])
    same([body["redirect"], len(body["token"])], [False, 43])
    same(told.headers["set-cookie"], f"{COOKIE}={body['token']}; {ATTRIBUTES}; Max-Age=604800")
    user = body["user"]
    same(list(user), USER)
    query = f'{{ user(username: "{MEMBER}") {{ uuid firstName lastName email avatarUrl createdAt updatedAt }} }}'
    wanted = house.ask(query)["user"]
    same([user["id"], user["name"], user["email"], user["emailVerified"], user["image"]],
         [wanted["uuid"], f"{wanted['firstName']} {wanted['lastName']}", wanted["email"], True, wanted["avatarUrl"]])
    for key in ["createdAt", "updatedAt"]:
        same(user[key], wanted[key][:23] + "Z")
    # A browser of its own keeps the cookie and sends it back.
    browser = requests.Session()
    browser.trust_env = False
    given = {"email": mail(MEMBER), "password": PASSWORD.format("mia-member")}
    same(browser.post(house.base + "/api/auth/sign-in/email", json=given).status_code, 200)
    same([cookie.name for cookie in browser.cookies], [COOKIE])
    shown = browser.get(house.base + at(house, "audits"))
    same([shown.status_code, shown.json()], [200, read(house, "audits")])
    browser.close()
    brief = done(sign_in(house, rememberMe=False), 200)
    same(brief.headers["set-cookie"], f"{COOKIE}={brief.json()['token']}; {ATTRIBUTES}")
    house.again("--public-base-url", HTTPS)
    try:
        told = done(sign_in(house, headers={"origin": HTTPS}), 200)
        token = told.json()["token"]
        same(told.headers["set-cookie"], f"__Secure-{COOKIE}={token}; {ATTRIBUTES}; Max-Age=604800; Secure")
        for name, status in [(f"__Secure-{COOKIE}", 200), (COOKIE, 401)]:
            same(house.send("GET", at(house, "audits"), headers={"cookie": f"{name}={token}"}).status_code, status)
    finally:
        house.again()


def item_02_whatever_is_wrong_is_told_alike(house):
    """That a password is hashed in every case a client can only tell by the time it takes."""
    house.person("off.otto", email="off.otto@harbour-foods.example")
    house.command("user", "deactivate", "off.otto")
    house.make("createUser", "user { id }", username="no.password", email="no.password@harbour-foods.example")
    right = PASSWORD.format("off-otto")
    took = {}
    tries = [(mail(MEMBER), "wrong"), ("nobody@harbour-foods.example", right),
             ("off.otto@harbour-foods.example", right), ("no.password@harbour-foods.example", right)]
    # In turns, so that a busy moment of the machine falls on all of them.
    for email, password in tries * 3:
        begun = time.monotonic()
        told = sign_in(house, email=email, password=password)
        took.setdefault(email, []).append(time.monotonic() - begun)
        refused(told, WRONG, email)
        check("set-cookie" not in told.headers, email)
    least = min(took[mail(MEMBER)])
    check(all(min(times) > least / 4 for times in took.values()), took)
    opened(house)


def item_03_the_session_that_is_open_is_shown(house):
    for headers in [{}, crumb("nothing"), {"authorization": "Bearer x"}]:
        told = done(house.send("GET", "/api/auth/get-session", headers=headers), 200)
        same(told.text, "null", headers)
    told = done(sign_in(house, headers={"user-agent": "Walk/1"}), 200).json()
    token = told["token"]
    for headers in [crumb(token), {"authorization": f"Bearer {token}"}]:
        answer = done(house.send("GET", "/api/auth/get-session", headers=headers), 200)
        body = answer.json()
        same(list(body), ["session", "user"])
        same(body["user"], told["user"])
        session = body["session"]
        same(list(session), SESSION)
        same([session["userId"], session["userAgent"], session["ipAddress"], session["activeOrganizationId"]],
             [told["user"]["id"], "Walk/1", "127.0.0.1", house.own["uuid"]])
        check(all(INSTANT.fullmatch(session[key]) for key in ["expiresAt", "createdAt", "updatedAt"]), session)
        same((moment(session["expiresAt"]) - moment(session["createdAt"])).total_seconds(), 7 * 86400.0)
        check(token not in answer.text, "the token is repeated")
    told = done(house.send("POST", "/api/auth/sign-out", headers=crumb(token, origin=house.base)), 200)
    same(told.json(), {"success": True})
    same(session_of(house, token), "null")


def item_04_a_session_that_was_ended_lets_nobody_in(house):
    token, other = opened(house), opened(house)

    def lets_in(token):
        told = house.send("GET", at(house, "audits"), headers=crumb(token))
        return told.status_code == 200 or unauthorized(told) or False

    check(lets_in(token) and lets_in(other), "both are good")
    refused(house.send("POST", "/api/auth/sign-out", headers=crumb(token)), FOREIGN)
    refused(house.send("POST", "/api/auth/sign-out", headers=crumb(token, origin="https://evil.example")), FOREIGN)
    check(lets_in(token), "a page of others ends nothing")
    told = done(house.send("POST", "/api/auth/sign-out", headers=crumb(token, origin=house.base)), 200)
    same(told.headers["set-cookie"], f"{COOKIE}=; {ATTRIBUTES}; Max-Age=0")
    same([lets_in(token), lets_in(other)], [False, True])
    unauthorized(house.send("GET", at(house, "audits"), headers={"authorization": f"Bearer {token}"}))
    for headers in [{}, crumb(token, origin=house.base)]:
        told = done(house.send("POST", "/api/auth/sign-out", headers=headers), 200)
        same(told.json(), {"success": True}, "the same without a session")


def item_05_the_store_does_not_know_the_token(house):
    """Looks into the store by the way: no client can."""
    token = opened(house)
    digest = hashlib.sha256(token.encode()).hexdigest()
    if house.database:
        count = ("SELECT string_agg(format('SELECT count(*) FROM %I.%I t WHERE t::text LIKE ''%%{0}%%''', "
                 "table_schema, table_name), ' UNION ALL ') FROM information_schema.tables "
                 "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')")
        asked = [house.operator(count.format(text)) for text in (token, digest)]
        found = [sum(map(int, house.operator(sql).split())) for sql in asked]
    else:
        files = []
        for path in glob.glob(os.path.join(house.work, "data", "*.sqlite*")):
            with open(path, "rb") as file:
                files.append(file.read())
        found = [sum(text.encode() in file for file in files) for text in (token, digest)]
    check(found[0] == 0 and found[1] > 0, f"in clear, as its hash: {found}")


def item_06_bearers_of_tokens_keys_and_sessions_come_in(house):
    tokens = [house.token(MEMBER), house.api_key, opened(house)]
    for token in tokens:
        same(done(ask(house, "GET", "audits", token=token), 200).json(), read(house, "audits"))
        refused(ask(house, "GET", at(house, "audits", house.other["uuid"]), token=token), NO_ORGANIZATION)
    slug, _ = product(house)
    for token in tokens[::2]:
        done(ask(house, "POST", f"products/{slug}/audits", {}, token=token), 201)
    document = ("mutation { createApiKey(input: {label: \"Walk\"}) { token apiKey { id } userErrors { message } } }")
    foreign = house.ask(document, "nora.owner")["createApiKey"]["token"]
    there = at(house, "audits", house.other["uuid"])
    done(ask(house, "GET", there, token=foreign), 200)
    for method, rest in OPERATIONS:
        body = {} if method in ("POST", "PATCH") else None
        refused(ask(house, method, rest, body, token=foreign), NO_ORGANIZATION, f"{method} {rest}")
        unauthorized(ask(house, method, rest, body, token=house.data_key), f"{method} {rest}")
    # A key acts in its own organization only, also where its person is a member of another.
    told = house.graphql(house.token("casey.consultant", HOME), document)["createApiKey"]
    check(told["token"], told)
    done(ask(house, "GET", there, token=house.token("casey.consultant", HOME)), 200)
    done(ask(house, "GET", "audits", token=told["token"]), 200)
    refused(ask(house, "GET", there, token=told["token"]), NO_ORGANIZATION, "a key of casey's")
    unauthorized(ask(house, "GET", "audits", token="nonsense", headers=crumb(opened(house))), "the bearer decides")
    for token in ["x" * 43, house.api_key + "x", "ak_"]:
        unauthorized(ask(house, "GET", "audits", token=token), token)


def item_07_a_change_with_a_cookie_proves_its_origin(house):
    house.again("--ablebase-trusted-origins", TRUSTED)
    token = opened(house, ADMIN)
    slug, _ = product(house)
    begin(house, slug)
    path = at(house, f"products/{slug}/audits")
    before, events = read(house, f"products/{slug}/audits"), house.events()
    for more in [{"origin": "https://evil.example"}, {"origin": "null"}, {},
                 {"origin": "null", "sec_fetch_site": "same-origin"}, {"sec_fetch_site": "cross-site"},
                 {"sec_fetch_site": "same-site"}, {"sec_fetch_site": "none"},
                 {"origin": house.base.replace("http:", "https:")}, {"origin": house.base + "0"}]:
        for method, rest in [("POST", ""), ("PATCH", "/1"), ("DELETE", "/1")]:
            told = house.send(method, path + rest, headers=crumb(token, **more), json={"title": "Forged"})
            refused(told, FOREIGN, f"{method} {more}")
    same([read(house, f"products/{slug}/audits"), house.events()], [before, events], "something happened")
    for more in [{"origin": house.base}, {"sec_fetch_site": "same-origin"}, {"origin": TRUSTED}]:
        headers = crumb(token, **more)
        made = done(house.send("POST", path, headers=headers), 201, more).headers["location"]
        done(house.send("PATCH", made, headers=headers, json={"title": "Ours"}), 200, more)
        done(house.send("DELETE", made, headers=headers), 204, more)
    done(ask(house, "POST", f"products/{slug}/audits", {}), 201)
    done(ask(house, "PATCH", f"products/{slug}/audits/1", {"title": "By bearer"}), 200)
    done(ask(house, "DELETE", f"products/{slug}/audits/1", user=ADMIN), 204)
    for headers in [crumb(token), crumb(token, origin="https://evil.example")]:
        done(house.send("GET", path, headers=headers), 200)
    for more, status in [({"origin": "https://evil.example"}, 403), ({"origin": "null"}, 403),
                         ({"sec-fetch-site": "cross-site"}, 403), ({"sec-fetch-site": "same-origin"}, 200),
                         ({"sec-fetch-site": "none"}, 200), ({"origin": TRUSTED}, 200), ({"origin": house.base}, 200)]:
        same(sign_in(house, ADMIN, more).status_code, status, more)
    house.again()


def item_08_nobody_comes_in_without_credentials(house):
    same(len(OPERATIONS), 8)
    for method, rest in OPERATIONS:
        for headers in [{}, {"authorization": "Basic dTpw"}, crumb("x"), crumb("x", origin=house.base)]:
            for path in [at(house, rest), at(house, rest, "nothing")]:
                told = house.send(method, path, headers=headers, json={} if method in ("POST", "PATCH") else None)
                unauthorized(told, f"{method} {path} {headers}")
