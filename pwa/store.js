"use strict";
// A small database in this browser, for pages and the service worker. A transaction has one request.

/** @type {(name: string, stores: { [store: string]: IDBObjectStoreParameters }) => Transact} */
function Store(name, stores) {
  const VERSION = 1; // add one for a new store: the other stores keep what they have

  // A newer page may have raised the version while this one stayed open. This one goes on with that version (case 48).
  function open() {
    return attempt(VERSION).catch((error) => {
      if (error?.name !== "VersionError") throw error;
      return attempt();
    });
  }

  /** @type {(version?: number) => Promise<IDBDatabase>} */
  function attempt(version) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => {
        const there = request.result.objectStoreNames;
        const missing = Object.entries(stores).filter(([store]) => !there.contains(store));
        for (const [store, options] of missing) request.result.createObjectStore(store, options);
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close(); // a newer page must not wait for this one
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
