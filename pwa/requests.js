// What several scripts need to reach the server and the service worker.

const WORKER_READY = 8000; // ms: the longest wait for the service worker

// A promise that may never settle would leave a page waiting; that of the service worker is such a promise.
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

// Null where there is no response.
/**
 * @param {string} path
 * @param {object} body
 */
export function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  }).catch(() => null);
}
