"use strict";
// The service worker tells the server that a notification was shown, opened or answered. Such a receipt waits in a
// cache until it has been delivered. Receipts are idempotent.

const Receipts = (() => {
  const CACHE = "receipts-1"; // phones have stored receipts under this name: don't rename it

  // True if the server has accepted the receipt. `about` is the page that the notification leads to.
  /** @type {(path: string, body: ReceiptBody, about?: string) => Promise<boolean>} */
  async function add(path, body, about) {
    const queue = await caches.open(CACHE);
    const key = new Request(`/receipt/${body.token}/${body.event ?? "reply"}`);
    await queue.put(key, new Response(JSON.stringify({ path, body, about })));
    return send(queue, key);
  }

  /** @type {(path: string, body: object) => Promise<Response>} */
  function post(path, body) {
    return fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    });
  }

  /** @type {(queue: Cache, key: Request) => Promise<boolean>} */
  async function send(queue, key) {
    const queued = await queue.match(key);
    if (!queued) return true; // it has been delivered meanwhile
    const { path, body } = await queued.json();
    try {
      const response = await post(path, body);
      if (response.status < 500 && ![408, 429].includes(response.status)) await queue.delete(key); // taken or refused
      return response.ok;
    } catch {
      await registration.sync?.register("receipts").catch(() => {});
      return false;
    }
  }

  // The person has since answered on the page itself. A reply that still waits is older, and must not arrive after that
  // answer. Its `about` may begin with the device that the notification named (case 97).
  /** @param {string} answered */
  async function removeReplies(answered) {
    const queue = await caches.open(CACHE);
    for (const key of await queue.keys()) {
      const { about } = (await (await queue.match(key))?.json()) ?? {};
      if (about && `${about}/answer`.endsWith(answered)) await queue.delete(key);
    }
  }

  async function flush() {
    const queue = await caches.open(CACHE);
    for (const key of await queue.keys()) await send(queue, key);
  }

  return { CACHE, add, flush, post, removeReplies };
})();
