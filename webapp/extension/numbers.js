// Finds phone numbers in text. Rather none than a wrong one: dates, amounts and order numbers stay text.
globalThis.centraleNumbers = (() => {
  const CANDIDATE = /(?<![\w+/.,:-])(?:\+|00|\(?0)[\d ()./-]{7,22}\d(?![\w/:-]|[.,]\d)/g;
  const DATE = /^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$/;
  const FRACTION = /^0\.\d+$/;

  /** Digits with a leading + if there was one; null when it cannot be a number that one dials. */
  function dialled(text) {
    const trimmed = text.trim().replace(/^tel:/i, "").replace(/;.*$/, "").replace(/\(0\)/, "");
    const number = (trimmed.startsWith("+") ? "+" : "") + trimmed.replace(/[^\d*#]/g, "");
    return /^(\+?[\d*#]{2,32})$/.test(number) ? number : null;
  }

  /** [{index, text, number}] in the order of the text. */
  function find(text) {
    return [...text.matchAll(CANDIDATE)].flatMap(({ index, 0: found }) => {
      const number = dialled(found);
      const digits = number === null ? 0 : number.replace(/\D/g, "").length;
      return DATE.test(found) || FRACTION.test(found) || digits < 9 || digits > 15 ? [] : [{ index, text: found, number }];
    });
  }

  return { dialled, find };
})();
