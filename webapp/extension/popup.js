document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const says = document.querySelector("output");
  const number = globalThis.centraleNumbers.dialled(document.getElementById("number").value);
  const { server } = await chrome.storage.local.get({ server: "" });
  if (number === null) says.textContent = chrome.i18n.getMessage("badNumber");
  else if (server === "") {
    says.textContent = chrome.i18n.getMessage("noServer");
    await chrome.runtime.openOptionsPage();
  } else {
    await chrome.runtime.sendMessage({ dial: number });
    window.close();
  }
});
