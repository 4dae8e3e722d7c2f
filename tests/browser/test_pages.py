"""Every page in light and dark: axe finds no violation, targets are large enough, and nothing runs off a phone."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser

from .check_in_walk import walk_through_check_ins
from .inspection import Inspection, all_pages, looked_at, report_of
from .patient_walk import SETTINGS, walk_about, walk_in
from .running_site import RunningSite
from .staff_walk import walk_the_desk, walk_to_the_door

Walk = Callable[[Browser, RunningSite], Awaitable[list[Inspection]]]

VISIT, CHECK_IN, PATIENT = "{appointment_id:str}", "/check-ins/{check_in_id:str}", "/staff/patients/{patient_id:str}"
WAY_IN = {
    "/install",
    "/join",
    "/join/asked",
    "/help",
    "/privacy",
    "/offline",
    "/offline/unsent",
    "/reminders",
    "/reminders/help",
    "/reminders/test",
}
WAY_IN |= {"/go/{token:str}", "/stop-email/{token:str}", "/join/not-me"}
ABOUT = {"/", "/answers", f"/visits/{VISIT}", "/help", "/sign-out", "/my-data"}
ABOUT |= {"/settings/phones/add", "/settings/devices/{device_id:str}/end", "/set-aside"}
ABOUT |= {"/settings/passkeys/{passkey_id:str}/end", "/settings/helpers/{caregiver_id:str}/end"}
ABOUT |= {f"/settings{page}" for page in SETTINGS}
CHECK_INS = {
    f"{CHECK_IN}/{page}" for page in ("who", "same", "different", "q/{link_id:str}", "check", "urgency", "sent")
} | {"/answers"}
DOOR = {"/staff/sign-in", "/staff/link", "/offline/desk", "/offline/desk/unsent"}
DESK = {f"/staff{page}" for page in ("", "/patients", "/patients/new", "/schedule", "/account", "/clinic", "/team")}
DESK |= {
    PATIENT,
    f"{PATIENT}/edit",
    f"{PATIENT}/care",
    f"{PATIENT}/care/reverse",
    f"{PATIENT}/print",
    f"{PATIENT}/devices",
    "/staff/devices/{device_id:str}/end",
    "/staff/flags/{flag_id:str}",
    "/staff/check-ins/{check_in_id:str}/by-phone",
    "/staff/responses/{response_id:str}",
    "/staff/responses/{response_id:str}/correct",
    f"/staff/visits/{VISIT}",
    "/staff/visits/new",
    "/staff/visits/at",
    "/staff/clinic/channels",
    "/staff/clinic/on-call",
    "/staff/triggers",
    "/staff/triggers/new",
    "/staff/triggers/{trigger_id:str}",
    "/staff/triggers/{trigger_id:str}/end",
    f"{PATIENT}/plans/{{plan_id:str}}/end",
    f"{PATIENT}/past/{{what:str}}",
}


async def inspect(walk: Walk, listed: set[str], chromium: Browser, site: RunningSite) -> None:
    walked = await walk(chromium, site)
    assert listed - looked_at(walked) == set()
    found = report_of(walked)
    assert not found, found


@pytest.mark.sweep
async def test_pages_before_and_during_joining(chromium: Browser, site: RunningSite) -> None:
    await inspect(walk_in, WAY_IN, chromium, site)


@pytest.mark.sweep
async def test_home_and_the_pages_that_it_leads_to(chromium: Browser, site: RunningSite) -> None:
    await inspect(walk_about, ABOUT, chromium, site)


@pytest.mark.sweep
async def test_pages_of_a_check_in(chromium: Browser, site: RunningSite) -> None:
    await inspect(walk_through_check_ins, CHECK_INS, chromium, site)


@pytest.mark.sweep
async def test_the_staff_sign_in(chromium: Browser, site: RunningSite) -> None:
    await inspect(walk_to_the_door, DOOR, chromium, site)


@pytest.mark.sweep
async def test_the_staff_pages(chromium: Browser, site: RunningSite) -> None:
    await inspect(walk_the_desk, DESK, chromium, site)


def test_no_page_is_left_out() -> None:
    """A new page must be visited in `patient_walk` or `staff_walk`, and listed above."""
    assert all_pages() - WAY_IN - ABOUT - CHECK_INS - DOOR - DESK == set()
