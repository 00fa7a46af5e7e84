"""How events get in by files (items 38 to 45)."""

import json
import os
import re
import subprocess
import time

from folio_words import (MEMBER, OPEN, TYPES, ask, bring, event, events, ids, importer, lines, original, report_of,
                         take, trail, uid, whole, written)
from house import HOME, NEIGHBOUR, check, same

PIECE, INVOICE = "7d0c5c0e-0f4b-4c39-9b0e-3f6b1e2a9d11", "e4b7a650-1d93-4c8e-b2f4-6a0d5c3e9871"
USER = "2a6e4f10-8c7d-4b53-9a1f-d0e5c6b7a812"
DATE_TEXT, UUID_TEXT = "must be a date-time with an offset", "must be a UUID of version 1 to 5"
VERSION_7 = "0190d3c4-6b5a-7a49-8827-160f5e4d3c2b"


def vector(number, kind="piece", **changes):
    """An event of the vectors: what is None is left out."""
    told = {"id": f"3d8f1b62-5a47-4e0c-9c11-7b2e60d4a9{number:02x}", "action": "Edit", "pieceId": PIECE, "userId": USER,
            "eventDate": "2024-05-06T07:08:10.250Z", "actionDate": "2024-05-06T07:08:09.125+00:00",
            "pieceSnapshot": {"receivingStatus": "Expected"}}
    if kind != "piece":
        told.pop("pieceId"), told.pop("pieceSnapshot")
    if kind == "invoice":
        told.update(action="Create", invoiceId=INVOICE, invoiceSnapshot={"status": "Open"})
    told.update(changes)
    return {key: value for key, value in told.items() if value is not None}


def vectors():
    """I1 to I17: the event, what becomes of it, the field and the text of a refusal, what is rendered."""
    stamp = "2024-05-06T07:08:{}+00:00"
    same_id = vector(1)["id"]
    return [
        (vector(1), "inserted", {"eventDate": stamp.format("10.250"), "actionDate": stamp.format("09.125")}),
        (vector(1), "duplicate", {}),
        (vector(3, "invoice", id=same_id), "inserted", {"invoiceSnapshot": {"status": "Open"}, "id": same_id}),
        (vector(4, eventDate="2024-05-06T07:08:10.250+0000"), "inserted", {"eventDate": stamp.format("10.250")}),
        (vector(5, actionDate=1714979289125), "inserted", {"actionDate": stamp.format("09.125")}),
        (vector(6, actionDate="2024-05-06T09:08:09+02:00"), "inserted", {"actionDate": stamp.format("09.000")}),
        (vector(7, actionDate="2024-05-06T07:08:09"), ("actionDate", DATE_TEXT), None),
        (vector(8, remark="x"), ("remark", "unknown key"), None),
        (vector(9, "invoice", batch=7), "inserted", {"batch": 7}),
        (vector(10, pieceSnapshot="Test"), ("pieceSnapshot", "must be an object"), None),
        (vector(11, pieceSnapshot=None), "inserted", {}),
        (vector(12, id=VERSION_7), ("id", UUID_TEXT), None),
        (vector(13, action="edit"), ("action", "must be Create, Edit or Delete"), None),
        (vector(14, pieceId=None), ("pieceId", "is required"), None),
        (vector(15, userId=None), ("userId", "is required"), None),
        (vector(16, "line", orderLineId=uid(), orderLineSnapshot={}), ("orderId", "is required"), None),
        (vector(17, "none"), ("type", "cannot be told"), None),
    ]


def item_38_the_vectors_give_their_results_and_renderings(house):
    """In the words of the vectors; each vector a run, then all of them in one run, where nothing is new."""
    inserted, every = {"piece": 0, "invoice": 0}, vectors()
    for number, (given, result, rendered) in enumerate(every, 1):
        report = bring(house, json.dumps(given))
        counts = [report[key] for key in ["received", "inserted", "duplicates", "refused"]]
        word = "invoice" if "invoiceId" in given else "piece"
        if isinstance(result, tuple):
            field, message = result
            same(report["errors"], [{"line": 1, "id": given["id"], "field": field, "message": message}], f"I{number}")
            same(counts, [1, 0, 0, 1], f"I{number}")
        else:
            same(counts, [1, 1, 0, 0] if result == "inserted" else [1, 0, 1, 0], f"I{number}")
            inserted[word] += result == "inserted"
        found = events(house, f"/{word}/{INVOICE if word == 'invoice' else PIECE}", inserted[word])
        found = [one for one in found if one["id"] == given["id"]]
        same(len(found), 0 if isinstance(result, tuple) else 1, f"I{number}")
        for key, value in (rendered or {}).items():
            same(found[0][key], value, f"I{number}")
        if number == 11:
            check("pieceSnapshot" not in found[0], found)
    report = bring(house, lines([given for given, _, _ in every]))
    wrong = [number for number, (_, result, _) in enumerate(every, 1) if isinstance(result, tuple)]
    counts = [report[key] for key in ["received", "inserted", "duplicates", "refused"]]
    same(counts, [17, 0, 17 - len(wrong), len(wrong)])
    same([error["line"] for error in report["errors"]], wrong)


def several(count, records=7):
    """Events of all types."""
    words, kept = list(TYPES), [uid() for _ in range(records)]
    return [event(words[number % 6], kept[number % records], number % 1000) for number in range(count)], kept


def shown(house, kept, tenant=NEIGHBOUR):
    return [ask(house, f"/{word}/{record}", tenant=tenant).text for record in kept for word in TYPES]


def item_39_a_second_run_changes_nothing(house):
    made, kept = several(500)
    take(house, made)
    before = shown(house, kept), trail(house)
    other = [{**one, "action": "Delete", "userId": uid()} for one in made]
    for text in [lines(made), lines(other), lines(made[::-1])]:
        report = bring(house, text)
        same(report, {"received": 500, "inserted": 0, "duplicates": 500, "refused": 0, "errors": []})
        same([shown(house, kept), trail(house)], list(before), "what is shown and how long the trail is")


def item_40_two_runs_at_once_insert_every_event_once(house):
    made, kept = several(3000)
    # Some twice in the file.
    path = written(house, lines(made + made[:100]))
    runs = [importer(house, "--organization", NEIGHBOUR, path) for _ in range(2)]
    reports = []
    for run in runs:
        said, why = run.communicate()
        reports.append(report_of(run.returncode, said, why))
    same([report["refused"] for report in reports], [0, 0])
    same(sum(report["inserted"] for report in reports), 3000, f"{reports}")
    found = [one["id"] for record in kept for word in TYPES for one in events(house, f"/{word}/{record}")]
    same(sorted(found), sorted(one["id"] for one in made))


def item_41_counts_add_up_and_a_refusal_stops_nothing(house):
    """`report_of` checks the sum for every run of this walk; here runs with refusals in all places."""
    made, kept = several(1200)
    texts = [json.dumps(one) for one in made]
    texts.insert(600, json.dumps({**made[600], "action": "edit"}))
    texts.insert(0, '{"id":')
    texts.insert(700, "")
    texts.append("7")
    report = bring(house, "\n".join(texts))
    same([report[key] for key in ["received", "inserted", "duplicates", "refused"]], [1203, 1200, 0, 3])
    same([(error["line"], error["field"], error["message"]) for error in report["errors"]],
         [(1, "", "must be valid JSON"), (602, "action", "must be Create, Edit or Delete"),
          (1204, "", "must be a JSON object")])
    same(sum(len(events(house, f"/{word}/{record}")) for record in kept for word in TYPES), 1200)
    for words in [[], ["--on-error", "continue"], ["--on-error", "stop"]]:
        record = uid()
        made = [event("piece", record, number) for number in range(20)]
        wrong = [{**one, "userId": "x"} if number in (8, 12) else one for number, one in enumerate(made)]
        report = bring(house, lines(wrong), *words)
        stops = words[-1:] == ["stop"]
        counts = [9, 8, 0, 1] if stops else [20, 18, 0, 2]
        same([report[key] for key in ["received", "inserted", "duplicates", "refused"]], counts, words)
        same([error["line"] for error in report["errors"]], [9] if stops else [9, 13])
        same({(error["field"], error["message"]) for error in report["errors"]} == {("userId", UUID_TEXT)}, True)
        same(len(ids(house, f"/piece/{record}")), counts[1])
    many = bring(house, lines([{"id": uid()}] * 250))
    same([many["refused"], len(many["errors"]), many["errors"][-1]["line"]], [250, 100, 100])
    same(bring(house, "")["received"], 0)


def item_42_every_form_of_a_file_gives_the_same_rows(house):
    """Each form of the same events, but for their ids, is of records of its own; then each form again is all known."""
    for word in TYPES:
        plain = [event(word, None, number, **{TYPES[word][2]: {"n": number, "price": 4.5}}) for number in range(4)]
        seen, forms = [], {}
        for form in ["lines", "array", "single", "collection"]:
            record, above = uid(), uid()
            made = []
            for one in plain:
                entity, parent, *_ = TYPES[word]
                made.append({**one, "id": uid(), entity: record, **({parent: above} if parent else {})})
            texts = {"lines": [lines(made)], "array": [json.dumps(made, indent=1)],
                     "single": [json.dumps(one, indent=2) for one in made],
                     "collection": [json.dumps({TYPES[word][3]: made, "totalItems": 99})]}[form]
            for text in texts:
                report = bring(house, text)
                same([report["inserted"], report["refused"]], [4 // len(texts), 0], form)
            text = ask(house, f"/{word}/{record}").text.replace(record, "record").replace(above, "above")
            for number, one in enumerate(made):
                text = text.replace(one["id"], f"event {number}")
            # White space within a snapshot stays as it came in and is not significant; digits are.
            seen.append(json.dumps(json.loads(text, parse_float=str)))
            forms[form] = made
        for text in seen:
            same(text, seen[0], word)
        made, compact = forms["lines"], {"separators": (",", ":")}
        collection = json.dumps({TYPES[word][3]: made, "totalItems": 4}, **compact)
        for text in [lines(made), json.dumps(made), json.dumps(made[0]), collection]:
            report = bring(house, text)
            same([report["received"] - report["duplicates"], report["inserted"]], [0, 0])
        # Into another organization by another form: the same answer, letter for letter.
        run = importer(house, "--organization", HOME, "-", stdin=subprocess.PIPE)
        said, why = run.communicate(collection)
        same(report_of(run.returncode, said, why)["inserted"], 4)
        record = made[0][TYPES[word][0]]
        same(ask(house, f"/{word}/{record}", tenant=HOME).text, ask(house, f"/{word}/{record}").text)


def most_memory(house, count, length, begin="", between="\n", end="\n"):
    """The most memory in KiB that an import of so many events takes, each with a note of such a length."""
    path, record, note = os.path.join(house.work, "events"), uid(), "x" * length
    with open(path, "w", encoding="utf-8") as out:
        for number in range(count):
            out.write(between if number else begin)
            out.write(json.dumps(event("order", record, number % 60, orderSnapshot={"note": note})))
        out.write(end)
    run, most = importer(house, "--organization", NEIGHBOUR, path), 0
    while run.poll() is None:
        try:
            with open(f"/proc/{run.pid}/status", encoding="utf-8") as status:
                found = re.search(r"^VmHWM:\s*(\d+) kB", status.read(), re.M)
            most = max(most, int(found[1]) if found else 0)
        except FileNotFoundError:
            pass
        time.sleep(0.01)
    report = report_of(run.returncode, *run.communicate())
    same(report["inserted"], count)
    same(ask(house, f"/order/{record}?limit=0").json()["totalItems"], count)
    os.remove(path)
    return most


def item_43_memory_does_not_grow_with_the_file(house):
    """A million events take long: files of 16 and 48 MiB here, WALK_EVENTS=1000000 for a further file of small ones."""
    if not os.path.exists("/proc/self/status"):
        return
    short, long = most_memory(house, 2000, 8000), most_memory(house, 6000, 8000)
    check(10_000 < short and long < short + 24 * 1024, f"{short} KiB, then {long} KiB")
    array = most_memory(house, 6000, 8000, "[", ",", "]")
    check(array < short + 24 * 1024, f"{short} KiB, as an array {array} KiB")
    count = int(os.environ.get("WALK_EVENTS", "20000"))
    many = most_memory(house, count, 10)
    check(many < short + 24 * 1024, f"{short} KiB, with {count} events {many} KiB")
    print(f"     memory of imports: {short} KiB, {long} KiB, {array} KiB, {count} events: {many} KiB")


def item_44_unknown_keys_are_refused_or_kept_by_type(house):
    for word in TYPES:
        record = uid()
        one = {**event(word, record, 1), "remark": {"a": [1.50]}, "nothing": "none"}
        report = bring(house, json.dumps(one).replace('"none"', "null").replace("1.5]", "1.50]"))
        if word in OPEN:
            found = events(house, f"/{word}/{record}", 1)[0]
            same([report["inserted"], found["remark"], "nothing" in found], [1, {"a": [1.5]}, False], word)
            check('"remark":{"a":[1.50]}' in ask(house, f"/{word}/{record}").text.replace(" ", ""), "digits are kept")
        else:
            same([(error["field"], error["message"]) for error in report["errors"]], [("remark", "unknown key")], word)
            same(whole(house, f"/{word}/{record}")["totalItems"], 0, word)
        # A key of another type is an unknown key, too.
        report = bring(house, json.dumps({**event(word, uid(), 2), "eventdate": 1}))
        same(report["inserted"], 1 if word in OPEN else 0, word)


def item_45_what_was_before_is_kept_and_shown_on_open_types(house):
    query = ('{{ changeEvents(first: 5, filter: {{entityUuid: {{eq: "{}"}}}}) {{ nodes {{ uuid snapshotBefore '
             "snapshotAfter extra }} }} }}")
    for word in TYPES:
        record, before = uid(), {"status": "Open", "price": 1.5}
        one = event(word, record, 1, **{TYPES[word][2]: {"status": "Paid"}, original(word): before})
        take(house, [one])
        found = events(house, f"/{word}/{record}", 1)[0]
        same(found.get(original(word)), before if word in OPEN else None, word)
        same(original(word) in found, word in OPEN)
        kept = house.ask(query.format(record), MEMBER)["changeEvents"]["nodes"]
        same(kept, [{"uuid": one["id"], "snapshotBefore": before, "snapshotAfter": {"status": "Paid"}, "extra": None}])
