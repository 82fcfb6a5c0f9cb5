// On pages of Centrale itself: tells the background that this tab is there, and gives its phone a number to dial.
// The page takes it as an event that it cancels; nothing is loaded, so calls go on.
(() => {
  let server = "";
  const centrale = () => location.origin === server && location.pathname.startsWith("/app/");

  function announce(address) {
    server = address;
    if (centrale()) void chrome.runtime.sendMessage({ here: true });
  }

  /** Whether the page took it; with "" it is only asked whether it would. */
  const taken = (number) =>
    !document.dispatchEvent(new CustomEvent("centrale-dial", { detail: number, cancelable: true }));

  chrome.runtime.onMessage.addListener((message, _sender, answer) => {
    if (typeof message?.take !== "string") return;
    if (!centrale()) answer("other");
    else if (taken(message.take)) answer("taken");
    else if (/^\/app\/(sign-in|forgotten|activate|reset)\b/.test(location.pathname)) answer("signIn");
    else if (document.querySelector('meta[name="application-name"][content="Centrale"]')) answer("busy");
    else answer("other");
  });

  chrome.storage.onChanged.addListener((changes) => {
    if (changes.server) announce(changes.server.newValue ?? "");
  });
  void chrome.storage.local.get({ server: "" }).then((kept) => announce(kept.server));
})();
