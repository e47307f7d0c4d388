"""Whose a file is, by the names that learning platforms give to what they let an instructor download."""

import re
import time
from collections import ChainMap, Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

compiled = partial(re.compile, flags=re.DOTALL)  # a name may hold the end of a line
# A name as Moodle and Canvas have it; else what Blackboard has named could be theirs, if its file looked like it.
WHO = r"(?:(?!_attempt_\d{4}-).)+?"
# `student` is who handed it in, `file` the name that the student gave to it: it stands at the end, and may look like
# anything. They are tried on whole names, in order.
PLATFORMS = [
    # Brightspace, as several tools that sort its downloads read it: number of the student, number of the folder.
    #   397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM
    #   397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM - cnn.ipynb
    [compiled(r"(?P<account>\d+)-\d+ - (?P<name>.+?) - (?P<date>[^-]*\b\d{4} \d+[^-]*?)(?: - (?P<file>.+))?")],
    # Moodle, mod/assign/classes/downloader.php: a folder a student, or, without "download in folders", flat files.
    #   Jane Doe_12345_assignsubmission_file, Jane Doe_12345_assignsubmission_file_ (older ones)
    #   Jane Doe_12345_assignsubmission_file_cnn.ipynb
    #   Jane Doe_12345_assignsubmission_onlinetext
    [compiled(r"(?P<student>" + WHO + r")_assignsubmission_[a-z]+(?:_(?P<file>.*))?")],
    # Canvas, lib/content_zipper.rb: name, LATE, number of the student, number of the upload. Without names: "anon".
    #   anon_i9Z1a_678901_cnn.ipynb, LATE_anon_i9Z1a_678901_cnn.ipynb
    #   doejane_12345_678901_cnn.ipynb, doejane_LATE_12345_678901_cnn-1.ipynb
    #   doejane_12345_text.html
    [
        compiled(r"(?:LATE_)?(?P<student>anon_[0-9A-Za-z]{5})_(?:(?P<upload>[0-9]{3,})_)?(?P<file>.+)"),
        compiled(r"(?P<name>" + WHO + r")(?:_LATE)?_(?P<number>[0-9]+)_(?P<upload>[0-9]{3,})_(?P<file>.+)"),
        compiled(r"(?P<name>" + WHO + r")(?:_LATE)?_(?P<number>[0-9]+)_(?P<file>(?:text|link)\.html)"),
    ],
    # Blackboard's "Assignment File Download", as nbgrader's zip_collect documents it; with a receipt in a text file.
    #   ps1_bitdiddle_attempt_2016-01-30-15-00-00_problem1.ipynb
    #   ps1_bitdiddle_attempt_2016-01-30-15-00-00.txt
    [compiled(r".+?_(?P<student>[^_]+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)")],
]
COUNTER = re.compile(r"-\d+(?=\.\w+$)")  # Canvas counts uploads of the same name: cnn-1.ipynb


@dataclass(frozen=True)
class Sender:
    student: str
    file: str = ""  # empty for a folder, and for a receipt
    attempt: str = ""  # when it was handed in; a later one sorts later
    upload: str = ""  # Canvas's number of the file
    number: str = ""  # Canvas's number of the student, which its class list has


def senders(names: Iterable[str], assignment: str) -> dict[str, Sender]:
    """The senders of those of the files and folders of one folder that a platform has named.

    A download comes from one platform: that whose names most of them are. Whoever calls a file by what looks like a
    name of another platform's does not hand in for somebody else.
    """
    names = list(names)
    found = [named_by(patterns, names, assignment) for patterns in PLATFORMS]
    return dict(ChainMap(*sorted(found, key=len, reverse=True)))


def named_by(patterns: list[re.Pattern[str]], names: list[str], assignment: str) -> dict[str, Sender]:
    found = {name: sender for name in names if (sender := sender_of(name, patterns))}
    uploads = Counter(sender.upload for sender in found.values())
    # `cnn_2024_101_jane.py` looks like a name of Canvas, which would make one student of the whole class. Canvas never
    # begins with the assignment, and gives no number twice.
    return {
        name: sender
        for name, sender in found.items()
        if not sender.upload
        or (uploads[sender.upload] == 1 and sender.student.split("_")[0].lower() != assignment.lower())
    }


def sender_of(name: str, patterns: list[re.Pattern[str]]) -> Sender | None:
    match = next((match for pattern in patterns if (match := pattern.fullmatch(name))), None)
    if not match:
        return None
    parts = {key: value or "" for key, value in match.groupdict().items()}
    number = parts.get("number", "")
    student = parts.get("student") or f"{parts['name']}_{number or parts['account']}"
    attempt = parts.get("attempt") or sortable(parts.get("date", ""))
    return Sender(student, parts["file"], attempt, parts.get("upload", ""), number)


def sortable(date: str) -> str:
    """Brightspace's date, `Sep 24, 2024 926 PM`, as Blackboard writes it; empty for one in another language."""
    padded = re.sub(r"\b\d{3}\b", lambda digits: f"0{digits[0]}", date)
    for months in ("%b", "%B"):
        try:
            return time.strftime("%Y-%m-%d-%H-%M-00", time.strptime(padded, f"{months} %d, %Y %I%M %p"))
        except ValueError:
            continue
    return ""


def without_counter(name: str, assignment: str) -> str:
    """`cnn-1.ipynb` as the student named it: `cnn.ipynb`. A name that is not the assignment's stays as it is."""
    bare = COUNTER.sub("", name)
    return bare if bare.rpartition(".")[0].lower() == assignment.lower() else name
