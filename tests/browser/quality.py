"""What a page must be, whoever looks at it: axe-core's rules, and what axe cannot see."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Response

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # The way back stands before main and outside of any landmark, as GOV.UK's pages have it.
    "rules": {"region": {"enabled": False}},
    "resultTypes": ["violations"],
}
RUN_AXE = "options => axe.run(document, options).then(found => found.violations)"
NARROW = {"width": 320, "height": 800}

# Each function of this script gives a list of sentences: what is wrong.
OWN_RULES = """
() => {
  const wrong = [];
  const name = (el) => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const headings = document.querySelectorAll('h1');
  if (headings.length !== 1) wrong.push(`${headings.length} h1 instead of one`);
  if (!document.title.trim()) wrong.push('no title');
  if (!document.querySelector('main')) wrong.push('no main');
  for (const set of document.querySelectorAll('fieldset')) {
    if (!set.querySelector('legend')?.textContent.trim()) wrong.push(`a fieldset without a legend: ${name(set)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((el) => el.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`the id ${id} twice`);
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const target = link.getAttribute('href').slice(1);
    if (!document.getElementById(target)) wrong.push(`a link to nothing: ${name(link)}`);
  }
  for (const el of document.querySelectorAll('[aria-describedby]')) {
    for (const id of el.getAttribute('aria-describedby').split(' ')) {
      if (!document.getElementById(id)) wrong.push(`described by nothing (${id}): ${name(el)}`);
    }
  }
  if (document.querySelector('[style]')) wrong.push(`an inline style: ${name(document.querySelector('[style]'))}`);
  for (const el of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!shown(el) || el.type === 'hidden' || el.closest('.skip')) continue;
    if (el.matches('[aria-hidden="true"][tabindex="-1"]')) continue;   // for the Enter key alone: nobody sees it
    const look = getComputedStyle(el);
    if (el.matches('a, button') && look.display === 'inline') continue;   // links within a sentence are exempt
    const boxes = [el, ...(el.labels ?? [])].map((one) => one.getBoundingClientRect());   // a label is part of the target
    const box = boxes[0];
    if (box.width && !boxes.some((one) => one.width >= 24 && one.height >= 24)) {
      wrong.push(`a target of ${box.width.toFixed(0)} by ${box.height.toFixed(0)}: ${name(el)}`);
    }
  }
  return wrong;
}
"""

TEXT_IN_DRAWINGS = """
() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (el) => {
    for (; el; el = el.parentElement) {
      const parts = parse(getComputedStyle(el).backgroundColor);
      if (parts.length === 3 || parts[3] > 0) return parts;
    }
    return [255, 255, 255];
  };
  const wrong = [];
  for (const text of document.querySelectorAll('svg text')) {
    const drawn = text.ownerSVGElement.querySelector('rect[data-ground]');   // what all of its text stands on
    const under = drawn ? parse(getComputedStyle(drawn).fill) : ground(text);
    const [a, b] = [light(parse(getComputedStyle(text).fill)), light(under)].sort((x, y) => x - y);
    const contrast = (b + 0.05) / (a + 0.05);
    if (contrast < 4.5) wrong.push(`drawn text of contrast ${contrast.toFixed(1)}: ${text.textContent}`);
  }
  for (const svg of document.querySelectorAll('svg:not([aria-hidden="true"])')) {
    const named = (svg.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent);
    if (!named.join('').trim() && !svg.getAttribute('aria-label')) wrong.push('a drawing without a name');
  }
  return wrong;
}
"""

TOO_WIDE = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const out = [...document.body.querySelectorAll('*')].filter((el) => el.getBoundingClientRect().right > room + 1
    && !el.parentElement.closest('.scroll') && !el.classList.contains('scroll'));
  const names = out.slice(-3).map((el) => el.outerHTML.replace(/\\s+/g, ' ').slice(0, 90));
  return [`the page is ${document.documentElement.scrollWidth} wide in a window of ${room}: ${names.join(' | ')}`];
}
"""


@dataclass
class Listener:
    """Hears what goes wrong in a browser's page without anybody seeing it."""

    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"a script failed: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.heard.append(f"the console says: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/assets/" in response.url):
            self.heard.append(f"{response.status} from {response.url}")

    def all(self) -> list[str]:
        """What was heard since last asked."""
        heard, self.heard = self.heard, []
        return heard


def faults(page: Page) -> list[str]:
    """Everything wrong with the page as it stands in the browser, once it stands there."""
    page.wait_for_load_state("load")
    page.locator("h1").first.wait_for(state="attached")
    found: list[str] = [*page.evaluate(OWN_RULES), *page.evaluate(TEXT_IN_DRAWINGS)]
    found += axe(page)
    page.emulate_media(color_scheme="dark")
    found += [
        f"in the dark: {fault}"
        for fault in (*axe(page, only="color-contrast"), *page.evaluate(TEXT_IN_DRAWINGS))
    ]
    page.emulate_media(color_scheme="light")
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    found += page.evaluate(TOO_WIDE)
    if before:
        page.set_viewport_size(before)
    return found


def axe(page: Page, only: str = "") -> list[str]:
    """What axe-core finds, a line for each kind of fault with the first places."""
    options: dict[str, Any] = {"runOnly": [only], "resultTypes": ["violations"]} if only else RULES
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = page.evaluate(RUN_AXE, options)
    return [
        f"{found['id']}: {found['help']}: "
        + " | ".join(f"{node['html'][:120]} ({node['failureSummary'][-120:]})" for node in found["nodes"][:2])
        for found in violations
    ]


def assert_accessible(page: Page, listener: Listener | None = None) -> None:
    """Fail with everything that is wrong with the page, in light and dark and at 320 pixels."""
    found = [*faults(page), *(listener.all() if listener else [])]
    assert not found, f"{page.url}\n" + "\n".join(f"  - {fault}" for fault in found)
