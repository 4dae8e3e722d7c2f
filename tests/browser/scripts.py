"""How a test reaches the page scripts in a page."""

from functools import cache

from server.web.assets import Assets


def module(name: str) -> str:
    """An expression that imports a module by its address.

    If the page has loaded it, that is the same module with its state.
    """
    return f'import("{_assets().url(name)}")'


@cache
def _assets() -> Assets:
    return Assets()


# The things that the offline store has, each with the names of its parts; none without a store.
STORED = """async () => !(await indexedDB.databases()).some(({ name }) => name === "interlude-held") ? [] :
new Promise((done, failed) => {
  const request = indexedDB.open("interlude-held");
  request.onerror = () => failed(request.error);
  request.onsuccess = () => {
    const all = request.result.transaction("things").objectStore("things");
    const [names, values] = [all.getAllKeys(), all.getAll()];
    all.transaction.oncomplete = () => {
      request.result.close();
      done(names.result.map((name, at) => [name, Object.keys(values.result[at])]));
    };
  };
})"""
