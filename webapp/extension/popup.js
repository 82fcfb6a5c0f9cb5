// Dials what one types; when that cannot be, says what to do, with a button for it.
const field = document.getElementById("number");
const says = document.getElementById("says");
const next = document.getElementById("next");
let doNext = () => undefined;

function say(name, about = "") {
  says.textContent = name === "" ? "" : chrome.i18n.getMessage(name, about);
}

function offer(name, act) {
  next.hidden = false;
  next.textContent = chrome.i18n.getMessage(name);
  doNext = act;
  next.focus();
}

const settings = () => chrome.runtime.openOptionsPage().then(() => window.close());

function tell({ outcome, server, tab }) {
  if (outcome === "handed" || outcome === "opened") return window.close();
  say(outcome, server);
  if (outcome === "signIn") offer("toSignIn", () => chrome.runtime.sendMessage({ show: tab }).then(() => window.close()));
  else if (outcome === "away" || outcome === "noServer") offer("settings", settings);
  else field.focus();
}

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  next.hidden = true;
  say("busy");
  tell(await chrome.runtime.sendMessage({ dial: field.value }));
});
next.addEventListener("click", () => doNext());
field.addEventListener("input", () => say(""));

void chrome.storage.local.get({ server: "" }).then(({ server }) => {
  if (server === "") tell({ outcome: "noServer" });
});
