"use strict";
// A small database of this browser's: one transaction, one request. Used by pages and by the service worker.

/**
 * @param {string} name
 * @param {{ [store: string]: IDBObjectStoreParameters }} stores
 */
function Store(name, stores) {
  const VERSION = 1; // one more where a store is added: what lies in the others stays

  // A page that stayed open while a newer one raised the version goes on with that (case 48).
  function open() {
    return attempt(VERSION).catch((error) => {
      if (error?.name !== "VersionError") throw error;
      return attempt();
    });
  }

  /**
   * @param {number} [version]
   * @returns {Promise<IDBDatabase>}
   */
  function attempt(version) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => {
        const there = request.result.objectStoreNames;
        const missing = Object.entries(stores).filter(([store]) => !there.contains(store));
        for (const [store, options] of missing) request.result.createObjectStore(store, options);
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // a newer page does not wait for this one
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    });
  }

  /**
   * @template T
   * @param {string} where
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} work
   * @returns {Promise<T>}
   */
  return async function run(where, mode, work) {
    const db = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = db.transaction(where, mode, { durability: "strict" });
        const request = work(transaction.objectStore(where));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  };
}
