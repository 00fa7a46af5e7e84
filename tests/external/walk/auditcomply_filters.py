"""Filters (items 20 to 27). What a filter finds is compared with what its meaning picks out of all rows."""

import datetime
import urllib.parse

from auditcomply_words import get, id_key, ids, rows
from house import check, same

UTC = datetime.timezone.utc
NUMBER, INSTANT, NULLS = "Enter a number.", "Enter a valid date/time.", "Null characters are not allowed."
PARTS = ["day", "month", "year"]
counted = {}


def choice(word):
    return f"Select a valid choice. {word} is not one of the available choices."


def instant(text):
    """The instant of a shown value."""
    if text is None:
        return None
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def finds(house, name, parameter, value, wanted, known):
    """Checks that a filter finds exactly the wanted rows, which are some and not all."""
    found = ids(house, name, f"&{parameter}={urllib.parse.quote(str(value))}")
    same(found, wanted, f"{name} {parameter}={value}")
    check(wanted and len(wanted) < known, f"{name} {parameter}={value} finds {len(wanted)} of {known}")
    counted.setdefault(name, set()).add(parameter)


def texts(house, name, given):
    """Filters of texts: parameter to the value of every row, by its id."""
    for parameter, values in given.items():
        known = [value for value in values.values() if value is not None]
        value = max(sorted(set(known)), key=lambda one: (known.count(one) < len(values), known.count(one)))
        finds(house, name, parameter, value, [one for one, has in values.items() if has == value], len(values))
        same(ids(house, name, f"&{parameter}={urllib.parse.quote(value.swapcase() + '~')}"), [], parameter)


def several(house, name, given):
    """Filters that take words separated by commas."""
    for parameter, values in given.items():
        words = sorted({value for value in values.values() if value and "," not in value})[:2]
        asked = ",".join([" " + words[0]] + words[1:] + ["Nothing like it"])
        finds(house, name, parameter, asked, [one for one, has in values.items() if has in words], len(values))


def bounds(house, name, parameter, values):
    """`_gte` and `_lte` with a bound that a row has."""
    known = sorted(value for value in values.values() if value)
    middle = known[len(known) // 2]
    text = middle.isoformat().replace("+00:00", "Z")
    for ending, holds in [("_gte", lambda at: at >= middle), ("_lte", lambda at: at <= middle)]:
        wanted = [one for one, at in values.items() if at and holds(at)]
        finds(house, name, parameter + ending, text, wanted, len(values))
    return text, middle


def instants(house, name, parameter, values):
    """An instant by itself, its bounds and its parts."""
    text, middle = bounds(house, name, parameter, values)
    finds(house, name, parameter, text, [one for one, at in values.items() if at == middle], len(values))
    for part in PARTS:
        shown = {one: getattr(at, part) for one, at in values.items() if at}
        known = sorted(set(shown.values()))
        check(len(known) > 1, f"{name}.{parameter} has one {part} only")
        value = known[len(known) // 2]
        finds(house, name, f"{parameter}__{part}", value, [one for one, has in shown.items() if has == value],
              len(values))
        finds(house, name, f"{parameter}__{part}__lt", value, [one for one, has in shown.items() if has < value],
              len(values))
        value = known[len(known) // 2 - 1]
        finds(house, name, f"{parameter}__{part}__gt", value, [one for one, has in shown.items() if has > value],
              len(values))


def by_id(listed, name, read):
    return {row[id_key(name)]: read(row) for row in listed}


def labels(house, noun):
    """The label of the category of each row's template, which no record shows."""
    told = house.all(noun, "legacyId template { category { label } }")
    return {int(one["legacyId"]): ((one["template"] or {}).get("category") or {}).get("label") for one in told}


def person(row, key, part):
    value = (row[key] or {}).get(part)
    return value if value != "" else None


def audits(house):
    name, listed = "audits", rows(house, "audits")
    label = labels(house, "audits")
    label = by_id(listed, name, lambda row: label[row["id"]])
    texts(house, name, {
        "asset__name": by_id(listed, name, lambda row: row["asset_name"]),
        "auditor__email": by_id(listed, name, lambda row: person(row, "auditor", "email")),
        "auditor__username": by_id(listed, name, lambda row: person(row, "auditor", "username")),
        "name": by_id(listed, name, lambda row: row["name"]),
        "status": by_id(listed, name, lambda row: row["status"]),
        "template__category__label": label,
    })
    state, status = by_id(listed, name, lambda row: row["state"]), by_id(listed, name, lambda row: row["status"])
    for word in sorted(set(state.values())):
        finds(house, name, "state", word, [one for one, has in state.items() if has == word], len(state))
    several(house, name, {"state__in": state, "status__in": status, "template__category__label__in": label})
    bounds(house, name, "completed_at", by_id(listed, name, lambda row: instant(row["completed_at"])))
    instants(house, name, "published", by_id(listed, name, lambda row: instant(row["published"])))
    instants(house, name, "updated_at", by_id(listed, name, lambda row: instant(row["updated_at"])))


def issues(house, name, title):
    listed = rows(house, name)
    label = labels(house, "issues")
    label = by_id(listed, name, lambda row: label[row[id_key(name)]])
    given = {"asset__name": by_id(listed, name, lambda row: (row["asset"] or {}).get("name")),
             title: by_id(listed, name, lambda row: row[title]), "template__category__label": label,
             "template__name": by_id(listed, name, lambda row: row["template_name"])}
    for role in ["approved_by", "assigned_by", "assigned_to"]:
        for part in ["email", "username"]:
            given[f"{role}__{part}"] = by_id(listed, name, lambda row: person(row, f"{role}_user", part))
    texts(house, name, given)
    status = by_id(listed, name, lambda row: row["status"])
    for word in sorted(set(status.values())):
        finds(house, name, "status", word, [one for one, has in status.items() if has == word], len(status))
    several(house, name, {"status__in": status, "template__category__label__in": label})
    category = by_id(listed, name, lambda row: [one["label"] for one in row["category"]])
    word = max(sorted({one for has in category.values() for one in has if one}),
               key=lambda one: sum(one in has for has in category.values()))
    wanted = [one for one, has in category.items() if word in has]
    finds(house, name, "category__label", word, wanted, len(category))
    finds(house, name, "category__label__in", f"Nothing,{word}", wanted, len(category))
    middle = listed[len(listed) // 2][id_key(name)]
    for text in [f"{middle}", f"{middle}.9", f"+{middle}", f"{middle}e0", f" {middle} "]:
        finds(house, name, "id", text, [middle], len(listed))
    bounds(house, name, "audit_completed_at", by_id(listed, name, lambda row: instant(row["audit_completed_at"])))
    bounds(house, name, "last_updated", by_id(listed, name, lambda row: instant(row["updated_at"])))
    instants(house, name, "created_at", by_id(listed, name, lambda row: instant(row["created_at"])))


def schedules(house):
    name, listed = "schedules", rows(house, "schedules")
    texts(house, name, {"template__name": by_id(listed, name, lambda row: row["template"]["name"]),
                        "who__email": by_id(listed, name, lambda row: person(row, "who", "email")),
                        "who__username": by_id(listed, name, lambda row: person(row, "who", "username"))})
    status = by_id(listed, name, lambda row: row["status"])
    for word in sorted(set(status.values())):
        finds(house, name, "status", word, [one for one, has in status.items() if has == word], len(status))
    several(house, name, {"status__in": status})
    instants(house, name, "when", by_id(listed, name, lambda row: instant(row["when"])))


def item_20_every_filter_finds_its_rows_and_no_others(house):
    counted.clear()
    audits(house)
    issues(house, "nonconformances", "non_conformance")
    issues(house, "tasks", "task")
    schedules(house)
    same({name: len(found) for name, found in counted.items()},
         {"audits": 36, "nonconformances": 32, "tasks": 32, "schedules": 17})


def made(house, state):
    told = house.make("createAudit", "audit { id legacyId }", name="In a state")
    for step in {"CREATED": [], "IN_PROGRESS": ["startAudit"], "RECOUNT": ["submitAudit", "requestRecount"],
                 "CANCELED": ["cancelAudit"], "CLOSED": ["closeAudit"]}[state]:
        house.make(step, "audit { id }", id=told["id"])
    return int(told["legacyId"])


def item_21_a_state_covers_what_it_stands_for(house):
    for state in ["CREATED", "IN_PROGRESS", "RECOUNT", "CANCELED", "CLOSED"]:
        made(house, state)
    stored = {int(one["legacyId"]): one["state"] for one in house.all("audits", "legacyId state")}
    for word, states in [("INPROGRESS", {"CREATED", "IN_PROGRESS", "RECOUNT"}), ("CLOSED", {"CLOSED", "CANCELED"}),
                         ("INREVIEW", {"IN_REVIEW"}), ("GENERATING", {"GENERATING"}),
                         ("READYTOCLOSE", {"READY_TO_CLOSE"})]:
        found = rows(house, "audits", f"&state={word}")
        same([row["id"] for row in found], sorted(one for one, state in stored.items() if state in states), word)
        check(all(row["state"] == word for row in found), word)
        same(ids(house, "audits", f"&state__in={word}"), [row["id"] for row in found])
    check({"CREATED", "IN_PROGRESS", "RECOUNT", "CLOSED", "CANCELED"} <= set(stored.values()), set(stored.values()))


def item_22_late_findings_are_not_open(house):
    today = datetime.datetime.now(UTC).date()
    for days in [-1, 0, 1]:
        day = (today + datetime.timedelta(days=days)).isoformat()
        issue = house.make("createIssue", "issue { id status }", kind="NONCONFORMANCE", title=f"Due {days}",
                           completeBy=day)
        if issue["status"] == "DRAFT":
            house.make("openIssue", "issue { id }", id=issue["id"])
    house.make("createIssue", "issue { id }", kind="NONCONFORMANCE", title="Open without a day")
    listed = rows(house, "nonconformances")
    stored = {int(one["legacyId"]): one for one in house.all("issues", "legacyId status completeBy kind")}
    word = {}
    for row in listed:
        one = stored[row["nonconformance_id"]]
        past = bool(one["completeBy"]) and one["completeBy"] < today.isoformat()
        late = past and one["status"] not in ("DRAFT", "CLOSED")
        shown = "OVERDUE" if late and one["status"] in ("OPEN", "INPROGRESS", "REOPENED") else one["status"]
        same([row["overdue"], row["status"]], [late, shown], row["nonconformance_id"])
        word[row["nonconformance_id"]] = shown
    for asked, words in [("status=OPEN", {"OPEN"}), ("status=OVERDUE", {"OVERDUE"}),
                         ("status__in=OPEN,OVERDUE", {"OPEN", "OVERDUE"})]:
        wanted = [one for one, shown in word.items() if shown in words]
        same(ids(house, "nonconformances", f"&{asked}"), wanted, asked)
        check(wanted, f"no row is {words}")


def item_23_unknown_members_find_nothing_and_faults_are_told_together(house):
    same(get(house, "/audits/?state__in=FOO")["count"], 0)
    same(ids(house, "audits", "&state__in=FOO,INREVIEW"), ids(house, "audits", "&state=INREVIEW"))
    same(get(house, "/audits/?state=FOO", status=400), {"state": [choice("FOO")]})
    for query in ["state=DONE&published__day=x", "published__day=x&state=DONE&page=99"]:
        told = get(house, f"/audits/?{query}", status=400)
        check(told == {"published__day": [NUMBER], "state": [choice("DONE")]}, told)
    same(get(house, "/schedules/?status=LATE", status=400), {"status": [choice("LATE")]})
    same(get(house, "/tasks/?status=late", status=400), {"status": [choice("late")]})
    told = get(house, "/audits/?name=a%00&status__in=%00", status=400)
    check(told == {"name": [NULLS], "status__in": [NULLS]}, told)


def item_24_texts_are_equal_as_a_whole_and_trimmed(house):
    total, some = get(house, "/audits/")["count"], rows(house, "audits")[0]["name"]
    for query in ["name=", "name=&state=&published=&updated_at__day=", "published=+", "status__in=", "name=+"]:
        same(get(house, f"/audits/?{query}")["count"], total, query)
    quoted, wanted = urllib.parse.quote(some), [row["id"] for row in rows(house, "audits") if row["name"] == some]
    same(ids(house, "audits", f"&name=none&name={quoted}"), wanted, "the last of two counts")
    same(get(house, f"/audits/?name={quoted}&name=none")["count"], 0)
    same(ids(house, "audits", f"&name=+{quoted}%20"), wanted)
    for other in [some.upper(), some.lower(), some[:-1], some + "x"]:
        same(get(house, f"/audits/?name={urllib.parse.quote(other)}")["count"], 0, other)
    empty = [row["id"] for row in rows(house, "audits") if row["status"] == ""]
    same(ids(house, "audits", "&status__in=,"), empty)
    check(empty, "no audit has an empty status")


def item_25_bounds_are_included_and_instants_have_their_grammar(house):
    given = {"name": "Bounded", "auditor": {"username": "alex.auditor"}, "published": "2031-02-11T00:00:00Z"}
    one = house.comply("POST", "/audits/", json=given).json()["id"]
    for query, found in [
        ("published_gte=2031-02-11T00:00:00Z", True), ("published_lte=2031-02-11T00:00:00Z", True),
        ("published_gte=2031-02-11T00:00:00.000001Z", False), ("published_lte=2031-02-10T23:59:59.999999Z", False),
        ("published=2031-02-11", True), ("published_gte=2031-02-11", True), ("published_lte=2031-02-11", True),
        ("published=2031-02-11T01:00:00%2B01:00", True), ("published=2031-02-10T23:00:00-01:00", True),
        ("published=2031-02-11T00:00:00.0000009Z", True), ("published=2031-2-11+0:0", True),
        ("published=2031-02-11T00:00:00", True), ("published=2031-02-11T00:00:01Z", False),
    ]:
        same(one in ids(house, "audits", f"&{query}"), found, query)
    for value in ["2031-02-11T01:00:00+01:00", "1928361600", "yesterday", "2031-02-30", "2031-02-11t00:00:00z",
                  "2031-02-11T24:00:00Z"]:
        for name in ["published", "published_gte", "published_lte"]:
            same(get(house, f"/audits/?{name}={value}", status=400), {name: [INSTANT]}, value)


def item_26_parts_are_numbers_and_null_never_matches(house):
    listed = {row["id"]: instant(row["published"]) for row in rows(house, "audits")}
    day = next(at.day for at in listed.values() if at)
    for value in [f"{day}.9", f"{day}.", f"%2B{day}", f"{day}e0", f"{day}00e-2"]:
        same(ids(house, "audits", f"&published__day={value}"), ids(house, "audits", f"&published__day={day}"), value)
    same(ids(house, "audits", "&published__day=1.5"), ids(house, "audits", "&published__day=1"))
    for query in ["published__month=13", "updated_at__year=99999", "published__day=99", "published__day=0",
                  "updated_at__year=1e400", "updated_at__year__gt=1e400", "published__day__lt=-9e99"]:
        same(get(house, f"/audits/?{query}")["results"], [], query)
    dated = [one for one, at in listed.items() if at]
    check(len(dated) < len(listed), "an audit that was never published is needed")
    for query in ["published__day__lt=99", "published__day__gt=0", "published__year__gt=-5", "published_gte=1970-01-01",
                  "published_lte=2999-01-01"]:
        same(ids(house, "audits", f"&{query}"), dated, query)
    for value in ["x", "nan", "inf", "1,2", "1.2.3", ".", "0x1"]:
        same(get(house, f"/audits/?published__year={value}", status=400), {"published__year": [NUMBER]}, value)


def item_27_two_matching_categories_give_one_row(house):
    labels_ = [one for one in house.all("categories", "id label") if one["label"]][:2]
    issue = house.make("createIssue", "issue { legacyId }", kind="NONCONFORMANCE", title="Of two kinds",
                       categoryIds=[one["id"] for one in labels_])
    query = "&category__label__in=" + urllib.parse.quote(",".join(one["label"] for one in labels_))
    found = ids(house, "nonconformances", query)
    same(found.count(int(issue["legacyId"])), 1)
    same([len(found), len(set(found))], [get(house, f"/nonconformances/?page_size=1{query}")["count"]] * 2)
    row = next(row for row in rows(house, "nonconformances") if row["nonconformance_id"] == int(issue["legacyId"]))
    same(len(row["category"]), 2)
