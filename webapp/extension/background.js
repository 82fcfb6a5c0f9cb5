// Dials through the session that is signed in: hands the number to a tab where Centrale is open, without loading it
// again (a call may go on there), else opens one. Has no secret and no session of its own.
import "./numbers.js";

const OPEN_MS = 15000;

const kept = (name, otherwise) => chrome.storage.session.get({ [name]: otherwise }).then((found) => found[name]);

/** What is in the tab: "taken" (the number is in the dial field), "signIn", "busy" (not there yet) or "other". */
async function ask(tab, number) {
  try {
    return (await chrome.tabs.sendMessage(tab, { take: number })) ?? "other";
  } catch {
    return "other";
  }
}

async function show(tab) {
  const { windowId } = await chrome.tabs.update(tab, { active: true });
  await chrome.windows.update(windowId, { focused: true });
}

/** The first open tab of Centrale that takes the number, the latest first; null without one. */
async function handOver(number) {
  for (const tab of await kept("tabs", [])) if ((await ask(tab, number)) === "taken") return tab;
  return null;
}

/** Waits until a tab that was just opened is a phone ("opened"), asks to sign in, or turns out to be something else. */
async function became(tab) {
  const until = Date.now() + OPEN_MS;
  while (Date.now() < until) {
    const loading = await chrome.tabs.get(tab).then(({ status }) => status === "loading", () => false);
    const found = await ask(tab, "");
    if (found === "taken") return "opened";
    if (found === "signIn") return "signIn";
    if (found === "other" && !loading) return "away";
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return "away";
}

/** `behind`: whoever asked says what came of it, so a tab that does not help stays behind. */
async function dial(text, behind) {
  const { server } = await chrome.storage.local.get({ server: "" });
  const number = globalThis.centraleNumbers.dialled(text);
  if (number === null) return { outcome: "badNumber" };
  if (server === "") {
    if (!behind) await chrome.runtime.openOptionsPage();
    return { outcome: "noServer" };
  }
  const open = await handOver(number);
  if (open !== null) {
    await show(open);
    return { outcome: "handed" };
  }
  const url = `${server}/app/phone?dial=${encodeURIComponent(number)}`;
  const { id } = await chrome.tabs.create({ url, active: !behind });
  const outcome = await became(id);
  if (outcome === "opened" && behind) await show(id);
  if (outcome === "away" && behind) await chrome.tabs.remove(id).catch(() => undefined);
  if (outcome === "away" && !behind) await tellAway(server);
  return { outcome, server, tab: id };
}

/** Nobody sees what came of a click on a page but where the address is set. */
async function tellAway(server) {
  await chrome.storage.session.set({ away: server });
  await chrome.runtime.openOptionsPage();
}

/** A tab of Centrale is there; only the latest few are asked. */
async function remember(tab) {
  const others = (await kept("tabs", [])).filter((each) => each !== tab);
  await chrome.storage.session.set({ tabs: [tab, ...others].slice(0, 10) });
}

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== chrome.runtime.id) return false;
  const own = sender.url?.startsWith(chrome.runtime.getURL("")) ?? false;
  if (message?.here === true && sender.tab) void remember(sender.tab.id);
  if (own && Number.isInteger(message?.show)) void show(message.show);
  if (typeof message?.dial !== "string") return false;
  void dial(message.dial.slice(0, 64), own).then(answer, () => answer({ outcome: "away" }));
  return true;
});
