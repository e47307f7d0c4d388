"""A student's text, so that on nbgrader's pages it is read, and does nothing."""

import re
from collections.abc import Container

TAG = re.compile(r"<(?=[A-Za-z/!?])")  # what begins a tag; with a space behind it, it does not, and math stays the same
ENTITY = re.compile(r"&(?=[#A-Za-z])")  # `&colon;` is as good as a colon, in a link
SCRIPT = re.compile(r"(?:java|vb)script(?=\\?:)", re.IGNORECASE)
ATTACHED = re.compile(r"attachment\\?:([^)\s<>]*)")  # where a text shows a picture that is in the notebook

# A picture in the place of which nothing can be asked of another host: it is in the text, or lies beside the page. All
# others become links. nbgrader takes `files/` from the front of an address, and so must not find `//` behind it.
HERE = r"""
    !\[ [^][\\`]* \]
    \( (?: attachment:[^\s()\\<>]+ | data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+
          | (?![^\s()]*//) [^\s()\\<>:/][^\s()\\<>:]* )
        (?: [ ]"[^"\\]*" )? \)
"""
ELSEWHERE = re.compile(rf"({HERE}) | !+(?=\[)", re.VERBOSE)

# nbconvert makes a heading's text its id, by which the formgrader finds the boxes for points. A mark that nobody sees
# makes that another one than any cell's. A heading is a line with #, or one with a line of = or - below it.
UNSEEN = "\N{ZERO WIDTH SPACE}"
HEADING = re.compile(r"^([ \t>*+\-:.)\d]*#{1,6}(?!#)[ \t]*)(?=\S)", re.MULTILINE)
UNDERLINED = re.compile(r"^(?![ \t>]*(?:`{3,}|~{3,})[ \t]*$)(.*\S)(?=[ \t]*\n[ \t>]*[=-]+[ \t]*$)", re.MULTILINE)


def harmless(text: str, attachments: Container[str]) -> str:
    """Without HTML and links that nbgrader's page for giving points would let run, without headings that pass for a
    box for points, without pictures of other hosts, which would learn who reads the page and when, and without pictures
    that are not there, for which nbconvert would give up the page.
    """
    text = re.sub(r"\r\n?", "\n", text)
    text = ENTITY.sub("& ", TAG.sub("< ", text))
    text = SCRIPT.sub(r"\g<0> ", text)
    text = ATTACHED.sub(lambda found: found[0] if found[1] in attachments else "not-handed-in", text)
    text = ELSEWHERE.sub(lambda found: found[1] or "", text)
    return UNDERLINED.sub(rf"\1{UNSEEN}", HEADING.sub(rf"\1{UNSEEN}", text))  # behind all that could drop the mark
