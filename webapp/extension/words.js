// Texts of the extension's own pages: data-text names the message.
document.documentElement.lang = chrome.i18n.getUILanguage();
for (const element of document.querySelectorAll("[data-text]")) {
  element.textContent = chrome.i18n.getMessage(element.dataset.text);
}
