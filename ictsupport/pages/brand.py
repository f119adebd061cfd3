"""How a council's name and colours reach its pages, and whether they can be read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g
from markupsafe import Markup

DARK_INK = "#0b0c0c"
WHITE = "#ffffff"
COLOUR = "#[0-9a-fA-F]{6}"
WORDS = ("service", "phone", "hours", "statement", "contact")


@dataclass(frozen=True)
class Brand:
    """What a council's people see as theirs: name, ground colour, the line under it, logo; and its own words, if any.

    `words` may name the service, its phone and hours, what the accessibility
    statement adds, and who to write to about it.
    """

    name: str
    colour: str = "#143a52"
    line: str = "#2b7a9b"
    logo: str = ""
    words: Mapping[str, str] = field(default_factory=dict, compare=False)
    style: Markup = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for colour in (self.colour, self.line):
            rgb(colour)
        rules = f":root{{--brand:{self.colour};--brand-ink:{ink_on(self.colour)};--brand-line:{self.line}}}"
        object.__setattr__(self, "style", Markup(rules))  # noqa: S704 - only colours that rgb() has read

    @property
    def ink(self) -> str:
        """The colour of letters on the ground."""
        return ink_on(self.colour)

    @classmethod
    def kept(cls, name: str, brand: Mapping[str, Any]) -> "Brand":
        """The brand as a council keeps it; colours it lacks, or that are none, are the service's own."""
        colours = {part: brand[part] for part in ("colour", "line") if _is_colour(brand.get(part))}
        if "colour" in colours and "line" not in colours:
            colours["line"] = lighter(colours["colour"])
        words = {part: str(brand[part]) for part in WORDS if brand.get(part)}
        logo = brand.get("logo")
        is_key = isinstance(logo, str) and re.fullmatch(r"[0-9a-f]{64}", logo) is not None
        return cls(name=name, logo=f"/brand/{logo}" if is_key else "", words=words, **colours)


def rgb(colour: str) -> tuple[int, int, int]:
    """The parts of a colour written #rrggbb; anything else is a ValueError."""
    if not _is_colour(colour):
        raise ValueError("A colour is written like #143a52")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _is_colour(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(COLOUR, value) is not None


def contrast(one: str, other: str) -> float:
    """How far apart two colours are in lightness, from 1 to 21, as WCAG counts it."""
    lights = sorted((_luminance(rgb(one)), _luminance(rgb(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(parts: tuple[int, int, int]) -> float:
    linear = [(part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def lighter(colour: str) -> str:
    """A relative of the colour for the line under it, as light as can still be seen on white; the colour itself if none."""
    for share in (0.35, 0.25, 0.15):
        mixed = "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in rgb(colour))
        if contrast(mixed, WHITE) >= 3:
            return mixed
    return colour


def ink_on(colour: str) -> str:
    """White or black letters, whichever is read more easily on the colour."""
    return max((WHITE, DARK_INK), key=lambda ink: contrast(ink, colour))


def objections(colour: str, line: str) -> list[str]:
    """Why these two colours may not be saved as a council's brand; empty when they may."""
    try:
        letters = contrast(ink_on(colour), colour)
        lines = contrast(line, WHITE)
    except ValueError as trouble:
        return [str(trouble)]
    found = []
    if letters < 7:
        found.append(
            f"Choose a darker or lighter main colour: letters on it reach {letters:.1f} to 1 and need 7 to 1."
        )
    if lines < 3:
        found.append(f"Choose a darker second colour: on white it reaches {lines:.1f} to 1 and needs 3 to 1.")
    return found


_chooser: list[Callable[[], Brand | None]] = []


def chosen_by(chooser: Callable[[], Brand | None]) -> Callable[[], Brand | None]:
    """Let a package say whose brand the page in hand wears; None leaves the service's own."""
    _chooser[:] = [chooser]
    return chooser


def present() -> Brand:
    """The brand of the page in hand, asked for once a request."""
    if "brand" not in g:
        brand = _chooser[0]() if _chooser and not g.get("bare") else None
        g.brand = brand or Brand(name=current_app.config["SETTINGS"].service_name)
    return g.brand  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["brand"] = present
