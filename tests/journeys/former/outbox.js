"use strict";
// The unsent queue. An entry is sealed to the server's public key, so this phone can't read it back, and leaves the
// queue only on a 2xx that echoes its id. It holds whole check-ins, and single answers that found no network. Pages
// fill it; both pages and the service worker send it.

const Outbox = (() => {
  const channel = globalThis.BroadcastChannel && new BroadcastChannel("interlude-outbox");
  const run = Store("interlude-outbox", { entries: { keyPath: "client_id" } });
  const INFO = new TextEncoder().encode("interlude outbox 1");
  const KEY_CACHE = "outbox-key";
  const receipts = new Map(); // of what left while this page was open, by client id
  const PATIENCE = 20000; // ms: a network that neither takes nor refuses is none

  const all = () => run("entries", "readonly", (store) => store.getAll());
  const drop = (id) => run("entries", "readwrite", (store) => store.delete(id));
  const put = (entry) => run("entries", "readwrite", (store) => store.put(entry));

  // Another person's entries on this phone stay where they are: not shown, not sent, not lost.
  const owner = async () => globalThis.document?.body.dataset.person ?? (await Held.get("held"))?.person;
  const first = (one, other) => (one.at ?? 0) - (other.at ?? 0);
  async function own() {
    const mine = await owner();
    return (await all()).filter((entry) => entry.owner === mine).sort(first);
  }

  async function serverKey() {
    const answer = await fetch("/check-ins/key", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (answer?.ok) {
      const found = await answer.json();
      localStorage.setItem(KEY_CACHE, JSON.stringify(found));
      return found;
    }
    return heldKey();
  }

  const heldKey = () => JSON.parse(localStorage.getItem(KEY_CACHE) ?? "null");

  async function seal(clientId, content) {
    const server = heldKey() ?? (await serverKey());
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
    const sealing = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(clientId) };
    const box = await crypto.subtle.encrypt(sealing, key, new TextEncoder().encode(JSON.stringify(content)));
    return { client_id: clientId, key: server.id, public: text(publicRaw), iv: text(iv), box: text(box) };
  }

  function bytes(base64url) {
    return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (ch) => ch.charCodeAt(0));
  }

  function text(buffer) {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // `part` is where it goes: "responses" for a whole check-in, "answers" for some of its answers.
  async function keep(checkIn, clientId, content, part = "responses") {
    navigator.storage?.persist?.().catch(() => {}); // a browser may ask the person first: it is kept meanwhile
    const at = Date.now();
    const sealed = await seal(clientId, { ...content, answered_at: content.answered_at ?? at });
    const entry = { client_id: clientId, check_in: checkIn, part, owner: await owner(), state: "waiting", at, sealed };
    await put(entry);
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("outbox")).catch(() => {});
    return entry;
  }

  // "received", "waiting", "sign-in" or "look"; with what the server said.
  async function send(entry) {
    let answer, receipt;
    try {
      answer = await fetch(`/check-ins/${entry.check_in}/${entry.part ?? "responses"}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ ...entry.sealed, owner: entry.owner, now: Date.now() }), // a clock that is off is put right
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) receipt = await answer.json(); // a network may end in the middle of it
    } catch {
      return { state: "waiting" };
    }
    if (receipt) return received(entry, receipt);
    if (answer.status === 401 || answer.status === 403) return { state: "sign-in" };
    if (answer.status >= 500 || [408, 429].includes(answer.status) || !isOurs(answer)) return { state: "waiting" };
    return setAside(entry, answer);
  }

  // Some network between may answer in our place: that says nothing of the entry.
  const isOurs = (answer) => answer.headers.get("content-type")?.includes("problem+json");

  // Not taken, and not sent again; `why` in the server's word, or its status (pwa/set-aside.js says it).
  async function setAside(entry, answer) {
    const { detail } = await answer.json().catch(() => ({}));
    const why = answer.status === 410 ? detail : answer.status;
    await put({ ...entry, state: "look", why });
    return { state: "look", why };
  }

  async function received(entry, receipt) {
    if (receipt.client_id !== entry.client_id) return { state: "waiting" };
    receipts.set(entry.client_id, receipt);
    if (entry.part !== "answers") channel?.postMessage(entry.check_in); // to Home, which may not be who sent it
    await drop(entry.client_id);
    return { state: "received", receipt };
  }

  // In the order in which they were answered; where one can't leave, the others wait behind it.
  async function flush() {
    for (const entry of await own()) {
      if (entry.state !== "waiting") continue;
      const { state } = await send(entry);
      if (state === "waiting" || state === "sign-in") break;
    }
    return own();
  }

  // What lies on the phone is said before it is sent, and after: the sending may take long.
  async function flushAndTell() {
    tell(await own());
    tell(await flush());
  }

  const tell = (entries) => document.dispatchEvent(new CustomEvent("outbox", { detail: entries }));

  async function dropSetAside() {
    for (const entry of await own()) if (entry.state === "look") await drop(entry.client_id);
  }

  const isSent = async (checkIn) => (await own()).some((entry) => entry.check_in === checkIn && entry.part !== "answers");

  return { keep, send, flush, flushAndTell, own, all, isSent, dropSetAside, serverKey, receipts };
})();
