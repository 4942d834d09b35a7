/** Of this page, for libraries that make style elements while they run. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

// Where the library behind Mantine's dialogs, which keeps the page from scrolling, looks for it.
Object.assign(globalThis, { __webpack_nonce__: cspNonce });
