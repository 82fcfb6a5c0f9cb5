// On every page of others: phone numbers become links, and links with tel: dial through Centrale once its address is set.
(() => {
  const SKIPPED = "a,button,input,textarea,select,option,script,style,noscript,code,pre,svg,[contenteditable],.centrale-number";
  const MOST_TEXT = 5000;
  const MOST_MARKED = 500;
  const { dialled, find } = globalThis.centraleNumbers;
  let server = "";
  let marked = 0;
  let waiting = new Set();

  function mark(node) {
    const text = node.data;
    if (text.length > MOST_TEXT || marked >= MOST_MARKED || !node.parentElement) return;
    if (node.parentElement.closest(SKIPPED)) return;
    // From the last to the first: what stands before keeps its place.
    for (const { index, text: shown, number } of find(text).reverse()) {
      const rest = node.splitText(index);
      rest.splitText(shown.length);
      const link = document.createElement("a");
      link.className = "centrale-number";
      link.href = `tel:${number}`;
      link.title = chrome.i18n.getMessage("call", number);
      rest.replaceWith(link);
      link.append(rest);
      marked += 1;
    }
  }

  function markAll(root) {
    if (root.nodeType === Node.TEXT_NODE) return mark(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    found.forEach(mark);
  }

  /** Pages that change all the time are looked at when the browser has nothing else to do. */
  function later(nodes) {
    if (waiting.size === 0) {
      requestIdleCallback(() => {
        const roots = waiting;
        waiting = new Set();
        for (const root of roots) if (root.isConnected) markAll(root);
      }, { timeout: 2000 });
    }
    for (const node of nodes) waiting.add(node);
  }

  function decoded(href) {
    try {
      return decodeURIComponent(href);
    } catch {
      return href;
    }
  }

  document.addEventListener("click", (event) => {
    // A page's own script may not dial: only what a person clicked on.
    if (!event.isTrusted || event.button !== 0 || server === "") return;
    const link = event.target instanceof Element ? event.target.closest('a[href^="tel:" i]') : null;
    const number = link && dialled(decoded(link.getAttribute("href")));
    if (!number) return;
    event.preventDefault();
    event.stopPropagation();
    void chrome.runtime.sendMessage({ dial: number });
  }, true);

  chrome.storage.onChanged.addListener((changes) => {
    if (changes.server) server = changes.server.newValue ?? "";
  });

  void chrome.storage.local.get({ server: "", mark: true }).then((kept) => {
    server = kept.server;
    // The product's own pages have their own buttons.
    if (!kept.mark || server === "" || location.origin === server) return;
    later([document.body]);
    new MutationObserver((changes) => later(changes.flatMap(({ addedNodes }) => [...addedNodes])))
      .observe(document.body, { childList: true, subtree: true });
  });
})();
