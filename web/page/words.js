/** The words of the page, in the language that was chosen. */

let texts = {};

/** Return a text with its words in braces filled in. */
export function say(name, values = {}) {
  return (texts[name] ?? "").replace(/\{(\w+)\}/g, (whole, word) => values[word] ?? whole);
}

/** Return a question as it is shown: what a button asked by the words of the button. */
export function asked(text) {
  return { "/text": say("all_text"), "/table": say("table") }[text] ?? text;
}

/** Return the language that was chosen here; "" leaves it to the server, which knows what the browser asks for. */
export function wanted() {
  return localStorage.getItem("language") ?? "";
}

/** Remember a language. */
export function want(language) {
  localStorage.setItem("language", language);
}

/** Take the texts of a language, and put them wherever the page has a place for one. */
export function speak(language, words) {
  texts = words;
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = say(place.dataset.text);
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", say(place.dataset.label));
    if (place.matches("button")) place.title = say(place.dataset.label);
  }
  for (const place of document.querySelectorAll("[data-hint]")) place.placeholder = say(place.dataset.hint);
}

/** Make an element with properties (`class`, `text`, `data-…`, `aria-…` too) and children. */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
