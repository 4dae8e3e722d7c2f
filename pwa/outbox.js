"use strict";
// The outbox: sealed entries that the clinic has not received. Each is a whole check-in or single answers, encrypted to
// the server's key: this phone can't read it back. It leaves on a 2xx with its id. Pages and the worker send it.

const Outbox = (() => {
  // Phones have stored entries under these names, and the server derives its key from INFO: don't rename them.
  const channel = globalThis.BroadcastChannel && new BroadcastChannel("interlude-outbox");
  const transact = Store("interlude-outbox", { entries: { keyPath: "client_id" } });
  const INFO = new TextEncoder().encode("interlude outbox 1");
  const KEY_CACHE = "outbox-key";
  /** @type {Map<string, Receipt>} */
  const receipts = new Map(); // for what this page has sent, by client id
  const PATIENCE = 20000; // ms: a network that hangs counts as none
  /** @type {Map<string, Promise<Sent>>} */
  const sending = new Map(); // entries that are on their way, by client id

  /** @returns {Promise<Entry[]>} */
  const all = () => transact("entries", "readonly", (store) => store.getAll());
  /** @type {(id: string) => Promise<Entry | undefined>} */
  const get = (id) => transact("entries", "readonly", (store) => store.get(id));
  /** @param {string} id */
  const remove = (id) => transact("entries", "readwrite", (store) => store.delete(id));
  /** @param {Entry} entry */
  const put = (entry) => transact("entries", "readwrite", (store) => store.put(entry));
  /** @returns {ServerKey | null} */
  const cachedKey = () => JSON.parse(localStorage.getItem(KEY_CACHE) ?? "null");

  // The entries of everyone who is signed in here. Another person's are neither shown nor sent nor lost.
  async function own() {
    const whose = globalThis.document?.body.dataset ?? (await OfflineBundle.current());
    const people = OfflineBundle.everyone(whose ?? {});
    return (await all()).filter(({ owner = "" }) => people.includes(owner)).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  }

  /** @returns {Promise<ServerKey | null>} */
  async function serverKey() {
    const response = await fetch("/check-ins/key", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (!response?.ok) return cachedKey();
    const key = await response.json();
    localStorage.setItem(KEY_CACHE, JSON.stringify(key));
    return key;
  }

  /** @type {(clientId: string, content: Content) => Promise<Sealed>} */
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

  // As base64url.
  /** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} buffer */
  function text(buffer) {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // Seal and store an entry. `part`: "responses" for a whole check-in, "answers" for some of its answers.
  /** @type {(checkIn: string, clientId: string, content: Content, part?: Part) => Promise<Entry>} */
  async function add(checkIn, clientId, content, part = "responses") {
    navigator.storage?.persist?.().catch(() => {}); // a browser may ask the person first: don't wait for that
    const at = Date.now();
    const sealed = await seal(clientId, { ...content, answered_at: content.answered_at ?? at });
    const { person: owner } = document.body.dataset;
    /** @type {Entry} */
    const entry = { client_id: clientId, check_in: checkIn, part, owner, state: "waiting", at, sealed };
    await put(entry);
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("outbox")).catch(() => {});
    return entry;
  }

  // Triggers that overlap share a request. If it finds no network, the later one tries anew: the network may be back.
  /** @type {(entry: Entry) => Promise<Sent>} */
  async function send(entry) {
    const id = entry.client_id;
    const earlier = await sending.get(id)?.catch(() => null);
    if (earlier && earlier.state !== "waiting") return earlier;
    const request = sending.get(id) ?? deliver(entry).finally(() => sending.delete(id));
    sending.set(id, request);
    return request;
  }

  /** @type {(entry: Entry) => Promise<Sent>} */
  async function deliver(entry) {
    const response = await post(entry).catch(() => null);
    /** @type {Receipt | null} */
    const receipt = response?.ok ? await response.json().catch(() => null) : null; // the network may fail in mid-answer
    if (receipt) return received(entry, receipt);
    if (response?.status === 401 || response?.status === 403) return { state: "sign-in" };
    return response && isRejection(response) ? reject(entry, response) : { state: "waiting" };
  }

  /** @param {Entry} entry */
  function post({ check_in: checkIn, part = "responses", owner, sealed }) {
    return fetch(`/check-ins/${checkIn}/${part}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ ...sealed, owner, now: Date.now() }), // to correct a clock that is off
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  // Other statuses say nothing about the entry: a network in between may send them, or a server in trouble.
  /** @param {Response} response */
  function isRejection({ status, headers }) {
    const isFromServer = headers.get("content-type")?.includes("problem+json");
    return isFromServer && status < 500 && ![408, 429].includes(status);
  }

  // Set the entry aside; it is not sent again. pwa/rejected-entries.js shows `why`: the server's word, or its status.
  /** @type {(entry: Entry, response: Response) => Promise<Sent>} */
  async function reject(entry, response) {
    const { detail } = await response.json().catch(() => ({}));
    const why = response.status === 410 ? detail : response.status;
    await put({ ...entry, state: "look", why });
    return { state: "look", why };
  }

  /** @type {(entry: Entry, receipt: Receipt) => Promise<Sent>} */
  async function received(entry, receipt) {
    if (receipt.client_id !== entry.client_id) return { state: "waiting" };
    receipts.set(entry.client_id, receipt);
    if (entry.part !== "answers") channel?.postMessage(entry.check_in); // Home may be another page than this one
    await remove(entry.client_id);
    return { state: "received", receipt };
  }

  // Send the entries in the order of their answers. If one can't be sent, the others wait behind it; if a session has
  // ended, those of the same person.
  async function flush() {
    let ended;
    for (const { client_id: id, owner } of await own()) {
      const entry = await get(id); // another page may have sent it meanwhile
      if (entry?.state !== "waiting" || owner === ended) continue;
      const { state } = await send(entry);
      if (state === "waiting") break;
      if (state === "sign-in") ended = owner;
    }
    return own();
  }

  // Tell the page what is in the outbox before sending, which may take long, and after it.
  async function flushAndNotify() {
    notify(await own());
    notify(await flush());
  }

  /** @param {Entry[]} entries */
  const notify = (entries) => document.dispatchEvent(new CustomEvent("outbox", { detail: entries }));

  /** @param {string} checkIn */
  const isSubmitted = async (checkIn) =>
    (await own()).some((entry) => entry.check_in === checkIn && entry.part !== "answers");

  return { add, send, flush, flushAndNotify, own, all, remove, isSubmitted, serverKey, receipts, text };
})();
