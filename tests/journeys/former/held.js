"use strict";
// What this phone holds until there is a network: the due check-ins as the server drew them, and the answers so far. It
// lies under a key that can't leave this browser, and goes when the person signs out. Used by pages and by the worker.

const Held = (() => {
  const run = Store("interlude-held", { keys: {}, things: {} });
  const PATIENCE = 15000; // ms
  const whose = globalThis.document?.body.dataset.person;
  let asking = null;
  let ended = false; // signed out here: what is on its way comes too late

  async function key() {
    const held = await run("keys", "readonly", (keys) => keys.get("device"));
    if (held) return held;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await run("keys", "readwrite", (keys) => keys.add(made, "device")).catch(() => {}); // another page was quicker
    return run("keys", "readonly", (keys) => keys.get("device"));
  }

  const bytes = (text) => new TextEncoder().encode(text);
  const sealing = (name, iv) => ({ name: "AES-GCM", iv, additionalData: bytes(name) });

  async function put(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const box = await crypto.subtle.encrypt(sealing(name, iv), await key(), bytes(JSON.stringify(value)));
    await run("things", "readwrite", (things) => things.put({ iv, box }, name));
  }

  // Null for what is not there, and for what can't be read any more.
  async function get(name) {
    try {
      const kept = await run("things", "readonly", (things) => things.get(name));
      if (!kept) return null;
      const { iv, box } = kept;
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(sealing(name, iv), await key(), box)));
    } catch (error) {
      console.warn("held:", name, error);
      return null;
    }
  }

  const drop = (name) => run("things", "readwrite", (things) => things.delete(name));
  const clear = () => run("things", "readwrite", (things) => things.clear());

  function end() {
    ended = true;
    return clear();
  }

  // What the server has for this person now; what it said last where it can't be asked.
  function refresh(shown) {
    asking ??= ask(shown).finally(() => (asking = null));
    return asking;
  }

  async function ask(shown) {
    const before = await ownHeld();
    const path = `/held?have=${before?.mark ?? ""}`;
    const request = { headers: { accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) };
    const answer = await fetch(path, request).catch(() => null);
    if (answer?.status === 401) await clear(); // signed out from afar
    const now = answer?.status === 200 ? { ...(await answer.json()), ahead: ahead(answer) } : before;
    if (now !== before) await keep(before, now);
    if (answer?.ok) await tidy(now, shown);
    return now;
  }

  // By how many ms the server's clock is ahead of this phone's; a second's difference is none.
  function ahead(answer) {
    const by = Date.parse(answer.headers.get("date")) - Date.now();
    return Math.abs(by) > 2000 ? by : 0;
  }

  // What another person left goes at once.
  async function ownHeld() {
    const before = await get("held");
    if (!before || !whose || before.person === whose) return before;
    await clear();
    return null;
  }

  async function keep(before, now) {
    if (ended) return;
    if (before && before.person !== now.person) await clear();
    for (const old of before?.forms ?? []) {
      if (!now.forms.some((form) => form.id === old.id)) await forget(old.id);
    }
    await put("held", now);
  }

  // A check-in that is sent or over; its answers are with the clinic, or in the queue.
  async function forget(checkIn) {
    for (const party of ["patient", "helper"]) await drop(`draft:${checkIn}:${party}`);
    const held = await get("held");
    if (held) await put("held", { ...held, mark: "", forms: held.forms.filter((form) => form.id !== checkIn) });
  }

  // A notification of what was answered elsewhere, or is over, has nothing more to say. `shown` has just come.
  async function tidy({ due, standing }, shown) {
    const worker = globalThis.registration ?? (await navigator.serviceWorker?.getRegistration());
    for (const said of (await worker?.getNotifications()) ?? []) {
      const forStaff = said.data?.url?.startsWith("/staff");
      if (!forStaff && said.tag !== shown && !standing.includes(said.tag)) said.close();
    }
    await (due ? navigator.setAppBadge?.(due) : navigator.clearAppBadge?.())?.catch(() => {});
  }

  return { get, put, drop, end, refresh, forget };
})();

// At each open: after the page stands.
if (globalThis.document?.body.dataset.signedIn === "yes") {
  addEventListener("load", () => setTimeout(() => Held.refresh().catch(() => null), 200));
}
