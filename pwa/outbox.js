"use strict";
// The outbox: sealed entries that the clinic has not received. An entry is encrypted to the server's public key, so this
// phone can't read it back. It leaves the outbox only on a 2xx that echoes its id. It carries a whole check-in, or single
// answers that found no network. Pages fill the outbox; pages and the service worker send it. Both load this script.

const Outbox = (() => {
  // Phones have these names on them, and those of the records; the server derives its key from INFO: they stay.
  const channel = globalThis.BroadcastChannel && new BroadcastChannel("interlude-outbox");
  const transact = Store("interlude-outbox", { entries: { keyPath: "client_id" } });
  const INFO = new TextEncoder().encode("interlude outbox 1");
  const KEY_CACHE = "outbox-key";
  /** @type {Map<string, Receipt>} */
  const receipts = new Map(); // of what was sent while this page was open, by client id
  const PATIENCE = 20000; // ms: a network that hangs counts as none
  /** @type {Map<string, Promise<Sent>>} */
  const sending = new Map(); // what is on its way, by client id

  /** @returns {Promise<Entry[]>} */
  const all = () => transact("entries", "readonly", (store) => store.getAll());
  /**
   * @param {string} id
   * @returns {Promise<Entry | undefined>}
   */
  const get = (id) => transact("entries", "readonly", (store) => store.get(id));
  /** @param {string} id */
  const remove = (id) => transact("entries", "readwrite", (store) => store.delete(id));
  /** @param {Entry} entry */
  const put = (entry) => transact("entries", "readwrite", (store) => store.put(entry));

  // Another person's entries on this phone are neither shown nor sent nor lost.
  const owner = async () => globalThis.document?.body.dataset.person ?? (await OfflineBundle.current())?.person;
  /**
   * @param {Entry} one
   * @param {Entry} other
   */
  const byTime = (one, other) => (one.at ?? 0) - (other.at ?? 0);
  async function own() {
    const person = await owner();
    return (await all()).filter((entry) => entry.owner === person).sort(byTime);
  }

  /** @returns {Promise<ServerKey | null>} */
  async function serverKey() {
    const response = await fetch("/check-ins/key", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (response?.ok) {
      const key = await response.json();
      localStorage.setItem(KEY_CACHE, JSON.stringify(key));
      return key;
    }
    return cachedKey();
  }

  /** @returns {ServerKey | null} */
  const cachedKey = () => JSON.parse(localStorage.getItem(KEY_CACHE) ?? "null");

  /**
   * @param {string} clientId
   * @param {Content} content
   * @returns {Promise<Sealed>}
   */
  async function seal(clientId, content) {
    const server = cachedKey() ?? (await serverKey());
    if (!server) throw new Error("no key yet");
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const theirs = await crypto.subtle.importKey("raw", bytes(server.key), curve, false, []);
    const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    const publicRaw = await crypto.subtle.exportKey("raw", ours.publicKey);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const derive = { name: "HKDF", hash: "SHA-256", salt: publicRaw, info: INFO };
    const key = await crypto.subtle.deriveKey(derive, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const cipher = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(clientId) };
    const box = await crypto.subtle.encrypt(cipher, key, new TextEncoder().encode(JSON.stringify(content)));
    return { client_id: clientId, key: server.id, public: text(publicRaw), iv: text(iv), box: text(box) };
  }

  /** @param {string} base64url */
  function bytes(base64url) {
    return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (ch) => ch.charCodeAt(0));
  }

  /** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} buffer */
  function text(buffer) {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // `part` is the last part of its address: "responses" for a whole check-in, "answers" for some of its answers.
  /**
   * @param {string} checkIn
   * @param {string} clientId
   * @param {Content} content
   * @param {Part} part
   * @returns {Promise<Entry>}
   */
  async function add(checkIn, clientId, content, part = "responses") {
    navigator.storage?.persist?.().catch(() => {}); // a browser may ask the person first: we do not wait for that
    const at = Date.now();
    const sealed = await seal(clientId, { ...content, answered_at: content.answered_at ?? at });
    /** @type {Entry} */
    const entry = { client_id: clientId, check_in: checkIn, part, owner: await owner(), state: "waiting", at, sealed };
    await put(entry);
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("outbox")).catch(() => {});
    return entry;
  }

  // "received", "waiting", "sign-in" or "look" (rejected); with the server's reason or receipt. Two triggers that overlap,
  // such as a network that returns and a page that becomes visible, share one request.
  /**
   * @param {Entry} entry
   * @returns {Promise<Sent>}
   */
  function send(entry) {
    const id = entry.client_id;
    const request = sending.get(id) ?? deliver(entry).finally(() => sending.delete(id));
    sending.set(id, request);
    return request;
  }

  /**
   * @param {Entry} entry
   * @returns {Promise<Sent>}
   */
  async function deliver(entry) {
    /** @type {Response} */
    let response;
    /** @type {Receipt | undefined} */
    let receipt;
    try {
      response = await fetch(`/check-ins/${entry.check_in}/${entry.part ?? "responses"}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ ...entry.sealed, owner: entry.owner, now: Date.now() }), // to correct a clock that is off
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.ok) receipt = await response.json(); // the network may fail in the middle of it
    } catch {
      return { state: "waiting" };
    }
    if (receipt) return received(entry, receipt);
    if (response.status === 401 || response.status === 403) return { state: "sign-in" };
    if (response.status >= 500 || [408, 429].includes(response.status) || !isFromServer(response)) {
      return { state: "waiting" };
    }
    return reject(entry, response);
  }

  // A network in between may answer instead of the server: that says nothing about the entry.
  /** @param {Response} response */
  const isFromServer = (response) => response.headers.get("content-type")?.includes("problem+json");

  // Not accepted, and not sent again; `why` is the server's word, or its status (pwa/rejected-entries.js shows it).
  /**
   * @param {Entry} entry
   * @param {Response} response
   * @returns {Promise<Sent>}
   */
  async function reject(entry, response) {
    const { detail } = await response.json().catch(() => ({}));
    const why = response.status === 410 ? detail : response.status;
    await put({ ...entry, state: "look", why });
    return { state: "look", why };
  }

  /**
   * @param {Entry} entry
   * @param {Receipt} receipt
   * @returns {Promise<Sent>}
   */
  async function received(entry, receipt) {
    if (receipt.client_id !== entry.client_id) return { state: "waiting" };
    receipts.set(entry.client_id, receipt);
    if (entry.part !== "answers") channel?.postMessage(entry.check_in); // Home may be another page than the one that sent it
    await remove(entry.client_id);
    return { state: "received", receipt };
  }

  // In the order in which they were answered. Where one can't be sent, the others wait behind it.
  async function flush() {
    for (const { client_id: id } of await own()) {
      const entry = await get(id); // another page may have sent it meanwhile
      if (entry?.state !== "waiting") continue;
      const { state } = await send(entry);
      if (state === "waiting" || state === "sign-in") break;
    }
    return own();
  }

  // The page hears what is in the outbox before the sending, which may take long, and after it.
  async function flushAndNotify() {
    notify(await own());
    notify(await flush());
  }

  /** @param {Entry[]} entries */
  const notify = (entries) => document.dispatchEvent(new CustomEvent("outbox", { detail: entries }));

  async function removeRejected() {
    for (const entry of await own()) if (entry.state === "look") await remove(entry.client_id);
  }

  // Whether the whole check-in is in the outbox.
  /** @param {string} checkIn */
  async function isSubmitted(checkIn) {
    return (await own()).some((entry) => entry.check_in === checkIn && entry.part !== "answers");
  }

  return { add, send, flush, flushAndNotify, own, all, isSubmitted, removeRejected, serverKey, receipts };
})();
