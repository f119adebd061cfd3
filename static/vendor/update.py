"""Makes govuk.css from a release of govuk-frontend.

    npm pack govuk-frontend@6.3.0
    python static/vendor/update.py govuk-frontend-6.3.0.tgz

Nothing of this runs when the service is installed or started: the result is
kept in the repository. Councils may use the code of GOV.UK Frontend (MIT) but
not its typeface, crest, crown, header and footer, so those are left out here;
tests/pages/test_vendor.py looks for them in the result. Colours become custom
properties, so that a council's brand, dark mode and forced colours change them
in one place, and everything lies in the cascade layer `govuk`, so that our own
rules always win.
"""

import base64
import hashlib
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
IN_PACKAGE = "package/dist/govuk/govuk-frontend.min.css"

# Components that are not ours to show, or that no page uses.
LEFT_OUT = (
    "header", "footer", "logo-dot", "logo-crown", "exit-this-page", "cookie-banner", "accordion", "tabs",
    "step-by-step", "frontend-supported", "prototype-kit",
)  # fmt: skip
LEFT_OUT_SELECTOR = re.compile(r"\.govuk-(?:%s)(?![a-z])" % "|".join(LEFT_OUT))
OLD_BROWSERS = re.compile(r"-ms-high-contrast|\\0|min-width:0|-moz-document")

# Each colour gets the name of what it is for; base.css gives the names their values, once for light and dark.
COLOURS = {
    "#0b0c0c": "--ink",
    "#f3f3f3": "--shade",
    "#f4f8fb": "--surface",
    "#cecece": "--line",
    "#484949": "--quiet",
    "#858686": "--quiet-line",
    "#ca3535": "--error",
    "#982828": "--error-deep",
    "#651b1b": "--tag-red-ink",
    "#f4d7d7": "--tag-red",
    "#1a65a6": "--link",
    "#1d70b8": "--accent",
    "#0f385c": "--tag-blue-ink",
    "#d2e2f1": "--tag-blue",
    "#8eb8dc": "--surface-line",
    "#54319f": "--visited",
    "#2a1950": "--tag-purple-ink",
    "#ddd6ec": "--tag-purple",
    "#0f7a52": "--success",
    "#0b5c3e": "--success-deep",
    "#083d29": "--tag-green-ink",
    "#cfe4dc": "--tag-green",
    "#0b4144": "--tag-teal-ink",
    "#d0e6e7": "--tag-teal",
    "#651b3e": "--tag-magenta-ink",
    "#f4d7e5": "--tag-magenta",
    "#7a3c1c": "--tag-orange-ink",
    "#fde4d7": "--tag-orange",
    "#ffee80": "--tag-yellow",
    "#fd0": "--focus",
    "#fff": "--paper",
    "#000": "--print-ink",
}

# The same for the names that the release gives some of its colours itself.
NAMED = {
    "brand": "--accent",
    "text": "--ink",
    "template-background": "--shade",
    "body-background": "--paper",
    "print-text": "--print-ink",
    "secondary-text": "--quiet",
    "focus": "--focus",
    "focus-text": "--focus-ink",
    "error": "--error",
    "success": "--success",
    "border": "--line",
    "input-border": "--input-line",
    "hover": "--hover",
    "link": "--link",
    "link-visited": "--visited",
    "link-hover": "--link-hover",
    "link-active": "--ink",
    "surface-background": "--surface",
    "surface-text": "--ink",
    "surface-border": "--surface-line",
}


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Each top-level (prelude, block) of a minified stylesheet; statements without a block are passed over."""
    start = depth = 0
    quote = ""
    opened = 0
    for at, char in enumerate(css):
        if quote:
            quote = "" if char == quote and css[at - 1] != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
            if depth == 1:
                opened = at
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1
        elif char == ";" and depth == 0:
            start = at + 1


def selectors(prelude: str) -> list[str]:
    """The parts of a selector list; commas inside brackets do not part them."""
    return re.split(r",(?![^(\[]*[)\]])", prelude)


def keep(css: str) -> str:
    """The stylesheet without what is not ours to show, and without rules for browsers long gone."""
    kept = []
    for prelude, block in rules(css):
        prelude = prelude.replace("(-ms-high-contrast:active),", "")
        if prelude.startswith("@font-face") or OLD_BROWSERS.search(prelude):
            continue
        if prelude.startswith(("@media", "@supports")):
            inner = keep(block)
            if inner:
                kept.append(f"{prelude}{{{inner}}}")
            continue
        if prelude.startswith("@"):
            kept.append(f"{prelude}{{{block}}}")
            continue
        wanted = [one for one in selectors(prelude) if not LEFT_OUT_SELECTOR.search(one)]
        if prelude == ":root":
            block = ";".join(part for part in block.split(";") if "breakpoint" in part or "version" in part)
        if wanted and block and "govuk-crest" not in block:
            kept.append(f"{','.join(wanted)}{{{recolour(block)}}}")
    return "\n".join(kept)


def recolour(block: str) -> str:
    """Colours by name; white letters (on a button, say) stay white in the dark, white grounds do not."""
    block = re.sub(
        r"font-family:[^;}]*(?:GDS Transport|arial|sans-serif)[^;}]*", "font-family:var(--font)", block
    )
    block = re.sub(r"var\(--govuk-([a-z-]*)-colour,#[0-9a-f]{3,6}\)", lambda m: f"var({NAMED[m[1]]})", block)
    block = re.sub(r"(^|;)color:#fff\b", r"\1color:var(--on-solid)", block)
    return re.sub(
        r"#[0-9a-fA-F]{3,6}\b",
        lambda m: f"var({COLOURS[m[0].lower()]})" if m[0].lower() in COLOURS else m[0],
        block,
    )


def main(archive: Path) -> None:
    packed = archive.read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    with tarfile.open(archive) as package:
        source = package.extractfile(IN_PACKAGE)
        assert source is not None, f"{IN_PACKAGE} is not in {archive}"
        css = re.sub(r"/\*.*?\*/", "", source.read().decode(), flags=re.S)
    version = re.search(r'--govuk-frontend-version:"([^"]+)"', css)
    assert version is not None, "no version in the stylesheet"
    (HERE / "govuk.css").write_text(
        f"/*! GOV.UK Frontend {version[1]}, (c) Crown Copyright (Government Digital Service), MIT: see NOTICES.txt.\n"
        "    Cut down and recoloured by update.py. */\n"
        f"@layer govuk{{\n{keep(css)}\n}}\n"
    )
    (HERE / "VERSIONS.txt").write_text(f"govuk-frontend {version[1]} {integrity}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
