/** The earlier conversations: opened, and deleted after asking. */

import { asked, make, say } from "./words.js";

/** Show the list; `open` and `remove` are called with a conversation's number. */
export function createList({ open, remove }) {
  const list = document.querySelector("#conversations");
  const dialog = document.querySelector("#delete");
  let doomed = null;

  const titleOf = ({ title }) => asked(title) || say("new");

  /** Ask before a conversation is deleted. */
  function askFirst(conversation) {
    doomed = conversation.id;
    document.querySelector("#delete-title").textContent = titleOf(conversation);
    dialog.returnValue = "";
    dialog.showModal();
  }

  /** Return the place of one conversation. */
  function place(conversation, isOpen) {
    const title = titleOf(conversation);
    const forget = say("delete_named", { title });
    return make(
      "li",
      { "data-conversation": conversation.id },
      make("button", { type: "button", class: "name", "aria-current": isOpen ? "true" : null, text: title, onclick: () => open(conversation.id) }),
      make("button", { type: "button", class: "plain", "aria-label": forget, title: forget, text: "×", onclick: () => askFirst(conversation) }),
    );
  }

  /** Show all conversations, the open one marked. */
  function fill(conversations, opened) {
    list.replaceChildren(...conversations.map((each) => place(each, each.id === opened)));
    document.querySelector("#nothing").hidden = conversations.length > 0;
  }

  /** Give a conversation its title. */
  function rename(id, title) {
    const name = list.querySelector(`[data-conversation="${id}"] .name`);
    if (name) name.textContent = titleOf({ title });
  }

  dialog.addEventListener("close", () => dialog.returnValue === "delete" && remove(doomed));
  return { fill, rename };
}
