/** Runs first in the frame, before any code of the user: takes away what the page's CSP cannot forbid. */

const gone = ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "RTCIceTransport", "WebTransport"];
for (const name of gone) {
  Object.defineProperty(window, name, { value: undefined, writable: false, configurable: false });
}

/** Opaque origins have no storage; code that expects one gets a room that is empty after each load. */
class MemoryStorage implements Storage {
  #items = new Map<string, string>();
  [name: string]: unknown;
  get length() {
    return this.#items.size;
  }
  key(index: number) {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.#items.get(String(key)) ?? null;
  }
  setItem(key: string, value: string) {
    this.#items.set(String(key), String(value));
  }
  removeItem(key: string) {
    this.#items.delete(String(key));
  }
  clear() {
    this.#items.clear();
  }
}
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { value: new MemoryStorage(), configurable: false });
}

// The address belongs to the frame, not to the component in it.
for (const name of ["pushState", "replaceState"] as const) {
  Object.defineProperty(history, name, { value: () => {}, configurable: false });
}

// A page that sends itself away would only end on an error page; `submit` events are the component's to handle.
Object.defineProperty(HTMLFormElement.prototype, "submit", { value: () => {}, configurable: false });
