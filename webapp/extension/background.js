// Dials through the session that is signed in: opens the phone with the number, in the tab that has it already
// if there is one. The phone asks nothing more of the extension, which has no secret and no session of its own.
import "./numbers.js";

/** The tab the phone was last opened in, while the browser runs. */
async function knownTab(server) {
  const { tab } = await chrome.storage.session.get({ tab: null });
  if (tab === null) return null;
  try {
    const found = await chrome.tabs.get(tab);
    // Without the permission for tabs the address is only known of pages that allow it: then the tab is new.
    return found.url === undefined || found.url.startsWith(`${server}/app/`) ? found : null;
  } catch {
    return null;
  }
}

async function dial(number) {
  const { server } = await chrome.storage.local.get({ server: "" });
  const wanted = globalThis.centraleNumbers.dialled(String(number));
  if (server === "" || wanted === null) return chrome.runtime.openOptionsPage();
  const url = `${server}/app/phone?dial=${encodeURIComponent(wanted)}`;
  const tab = await knownTab(server);
  if (tab) {
    await chrome.tabs.update(tab.id, { url, active: true });
    await chrome.windows.update(tab.windowId, { focused: true });
  } else {
    const made = await chrome.tabs.create({ url });
    await chrome.storage.session.set({ tab: made.id });
  }
}

chrome.runtime.onMessage.addListener((message, sender) => {
  if (sender.id === chrome.runtime.id && typeof message?.dial === "string") void dial(message.dial.slice(0, 64));
});
