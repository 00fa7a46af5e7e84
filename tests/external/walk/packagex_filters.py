"""The fourteen filters, their operators, and what is told of faulty parameters (items 15 to 23)."""

import itertools
import uuid
from decimal import Decimal

from house import same
from packagex_words import LIST, WORDS, Site, counts, ident, instant, refused

DATES = ["complete_at", "finished_at", "created_at", "updated_at"]
# The seconds of a, b and c, and of nobody.
A, B, C, NONE = 1893456010, 1893456020, 1893456030, 1893456015
STATES = ", ".join(WORDS)


def at(text):
    return instant(f"18934560{text}")


def four(house):
    """Audits a to d; what they have in common and what not is what the items ask for."""
    site = Site(house)
    site.yard = site.make_location("Other yard")
    site.walker = site.person("wim")
    walker, key = site.walker["legacyId"], site.key_row["legacyId"]
    made = site.audits(
        {"number": "a", "state": "CREATED", "priority": 1, "auditor_id": walker, "creator_id": walker,
         "updated_by_user_id": walker, "complete_by": at("10.999999"), "finished_at": at("10"),
         "created_at": at("10.5"), "updated_at": at("10.000001")},
        {"number": "b", "state": "GENERATING", "asset_id": site.yard["legacyId"], "creator_id": walker,
         "created_by_key_id": key, "updated_by_user_id": walker, "updated_by_key_id": key, "complete_by": at("20"),
         "finished_at": at("20.5"), "created_at": at("20.999999"), "updated_at": at("20")},
        {"number": "c", "state": "READY_TO_CLOSE", "complete_by": at("30"), "finished_at": at("30.1"),
         "created_at": at("30"), "updated_at": at("30.9")},
        {"number": "d", "state": "CLOSED", "priority": 3, "created_at": at("40"), "updated_at": at("40")})
    damaged, lost = (reason["legacyId"] for reason in site.reasons)
    numbers = {name: house_row(site, name) for name in "ab"}
    site.insert("count_task", [
        {"uuid": uuid.uuid4(), "organization_id": site.organization["legacyId"], "audit_id": numbers[audit],
         "item_id": site.items[item]["legacyId"], "layout_id": site.layouts[layout]["legacyId"],
         "total_qty": Decimal(1), "reason_code_id": reason, "created_at": at("00"), "updated_at": at("00")}
        for audit, item, layout, reason in [("a", "x", "a", damaged), ("a", "y", "b", damaged), ("a", "x", "b", None),
                                            ("b", "y", "b", lost)]])
    site.made = made
    return site


def house_row(site, number):
    query = f'{{ audits(first: 1, filter: {{number: {{eq: "{number}"}}}}) {{ nodes {{ legacyId }} }} }}'
    return int(site.ask(query)["audits"]["nodes"][0]["legacyId"])


def found(site, query):
    """The letters that a filter finds; each is told once, and counted once."""
    return "".join(sorted(site.numbers(f"limit=100&{query}")))


def item_15_every_filter_finds_and_does_not(house):
    site = four(house)
    x, y, z = (ident("item", site.items[name]["uuid"]) for name in "xyz")
    a, b = (ident("lay", site.layouts[name]["uuid"]) for name in "ab")
    damaged, lost = (ident("rsnc", reason["uuid"]) for reason in site.reasons)
    walker, olivia = (ident("", row["uuid"])[1:] for row in
                      [site.walker, site.ask("{ viewer { user { uuid } } }")["viewer"]["user"]])
    for query, wanted in [
            (f"location_id={site.place}", "acd"), (f"location_id={ident('loc', site.yard['uuid'])}", "b"),
            (f"location_id={ident('loc', uuid.uuid4())}", ""), (f"item_id={x}", "a"), (f"item_id={y}", "ab"),
            (f"item_id={z}", ""), (f"layout_id={a}", "a"), (f"layout_id={b}", "ab"),
            (f"layout_id={ident('lay', uuid.uuid4())}", ""), (f"reason_code_id={damaged}", "a"),
            (f"reason_code_id={lost}", "b"), (f"reason_code_id={ident('rsnc', uuid.uuid4())}", ""),
            (f"assignee=ctct_{walker}", "a"), (f"assignee=ctct_{olivia}", ""), ("status=created", "a"),
            ("status=eq:processing", "b"), ("status=equals:in_review", "c"), ("status=!eq:created", "bcd"),
            ("status=not_equals:processing", "acd"), ("status=in:approved,created", "ad"),
            ("status=in:recount", ""), ("status=!in:approved,created", "bc"),
            ("status=not_in:processing,in_review,recount", "ad"), ("status=%21in%3Aapproved%2Ccreated", "bc"),
            (f"status=not_in:{','.join(WORDS)}", ""), ("status=canceled", ""), ("priority=low", "a"),
            ("priority=medium", "bc"), ("priority=high", "d"), ("priority=low&status=approved", ""),
            ("overdue=true", "bc"), ("overdue=false", "ad"), ("complete_at=2030-01-01T00:00:20Z", "b"),
            ("complete_at=0", ""), ("finished_at=1893456010", "a"), ("finished_at=0", ""),
            ("created_at=gt:1893456010", "bcd"), ("created_at=lt:1893456010", ""),
            ("updated_at=lt:1893456011", "a"), ("updated_at=gt:1893456040", ""),
            (f"created_by=user_{walker}", "a"), (f"created_by=user_{olivia}", ""), (f"updated_by={site.actor}", "b"),
            (f"updated_by=user_{olivia}", ""), ("priority=medium&status=in_review", "c"),
            (f"status=created&priority=low&item_id={x}&created_at=lte:{A}", "a")]:
        same(found(site, query), wanted, query)
    # Open and over its time; finished late; finished in time.
    site.audits({"number": "e", "complete_by": instant(1000000000), "finished_at": None},
                {"number": "f", "complete_by": instant(1000000000), "finished_at": instant(1000000001)},
                {"number": "g", "complete_by": instant(1000000000), "finished_at": instant(1000000000)},
                {"number": "h", "complete_by": instant(1000000000), "finished_at": None, "state": "CANCELED"})
    same([found(site, "overdue=true"), found(site, "overdue=false")], ["bcef", "adgh"])
    for row in site.get()["data"]:
        same(row["number"] in found(site, "overdue=true"), row["overdue"], row["number"])


def spellings(second):
    """The same second in every form of a date."""
    clock = f"2030-01-01T00:00:{second - 1893456000:02}"
    return [str(second), clock, clock + "Z", clock + ".9Z", clock.replace("T00", "T01") + "%2B01:00",
            f"2029-12-31T18:30:{second - 1893456000:02}-05:30"]


def item_16_every_operator_on_every_date(house):
    site = four(house)
    for name in DATES:
        rest = "d" if name in ("created_at", "updated_at") else ""
        forms = [spellings(second) for second in (A, B, C, NONE)]
        for a, b, c, none in [*zip(*forms), (forms[0][0], forms[1][2], forms[2][4], forms[3][1])]:
            for value, wanted in [
                    (b, "b"), (f"eq:{a}", "a"), (f"equals:{c}", "c"), (f"eq:{none}", ""), (f"!eq:{b}", f"ac{rest}"),
                    (f"not_equals:{a}", f"bc{rest}"), (f"gt:{a}", f"bc{rest}"), (f"gte:{b}", f"bc{rest}"),
                    (f"gt:{none}", f"bc{rest}"), (f"lt:{b}", "a"), (f"lte:{b}", "ab"), (f"lt:{a}", ""),
                    (f"bwi:{a},{b}", "ab"), (f"bwe:{a},{c}", "b"), (f"bwe:{a},{b}", ""), (f"bwi:{none},{c}", "bc"),
                    (f"in:{a},{c}", "ac"), (f"in:{none}", ""), (f"!in:{a},{c}", f"b{rest}"),
                    (f"not_in:{b}", f"ac{rest}")]:
                same(found(site, f"{name}={value}"), wanted, f"{name}={value}")
    # A day is its first second, a minute its own; both forms in one list.
    site.audits({"number": "e", "created_at": instant(1893456000), "complete_by": instant("1893456000.25")})
    for name, value, wanted in [
            ("created_at", "2030-01-01", "e"), ("created_at", "2030-01-01T00:00", "e"),
            ("created_at", "in:1893456000,2030-01-01T00:00:40", "de"), ("complete_at", "eq:2030-01-01", "e"),
            ("created_at", "bwi:1893456000,2030-01-31", "abcde"), ("created_at", "lt:999999999999", "abcde"),
            ("created_at", "gt:-999999999999", "abcde"), ("complete_at", "gt:-5", "abce")]:
        same(found(site, f"{name}={value}"), wanted, f"{name}={value}")


def item_17_whole_seconds_and_ends(house):
    site = Site(house)
    for name, column in zip(DATES, ["complete_by", "finished_at", "created_at", "updated_at"]):
        site.audits(*({"number": f"{name}-{letter}", column: at(text)} for letter, text in
                      [("a", "09.999999"), ("b", "10"), ("c", "10.000001"), ("d", "10.5"), ("e", "10.999999"),
                       ("f", "11"), ("g", "19.999999"), ("h", "20"), ("i", "20.999999"), ("j", "21")]))
    for name in DATES:
        for value, wanted in [(str(A), "bcde"), (f"eq:{A}", "bcde"), (f"in:{A},{B}", "bcdehi"),
                              (f"bwi:{A},{B}", "bcdefghi"), (f"bwe:{A},{B}", "fg"), (f"gt:{A}", "fghij"),
                              (f"gte:{A}", "bcdefghij"), (f"lt:{A}", "a"), (f"lte:{A}", "abcde"),
                              (f"!eq:{A}", "afghij"), (f"!in:{A},{B}", "afgj")]:
            letters = sorted(number[-1] for number in site.numbers(f"limit=100&{name}={value}&search={name}-"))
            same("".join(letters), wanted, f"{name}={value}")


def item_18_negations_never_find_what_is_not_there(house):
    site = four(house)
    for name, operator, value in itertools.product(["complete_at", "finished_at"], ["!eq", "!in", "not_equals",
                                                                                    "not_in"], ["0", "2001-01-01"]):
        same(found(site, f"{name}={operator}:{value}"), "abc", f"{name}={operator}:{value}")
        for row in site.get(f"?{name}={operator}:{value}")["data"]:
            same(row[name] is None, False)
    same([row["complete_at"] for row in site.get("?status=approved")["data"]], [None])


def item_19_every_text_of_a_faulty_parameter(house):
    site = Site(house)
    prefixes = [("location_id", "loc_"), ("item_id", "item_"), ("layout_id", "lay_"), ("reason_code_id", "rsnc_"),
                ("assignee", "ctct_"), ("created_by", "user_ or key_"), ("updated_by", "user_ or key_")]
    cases = [
        ("colour=red", "colour: unknown parameter"), ("Page=1", "Page: unknown parameter"),
        ("page=1&page=2", "page: given more than once"), ("search=aa&search=aa", "search: given more than once"),
        ("status=created&status=created", "status: given more than once"),
        ("page=0", "page: must be an integer of at least 1"),
        ("limit=101", "limit: must be an integer from 1 to 100"),
        ("status=done", f'status: "done" is not one of {STATES}'),
        ("status=Created", f'status: "Created" is not one of {STATES}'),
        ("status=in:created,", f'status: "" is not one of {STATES}'),
        ("status=created%20", f'status: "created " is not one of {STATES}'),
        ("priority=urgent", 'priority: "urgent" is not one of low, medium, high'),
        ("order_by=number",
         'order_by: "number" is not one of created_at, updated_at, complete_at, finished_at, priority'),
        ("direction=up", 'direction: "up" is not one of asc, desc'),
        ("group_by=item", 'group_by: "item" is not one of by_item, by_layout'),
        ("overdue=1", "overdue: must be true or false"), ("overdue=True", "overdue: must be true or false"),
        ("status=is:created", 'status: unknown operator "is"'),
        ("created_at=!gt:0", 'created_at: unknown operator "!gt"'),
        ("created_at=2030-01-01T00:00%2B01:00:", 'created_at: "2030-01-01T00:00+01:00:" is not a date'),
        ("status=created,recount", 'status: operator "eq" needs exactly one value'),
        ("created_at=not_equals:0,1", 'created_at: operator "not_equals" needs exactly one value'),
        ("created_at=bwi:0", 'created_at: operator "bwi" needs exactly two values'),
        ("created_at=bwe:0,1,2", 'created_at: operator "bwe" needs exactly two values'),
        (f"created_at=in:{','.join(['0'] * 101)}", 'created_at: operator "in" takes at most 100 values'),
        (f"created_at=!in:{','.join(['0'] * 101)}", 'created_at: operator "!in" takes at most 100 values'),
        ("created_at=bwi:5,5", "created_at: first value must be less than second"),
        ("created_at=bwe:6,5", "created_at: first value must be less than second"),
        ("created_at=2030-01-01T00:00+01:00", 'created_at: "2030-01-01T00:00 01:00" is not a date'),
        ("created_at=in:0,x", 'created_at: "x" is not a date'),
        ("created_at=2030-02-30", 'created_at: "2030-02-30" is not a date'),
        ("created_at=1234567890123", 'created_at: "1234567890123" is not a date'),
        ("search=" + "x" * 101, "search: at most 100 characters"),
        ("search=aa+bb+cc+dd+ee+ff+gg+hh+ii", "search: at most 8 terms"),
        ("search=aa+b", "search: every term needs at least 2 characters")]
    cases += [(f"{name}={wrong}", f"{name}: must be an id prefixed with {prefix}")
              for name, prefix in prefixes for wrong in ["x", "org_1", "LOC_1"]]
    cases += [(f"{name}=eq:low", f"{name}: does not support operators")
              for name in [*(name for name, _ in prefixes), "priority", "overdue"]]
    cases += [(f"{name}=", f"{name}: value is required")
              for name in ["page", "limit", "group_by", "order_by", "direction", "status", "priority", "overdue",
                           *DATES, *(name for name, _ in prefixes)]]
    cases += [(f"status={operator}:created", f'status: operator "{operator}" is not supported')
              for operator in ["gt", "gte", "lt", "lte", "bwi", "bwe"]]
    for query, told in cases:
        refused(site.send("GET", "?" + query), "invalid_query", [told])
    refused(site.send("GET", "?limit=500&status=gt:created&colour=red&created_at=in:a,b&page=&search=a"),
            "invalid_query", ["limit: must be an integer from 1 to 100", 'status: operator "gt" is not supported',
                              "colour: unknown parameter", 'created_at: "a" is not a date',
                              'created_at: "b" is not a date', "page: value is required",
                              "search: every term needs at least 2 characters"])
    told = refused(site.send("GET", "?search=a&colour=red&limit=0"), "invalid_query",
                   ["search: every term needs at least 2 characters", "colour: unknown parameter",
                    "limit: must be an integer from 1 to 100"])
    same(told["endpoint"], LIST)
    refused(site.send("GET", "/audit_x?page=1&group_by=x"), "invalid_query",
            ["page: unknown parameter", 'group_by: "x" is not one of by_item, by_layout'])
    refused(site.send("POST", "?limit=1", json={}), "invalid_query", ["limit: unknown parameter"])
    refused(site.send("POST", "/audit_x?group_by=by_item", json={}), "invalid_query", ["group_by: unknown parameter"])


def item_20_an_audit_is_found_by_any_of_its_counts(house):
    site = Site(house, levels=[("x", "a", "1"), ("x", "b", "1"), ("y", "b", "1")])
    audit, other = site.create(), site.create(item_ids=[ident("item", site.items["y"]["uuid"])])
    one, two, three = audit["tasks"]
    site.update(audit, tasks=[{**count, "reason_code_id": site.reason} for count in counts(audit, 1, 1, 1)[:2]])
    both, mine = sorted([audit["number"], other["number"]]), [audit["number"]]
    same({task["item_id"] for task in (one, two)} != {three["item_id"]}, True)
    for query, wanted in [(f"item_id={one['item_id']}", mine), (f"item_id={three['item_id']}", both),
                          (f"layout_id={one['layout_id']}", mine), (f"layout_id={three['layout_id']}", both),
                          (f"reason_code_id={site.reason}", mine),
                          # Two of them may be met by two counts.
                          (f"item_id={three['item_id']}&layout_id={one['layout_id']}", mine),
                          (f"item_id={three['item_id']}&reason_code_id={site.reason}", mine),
                          (f"item_id={one['item_id']}&search=AUD", mine)]:
        same(sorted(site.numbers(query)), wanted, query)
        same(site.get(f"?limit=1&page={len(wanted)}&{query}")["pagination"],
             {"limit": 1, "page": len(wanted), "has_more": False, "total_count": len(wanted)})


def item_21_words_that_stand_for_two_states(house):
    site = Site(house)
    states = ["CREATED", "IN_PROGRESS", "GENERATING", "IN_REVIEW", "READY_TO_CLOSE", "RECOUNT", "CLOSED", "CANCELED"]
    site.audits(*({"number": state, "state": state} for state in states))
    for query, wanted in [("processing", states[1:3]), ("in_review", states[3:5]), ("created", states[:1]),
                          ("recount", states[5:6]), ("approved", states[6:7]), ("canceled", states[7:]),
                          ("!eq:processing", states[:1] + states[3:]), ("in:processing,in_review", states[1:5]),
                          ("!in:processing,in_review", states[:1] + states[5:])]:
        same(sorted(site.numbers("status=" + query)), sorted(wanted), query)


def item_22_identifiers_of_nothing(house):
    site = four(house)
    names = {"location_id": ["loc"], "item_id": ["item"], "layout_id": ["lay"], "reason_code_id": ["rsnc"],
             "assignee": ["ctct"], "created_by": ["user", "key"], "updated_by": ["user", "key"]}
    for name, prefixes in names.items():
        for prefix, rest in itertools.product(prefixes, ["", "1", "z" * 22, "0OIl", "ab!", "1" * 21, "1" * 23,
                                                         ident("", uuid.uuid4())[1:]]):
            same(found(site, f"{name}={prefix}_{rest}"), "", f"{name}={prefix}_{rest}")
        good = ident("", site.location["uuid"])
        wrong = "audit" + good
        refused(site.send("GET", f"?{name}={wrong}"), "invalid_query",
                [f"{name}: must be an id prefixed with {' or '.join(prefix + '_' for prefix in prefixes)}"])


def item_23_actors_are_people_or_keys(house):
    site = four(house)
    walker = ident("user", site.walker["uuid"])
    for name in ["created_by", "updated_by"]:
        same([found(site, f"{name}={actor}") for actor in (walker, site.actor)], ["a", "b"])
        rows = {row["number"]: row[name] for row in site.get()["data"]}
        same(rows, {"d": None, "c": None, "b": site.actor, "a": walker})
    # Made by a client.
    made = site.create()
    same(site.numbers(f"created_by={site.actor}&order_by=created_at&direction=asc"), [made["number"], "b"])
