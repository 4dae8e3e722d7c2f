"use strict";
// Text that was typed into a form that did not arrive, by the form's address. It is stored with the offline bundle,
// under the same key, and belongs to the person who typed it.

const KeptText = (() => {
  const PREFIX = "typed:";

  /** @type {(path: string) => Promise<Typed | null>} */
  const of = (path) => OfflineBundle.things.get(PREFIX + path);
  /** @type {(path: string, value: Typed) => Promise<void>} */
  const put = (path, value) => OfflineBundle.things.put(PREFIX + path, value);
  /** @type {(path: string) => Promise<unknown>} */
  const forget = (path) => OfflineBundle.things.remove(PREFIX + path);

  // Delete the text of people who are no longer signed in here.
  /** @param {string[]} people */
  async function forgetOthers(people) {
    const names = await OfflineBundle.things.transact("things", "readonly", (things) => things.getAllKeys());
    for (const name of names.map(String).filter((each) => each.startsWith(PREFIX))) {
      const path = name.slice(PREFIX.length);
      if (!people.includes((await of(path))?.person ?? "")) await forget(path);
    }
  }

  return { of, put, forget, forgetOthers };
})();
