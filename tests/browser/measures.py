"""Sizes for people who press with a knuckle: tall targets, far apart, few of them, and nothing beyond the edge."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, ViewportSize

from .chromium import DESKTOP, PHONE, axe_violations

# Everything that a colour scheme can change.
OF_COLOUR = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]
NARROW: ViewportSize = {"width": 320, "height": 640}
LOW: ViewportSize = {"width": 320, "height": 256}
ENLARGE = "size => { document.documentElement.dataset.size = size; }"

# A control is something to press or type into. For a checkbox or radio button it is the label. A link inside a sentence
# does not count as a target (WCAG 2.2, target size: inline).
# no target of its own (WCAG 2.2, target size: inline).
MEASURE = """({tall, apart, most}) => {
  const all = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [tabindex='0']")];
  const shown = element => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && box.right > 0;
  };
  const inline = element => {
    if (element.tagName !== "A" || getComputedStyle(element).display !== "inline") return false;
    const around = element.closest("p, li, dd, td, div");
    return around !== null && around.innerText.trim().length > element.innerText.trim().length;
  };
  const name = element => {
    const words = element.innerText || element.getAttribute("aria-label") || element.name || element.id;
    return `${element.tagName.toLowerCase()} “${String(words).trim().replace(/\\s+/g, " ").slice(0, 40)}”`;
  };
  const target = element => /^(checkbox|radio)$/.test(element.type) ? element.closest("label") ?? element : element;
  const controls = all.filter(shown);
  const targets = controls.filter(element => !inline(element))
    .map(element => ({name: name(target(element)), element, box: target(element).getBoundingClientRect()}));
  const faults = targets.filter(({box}) => box.height < tall - 0.5)
    .map(({name, box}) => `${name} is ${box.height.toFixed(1)} px tall`);
  const between = (low, high, otherLow, otherHigh) => Math.max(0, otherLow - high, low - otherHigh);
  const gap = (a, b) =>
    Math.hypot(between(a.left, a.right, b.left, b.right), between(a.top, a.bottom, b.top, b.bottom));
  targets.forEach((one, index) => targets.slice(index + 1).forEach(other => {
    const space = gap(one.box, other.box);
    if (!one.element.contains(other.element) && space < apart - 0.5)
      faults.push(`${space.toFixed(1)} px between ${one.name} and ${other.name}`);
  }));
  const counted = controls.filter(element => !element.closest(".grid11"));
  if (counted.length > most) faults.push(`${counted.length} controls: ${counted.map(name).join(", ")}`);
  return faults;
}"""
SIDEWAYS = """() => {
  const root = document.scrollingElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const all = [...document.body.querySelectorAll("*")];
  const outside = box => box.right > width + 0.5 || box.left < -0.5;
  const over = all.filter(each => outside(each.getBoundingClientRect()));
  const deepest = over.filter(each => !over.some(other => other !== each && each.contains(other)));
  const named = deepest.slice(0, 3).map(each => `${each.tagName.toLowerCase()} “${each.innerText?.slice(0, 40)}”`);
  return [`scrolls sideways, ${root.scrollWidth} px wide: ${named.join(", ")}`];
}"""

# Words that overflow the box drawn around them, or are cut off in it.
CLIPPED = """() => {
  const boxes = [...document.querySelectorAll(
    "main :is(a, button, p, h1, h2, dd, dt, li, label, summary, .card, .row > *)")];
  const shown = boxes.filter(each => each.checkVisibility() && !each.closest(".unseen") && each.clientWidth > 0);
  const wide = shown.filter(each => each.scrollWidth > each.clientWidth + 1);
  const tall = shown.filter(each => getComputedStyle(each).overflowY !== "visible"
    && each.scrollHeight > each.clientHeight + 1);
  const named = each => `${each.tagName.toLowerCase()} “${each.innerText.trim().slice(0, 40)}”`;
  return [...new Set([...wide, ...tall])].map(each => `${named(each)} is clipped`);
}"""


@dataclass(frozen=True)
class Owed:
    """The limits in CSS pixels. `most` is the number of controls on a page.

    At `narrow`, nothing may scroll sideways.
    """

    tall: int
    apart: int
    most: int
    sizes: tuple[ViewportSize, ...]
    narrow: ViewportSize


PATIENT = Owed(tall=64, apart=16, most=9, sizes=(PHONE,), narrow=NARROW)
STAFF = Owed(tall=44, apart=0, most=1000, sizes=(PHONE, DESKTOP), narrow=PHONE)


async def faults_of_size(page: Page, owed: Owed) -> list[str]:
    """Targets that are too small, too close, cut off or beyond the edge, at the narrowest and all of `owed.sizes`."""
    sizes = {"tall": owed.tall, "apart": owed.apart, "most": owed.most}
    found: list[str] = []
    for size in (owed.narrow, *owed.sizes):
        wrong = await _at(page, size, SIDEWAYS) + await _at(page, size, CLIPPED) + await _at(page, size, MEASURE, sizes)
        found += [f"at {size['width']} px {fault}" for fault in wrong]
    return found


async def faults_of(page: Page, owed: Owed) -> list[str]:
    """All faults of the page as it is now, in light and dark. Leaves the page at the last of `owed.sizes`."""
    found = [f"at {owed.narrow['width']} px {fault}" for fault in await _at(page, owed.narrow, SIDEWAYS)]
    if owed is PATIENT:
        found += await faults_enlarged(page)
    sizes = {"tall": owed.tall, "apart": owed.apart, "most": owed.most}
    for size in owed.sizes:
        width = size["width"]
        wrong = await _at(page, size, SIDEWAYS) + await _at(page, size, MEASURE, sizes)
        found += [f"at {width} px {fault}" for fault in wrong if f"at {width} px {fault}" not in found]
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"in dark {violation}" for violation in _folded(await axe_violations(page, OF_COLOUR))]
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += [f"in light {violation}" for violation in _folded(await axe_violations(page))]
    return found


async def faults_enlarged(page: Page) -> list[str]:
    """What does not fit at 320 by 256 pixels with larger text. Only a phone's pages offer larger text."""
    chosen = await page.evaluate("document.documentElement.dataset.size")
    found: list[str] = []
    for size in ("150", "200"):
        await page.evaluate(ENLARGE, size)
        wrong = await _at(page, LOW, SIDEWAYS) + await _at(page, LOW, CLIPPED)
        found += [f"at 320 × 256 px and {size} % {fault}" for fault in wrong]
    await page.evaluate(ENLARGE, chosen)
    return found


def _folded(violations: list[str]) -> list[str]:
    """One line for all elements with the same fault."""
    alike: dict[tuple[str, str], list[str]] = {}
    for violation in violations:
        rule, target, summary = violation.split(": ", 2)
        alike.setdefault((rule, summary), []).append(target)
    return [f"{rule}: {len(on)} × {on[0]}: {summary}" for (rule, summary), on in alike.items()]


async def _at(page: Page, size: ViewportSize, script: str, argument: Any = None) -> list[str]:
    await page.set_viewport_size(size)
    found: list[str] = await page.evaluate(script, argument)
    return found
