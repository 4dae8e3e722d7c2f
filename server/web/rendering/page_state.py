"""A short mark of a patient's page: the page checks when it becomes visible again whether that changed (case 87)."""

import hashlib
import re

HEADER = "Interlude-State"
BODY = '<body class="phone"'
# Hidden fields that differ each time that the same page is drawn.
TOKENS = re.compile(r'name="(?:_csrf_token|once)" value="[^"]*"')


def state_of(html: str) -> str:
    """A hash that is equal for two drawings of a page that look the same."""
    return hashlib.sha256(TOKENS.sub("", html).encode()).hexdigest()[:16]


def marked(html: str) -> tuple[str, dict[str, str]]:
    """A patient's page with its mark, for pwa/app.js, and the header to compare it with. Other pages have none."""
    if BODY not in html:
        return html, {}
    state = state_of(html)
    return html.replace(BODY, f'{BODY} data-state="{state}"', 1), {HEADER: state}
