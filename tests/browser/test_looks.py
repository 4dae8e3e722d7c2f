"""What a look at the pages found and only a browser can see."""

from datetime import timedelta

from playwright.async_api import Browser, Page, ViewportSize, expect

from .chromium import DESKTOP, PHONE, new_page
from .people import answer_all, desk_of, phone_of, press, sees
from .running_site import RunningSite

ARROWS = """() => [...document.querySelectorAll("summary")].map(each => getComputedStyle(each, "::after").width)"""
COLOURS = """() => {
  const colour = name => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.background = `var(${name})`;
    const found = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return found;
  };
  return [getComputedStyle(document.querySelector(".said.notice")).backgroundColor, colour("--tint")];
}"""
# The space between what follows one another in a page, in pixels.
GAPS = """() => {
  const shown = [...document.querySelector("main").children].filter(each => each.getBoundingClientRect().height > 0);
  const boxes = shown.map(each => each.getBoundingClientRect());
  return boxes.slice(1).map((box, n) => Math.round(box.top - boxes[n].bottom));
}"""
# Words of a table that are broken in the middle. An address may be: it is one long word.
BROKEN = """() => {
  const broken = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest("td, th") || !node.parentElement.checkVisibility()) continue;
    if (node.parentElement.closest(".unseen")) continue;
    for (const word of node.data.matchAll(/[^\\s\\u00a0@-]+(?![^\\s]*@)/g)) {
      if (node.data.includes("@")) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
PLACEHOLDER = """field => {
  const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return room - pen.measureText(field.placeholder).width;
}"""
NARROW: ViewportSize = {"width": 320, "height": 640}


async def test_case_100_a_chosen_reply_and_what_unfolds_look_like_that(chromium: Browser, site: RunningSite) -> None:
    """Green as all that is chosen, not the colour of warnings; an arrow says that more unfolds."""
    await site.book_visit(timedelta(days=3))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await press(rosa, "I'll be there")
    await sees(rosa, "Thank you.")
    reply, chosen = await rosa.evaluate(COLOURS)
    assert reply == chosen
    assert [width for width in await rosa.evaluate(ARROWS) if width in ("auto", "0px")] == []
    assert await rosa.evaluate(ARROWS)


async def test_case_105_home_is_on_the_first_screen_after_sending(chromium: Browser, site: RunningSite) -> None:
    """The charts of what was answered before come after it."""
    await site.check_in_due_now(site.cast.rosa, "daily-three", {"pain": 1, "mood": "none", "breathing": "none"})
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "1", "Good", "No trouble")
    await press(rosa, "Send to clinic")
    await sees(rosa, "The clinic has received it")
    await expect(rosa.locator(".chart").first).to_be_attached()
    home = await rosa.get_by_role("link", name="Home", exact=True).bounding_box()
    assert home is not None
    assert home["y"] + home["height"] <= PHONE["height"]


async def test_no_empty_part_leaves_a_hole_in_a_page(chromium: Browser, site: RunningSite) -> None:
    phone = await new_page(chromium, base_url=site.base_url)
    await phone.goto("/offline")
    assert max(await phone.evaluate(GAPS)) <= 32


async def test_a_pairing_number_stays_on_one_line(chromium: Browser, site: RunningSite) -> None:
    phone = await new_page(chromium, base_url=site.base_url)
    await phone.goto("/join")
    await press(phone, "I don't have a code")
    await sees(phone, "Your number")
    for size in (PHONE, NARROW):
        await phone.set_viewport_size(size)
        assert await _lines(phone, ".pairing") == 1


async def _lines(page: Page, which: str) -> int:
    height = "each => each.getBoundingClientRect().height / parseFloat(getComputedStyle(each).lineHeight)"
    return round(float(await page.locator(which).evaluate(height)))


async def test_case_83_the_field_to_find_a_patient_shows_all_that_it_takes(
    chromium: Browser, site: RunningSite
) -> None:
    desk = await desk_of(chromium, site, site.cast.maria)
    for size in (DESKTOP, PHONE):
        await desk.set_viewport_size(size)
        await desk.goto("/staff/patients")
        assert await desk.locator("#q").evaluate(PLACEHOLDER) >= 0


async def test_no_word_of_a_table_is_broken_on_a_phone(chromium: Browser, site: RunningSite) -> None:
    await site.book_visit(timedelta(days=3))
    desk = await desk_of(chromium, site, site.cast.ruth)
    await desk.set_viewport_size(PHONE)
    for path in ("/staff/team", f"/staff/patients/{site.cast.rosa.id}"):
        await desk.goto(path)
        assert await desk.evaluate(BROKEN) == []
