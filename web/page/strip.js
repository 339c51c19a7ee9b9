/** The strip of a conversation's pictures and pages: which one is shown, and which ones a question is about. */

import * as api from "./api.js";
import { make, say } from "./words.js";

const SIDE = 160;

/** Return the name of a picture: its file's, with the page if it is one. */
export const nameOf = (item, page) => (page ? say("page_named", { name: item.name, page }) : item.name);

/** Return what can be asked about: each picture and each page, with its picture if that is there. */
export function entriesOf(items) {
  return items.flatMap((item) => {
    if (item.kind !== "pictures") return [];
    if (!item.pages) return item.pictures.map((picture) => ({ item, picture, page: 0, name: nameOf(item, 0) }));
    return Array.from({ length: item.pages }, (_, index) => {
      const page = index + 1;
      return { item, page, picture: item.pictures.find((each) => each.page === page), name: nameOf(item, page) };
    });
  });
}

/** Show the strip. `pick` is called with an entry, and whether it joins (true) or leaves (false) the others, or is alone. */
export function createStrip(pick) {
  const strip = document.querySelector("#strip");

  /** Return the place of one picture or page. */
  function place(entry, conversation) {
    const { item, picture, page, name } = entry;
    const source = page ? api.thumbnailOf(conversation, item.message, page) : api.copyOf(picture.id, SIDE);
    const image = make("img", { src: source, alt: "", loading: "lazy", draggable: "false" });
    const button = make("button", { type: "button", "aria-label": name, title: name, onclick: () => pick(entry) }, image);
    const check = make("input", { type: "checkbox", "aria-label": say("ask_about", { name }) });
    check.addEventListener("change", () => pick(entry, check.checked));
    return make("li", {}, button, check, ...(page ? [make("small", { text: page, "aria-hidden": "true" })] : []));
  }

  /** Show all places again: there are others now. */
  function fill(conversation, entries) {
    strip.replaceChildren(...entries.map((entry) => place(entry, conversation)));
    strip.hidden = entries.length < 2;
  }

  /** Mark what is shown, and what is asked about. */
  function mark(entries, current, shown) {
    entries.forEach(({ picture }, index) => {
      const [button, check] = strip.children[index].children;
      const isShown = picture !== undefined && picture.id === shown;
      if (isShown && button.getAttribute("aria-current") !== "true") strip.children[index].scrollIntoView({ block: "nearest" });
      button.setAttribute("aria-current", isShown);
      check.checked = picture !== undefined && current.includes(picture.id);
    });
  }

  return { fill, mark };
}
