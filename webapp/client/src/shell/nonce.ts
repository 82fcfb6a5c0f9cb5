/** The nonce that this page's Content Security Policy lets styles through with; Vite puts it in the page. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}
