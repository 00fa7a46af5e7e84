"""What the contract says of scores, evaluated anew, and numbers and terms to try it with."""

from fractions import Fraction

from packagex_words import lower, tail

DIGITS = set("0123456789")


def distance(a, b, most=2):
    """Optimal string alignment; more than `most` is told as `most` + 1."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before, last = [], list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most + 1:
            return most + 1
        before, last = last, row
    return last[-1]


def allowed(length):
    return 0 if length < 4 or length > 32 else 1 if length < 8 else 2


def reduced(t):
    """A term of digits without leading zeros, one of zeros only as `0`."""
    return tail(t) if set(t) <= DIGITS else t


def strict(t, n, end):
    u = reduced(t)
    if t == n:
        return Fraction(1)
    if u == end:
        return Fraction(95, 100)
    begins = [Fraction(len(part), 10 * len(of)) + Fraction(8, 10)
              for part, of in [(t, n), (u, end)] if of and of.startswith(part)]
    if begins:
        return max(begins)
    return Fraction(6, 10) + Fraction(len(t), 10 * len(n)) if len(t) >= 3 and t in n else Fraction(0)


def plain(text):
    return all(" " <= letter <= "~" for letter in text)


def near(t, n, end):
    u = reduced(t)
    if not plain(t) or not plain(n):
        return Fraction(0)
    if allowed(len(t)) and distance(t, n) == 1 or allowed(len(u)) and distance(u, end) == 1:
        return Fraction(1, 2)
    if allowed(len(t)) == 2 and distance(t, n) == 2 and distance(tail(t), end) <= 1:
        return Fraction(3, 10)
    return Fraction(0)


def relevance(scores):
    """Ten-thousandths, rounded half up."""
    return int(sum(scores) / len(scores) * 10000 + Fraction(1, 2))


def brute(numbers, search):
    """What a search finds: number and ten-thousandths, in order; the numbers are told oldest first."""
    terms = list(dict.fromkeys(lower(search).split()))
    known = [(number, lower(number), tail(lower(number))) for number in numbers]
    found = {number: [strict(t, n, end) for t in terms] for number, n, end in known}
    if sum(any(scores) for scores in found.values()) < 1000:
        found = {number: [score or near(t, n, end) for t, score in zip(terms, found[number])]
                 for number, n, end in known}
    hits = [(number, relevance(found[number])) for number, _, _ in reversed(known)]
    return sorted((hit for hit in hits if hit[1]), key=lambda hit: -hit[1])


def made_up(dice):
    """5,000 numbers of many shapes, no two the same."""
    made = {}
    while len(made) < 5000:
        number = dice.randrange(dice.choice([9, 90, 900, 9000, 90000, 900000]))
        made[dice.choice([
            *[f"AUD-{number}"] * 5, f"INV/2026-{number:04}", f"{number:06}", f"cnt_{number}%", f"Ä\"{number}'é",
            f"Dock {dice.choice(['A', 'B', 'Ost'])} {number}", f"X{dice.choice(['1', '22', '333'])}-{number}-Z",
            dice.choice(["Dock", "Rampe", "Hof", "KÜHL"]) + dice.choice(["-A", "-B", "-C", "", "-AA"]),
            dice.choice(["dock", "rampen", "hofgang"]) + dice.choice(["tor", "nord", "süd", "west-1"])])] = None
    return list(made)


def term(dice, numbers):
    """A term that was a number once."""
    letters = list(dice.choice(numbers).split(" ")[-1])
    digits = [letter for letter in letters if letter in DIGITS]
    if dice.randrange(3) == 0 and len(digits) > 1:
        letters = digits
    shape = dice.randrange(6)
    if shape == 0:
        letters = letters[:2 + dice.randrange(5)]
    elif shape == 1 and len(letters) > 4:
        letters = letters[1 + dice.randrange(2):]
    for _ in range(dice.randrange(4)):
        at, way = dice.randrange(len(letters)), dice.randrange(4)
        if way == 0:
            letters.insert(at, dice.choice("01x-7"))
        elif way == 1 and len(letters) > 2:
            letters.pop(at)
        elif way == 2:
            letters[at] = dice.choice("04Ol9")
        elif at:
            letters[at - 1], letters[at] = letters[at], letters[at - 1]
    return "".join(letters).ljust(2, "1")
