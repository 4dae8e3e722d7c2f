"""How this phone shows pages: text size, one-switch scanning, reading aloud."""

import pytest

from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_text_size_belongs_to_this_phone_and_stays_after_signing_out(signed_in: Enter, cast: Cast) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert 'data-size="100"' in (await rosa.get("/")).text
    page = await rosa.submit("/settings/size", {"size": "200"})
    assert 'data-size="200"' in page.text
    assert 'data-size="100"' in (await luis.get("/")).text
    await rosa.submit("/sign-out")
    assert 'data-size="200"' in (await rosa.get("/join")).text


async def test_an_unknown_size_is_refused(browser: Browser) -> None:
    assert (await browser.submit("/settings/size", {"size": "900"})).status_code == 422


async def test_one_switch_scanning_is_turned_on_and_off_for_this_phone(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert "data-scan" not in (await rosa.get("/")).text
    await rosa.submit("/settings/scan", {"step": "3"})
    page = await rosa.get("/")
    assert 'data-scan="3"' in page.text
    assert "/static/switch-scanning." in page.text
    assert page.headers["interlude-look"] == "en-100-3-normal"
    await rosa.submit("/settings/scan", {"step": "off"})
    assert "data-scan" not in (await rosa.get("/")).text
    assert (await rosa.submit("/settings/scan", {"step": "9"})).status_code == 422


async def test_the_read_aloud_button_is_slow_or_hidden_as_chosen(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    assert 'data-aloud="normal"' in (await rosa.get("/")).text
    assert "Read aloud: on" in words(await rosa.get("/settings/look"))
    for aloud in ("slow", "off"):
        page = await rosa.submit("/settings/aloud", {"aloud": aloud})
        assert f'value="{aloud}" class="said"' in page.text
        assert f'data-aloud="{aloud}"' in (await rosa.get("/")).text
    assert "Read aloud: off" in words(await rosa.get("/settings/look"))
    assert (await rosa.submit("/settings/aloud", {"aloud": "loud"})).status_code == 422
