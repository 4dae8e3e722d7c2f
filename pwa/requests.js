// Requests to the server and to the service worker, for several scripts.

const WORKER_READY = 8000; // ms: the longest wait for the service worker

// Fail if `promise` has not settled within `limit` ms. The promise of a ready service worker may never settle.
/**
 * @template T
 * @param {number} limit
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(limit, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing within ${limit} ms`)), limit));
  return Promise.race([promise, late]);
}

export const workerReady = () => within(WORKER_READY, navigator.serviceWorker.ready);

// Null if there is no response.
/** @type {(path: string, body: object) => Promise<Response | null>} */
export function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => null);
}
