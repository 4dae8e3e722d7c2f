"use strict";
// What the service worker tells the server: what was shown, opened, answered. It is kept until it could be told; a
// receipt is idempotent.

const RECEIPTS = "receipts-1";

// What could not be told is kept and told later; a receipt is idempotent. True once it was taken.
async function tell(path, body, about) {
  const queue = await caches.open(RECEIPTS);
  const key = new Request(`/receipt/${body.token}/${body.event ?? "reply"}`);
  await queue.put(key, new Response(JSON.stringify({ path, body, about })));
  return send(queue, key);
}

async function send(queue, key) {
  const held = await queue.match(key);
  if (!held) return true; // told meanwhile
  const { path, body } = await held.json();
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    });
    if (answer.status < 500 && ![408, 429].includes(answer.status)) await queue.delete(key); // taken, or never will be
    return answer.ok;
  } catch {
    await registration.sync?.register("receipts").catch(() => {});
    return false;
  }
}

// What was answered on its page since is the newer word: a reply that still waits must not come after it.
async function forgetReplies(answered) {
  const queue = await caches.open(RECEIPTS);
  for (const key of await queue.keys()) {
    const { about } = (await (await queue.match(key))?.json()) ?? {};
    if (about && answered === `${about}/answer`) await queue.delete(key);
  }
}

async function sendReceipts() {
  const queue = await caches.open(RECEIPTS);
  for (const key of await queue.keys()) await send(queue, key);
}
