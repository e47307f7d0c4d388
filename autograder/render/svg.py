"""Pictures as SVG, drawn from plain numbers and texts; every text is escaped. The colours are those of the page."""

import base64
import math
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from autograder.report import Picture

WIDTH = 330  # of every picture, in its own units: what a phone shows


def draw(picture: Picture) -> Markup:
    return DRAW[picture.kind](**picture.data)


def svg(height: float, title: str, parts: list[Markup]) -> Markup:
    """One picture; `title` says the same in words."""
    start = Markup('<svg viewBox="0 0 {} {:g}" role="img"><title>{}</title>\n').format(WIDTH, height, title)
    return start + Markup("\n").join(parts) + Markup("\n</svg>")


def text(x: float, y: float, words: object, classes: str = "") -> Markup:
    return Markup(f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(words)}</text>')


def line(x1: float, y1: float, x2: float, y2: float, classes: str) -> Markup:
    return Markup(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{classes}"/>')


def rectangle(x: float, y: float, width: float, height: float, classes: str, more: str = "") -> Markup:
    return Markup(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{classes}"{more}/>')


# --- a network --------------------------------------------------------------------------------------------------

MIDDLE = 62  # of the boxes
WORDS = 132  # where the words beside them begin


def network(steps: list[dict[str, Any]]) -> Markup:
    """A box for what leaves each layer. A step has a name, a kind, a shape (None: it stops here), and the shape that
    was expected, where that may be said."""
    parts, said, y = [], [], 4.0
    for number, step in enumerate(steps):
        other = step["expected"] is not None and step["expected"] != step["shape"]
        height = max(box_height(step["shape"]), 46 if other else 32)
        if number:
            parts.append(line(MIDDLE, y, MIDDLE, y + 8, "arrow"))
            y += 10
        parts.append(box(step["shape"], y + height / 2))
        parts += beside(step, other, y + height / 2 - (8 if other else 0))
        said.append(f"{step['name'] or 'output'} {words(step['shape'])}")
        y += height + 2
    return svg(y + 2, " → ".join(said), parts)


def beside(step: dict[str, Any], other: bool, y: float) -> list[Markup]:
    """The words beside a box: name and kind, the shape, and the shape that was expected."""
    name = Markup('<tspan class="strong">{}</tspan> <tspan class="dim">{}</tspan>').format(
        step["name"] or "output", step["kind"]
    )
    parts = [text(WORDS, y - 3, name)]
    if step["shape"] is None:
        return [*parts, text(WORDS, y + 13, "it stops here" if step["name"] else "it has no shape", "bad")]
    right = Markup(' <tspan class="good">✓</tspan>') if step["expected"] == step["shape"] else ""
    parts.append(text(WORDS, y + 13, Markup("{}{}").format(words(step["shape"]), right), "code"))
    if other:
        due = Markup('expected <tspan class="code">{}</tspan>').format(words(step["expected"]))
        parts.append(text(WORDS, y + 29, due, "bad"))
    return parts


def words(shape: list[int] | None) -> str:
    return "without a shape" if shape is None else f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def front(shape: list[int]) -> tuple[float, float, float]:
    """Width and height of the front of a box for (batch, channels, height, width), and its depth."""
    _, channels, height, width = shape
    return 6 + 34 * min(width / 28, 1.4), 6 + 34 * min(height / 28, 1.4), min(3.2 * math.log2(1 + channels), 30)


def box_height(shape: list[int] | None) -> float:
    if shape is None or len(shape) != 4:
        return 12
    _, height, depth = front(shape)
    return height + depth / 2


def box(shape: list[int] | None, y: float) -> Markup:
    """Feature maps as a box as deep as there are channels, one row of numbers as a bar; `y` is its middle."""
    if shape is not None and len(shape) == 4:
        width, height, depth = front(shape)
        x, top = MIDDLE - (width + depth) / 2, y - height / 2 + depth / 4
        right, back = x + width, top - depth / 2
        side = f"M{right:.1f} {top:.1f}l{depth:.1f} {-depth / 2:.1f}v{height:.1f}L{right:.1f} {top + height:.1f}z"
        lid = f"M{x:.1f} {top:.1f}L{x + depth:.1f} {back:.1f}h{width:.1f}L{right:.1f} {top:.1f}z"
        face = f"M{x:.1f} {top:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z"
        pieces = (("lid", lid), ("side", side), ("face", face))
        return Markup("".join(f'<path d="{path}" class="{name}"/>' for name, path in pieces))
    if shape is None:
        return line(MIDDLE - 7, y - 7, MIDDLE + 7, y + 7, "cross") + line(MIDDLE - 7, y + 7, MIDDLE + 7, y - 7, "cross")
    width = min(8 + 9 * math.log2(1 + (shape[-1] if shape else 0)), 118)
    return rectangle(MIDDLE - width / 2, y - 4.5, width, 9, "face", ' rx="2"')


# --- curves -----------------------------------------------------------------------------------------------------


def curves(curves: dict[str, list[float]], across: str, upwards: str) -> Markup:
    """Curves over 1, 2, 3, ...; what rises far above the first one runs along the upper edge."""
    left, right, top, bottom = 34, WIDTH - 10, 30, 204
    longest = max(map(len, curves.values()))
    first, *_ = curves.values()
    peak = max(min(max(map(max, curves.values())), 2.5 * max(first)), 1e-6)
    step = nice(peak / 4)
    highest = step * math.ceil(peak / step)

    def at(number: int, value: float) -> tuple[float, float]:
        share = min(max(value / highest, 0), 1)
        return left + (right - left) * number / max(longest - 1, 1), bottom - (bottom - top) * share

    parts = []
    for tick in range(round(highest / step) + 1):
        _, y = at(0, tick * step)
        parts += [line(left, y, right, y, "rule"), text(left - 6, y + 4, f"{tick * step:g}", "small dim end")]
    every = round(nice(longest / 6)) or 1
    for number in [1, *range(every, longest + 1, every)] if every > 1 else range(1, longest + 1):
        parts.append(text(at(number - 1, 0)[0], bottom + 16, number, "small dim middle"))
    parts += [text((left + right) / 2, bottom + 33, across, "small dim middle"), text(2, 14, upwards, "small dim")]
    for place, (name, values) in enumerate(curves.items()):
        points = " ".join("{:.1f},{:.1f}".format(*at(number, value)) for number, value in enumerate(values))
        parts.append(Markup(f'<polyline points="{points}" class="curve{place}"/>'))
        x = right - 100 * (len(curves) - place)
        parts += [line(x, 10, x + 18, 10, f"curve{place}"), text(x + 24, 14, name, "small")]
    ends = ", ".join(f"{name} from {values[0]:.2f} to {values[-1]:.2f}" for name, values in curves.items())
    return svg(bottom + 40, f"{upwards} by {across}: {ends}", parts)


def nice(size: float) -> float:
    """The next of 1, 2, 5, 10, ... from `size` on."""
    power = 10 ** math.floor(math.log10(size)) if size > 0 else 1
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= size * 0.999)


# --- a distribution ---------------------------------------------------------------------------------------------


def histogram(counts: list[int], names: list[str], across: str) -> Markup:
    """A column for each count, the last in a colour of its own; below it its name, above it the count."""
    left, right, top, bottom = 4, WIDTH - 4, 22, 150
    step, highest = (right - left) / len(counts), max(*counts, 1)
    parts = [line(left, bottom, right, bottom, "rule")]
    for place, (count, name) in enumerate(zip(counts, names, strict=True)):
        x, height = left + step * place, (bottom - top) * count / highest
        if count:
            height = max(height, 2)  # one of two thousand is still seen
            kind = "top" if place == len(counts) - 1 else "face"
            parts.append(rectangle(x + 2, bottom - height, step - 4, height, kind, ' rx="2"'))
            parts.append(text(x + step / 2, bottom - height - 5, count, "small middle"))
        parts.append(text(x + step / 2, bottom + 16, name, "small dim middle"))
    parts.append(text((left + right) / 2, bottom + 33, across, "small dim middle"))
    said = ", ".join(f"{name}: {count}" for name, count in zip(names, counts, strict=True))
    return svg(bottom + 40, f"How many, by {across}. {said}", parts)


# --- a confusion matrix -----------------------------------------------------------------------------------------


def matrix(counts: list[list[int]]) -> Markup:
    """Counts of classes (rows) that were taken for classes (columns); each of the two kinds has its own scale."""
    left, top = 42, 40
    cell = (WIDTH - left - 4) / len(counts)
    most = {True: 1, False: 1}
    for row, numbers in enumerate(counts):
        for column, count in enumerate(numbers):
            most[row == column] = max(most[row == column], count)
    middle = left + cell * len(counts) / 2
    parts = [text(middle, 13, "was taken for", "small dim middle")]
    turned = f"translate(13 {top + cell * len(counts) / 2:.1f}) rotate(-90)"
    parts.append(Markup(f'<text transform="{turned}" class="small dim middle">a real</text>'))
    for row, numbers in enumerate(counts):
        parts.append(text(left + cell * (row + 0.5), top - 8, row, "small middle"))
        parts.append(text(left - 9, top + cell * (row + 0.5) + 4, row, "small end"))
        for column, count in enumerate(numbers):
            x, y, same = left + cell * column, top + cell * row, row == column
            strength = 0.05 if not count else 0.1 + 0.5 * count / most[same]  # no darker: the number stays readable
            name = "rightly" if same else "wrongly" if count else "none"
            opacity = f' fill-opacity="{strength:.2f}"'
            parts.append(rectangle(x + 1, y + 1, cell - 2, cell - 2, name, opacity))
            if count:
                parts.append(text(x + cell / 2, y + cell / 2 + 4, count, "small middle"))
    total = sum(map(sum, counts))
    right = sum(numbers[row] for row, numbers in enumerate(counts))
    return svg(top + cell * len(counts) + 4, f"Confusion matrix: {right} of {total} rightly", parts)


# --- small images -----------------------------------------------------------------------------------------------

COLUMNS = 6


def images(images: np.ndarray, titles: list[str]) -> Markup:
    """Grey images, uint8 (N, height, width), in rows, each with its title above it; all in one PNG."""
    count, height, width = images.shape
    rows, gap = -(-count // COLUMNS), width // 4
    sheet = np.zeros((rows * (height + 2 * gap), COLUMNS * (width + gap)), dtype=np.uint8)
    scale = WIDTH / sheet.shape[1]
    parts = []
    for number, (image, title) in enumerate(zip(images, titles, strict=True)):
        row, column = divmod(number, COLUMNS)
        y, x = row * (height + 2 * gap) + 2 * gap, column * (width + gap) + gap // 2
        sheet[y : y + height, x : x + width] = image
        parts.append(text((x + width / 2) * scale, y * scale - 6, title, "small middle"))
    data = base64.b64encode(png(sheet)).decode()
    picture = Markup('<image width="{}" height="{:.1f}" href="data:image/png;base64,{}"/>')
    parts.append(picture.format(WIDTH, sheet.shape[0] * scale, data))
    return svg(sheet.shape[0] * scale + 4, f"Images: {', '.join(titles)}", parts)


def png(ink: np.ndarray) -> bytes:
    """Black ink on nothing, uint8 (height, width), as a PNG: grey and alpha (https://www.w3.org/TR/png-3/)."""
    height, width = ink.shape
    pixels = np.zeros((height, 1 + 2 * width), dtype=np.uint8)  # a row begins with its filter, 0
    pixels[:, 2::2] = ink

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels.tobytes())) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


DRAW: dict[str, Callable[..., Markup]] = {"network": network, "curves": curves, "matrix": matrix, "images": images}
