/** What the page says of itself: one line of how things stand, and one for what went wrong. */

import { make, say } from "./words.js";

const status = document.querySelector("#status");
const alert = document.querySelector("#alert");
const lines = new Map(); // The most important first.
for (const what of ["lost", "sending", "model"]) lines.set(what, "");

/** Say how something stands; "" when there is nothing to say of it any more. */
export function tell(what, text) {
  lines.set(what, text);
  const said = [...lines.values()].find(Boolean) ?? "";
  if (status.textContent !== said) status.textContent = said;
}

/** Say that something went wrong, until it is closed or something works. */
export function complain(said) {
  const close = make("button", { type: "button", class: "plain", text: say("close"), onclick: calm });
  alert.replaceChildren(make("p", { text: said || say("went_wrong") }), close);
}

/** Take back what was said of an error. */
export function calm() {
  alert.replaceChildren();
}
