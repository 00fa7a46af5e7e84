"""Who may read, what nobody may do, and what a failure tells (items 31 to 37, 48, 49)."""

import time

from folio_words import (BASE, DENIED, HISTORY, INVALID, MEMBER, MISSING, MISSING_TENANT, PATHS, TYPES, UNEQUAL, ask,
                         bring, event, events, ids, known, lines, paths, take, text_of, uid)
from house import HOME, NEIGHBOUR, check, curl, same


def key(house, scopes, user="nora.owner", **given):
    return house.make("createApiKey", "token", user, scopes=scopes, **given)


def bare(house, path, method="GET", **headers):
    """A request with these headers only."""
    return house.send(method, BASE + path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def item_31_the_tenant_comes_before_the_token(house):
    good = house.token(MEMBER)
    for _, path, _ in paths(uid()):
        for headers in [{}, {"x_okapi_token": good}, {"authorization": f"Bearer {good}"}, {"x_okapi_token": "bad"},
                        {"x_okapi_token": "a", "authorization": "Bearer b"}]:
            for tenant in [{}, {"x_okapi_tenant": ""}]:
                for query in ["", "?limit=x"]:
                    text_of(bare(house, path + query, **headers, **tenant), 400, MISSING_TENANT, f"{path} {headers}")
        status, head, body = curl("-H", "x-okapi-tenant;", "-H", f"x-okapi-token: {good}", house.base + BASE + path)
        same([status, body.decode()], [400, MISSING_TENANT])
        check(("content-type", "text/plain; charset=utf-8") in head, head)


def refused(house, token, path, tenant=NEIGHBOUR, **headers):
    for sent in [{"x_okapi_token": token}, {"authorization": f"Bearer {token}"}]:
        told = bare(house, path, x_okapi_tenant=tenant, **sent, **headers)
        text_of(told, 401, INVALID, token)
        same(told.headers["www-authenticate"], 'Bearer error="invalid_token"')


def item_32_no_token_bad_tokens_and_what_grants_nothing(house):
    path = f"/order/{known(house, 'order')[0]}"
    user = house.ask("{ viewer { user { uuid } } }", MEMBER)["viewer"]["user"]["uuid"]
    claimed = {"x_okapi_permissions": '["acquisition.order.events.get", "audit.all"]', "x_okapi_user_id": user,
               "x_okapi_url": house.base}
    for _, some, _ in paths(uid()):
        for headers in [{}, claimed]:
            told = bare(house, some, x_okapi_tenant=NEIGHBOUR, **headers)
            text_of(told, 401, MISSING, some)
            same(told.headers["www-authenticate"], "Bearer")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    expired = key(house, [], expiresAt=soon)
    check(ask(house, path, expired).ok, "a key before its time")
    revoked = key(house, ["audit.all", "revoked"])
    found = house.ask("{ apiKeys(last: 1, orderBy: [{field: CREATED_AT}]) { nodes { id scopes } } }", "nora.owner")
    same(found["apiKeys"]["nodes"][0]["scopes"], ["audit.all", "revoked"])
    check(ask(house, path, revoked).ok, "a key before it is revoked")
    house.make("revokeApiKey", "apiKey { id }", "nora.owner", id=found["apiKeys"]["nodes"][0]["id"])
    house.token(MEMBER)
    gone = house.tokens.pop((MEMBER, NEIGHBOUR))
    check(house.graphql(gone, "mutation { logout { ok } }")["logout"]["ok"], "signed out")
    good = house.token(MEMBER)
    time.sleep(4)
    for token in ["nonsense", "ak_", "a.b.c", good[:-2], good + "x", expired, revoked, gone, "é"]:
        sent = token.encode().decode("latin-1")
        for headers in [{}, claimed]:
            refused(house, sent, path, **headers)
        refused(house, sent, path + "?limit=x")
    # The export key of the first organization, where it would belong.
    refused(house, house.data_key, path, tenant=HOME)
    refused(house, house.data_key, path)
    # What a client says of itself adds nothing to a token, and takes nothing away.
    narrow = key(house, ["acquisition.piece.events.get"])
    plain = ask(house, path, narrow)
    same(plain.status_code, 403)
    same(ask(house, path, narrow, **claimed).text, plain.text)
    same(ask(house, path, x_okapi_permissions="[]", x_okapi_user_id=uid()).text, ask(house, path).text)
    inactive(house)
    brief(house)


def inactive(house):
    """A person who is not active any more, with an access token and with a key."""
    person = house.person("folio.faye")
    token = house.token("folio.faye")
    own = key(house, [], "folio.faye")
    path = f"/order/{uid()}"
    for good in [token, own]:
        check(ask(house, path, good, HOME).ok, "an active person")
    house.make("updateUser", "user { id }", id=person["id"], status="INACTIVE")
    for gone in [token, own]:
        refused(house, gone, path, tenant=HOME)


def brief(house):
    """An access token whose time is over; five seconds more are granted, for clocks that differ."""
    house.again("--access-token-life", "2s")
    try:
        house.tokens.clear()
        token = house.token(MEMBER)
        check(ask(house, f"/order/{uid()}", token).ok, "a token in its time")
        time.sleep(8)
        refused(house, token, f"/order/{uid()}")
    finally:
        house.tokens.clear()
        house.again()


def item_33_either_header_or_both_alike(house):
    good, other = house.token(MEMBER), house.token("nora.owner")
    for _, path, _ in paths(uid()):
        for sent in [{"x_okapi_token": good}, {"authorization": f"Bearer {good}"},
                     {"x_okapi_token": good, "authorization": f"Bearer {good}"},
                     {"x_okapi_token": f"Bearer {good}", "authorization": f"Bearer {good}"}]:
            told = bare(house, path, x_okapi_tenant=NEIGHBOUR, **sent)
            same(told.status_code, 200, f"{path} {list(sent)} {told.text}")
        for sent in [(good, other), (other, good), (good, "x"), ("x", good), ("x", "y")]:
            told = bare(house, path, x_okapi_tenant=NEIGHBOUR, x_okapi_token=sent[0], authorization=f"Bearer {sent[1]}")
            text_of(told, 400, UNEQUAL, path)
    status, _, body = curl("-H", f"X-OKAPI-TENANT: {NEIGHBOUR}", "-H", f"x-Okapi-tOKEN: {good}",
                           f"{house.base}{BASE}/order/{uid()}")
    same([status, body.decode()], [200, '{"orderAuditEvents":[],"totalItems":0}'])


def item_34_unknown_and_foreign_tenants_are_not_told_apart(house):
    """The last row is a key of somebody who is a member of both: it is good in its own organization only."""
    both = house.token("casey.consultant")
    keys = {HOME: key(house, [], "casey.consultant"), NEIGHBOUR: key(house, [])}
    for _, path, _ in paths(uid()):
        for tenant in [HOME, NEIGHBOUR]:
            same(ask(house, path, both, tenant).status_code, 200, "a member of both")
            same(ask(house, path, keys[tenant], tenant).status_code, 200, "a key at home")
        denials = []
        for tenant, token in [("nowhere", house.token(MEMBER)), (HOME, house.token(MEMBER)),
                              (NEIGHBOUR.upper(), house.token(MEMBER)), (NEIGHBOUR, house.token("olivia.owner")),
                              (HOME, keys[NEIGHBOUR]), (NEIGHBOUR, keys[HOME]), ("nowhere", keys[HOME])]:
            told = ask(house, path + "?limit=x", token, tenant)
            text_of(told, 403, DENIED, f"{path} {tenant}")
            own = ["date", "x-request-id", "link"]
            denials.append(sorted((name, value) for name, value in told.headers.items() if name.lower() not in own))
        for one in denials:
            same(one, denials[0], "headers of denials")


def item_35_a_key_reads_what_its_scopes_name(house):
    user = house.ask("{ viewer { user { uuid } } }", "nora.owner")["viewer"]["user"]["uuid"]
    record = known(house, "piece")[0]
    for scope in [permission for _, _, permission in PATHS]:
        token = key(house, [scope])
        for word, path, permission in paths(record):
            for query in ["", "?limit=wrong"]:
                told = ask(house, path + query, token)
                if permission == scope:
                    same(told.status_code, 422 if query else 200, path)
                else:
                    text = f"Access for user 'nora.owner' ({user}) requires permission: {permission}"
                    text_of(told, 403, text, path)
    piece = key(house, ["acquisition.piece.events.get"])
    same([ask(house, f"/piece/{record}{end}", piece).status_code for end in ["", HISTORY]], [200, 403])
    for scopes, status in [([], 200), (["audit.all"], 200), (["acquisition.events.post"], 403)]:
        token = key(house, scopes)
        same([ask(house, path, token).status_code for _, path, _ in paths(record)], [status] * 7, scopes)


def item_36_events_of_one_organization_are_invisible_to_another(house):
    for word, (entity, *_) in TYPES.items():
        record = uid()
        status = {"pieceSnapshot": {"receivingStatus": "Expected"}} if word == "piece" else {}
        first = event(word, record, 1, **status)
        take(house, [first], HOME)
        same([ask(house, path).json()["totalItems"] for _, path, _ in paths(record)], [0] * 7, word)
        # The same event's id is another event here.
        other = [first, event(word, record, 2, action="Delete")]
        same(bring(house, lines(other))["inserted"], 2)
        same(ids(house, f"/{word}/{record}", 1, tenant=HOME), [first["id"]])
        same(ids(house, f"/{word}/{record}", 2), [other[1]["id"], first["id"]])
        casey = house.token("casey.consultant")
        same([len(events(house, f"/{word}/{record}", token=casey, tenant=tenant)) for tenant in [HOME, NEIGHBOUR]],
             [1, 2])
        if word == "piece":
            same(len(events(house, f"/piece/{record}{HISTORY}", 1, tenant=HOME)), 1)
        for query in ["", "?limit=0", "?offset=1"]:
            same(ask(house, f"/{word}/{record}{query}", tenant=HOME).json()["totalItems"], 1)


def item_37_seven_paths_and_nothing_but_reading(house):
    for _, path, _ in paths(uid()):
        for method in ["POST", "PUT", "PATCH", "DELETE"]:
            for told in [bare(house, path, method), ask(house, path, method=method), ask(house, path, "x", "", method)]:
                text_of(told, 405, "Method not allowed", f"{method} {path}")
                same(told.headers["allow"], "GET, HEAD")
        for told in [bare(house, path + "/"), ask(house, path + "/"), ask(house, path + "/", method="DELETE")]:
            text_of(told, 404, "Not found", path)
        for query in ["", "?limit=x"]:
            got, head = [ask(house, path + query, method=method, x_request_id="r") for method in ["GET", "HEAD"]]
            kept = [sorted((name, value) for name, value in told.headers.items() if name.lower() != "date")
                    for told in [got, head]]
            same([head.status_code, head.text, kept[1]], [got.status_code, "", kept[0]], path)
            check(got.text, path)
    some = uid()
    for path in ["", "/", "/order", "/order/", f"/title/{some}", f"/Order/{some}", f"/order-line/{some}{HISTORY}",
                 f"/piece/{some}/history", f"/orders/{some}", f"//order/{some}"]:
        for method in ["GET", "POST"]:
            for told in [bare(house, path, method), ask(house, path, method=method)]:
                text_of(told, 404, "Not found", path)


def item_48_events_of_other_records_are_served_nowhere(house):
    made = house.make("createAudit", "audit { id uuid }", name="Cold store")
    house.make("updateAudit", "audit { id }", id=made["id"], name="Cold store, aisle 4")
    kinds = '["audit", "user", "membership", "program", "api_key", "organization"]'
    query = f", filter: {{entityType: {{in: {kinds}}}}}"
    found = house.all("changeEvents", "entityType entityUuid", query)
    by = {}
    for one in found:
        by.setdefault(one["entityType"], []).append(one["entityUuid"])
    check("audit" in by and made["uuid"] in by["audit"], "the trail tells of the new audit")
    for kind, records in by.items():
        records = list(dict.fromkeys(records))
        for record in {made["uuid"], *records[::max(1, len(records) // 15)]}:
            for word, path, _ in paths(record):
                same(ask(house, path, tenant=HOME).text, f'{{"{TYPES[word][3]}":[],"totalItems":0}}', f"{kind} {path}")


def item_49_a_failure_tells_nothing_of_itself(house):
    """No client can force a failure, so the operator's hand takes the table away for a moment."""
    token, record = house.token(MEMBER), uid()
    house.operator("ALTER TABLE change_event RENAME TO change_event_gone")
    try:
        for _, path, _ in paths(record):
            for name, given in [("x_okapi_request_id", '77/audit "x"'), ("x_request_id", "r-1"), (None, None)]:
                told = ask(house, path, token, **({name: given} if name else {}))
                own = told.headers["x-request-id"]
                same(own, given or own)
                value = own.replace('"', '\\"')
                wanted = ('{"errors":[{"message":"Internal server error","code":"genericError","parameters":[{"key":'
                          f'"requestId","value":"{value}"}}]}}],"total_records":1}}')
                same([told.status_code, told.headers["content-type"], told.text], [500, "application/json", wanted])
                for word in ["SELECT", "change_event", "no such table", "relation", "src/", ".rs", "panicked"]:
                    check(word not in told.text + str(told.headers).replace("changeEvents", ""), told.headers)
    finally:
        house.operator("ALTER TABLE change_event_gone RENAME TO change_event")
    check(ask(house, f"/order/{record}").ok, "all is well again")
