"""The status changes of a piece (items 18 to 30)."""

from folio_words import HISTORY, bring, event, events, ids, lines, take, uid, uids
from house import check, same

NOTHING, NO_SNAPSHOT, ABSENT = object(), object(), object()


def step(piece, number, told, **more):
    """The event of a piece with a status and an interval: a status alone, both, or nothing."""
    status, interval = told if isinstance(told, tuple) else (told, ABSENT)
    # An interval that stands elsewhere does not count.
    snapshot = {"comment": str(number), "details": {"claimingInterval": number}}
    if status is not NOTHING:
        snapshot["receivingStatus"] = status
    if interval is not ABSENT:
        snapshot["claimingInterval"] = interval
    given = {} if status is NO_SNAPSHOT else {"pieceSnapshot": snapshot}
    return event("piece", piece, number, **{"action": "Edit" if number else "Create", **given, **more})


class Course:
    """Events of one piece, told in whatever order; another piece's events, with other statuses, stand between them."""

    def __init__(self, house, *told):
        self.house, self.piece, self.other, self.made = house, uid(), uid(), []
        self.add(*told)

    def add(self, *told):
        """Further events; each what `step` takes, or with changes of its own."""
        begun = len(self.made)
        for one in told:
            one, more = one if isinstance(one, list) else (one, {})
            self.made.append(step(self.piece, len(self.made), one, **more))
        others = [step(self.other, number, (f"Other {number}", number), actionDate=one["actionDate"])
                  for number, one in enumerate(self.made) if number >= begun]
        new = self.made[begun:]
        take(self.house, [one for pair in zip(others, new[::-1]) for one in pair])

    def ids(self, *numbers):
        return [self.made[number - 1]["id"] for number in numbers]

    def shows(self, *kept, pages=()):
        """These are kept, from 1, in both directions and page by page; the list of all events has all."""
        path = f"/piece/{self.piece}{HISTORY}"
        down = kept[::-1]
        told = [("", down), ("sortOrder=desc", down), ("sortOrder=asc", kept), ("limit=0", ()),
                (f"offset={len(kept)}", ()), ("sortOrder=asc&limit=1", kept[:1]), ("offset=1&limit=1", down[1:2]),
                *pages]
        for query, wanted in told:
            same(ids(self.house, f"{path}?{query}", len(kept)), self.ids(*wanted), query)
        everything = events(self.house, f"/piece/{self.piece}", len(self.made))
        by = {one["id"]: one for one in everything}
        for one in events(self.house, path):
            same(one, by[one["id"]], "the same event in both lists")
        same(len(by), len(self.made), "the list of all events")


def item_18_status_and_interval_both_count(house):
    sent = [("Claim sent", interval) for interval in [3, 44, 44, 16]]
    course = Course(house, "Expected", *sent, ("Received", 16), ("Received", 16))
    course.shows(1, 2, 3, 5, 6, pages=[("sortOrder=desc&limit=2&offset=1", (5, 3)), ("offset=5", ())])


def item_19_changes_of_other_fields_are_none(house):
    course = Course(house, "Expected", "Expected", "Expected")
    course.shows(1)
    same(len(events(house, f"/piece/{course.piece}", 3)), 3)
    course.add("Claim delayed", "Claim sent")
    course.shows(1, 4, 5)
    same(len(events(house, f"/piece/{course.piece}", 5)), 5)


def item_20_the_same_status_with_another_interval_is_a_change(house):
    course = Course(house, ("Expected", 1), ("Claim sent", 1), ("Claim sent", 2))
    course.shows(1, 2, 3)
    course.add(*[(word, 2) for word in ["Received", "Expected", "Unreceivable", "Expected"]])
    course.shows(1, 2, 3, 4, 5, 6, 7)


def item_21_a_first_event_with_neither_is_left_out(house):
    Course(house, NOTHING, "Expected").shows(2)


def item_22_a_first_event_without_a_snapshot_is_left_out(house):
    Course(house, NO_SNAPSHOT, NOTHING).shows()


def item_23_to_nothing_and_back_are_changes(house):
    Course(house, "Expected", NO_SNAPSHOT, "Expected").shows(1, 2, 3)


def item_24_null_is_as_an_absent_key(house):
    Course(house, "Expected", ("Expected", None)).shows(1)
    Course(house, (None, None), NOTHING, NO_SNAPSHOT, (None, ABSENT)).shows()


def item_25_a_number_equals_its_text(house):
    Course(house, ("Received", 16), ("Received", "16")).shows(1)
    Course(house, ("Received", "16"), ("Received", 16), ("Received", "016")).shows(1, 3)


def item_26_going_back_is_a_change(house):
    Course(house, "Expected", "Received", "Expected").shows(1, 2, 3)


def item_27_the_action_is_not_looked_at(house):
    Course(house, "Expected", ["Expected", {"action": "Delete"}]).shows(1)


def item_28_the_dates_of_actions_decide_whatever_is_sorted_by(house):
    told = [[word, {"eventDate": f"2024-05-06T08:{minute}:01Z"}]
            for word, minute in [("Expected", 50), ("Received", 40), ("Received", 30)]]
    course = Course(house, *told)
    course.shows(1, 2, pages=[("sortBy=event_date&sortOrder=asc", (2, 1)), ("sortBy=eventDate&sortOrder=desc", (1, 2))])


def item_29_equal_dates_go_by_the_id_of_the_event(house):
    same_date = "2024-05-06T07:05:00Z"
    told = [[word, {"id": one, "actionDate": same_date}]
            for word, one in zip(["Expected", "Received", "Received"], uids(3))]
    Course(house, *told).shows(1, 2)


def item_30_events_of_other_pieces_are_not_mixed_in(house):
    """Every course here has another piece's events between its own; here both are told of."""
    one, other = uid(), uid()
    made = [step((one, other)[number % 2], number, ("Expected", "Received")[number % 2]) for number in range(8)]
    told = bring(house, lines(made))
    same(told["inserted"], 8)
    for piece, first in [(one, made[0]), (other, made[1])]:
        same(ids(house, f"/piece/{piece}{HISTORY}", 1), [first["id"]])
        same(len(events(house, f"/piece/{piece}", 4)), 4)
    # Each course of the items 18 to 29, once more with its neighbour's own history.
    course = Course(house, "Expected", "Expected", "Received")
    course.shows(1, 3)
    found = events(house, f"/piece/{course.other}{HISTORY}?sortOrder=asc", 3)
    check(all(one["pieceId"] == course.other for one in found), found)
