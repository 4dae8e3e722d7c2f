"""SQLite without the driver's thread, which takes more time than SQLite does, and without durability."""

from queue import SimpleQueue
from typing import Any

from sqlalchemy import Engine, event


class Inline:
    """Replaces the queue of the driver's thread. It runs each job at once, except the one that ends the thread."""

    def __init__(self, queue: "SimpleQueue[Any]") -> None:
        self._queue = queue

    def put_nowait(self, item: tuple[Any, Any]) -> None:
        future, work = item
        if getattr(work, "__name__", "") == "close_and_stop":
            self._queue.put_nowait(item)
            return
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)


def hurry(engine: Engine) -> None:
    event.listen(engine, "do_connect", _in_any_thread)
    event.listen(engine, "connect", _hurry)


def _in_any_thread(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
    parameters["check_same_thread"] = False


def _hurry(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    driver = connection.driver_connection
    if isinstance(getattr(driver, "_tx", None), SimpleQueue):  # a newer driver works differently and is only slower
        driver._tx = Inline(driver._tx)
