"use strict";
// The unsent queue. An entry is sealed to the server's public key, so this phone can't read it back, and leaves the
// queue only on a 2xx that echoes its id. It holds whole check-ins, and single answers that found no network.

const Outbox = (() => {
  const NAME = "interlude-outbox";
  const STORE = "entries";
  const INFO = new TextEncoder().encode("interlude outbox 1");
  const KEY_CACHE = "outbox-key";
  const receipts = new Map(); // of what left while this page was open, by client id
  const PATIENCE = 20000; // ms: a network that neither takes nor refuses is none

  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "client_id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async function run(mode, work) {
    const db = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = db.transaction(STORE, mode, { durability: "strict" });
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  }

  const all = () => run("readonly", (store) => store.getAll());
  const drop = (id) => run("readwrite", (store) => store.delete(id));
  const put = (entry) => run("readwrite", (store) => store.put(entry));

  // Another person's entries on this phone stay where they are: not shown, not sent, not lost.
  const owner = () => document.body.dataset.person;
  const first = (one, other) => (one.at ?? 0) - (other.at ?? 0);
  const own = async () => (await all()).filter((entry) => entry.owner === owner()).sort(first);

  async function serverKey() {
    const answer = await fetch("/check-ins/key", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    if (answer?.ok) {
      const found = await answer.json();
      localStorage.setItem(KEY_CACHE, JSON.stringify(found));
      return found;
    }
    return heldKey();
  }

  const heldKey = () => JSON.parse(localStorage.getItem(KEY_CACHE));

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
    await navigator.storage?.persist?.();
    const at = Date.now();
    const sealed = await seal(clientId, { ...content, answered_at: at });
    const entry = { client_id: clientId, check_in: checkIn, part, owner: owner(), state: "waiting", at, sealed };
    await put(entry);
    return entry;
  }

  // "received", "waiting", "sign-in" or "look"; with what the server said.
  async function send(entry) {
    let answer;
    try {
      answer = await fetch(`/check-ins/${entry.check_in}/${entry.part ?? "responses"}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(entry.sealed),
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      return { state: "waiting" };
    }
    if (answer.ok) return received(entry, await answer.json());
    if (answer.status === 401) return { state: "sign-in" };
    if (answer.status >= 500 || answer.status === 429) return { state: "waiting" };
    await put({ ...entry, state: "look" });
    return { state: "look" };
  }

  async function received(entry, receipt) {
    if (receipt.client_id !== entry.client_id) return { state: "waiting" };
    receipts.set(entry.client_id, receipt);
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

  return { keep, send, flush, flushAndTell, all, serverKey, receipts };
})();

Outbox.serverKey().catch(() => null); // while there is a network: Send may have none

addEventListener("online", Outbox.flushAndTell);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Outbox.flushAndTell());
document.addEventListener("submit", sendThroughOutbox);
Outbox.flushAndTell();

// Send goes through the queue, so that what was once sent is on the phone until the clinic has it.
async function sendThroughOutbox(event) {
  const form = event.target;
  if (!form.dataset.outbox || !crypto.subtle) return;
  event.preventDefault();
  const { checkIn, client } = form.dataset;
  let entry;
  try {
    entry = await Outbox.keep(checkIn, client, JSON.parse(form.dataset.outbox));
  } catch {
    // Nothing could be kept here. The plain way still works, if there is a network.
    return navigator.onLine ? form.submit() : tellState("failed");
  }
  const { state } = await Outbox.send(entry);
  if (state === "received") return goOn(entry);
  tellState({ waiting: "waiting", look: "look", "sign-in": "signIn" }[state]);
  document.addEventListener("outbox", ({ detail: left }) => {
    if (!left.some((other) => other.client_id === client)) goOn(entry);
  });
}

// How urgent, what became of it; where another page sent it, the server knows.
function goOn({ client_id: client, check_in: checkIn }) {
  const receipt = Outbox.receipts.get(client);
  location.href = `/check-ins/${checkIn}${receipt ? (receipt.flagged ? "/urgency" : "/sent") : ""}`;
}

// On Check and send, and on a question.
function tellState(which) {
  const place = document.getElementById("outbox-state");
  if (!place) return;
  place.textContent = place.dataset[which];
  place.hidden = false;
}
