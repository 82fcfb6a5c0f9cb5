/** The nonce that this page's Content Security Policy lets styles through with; Vite puts it in the page. */
import { setNonce } from "get-nonce";

export function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

// What stops the page behind a dialog from scrolling writes its own style element, and asks this library.
setNonce(nonce());
