"""The search by number, against the contract's own words evaluated here (items 25 to 31)."""

import html
import random
import re
import statistics
import time

from house import check, same
from packagex_scores import brute, made_up, term
from packagex_words import Site, instant, lower, refused

def search(site, text):
    """What the gateway finds, on all pages."""
    hits, page = [], 1
    while True:
        told = site.send("GET", params={"search": text, "limit": 100, "page": page})
        same(told.status_code, 200, told.text)
        body = told.json()
        for row in body["data"]:
            score = row["_search"]["relevance_score"]
            check(re.search(rf'"relevance_score":{score}[,}}]', told.text), f"{score}: no exact decimal")
            same(row["_search"]["id"], row["id"])
            shown = html.unescape(re.sub("</?mark>", "", row["_search"]["number"]))
            check("<mark>" in row["_search"]["number"] and shown == row["number"], row["_search"])
            hits.append((row["number"], round(score * 10000)))
        if not body["pagination"]["has_more"]:
            same(body["pagination"]["total_count"], len(hits))
            return hits
        page += 1


def fill(site, numbers):
    """Audits with these numbers, each younger than the one before."""
    site.audits(*({"number": number, "created_at": instant(1800000000 + at)} for at, number in enumerate(numbers)))


def item_25_the_table_of_scores(house):
    site = Site(house)
    rows = [("AUD-1042", "AUD-1042", "1", "<mark>AUD-1042</mark>"),
            ("1042", "AUD-1042", "0.95", "AUD-<mark>1042</mark>"), ("0042", "AUD-42", "0.95", "AUD-<mark>42</mark>"),
            ("AUD-10", "AUD-1042", "0.875", "<mark>AUD-10</mark>42"),
            ("12", "AUD-120", "0.8667", "AUD-<mark>12</mark>0"), ("D-10", "AUD-1042", "0.65", "AU<mark>D-10</mark>42"),
            ("AUD-1942", "AUD-1042", "0.5", "<mark>AUD-1042</mark>"),
            ("1O42", "AUD-1042", "0.5", "AUD-<mark>1042</mark>"),
            ("UAD-1024", "AUD-1042", "0.3", "<mark>AUD-1042</mark>"), ("AUD-8842", "AUD-1042", None, None),
            ("aud 1042", "AUD-1042", "0.8938", "<mark>AUD</mark>-<mark>1042</mark>")]
    fill(site, ["AUD-1042", "AUD-42", "AUD-120"])
    for text, number, score, marked in rows:
        told = site.send("GET", params={"search": text, "limit": 100})
        found = {row["number"]: row for row in told.json()["data"]}
        if score is None:
            check(number not in found, text)
            continue
        same(found[number]["_search"], {"id": found[number]["id"], "number": marked, "relevance_score": float(score)
                                        if "." in score else int(score)}, text)
        check(f'"number":"{marked}","relevance_score":{score}}}' in told.text, told.text)
        # The case of letters does not matter; the spelling shown is the stored one.
        again = site.send("GET", params={"search": lower(text), "limit": 100}).json()["data"]
        same([row["_search"] for row in again], [row["_search"] for row in told.json()["data"]])
    # Joined spans.
    for text, marked in [("aud-10 d-104", "<mark>AUD-104</mark>2"), ("aud- 1042", "<mark>AUD-1042</mark>"),
                         ("ud- d-10", "A<mark>UD-10</mark>42")]:
        found = {row["number"]: row["_search"]["number"]
                 for row in site.send("GET", params={"search": text}).json()["data"]}
        same(found["AUD-1042"], marked, text)


def item_26_random_searches_as_brute_force_has_them(house):
    """Both stores get the same numbers and searches, so what is equal to brute force on both is equal on both."""
    site, dice = Site(house), random.Random(26)
    numbers = made_up(dice)
    fill(site, numbers)
    searches = ["aud", "aud-1", "00", "000", "10", "dock", "dock-a", "dockb", "rampe-aa", "hofgang", "%%", "__", "cnt_",
                "\"1", "'é", "ä\"1", "inv/2026", "-z", "x22", "hofgangxwest-1",
                "kühl", "KÜHL", "aud-12 12", "a*", "aud:1", "ud-"]
    searches += [" ".join(term(dice, numbers) for _ in range(dice.choice([1, 1, 1, 2, 3, 4]))) for _ in range(30)]
    classes, crowded = set(), 0
    for text in searches:
        wanted = brute(numbers, text)
        found = search(site, text)
        check(found == wanted, f"{text}: {[hit for hit in found if hit not in wanted][:5]} too much, "
              f"{[hit for hit in wanted if hit not in found][:5]} missing of {len(wanted)}")
        classes |= {score // 500 for _, score in wanted}
        crowded += len(wanted) >= 1000
    check(classes >= {20, 19, 17, 16, 12, 10, 6} and crowded > 1, (classes, crowded))


def item_27_equal_scores_and_other_orders(house):
    site = Site(house)
    site.audits(*({"number": number, "created_at": instant(1893456000 + at), "priority": priority}
                  for number, at, priority in [("AUD-11", 5, 3), ("AUD-12", 7, 2), ("AUD-13", 5, 1), ("AUD-1", 1, 2)]))
    same(site.numbers("search=aud-1"), ["AUD-1", "AUD-12", "AUD-13", "AUD-11"])
    for direction in ["asc", "desc"]:
        same(site.numbers(f"search=aud-1&direction={direction}"), ["AUD-1", "AUD-12", "AUD-13", "AUD-11"])
    scores = {"AUD-1": 1, "AUD-11": 0.8833, "AUD-12": 0.8833, "AUD-13": 0.8833}
    for order, wanted in [("created_at&direction=asc", ["AUD-1", "AUD-11", "AUD-13", "AUD-12"]),
                          ("created_at", ["AUD-12", "AUD-13", "AUD-11", "AUD-1"]),
                          ("priority&direction=asc", ["AUD-13", "AUD-12", "AUD-1", "AUD-11"]),
                          ("complete_at", ["AUD-1", "AUD-13", "AUD-12", "AUD-11"])]:
        rows = site.get(f"?search=aud-1&order_by={order}")["data"]
        same([row["number"] for row in rows], wanted, order)
        same({row["number"]: row["_search"]["relevance_score"] for row in rows} == scores, True, order)
    same(site.numbers("search=aud-1&priority=medium"), ["AUD-1", "AUD-12"])
    same(site.numbers("search=aud-1&limit=2&page=2", 4), ["AUD-13", "AUD-11"])
    # The same where so many match that typos are left out.
    numbers = [f"Q-{at}" for at in range(1200)]
    fill(site, numbers)
    for order in ["created_at", "priority"]:
        walked = [number for page in range(1, 14) for number in
                  site.numbers(f"search=q-&order_by={order}&direction=asc&limit=100&page={page}", 1200)]
        same(walked, numbers)


def item_28_what_html_would_read(house):
    site = Site(house)
    fill(site, ["A<b>&\"12", "R&D-7", "<x>-9"])
    for text, number, marked in [("a<b", "A<b>&\"12", "<mark>A&lt;b</mark>&gt;&amp;\"12"),
                                 ("12", "A<b>&\"12", "A&lt;b&gt;&amp;\"<mark>12</mark>"),
                                 ("r&d-7", "R&D-7", "<mark>R&amp;D-7</mark>"),
                                 ("&d-", "R&D-7", "R<mark>&amp;D-</mark>7"),
                                 ("<x>", "<x>-9", "<mark>&lt;x&gt;</mark>-9")]:
        rows = site.send("GET", params={"search": text}).json()["data"]
        same([[row["number"], row["_search"]["number"]] for row in rows], [[number, marked]], text)


def item_29_bounds_of_a_search(house):
    site = Site(house)
    fill(site, ["AUD-1", "b" * 100, "aa bb cc dd ee ff gg hh"])
    short, many, long = ("search: every term needs at least 2 characters", "search: at most 8 terms",
                         "search: at most 100 characters")
    for text, told in [("a", short), ("aud-1 b", short), ("é", short), ("aa bb cc dd ee ff gg hh ii", many),
                       ("x" * 101, long), ("é" * 101, long)]:
        refused(site.send("GET", params={"search": text}), "invalid_query", [told])
    same(site.numbers("search=" + "b" * 100), ["b" * 100])
    # Repeated terms count once, whatever their case.
    same(site.numbers("search=aa+xx+cc+dd+ee+ff+gg+hh+AA+xx"), ["aa bb cc dd ee ff gg hh"])
    same(sorted(site.numbers("search=")), sorted(["AUD-1", "b" * 100, "aa bb cc dd ee ff gg hh"]))
    check(not any("_search" in row for row in site.get("?search=")["data"]), "no search")


def item_30_the_cost_does_not_grow(house):
    """Plans and a million rows are not for a client: thirty thousand audits cost no more statements, and an
    answer as fast as the target for a million wants it."""
    site = Site(house)
    fill(site, ["AUD-0"])
    number, rows = site.organization["legacyId"], 30_000
    columns = ("uuid, organization_id, number, number_norm, number_tail, name, asset_id, asset_kind, created_at, "
               "updated_at")
    kept = f"{number}, 'AUD-' || i, 'aud-' || i, CAST(i AS TEXT), 'AUD-' || i, {site.location['legacyId']}, 'LOCATION'"
    series = {True: ("gen_random_uuid()", "to_timestamp(1700000000 + i)", "generate_series({}, {}) i"),
              False: ("randomblob(16)", "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1700000000 + i, 'unixepoch')",
                      "(WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i "
                      "FROM n)")}
    uuids, stamps, source = series[bool(house.database)]

    def add(first, last):
        house.operator(f"INSERT INTO audit ({columns}) SELECT {uuids}, {kept}, {stamps}, {stamps} FROM "
                       + source.format(first, last))
        house.operator("ANALYZE audit")

    def cost(text):
        spent, statements = [], []
        for _ in range(20):
            before, begun = house.statements("packagex"), time.monotonic()
            total = site.get("?search=" + text)["pagination"]["total_count"]
            spent.append(time.monotonic() - begun)
            statements.append(house.statements("packagex") - before)
        return total, statistics.median(spent), min(statements)

    terms = ["AUD-1042", "1042", "UD-104", "AUD-1O42", "UAD-1024", "AUD-10423"]
    add(1, 2000)
    few = {text: cost(text) for text in terms}
    add(2001, rows)
    lots = {text: cost(text) for text in terms}
    for text in terms:
        check(lots[text][1] < 0.15, f"{text}: {lots[text][1]:.3f} s")
        check(lots[text][2] <= few[text][2] + 2, f"{text}: {few[text]} then {lots[text]}")
    wanted = brute([f"AUD-{at}" for at in range(rows + 1)], "AUD-10423")
    same(lots["AUD-10423"][0], len(wanted))
    same([[row["number"], round(row["_search"]["relevance_score"] * 10000)]
          for row in site.get("?search=AUD-10423&limit=50")["data"]], [list(hit) for hit in wanted[:50]])


def item_31_a_thousand_exact_matches_are_enough(house):
    site = Site(house)
    # `zong` and `zona-5` are one letter away from `zone`, of which there are 999.
    numbers = [f"ZONE-{at:04}-S" for at in range(999)] + ["ZONG"]
    fill(site, numbers)
    same(site.get("?search=zone")["pagination"]["total_count"], 1000)
    found = search(site, "zone")
    check(found == brute(numbers, "zone") and found[-1] == ("ZONG", 5000), found[-2:])
    # Filters count as well.
    site.audits({"number": "ZONE-9999-S", "created_at": instant(1900000000), "priority": 3})
    numbers.append("ZONE-9999-S")
    found = search(site, "zone")
    check(len(found) == 1000 and found == brute(numbers, "zone"), found[-2:])
    same(site.get("?search=zone&priority=medium")["pagination"]["total_count"], 1000)
    same(site.numbers("search=zong"), ["ZONG"])
    site.audits({"number": "ZONE-9998-S", "created_at": instant(1900000001)})
    same(site.get("?search=zone")["pagination"]["total_count"], 1001)
