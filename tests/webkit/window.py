"""A window of WebKitGTK at the size of a phone, driven by WebDriver. Debian's Python runs it, which alone has `gi`."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")

from gi.repository import Gtk, WebKit2  # noqa: E402

# The stock browser can't be narrower than 447 pixels.
WIDTH, HEIGHT = int(sys.argv[1]), int(sys.argv[2])


def main() -> None:
    context = WebKit2.WebContext.new_ephemeral()
    context.set_automation_allowed(True)
    context.connect("automation-started", automate)
    Gtk.main()


def automate(context: WebKit2.WebContext, session: WebKit2.AutomationSession) -> None:
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window(default_width=WIDTH, default_height=HEIGHT, decorated=False)
    window.connect("destroy", Gtk.main_quit)
    window.add(view)
    window.show_all()
    session.connect("create-web-view", lambda _: view)


main()
