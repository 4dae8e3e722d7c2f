"use strict";
// The unsent queue. An entry is sealed to the server's public key, so this phone can't read it back, and leaves the
// queue only on a 2xx that echoes its id.

const Outbox = (() => {
  const NAME = "interlude-outbox";
  const STORE = "entries";
  const INFO = new TextEncoder().encode("interlude outbox 1");
  const KEY_CACHE = "outbox-key";

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

  async function serverKey() {
    const answer = await fetch("/check-ins/key").catch(() => null);
    if (answer?.ok) {
      const found = await answer.json();
      localStorage.setItem(KEY_CACHE, JSON.stringify(found));
      return found;
    }
    return JSON.parse(localStorage.getItem(KEY_CACHE));
  }

  async function seal(clientId, content) {
    const server = await serverKey();
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

  async function keep(checkIn, clientId, content) {
    await navigator.storage?.persist?.();
    const sealed = await seal(clientId, content);
    await put({ client_id: clientId, check_in: checkIn, owner: owner(), state: "waiting", sealed });
  }

  // "received", "waiting", "sign-in" or "look"; with what the server said.
  async function send(entry) {
    let answer;
    try {
      answer = await fetch(`/check-ins/${entry.check_in}/responses`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(entry.sealed),
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
    await drop(entry.client_id);
    return { state: "received", receipt };
  }

  async function flush() {
    for (const entry of await own()) if (entry.state === "waiting") await send(entry);
    return own();
  }

  // Another person's entries on this phone stay where they are: not shown, not sent, not lost.
  const owner = () => document.body.dataset.person;
  const own = async () => (await all()).filter((entry) => entry.owner === owner());

  return { keep, send, flush, all, serverKey };
})();

Outbox.serverKey().catch(() => null); // while there is a network: Send may have none

addEventListener("online", () => Outbox.flush().then(tellWaiting));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Outbox.flush().then(tellWaiting));
document.addEventListener("submit", sendThroughOutbox);
Outbox.flush().then(tellWaiting);

// Said on Home, until the clinic has it.
function tellWaiting(entries) {
  const place = document.getElementById("waiting");
  if (!place) return;
  place.hidden = entries.length === 0;
  place.textContent = entries.length === 1 ? place.dataset.one : place.dataset.many.replace("{n}", entries.length);
}

// Send goes through the queue, so that what was once sent is on the phone until the clinic has it.
async function sendThroughOutbox(event) {
  const form = event.target;
  if (!form.dataset.outbox || !crypto.subtle) return;
  event.preventDefault();
  const { checkIn, client } = form.dataset;
  try {
    await Outbox.keep(checkIn, client, { ...JSON.parse(form.dataset.outbox), answered_at: Date.now() });
  } catch {
    return form.submit(); // nothing could be kept here: the plain way still works
  }
  const [entry] = (await Outbox.all()).filter((kept) => kept.client_id === client);
  const { state, receipt } = await Outbox.send(entry);
  if (state === "received") location.href = `/check-ins/${checkIn}/${receipt.flagged ? "urgency" : "sent"}`;
  else tellState({ waiting: "waiting", look: "look", "sign-in": "signIn" }[state]);
}

function tellState(which) {
  const place = document.getElementById("outbox-state");
  place.textContent = place.dataset[which];
  place.hidden = false;
}
