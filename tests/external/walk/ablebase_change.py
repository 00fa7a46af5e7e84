"""Other changes of an audit (items 34 to 39)."""

from ablebase_words import (ADMIN, NO_AUDIT, STALE, amend, ask, audit, begin, done, invalid, last_event, product,
                            refused, remove, show, standards, stored)
from house import check, same

UNKNOWN = "standardId: unknown standard"
LEVEL = "conformanceLevel: not valid for the given standard"


def item_34_standards_have_a_name_and_an_identifier(house):
    path = audit(house)
    house.make("createStandard", "standard { id }", ADMIN, slug="house-rules", name="House rules")
    foreign = house.make("createStandard", "standard { id uuid }", "nora.owner", slug="their-rules", name="Their rules")
    known = standards(house)
    for slug in ["wcag-2-1", "house-rules"]:
        answers = []
        for sent in [slug, known[slug]["uuid"], known[slug]["uuid"].upper()]:
            row = amend(house, path, {"standardId": sent, "conformanceLevel": None})
            answers.append({**row, "updatedAt": None})
            same(row["standardId"], slug, sent)
        same(answers[1:], answers[:1] * 2)
    before = show(house, path)
    for unknown in ["their-rules", foreign["uuid"], "WCAG-2-1", "", "nothing", "6e0f2d94-83b1-4c7a-9d5e-1a2b3c4d5e6f",
                    known["wcag-2-1"]["id"]]:
        invalid(ask(house, "PATCH", path, {"standardId": unknown}), UNKNOWN, unknown)
    for wrong in [7, [], {}, True]:
        invalid(ask(house, "PATCH", path, {"standardId": wrong}), "standardId: must be a string or null", wrong)
    same(show(house, path), before)
    # The organization's own come before built-in ones of the same name.
    made = house.make("createStandard", "standard { id }", ADMIN, slug="wcag-2-1", name="Our reading")
    level = house.make("createConformanceLevel", "conformanceLevel { uuid }", ADMIN, code="ours", name="Ours",
                       standardId=made["id"])
    row = amend(house, path, {"standardId": "wcag-2-1", "conformanceLevel": "ours"})
    same([row["standardId"], row["conformanceLevel"]], ["wcag-2-1", "ours"])
    same(amend(house, path, {"conformanceLevel": level["uuid"]})["conformanceLevel"], "ours")
    house.make("deleteStandard", "clientMutationId", ADMIN, id=made["id"])


def item_35_a_level_is_one_of_the_standards(house):
    path, known = audit(house), standards(house)
    here, there = (known[slug]["levels"]["aaa"]["uuid"] for slug in ("wcag-2-2", "wcag-2-1"))

    def level(**body):
        row = amend(house, path, body)
        return [row["standardId"], row["conformanceLevel"]]

    same(level(standardId="wcag-2-2", conformanceLevel="aa"), ["wcag-2-2", "aa"])
    same(level(conformanceLevel=here), ["wcag-2-2", "aaa"])
    same(level(conformanceLevel=here.upper()), ["wcag-2-2", "aaa"])
    same(level(conformanceLevel="a"), ["wcag-2-2", "a"])
    before = show(house, path)
    for body in [{"conformanceLevel": there}, {"conformanceLevel": "AA"}, {"conformanceLevel": "x"},
                 {"conformanceLevel": ""}, {"standardId": None}, {"standardId": None, "conformanceLevel": "a"},
                 {"standardId": "wcag-2-1"}, {"standardId": "iso-9001"},
                 {"standardId": "iso-9001", "conformanceLevel": "a"},
                 {"standardId": "wcag-2-2", "conformanceLevel": there}]:
        invalid(ask(house, "PATCH", path, body), LEVEL, body)
    same(show(house, path), before, "nothing changed")
    same(level(standardId="wcag-2-1", conformanceLevel="a"), ["wcag-2-1", "a"])
    same(level(standardId="wcag-2-2", conformanceLevel=here), ["wcag-2-2", "aaa"])
    same(level(standardId="iso-9001", conformanceLevel=None), ["iso-9001", None])
    same(level(standardId="wcag-2-2"), ["wcag-2-2", None])
    same(level(standardId=None), [None, None])
    invalid(ask(house, "PATCH", path, {"conformanceLevel": "a"}), LEVEL)
    same(level(conformanceLevel=None), [None, None])
    for wrong in [7, [], {}, False]:
        told = ask(house, "PATCH", path, {"conformanceLevel": wrong})
        invalid(told, "conformanceLevel: must be a string or null", wrong)


def item_36_what_does_not_differ_is_not_written(house):
    path = audit(house, {"title": "T", "description": "", "status": "completed"})
    before, events = done(ask(house, "GET", path), 200), house.events()
    row = before.json()["audit"]
    version = stored(house, row["id"], "version updatedAt")
    known = {key: row[key] for key in ["type", "title", "description", "status", "standardId", "conformanceLevel"]}
    for body in [{}, known, {**known, "colour": "blue"}, {"status": "completed"}, {"number": 7, "id": None}]:
        told = done(ask(house, "PATCH", path, body), 200, body)
        same([told.text, told.headers["etag"]], [before.text, before.headers["etag"]], body)
    same([stored(house, row["id"], "version updatedAt"), house.events()], [version, events])
    told = done(ask(house, "PATCH", path, {"title": "U"}), 200)
    same([told.headers["etag"], house.events()], [f'"{version["version"] + 1}"', events + 1])
    check(told.json()["audit"]["updatedAt"] > row["updatedAt"], told.text)
    event = last_event(house)
    same([event["action"], event["entityUuid"], event["surface"]], ["EDIT", row["id"], "ablebase"])


def item_37_the_product_may_be_archived(house):
    slug, made = product(house)
    path = f"products/{slug}/audits/{begin(house, slug)['number']}"
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["id"])
    row = amend(house, path, {"title": "Still", "status": "completed", "type": "re_audit"})
    same([row["title"], row["status"], row["type"]], ["Still", "completed", "re_audit"])
    same(show(house, path), row)
    remove(house, path)
    refused(ask(house, "GET", path), NO_AUDIT)


def item_38_what_somebody_else_changed_is_not_overwritten(house):
    path = audit(house)
    old = done(ask(house, "GET", path), 200).headers["etag"]
    told = done(ask(house, "PATCH", path, {"title": "Theirs"}), 200)
    new, events = told.headers["etag"], house.events()
    same([old, new], ['"1"', '"2"'])
    for tag in [old, f"W/{new}", new.strip('"'), '"1", "3"', '"x"']:
        for method in ["PATCH", "DELETE"]:
            body = {"title": "Mine"} if method == "PATCH" else None
            refused(ask(house, method, path, body, ADMIN, headers={"if-match": tag}), STALE, f"{method} {tag}")
    same([show(house, path)["title"], house.events()], ["Theirs", events])
    for number, tag in enumerate([new, "*", '"1", "4"'], 3):
        told = done(ask(house, "PATCH", path, {"title": str(number)}, headers={"if-match": tag}), 200, tag)
        same(told.headers["etag"], f'"{number}"')
    amend(house, path, {"title": "The last writer wins"})
    same(ask(house, "DELETE", path, user=ADMIN, headers={"if-match": '"5"'}).status_code, 412)
    done(ask(house, "DELETE", path, user=ADMIN, headers={"if-match": '"6"'}), 204)


def item_39_a_refused_change_changes_nothing(house):
    path = audit(house, {"title": "Kept"})
    before, events = done(ask(house, "GET", path), 200), house.events()
    good = {"type": "re_audit", "title": "Lost", "description": "Lost", "status": "completed",
            "startedAt": "2020-01-01"}
    for wrong, message in [
        ({"completedAt": "x"}, "completedAt: must be an ISO 8601 date-time or null"), ({"standardId": "x"}, UNKNOWN),
        ({"conformanceLevel": "x"}, LEVEL), ({"standardId": None, "conformanceLevel": "aa"}, LEVEL),
        ({"description": "a" * 2001}, "description: must be at most 2000 characters"),
        ({"title": "a" * 201}, "title: must be at most 200 characters"),
        ({"status": "x"}, "status: must be one of in_progress, completed"),
        ({"type": None}, "type: must be one of full, re_audit, small_scope"),
        ({"conformanceLevel": "x", "title": 7}, "title: must be a string or null"),
    ]:
        invalid(ask(house, "PATCH", path, {**good, **wrong}), message)
        after = done(ask(house, "GET", path), 200)
        same([after.text, after.headers["etag"], house.events()], [before.text, before.headers["etag"], events], wrong)
    for body, message in [("[]", "body: must be an object"), ("{", "body: must be valid JSON")]:
        invalid(ask(house, "PATCH", path, body), message)
