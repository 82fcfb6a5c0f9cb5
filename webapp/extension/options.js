const field = document.getElementById("server");
const mark = document.getElementById("mark");

/** The origin of an address; plain http only on this machine. Null: none that may be used. */
function originOf(text) {
  try {
    const url = new URL(text.trim());
    const local = ["localhost", "127.0.0.1"].includes(url.hostname);
    return url.protocol === "https:" || (url.protocol === "http:" && local) ? url.origin : null;
  } catch {
    return null;
  }
}

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const server = originOf(field.value);
  if (server !== null) await chrome.storage.local.set({ server, mark: mark.checked });
  document.querySelector("output").textContent = chrome.i18n.getMessage(server === null ? "badServer" : "saved");
});

void chrome.storage.local.get({ server: "", mark: true }).then((kept) => {
  field.value = kept.server;
  mark.checked = kept.mark;
});

/** A number was to be dialled, but nothing of ours answered at this address. */
function tellAway(server) {
  if (!server) return;
  document.querySelector("output").textContent = chrome.i18n.getMessage("away", server);
  void chrome.storage.session.remove("away");
}
chrome.storage.session.onChanged.addListener(({ away }) => tellAway(away?.newValue));
void chrome.storage.session.get({ away: "" }).then(({ away }) => tellAway(away));
