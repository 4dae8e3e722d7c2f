from collections.abc import AsyncIterator, Iterator

import pytest

from server import crypto
from tests.browser.running import House, open_house
from tests.browser.running_site import RunningSite
from tests.keyring import KEYRING
from tests.ports import free_port

from .front import Front, front
from .webdriver import DESKTOP, Page, window


@pytest.fixture(scope="module", params=["http", "https"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    crypto.use(KEYRING)
    address = f"{request.param}://localhost:{free_port()}"
    with open_house(tmp_path_factory.mktemp("webkit"), address=address) as opened:
        yield opened


@pytest.fixture
async def proxy(house: House) -> AsyncIterator[Front]:
    async with front(house) as opened:
        yield opened


@pytest.fixture
async def site(house: House, proxy: Front) -> AsyncIterator[RunningSite]:
    async with house.cleared() as site:
        yield site


@pytest.fixture
async def phone(site: RunningSite) -> AsyncIterator[Page]:
    async with window(site.base_url) as page:
        yield page


@pytest.fixture
async def desk(site: RunningSite) -> AsyncIterator[Page]:
    async with window(site.base_url, DESKTOP) as page:
        yield page
