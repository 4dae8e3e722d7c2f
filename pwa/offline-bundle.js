"use strict";
// The offline bundle: the due check-ins as the server drew them, and the drafts of their answers. It is encrypted with
// a key that can't leave this browser, and deleted when the person signs out. Pages and the service worker both load
// this script.

const OfflineBundle = (() => {
  // Phones have stored bundles under these names, and drafts under those below: don't rename them.
  const transact = Store("interlude-held", { keys: {}, things: {} });
  const BUNDLE = "held";
  const PATIENCE = 15000; // ms
  const page = globalThis.document?.body.dataset;
  /** @type {Promise<Bundle | null> | null} */
  let refreshing = null;
  let signedOut = false; // then a bundle that is still on its way must not be stored

  /** @returns {Promise<CryptoKey>} */
  async function deviceKey() {
    const stored = await transact("keys", "readonly", (keys) => keys.get("device"));
    if (stored) return stored;
    const created = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await transact("keys", "readwrite", (keys) => keys.add(created, "device")).catch(() => {}); // another page was first
    return transact("keys", "readonly", (keys) => keys.get("device"));
  }

  /** @param {string} text */
  const bytes = (text) => new TextEncoder().encode(text);
  /** @type {(name: string, iv: Uint8Array<ArrayBuffer>) => AesGcmParams} */
  const cipher = (name, iv) => ({ name: "AES-GCM", iv, additionalData: bytes(name) });

  /** @type {(name: string, value: Bundle | Draft | Typed) => Promise<void>} */
  async function put(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const box = await crypto.subtle.encrypt(cipher(name, iv), await deviceKey(), bytes(JSON.stringify(value)));
    await transact("things", "readwrite", (things) => things.put({ iv, box }, name));
  }

  // Null if nothing is stored under this name, or if it can't be decrypted any more.
  /** @param {string} name */
  async function get(name) {
    try {
      const stored = await transact("things", "readonly", (things) => things.get(name));
      if (!stored) return null;
      const { iv, box } = stored;
      return JSON.parse(
        new TextDecoder().decode(await crypto.subtle.decrypt(cipher(name, iv), await deviceKey(), box)),
      );
    } catch (error) {
      console.warn("offline bundle:", name, error);
      return null;
    }
  }

  // Everyone who is signed in on this phone, as a page or a bundle says (case 97).
  /** @type {(whose: Whose) => string[]} */
  const everyone = ({ person, people }) => (people ?? person ?? "").split(" ");
  /** @type {(one: Whose, other: Whose) => boolean} */
  const overlap = (one, other) => everyone(one).some((person) => everyone(other).includes(person));

  /** @returns {Promise<Bundle | null>} */
  const current = () => get(BUNDLE);
  /** @param {string | IDBKeyRange} names */
  const remove = (names) => transact("things", "readwrite", (things) => things.delete(names));
  const clear = () => remove(IDBKeyRange.upperBound("~")); // not what staff typed in this browser (pwa/desk-texts.js)

  /** @type {(checkIn: string, source: Source) => string} */
  const draftName = (checkIn, source) => `draft:${checkIn}:${source}`;
  /** @type {(checkIn: string, source: Source) => Promise<Draft | null>} */
  const draft = (checkIn, source) => get(draftName(checkIn, source));
  /** @type {(checkIn: string, source: Source, value: Draft) => Promise<void>} */
  const putDraft = (checkIn, source, value) => put(draftName(checkIn, source), value);

  const signOut = () => ((signedOut = true), clear());

  // The server's newest bundle of this person. Rejects if the server does not answer. `shown`: see below.
  /** @param {string} [shown] */
  function refresh(shown) {
    refreshing ??= fetchBundle(shown).finally(() => (refreshing = null));
    return refreshing;
  }

  /** @type {(shown?: string) => Promise<Bundle | null>} */
  async function fetchBundle(shown) {
    const before = await ownBundle();
    const stood = await notifications(); // one that comes during the request is newer than its response
    const request = { headers: { accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) };
    const response = await fetch(`/held?have=${before?.mark ?? ""}`, request);
    if (response.status === 401) await clear(); // nobody is signed in here any more
    const now = response.status === 200 ? { ...(await response.json()), ahead: serverAhead(response) } : before;
    if (now !== before) await replace(before, now);
    if (response.ok) await updateNotifications(now, stood, shown);
    return now;
  }

  // The network may fail for a moment just as a page opens, and that page may be the last for days.
  const keepTrying = (wait = 1000) => refresh().catch(() => wait < 6e4 && setTimeout(keepTrying, wait, wait * 5));

  // By how many ms the server's clock is ahead of this phone's. Up to two seconds count as none.
  /** @param {Response} response */
  function serverAhead(response) {
    const by = Date.parse(response.headers.get("date") ?? "") - Date.now();
    return Math.abs(by) > 2000 ? by : 0;
  }

  // The stored bundle, if it belongs to somebody who is signed in here. Delete another person's at once.
  async function ownBundle() {
    const before = await current();
    if (!before || !page?.person || overlap(before, page)) return before;
    await clear();
    return null;
  }

  /** @type {(before: Bundle | null, now: Bundle) => Promise<void>} */
  async function replace(before, now) {
    if (signedOut) return;
    if (before && !overlap(before, now)) await clear();
    for (const old of before?.forms ?? []) {
      if (!now.forms.some((form) => form.id === old.id)) await removeCheckIn(old.id);
    }
    await put(BUNDLE, now);
  }

  // Forget a check-in that was sent or is over. Its answers are with the clinic, or in the outbox.
  /** @param {string} checkIn */
  async function removeCheckIn(checkIn) {
    for (const source of /** @type {const} */ (["patient", "helper"])) {
      await remove(draftName(checkIn, source));
    }
    const bundle = await current();
    if (bundle) await put(BUNDLE, { ...bundle, mark: "", forms: bundle.forms.filter((form) => form.id !== checkIn) });
  }

  async function notifications() {
    const worker = globalThis.registration ?? (await navigator.serviceWorker?.getRegistration());
    return (await inTurn(() => worker?.getNotifications())) ?? [];
  }

  // If a page reads the list while a notification is being shown, Chromium forgets that notification: a tap on it does
  // nothing. So the two take turns, for a second at most: a frozen page may hold the lock, and a push must be shown.
  /** @type {<T>(act: () => T) => Promise<Awaited<T>>} */
  async function inTurn(act) {
    let isTurn = false;
    const begin = () => ((isTurn = true), act());
    try {
      return await navigator.locks.request("notifications", { signal: AbortSignal.timeout(1000) }, begin);
    } catch (error) {
      if (isTurn) throw error;
      return await act(); // also if the browser has no locks
    }
  }

  // Close notifications whose subject was answered elsewhere or is over. The one with the tag `shown` is new and stays.
  /** @type {(bundle: Bundle, stood: Notification[], shown?: string) => Promise<void>} */
  async function updateNotifications({ due, standing }, stood, shown) {
    for (const notification of stood) {
      const { pathname } = new URL(notification.data?.url ?? "/", location.origin);
      const isForStaff = pathname.split("/")[1] === "staff";
      if (!isForStaff && notification.tag !== shown && !standing.includes(notification.tag)) notification.close();
    }
    await (due ? navigator.setAppBadge?.(due) : navigator.clearAppBadge?.())?.catch(() => {});
  }

  const things = { get, put, remove, transact }; // for the other things stored there
  return { things, current, everyone, draft, putDraft, signOut, refresh, keepTrying, removeCheckIn, inTurn };
})();

// Whenever a page opens, once it has loaded; also if the shown patient's session has ended and others go on.
if (["yes", "others"].includes(globalThis.document?.body.dataset.signedIn ?? "")) {
  addEventListener("load", () => setTimeout(OfflineBundle.keepTrying, 200));
}
