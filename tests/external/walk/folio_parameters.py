"""Parameters and identifiers (items 8 to 17, 50)."""

import json
import urllib.parse

from folio_words import (MESSAGES, MOST, TYPES, ask, event, events, ids, paths, take, trail, uid, uids, valid_errors,
                         violations, whole)
from house import check, same


def quoted(text):
    return urllib.parse.quote(text, safe="")


def history(house, count, word="order", **more):
    """A record with so many events, the last the latest: its id and theirs."""
    record, made = uid(), [event(word, None, number, **more) for number in range(count)]
    for one in made:
        one[TYPES[word][0]] = record
    take(house, made)
    return record, [one["id"] for one in made]


def item_08_without_a_query_all_events_come_the_latest_first(house):
    for word in TYPES:
        record, made = history(house, 52, word)
        same(ids(house, f"/{word}/{record}", 52), made[::-1], word)
        dates = [one["actionDate"] for one in events(house, f"/{word}/{record}")]
        same(dates, sorted(dates, reverse=True), word)
    record, made = history(house, 52, "piece", pieceSnapshot={"receivingStatus": "Expected"})
    same(ids(house, f"/piece/{record}/status-change-history", 1), made[:1])


def item_09_the_four_spellings_of_sort_by_and_no_others(house):
    record = uid()
    made = [event("piece", record, number, eventDate=f"2025-01-01T00:00:0{9 - number}Z",
                  pieceSnapshot={"receivingStatus": str(number)}) for number in range(5)]
    take(house, made)
    up = [one["id"] for one in made]
    for end in ["", "/status-change-history"]:
        path = f"/piece/{record}{end}"
        for names, wanted in [(["action_date", "actionDate"], up), (["event_date", "eventDate"], up[::-1])]:
            for name in names:
                same(ids(house, f"{path}?sortBy={name}", 5), wanted[::-1], name)
                same(ids(house, f"{path}?sortBy={name}&sortOrder=desc", 5), wanted[::-1], name)
                same(ids(house, f"{path}?sortBy={name}&sortOrder=asc", 5), wanted, name)
            same(*[ask(house, f"{path}?sortBy={name}&sortOrder=asc").text for name in names])
    for word, path, _ in paths(record):
        for wrong in ["id", "user_id", "action_date desc", "action_date;", "", "ACTION_DATE", " action_date",
                      "eventdate", "action_date,id"]:
            violations(house, f"{path}?sortBy={quoted(wrong)}", ("sortBy", wrong))


def item_10_the_two_words_of_sort_order_and_no_others(house):
    for word in TYPES:
        record, made = history(house, 4, word)
        same(ids(house, f"/{word}/{record}?sortOrder=asc", 4), made, word)
        same(ids(house, f"/{word}/{record}?sortOrder=desc", 4), made[::-1], word)
    for _, path, _ in paths(uid()):
        for wrong in ["ASC", "Desc", "", "ascending", "asc ", "-1"]:
            violations(house, f"{path}?sortOrder={quoted(wrong)}", ("sortOrder", wrong))


def item_11_limit_and_offset_have_their_bounds(house):
    record, made = history(house, 3)
    for name, zero, most in [("limit", [], made[::-1]), ("offset", made[::-1], [])]:
        same(ids(house, f"/order/{record}?{name}=0", 3), zero, name)
        same(ids(house, f"/order/{record}?{name}={MOST}", 3), most, name)
        for _, path, _ in paths(record):
            for number in [0, MOST]:
                whole(house, f"{path}?{name}={number}")
            for wrong in ["-1", "+1", "1.5", "abc", "", "2147483648", "99999999999", " 1", "1 ", "0x1", "١"]:
                violations(house, f"{path}?{name}={quoted(wrong)}", (name, wrong))
        # A plus that is not encoded is a blank, and a blank is no digit.
        violations(house, f"/order/{record}?{name}=+1", (name, " 1"))
    same(ids(house, f"/order/{record}?limit={MOST}&offset={MOST}", 3), [])
    same(ids(house, f"/order/{record}?limit=1&offset=1", 3), made[1:2])


def item_12_the_count_is_true_on_pages_that_are_empty(house):
    for word in TYPES:
        record, made = history(house, 3, word)
        path = f"/{word}/{record}"
        for query in ["limit=0", "offset=3", "offset=4", f"offset={MOST}", "limit=0&offset=1", "limit=1&offset=3"]:
            same(whole(house, f"{path}?{query}"), {TYPES[word][3]: [], "totalItems": 3}, query)
    record = uid()
    take(house, [event("piece", record, number, pieceSnapshot={"receivingStatus": str(number // 2)})
                 for number in range(6)])
    for query in ["limit=0", "offset=3", f"offset={MOST}"]:
        told = whole(house, f"/piece/{record}/status-change-history?{query}")
        same(told, {"pieceAuditEvents": [], "totalItems": 3}, query)


def item_13_equal_dates_go_by_the_id_of_the_event(house):
    for word in TYPES:
        record, made = uid(), uids(7)
        date = {"actionDate": "2024-05-06T07:08:09.000001Z", "eventDate": "2024-05-06T07:08:09.5Z"}
        given = [event(word, record, id=one, **date) for one in made]
        if word == "piece":
            for number, one in enumerate(given):
                one["pieceSnapshot"] = {"receivingStatus": str(number)}
        take(house, given[3:] + given[:3])
        # A microsecond decides, although it is not shown.
        early = event(word, record, actionDate="2024-05-06T07:08:09Z", eventDate="2024-05-06T07:08:09.499999Z")
        take(house, [early])
        wanted = [early["id"], *made]
        ends = ["", "/status-change-history"] if word == "piece" else [""]
        for path in [f"/{word}/{record}{end}" for end in ends]:
            # The early one has no status and comes first: no change.
            listed = wanted[1:] if path.endswith("history") else wanted
            for by in ["action_date", "eventDate"]:
                for way, order in [("asc", listed), ("desc", listed[::-1])]:
                    query = f"{path}?sortBy={by}&sortOrder={way}"
                    same(ids(house, query, len(listed)), order, query)
                    walked = [ids(house, f"{query}&limit=1&offset={offset}", len(listed))
                              for offset in range(len(listed))]
                    same(walked, [[one] for one in order], query)


def item_14_a_parameter_is_given_once_and_others_are_ignored(house):
    record, made = history(house, 3)
    good = {"sortBy": "eventDate", "sortOrder": "asc", "limit": "1", "offset": "0"}
    for _, path, _ in paths(record):
        for name, value in good.items():
            twice = (name, value, f"{name} must be given once")
            violations(house, f"{path}?{name}={value}&{name}={value}", twice)
            violations(house, f"{path}?{name}=wrong&x=1&{name}={value}", twice)
            violations(house, f"{path}?{name}={value}&{name}=wrong", (name, "wrong", f"{name} must be given once"))
        plain = ask(house, path).text
        for query in ["unknown=1", "unknown=1&unknown=2", "Limit=1", "sortby=x", "limit%20=1", "query=%FF", "&&",
                      "id=x"]:
            told = ask(house, f"{path}?{query}")
            same([told.status_code, told.text], [200, plain], query)


def item_15_all_that_is_wrong_is_told_in_its_order(house):
    three = [("id", "not-a-uuid"), ("sortOrder", "ASC"), ("limit", "-1")]
    for _, path, _ in paths("not-a-uuid"):
        violations(house, f"{path}?limit=-1&sortOrder=ASC", *three)
    told = ask(house, "/order/not-a-uuid?limit=-1&sortOrder=ASC").json()
    same([len(told["errors"]), told["total_records"], list(told), list(told["errors"][0])],
         [3, 3, ["errors", "total_records"], ["message", "type", "code", "parameters"]])
    same(list(told["errors"][0]["parameters"][0]), ["key", "value"])
    violations(house, "/piece/x?offset=a&limit=b&sortOrder=c&sortBy=d", ("id", "x"), ("sortBy", "d"),
               ("sortOrder", "c"), ("limit", "b"), ("offset", "a"))
    violations(house, f"/order/{uid()}?offset=a&sortBy=d&limit=", ("sortBy", "d"), ("limit", ""), ("offset", "a"))
    long = "ä" * 300
    violations(house, f"/order/{uid()}?sortBy={quoted(long)}", ("sortBy", long[:255]))


def item_16_what_is_no_uuid_is_refused(house):
    good = uid()
    for wrong in ["abc", good[1:], good + "0", "1-1-1-1-1", f"{{{good}}}", good.replace("-", ""), f"{good}.json",
                  f"urn:uuid:{good}", good[:-1] + "g", good[:8] + good[9:13] + "-" + good[13:], " " + good[1:], "0"]:
        for word, path, _ in paths("@"):
            violations(house, path.replace("@", quoted(wrong)), ("id", wrong))


def item_17_errors_are_as_the_document_describes_them(house):
    """`violations` checks every 422 of this walk against the schema; here are one of each message and the example."""
    for name in list(MESSAGES)[1:]:
        for query in [f"{name}=", f"{name}=1&{name}=1"]:
            told = ask(house, f"/invoice/{uid()}?{query}")
            same(told.status_code, 422)
            valid_errors(told.json())
    valid_errors(ask(house, "/invoice/x").json())
    example = {"errors": [{"message": "may not be null", "type": "1", "code": "-1",
                           "parameters": [{"key": "moduleTo", "value": "null"}]}]}
    valid_errors(example)


def item_50_sql_changes_nothing(house):
    record, made = history(house, 2)
    before = trail(house), ask(house, f"/order/{record}").text
    for sql in ["1' OR '1'='1", "action_date; DROP TABLE change_event", "1;DELETE FROM change_event",
                "1 UNION SELECT 1", "action_date) --", "(SELECT 1)", "asc, (SELECT pg_sleep(5))", "$1", "'"]:
        for _, path, _ in paths("@"):
            for name in ["sortBy", "sortOrder", "limit", "offset"]:
                violations(house, f"{path.replace('@', record)}?{name}={quoted(sql)}", (name, sql))
            violations(house, path.replace("@", quoted(sql)), ("id", sql))
            violations(house, path.replace("@", quoted(record + sql)), ("id", record + sql))
    after = trail(house), ask(house, f"/order/{record}").text
    same(after, before)
    check(json.loads(after[1])["totalItems"] == 2, after)
