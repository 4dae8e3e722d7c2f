"""A short mark of what a patient's page shows: the page asks again when it becomes visible again (case 87)."""

import hashlib
import re

HEADER = "Interlude-State"
BODY = '<body class="phone"'
# Hidden fields that differ each time that the same page is drawn.
TOKENS = re.compile(r'name="(?:_csrf_token|once)" value="[^"]*"')


def state_of(html: str) -> str:
    """The same for two drawings of a page that look the same."""
    return hashlib.sha256(TOKENS.sub("", html).encode()).hexdigest()[:16]


def marked(html: str) -> tuple[str, dict[str, str]]:
    """A patient's page with its mark, for pwa/app.js, and the header by which it asks again. Other pages have none."""
    if BODY not in html:
        return html, {}
    state = state_of(html)
    return html.replace(BODY, f'{BODY} data-state="{state}"', 1), {HEADER: state}
