"use strict";
// The shell: the part of the app that the service worker keeps for times without a network. It never keeps other pages,
// because they have health data. `name` contains a hash of all pages, texts and scripts.

/** @param {string} name */
function Shell(name) {
  // Two pages, and the text of a notification that can't be read, in the language of the pages. The first page continues
  // a check-in from the offline bundle (pwa/offline-page.js). Two more stand in for the desk's, if one was opened.
  const [OFFLINE, UNSENT, WORDS] = ["/offline", "/offline/unsent", "/offline/words"];
  const [DESK, DESK_UNSENT] = ["/offline/desk", "/offline/desk/unsent"];

  async function fill() {
    const shell = await caches.open(name);
    await keepPages(shell, [OFFLINE, UNSENT, WORDS]);
    if (await caches.match(DESK)) await keepPages(shell, [DESK, DESK_UNSENT]); // a former shell may have them
  }

  async function keepDesk() {
    const shell = await caches.open(name);
    if (!(await shell.match(DESK))) await keepPages(shell, [DESK, DESK_UNSENT]);
  }

  // Keep these pages, and the assets that the first of them loads.
  /** @type {(shell: Cache, paths: string[]) => Promise<void>} */
  async function keepPages(shell, paths) {
    await shell.addAll(paths.map((path) => new Request(path, { cache: "reload" })));
    const page = await /** @type {Response} */ (await shell.match(paths[0])).text();
    await shell.addAll(/** @type {string[]} */ (page.match(/\/static\/[^"]+\.(js|css)/g)));
  }

  /** @param {string} kept */
  async function removeOthers(kept) {
    const others = (await caches.keys()).filter((other) => ![name, kept].includes(other));
    await Promise.all(others.map((other) => caches.delete(other)));
  }

  const isFilled = async () => Boolean(await caches.match(OFFLINE));
  const words = async () => (await caches.match(WORDS))?.json();

  // Language, text size and scanning apply to the offline pages too: fetch them again after a change.
  /** @param {string | null} look */
  async function updateLook(look) {
    const cached = await caches.match(OFFLINE);
    if (look && cached?.headers.get("interlude-look") !== look) await fill().catch(() => {});
  }

  // Status 503: this is not the page that was asked for, and the content of a form has not arrived.
  /** @type {(isDesk: boolean, isUnsent: boolean) => Promise<Response>} */
  async function standIn(isDesk, isUnsent) {
    const [page, unsent] = isDesk ? [DESK, DESK_UNSENT] : [OFFLINE, UNSENT];
    const cached = await caches.match(isUnsent ? unsent : page);
    return cached ? new Response(cached.body, { status: 503, headers: cached.headers }) : Response.error();
  }

  // The name of an asset has a hash in it, so its content never changes.
  /** @param {Request} request */
  async function asset(request) {
    const cached = await caches.match(request);
    if (cached) return cached;
    const response = await fetch(request);
    if (response.ok) (await caches.open(name)).put(request, response.clone());
    return response;
  }

  return { asset, fill, isFilled, keepDesk, removeOthers, standIn, updateLook, words };
}
