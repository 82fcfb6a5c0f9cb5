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
