/** Questions and answers: shows them, follows those that grow, and offers what can be done next. */

import * as api from "./api.js";
import { AUTO } from "./dial.js";
import { nameOf } from "./strip.js";
import { asked, make, say } from "./words.js";

const RUNNING = ["waiting", "looking", "writing"];
const FAILED = ["refused", "failed", "interrupted"];
const SIDE = 96;

export const isRunning = (answer) => RUNNING.includes(answer.state);

/** Show a conversation. `again` is called with a question and how to answer it again, `pick` with pictures to ask about. */
export function createTalk({ again, pick }) {
  const list = document.querySelector("#items");
  const spoken = document.querySelector("#spoken");
  let questions = new Map();
  const news = new Map(); // The newest of each answer, and the how manieth news it was.
  let heard = 0;

  /** Show all items of a conversation. */
  function fill(conversation, items) {
    questions = new Map();
    list.replaceChildren();
    for (const item of items) add(conversation, item);
    list.scrollTop = list.scrollHeight;
  }

  /** Show one more item. */
  function add(conversation, item) {
    list.append(item.kind === "pictures" ? upload(conversation, item) : turn(item));
    list.scrollTop = list.scrollHeight;
  }

  /** Return an upload: a button that goes back to it. */
  function upload(conversation, item) {
    const { message, pages, pictures, name } = item;
    const seen = pages
      ? [make("img", { src: api.thumbnailOf(conversation, message, 1), alt: "", loading: "lazy" })]
      : pictures.map(({ id }) => make("img", { src: api.copyOf(id, SIDE), alt: "", loading: "lazy" }));
    const button = make("button", { type: "button", onclick: () => pick(item) }, ...seen, make("span", { text: nameOf(item, 0) }));
    return make("div", { class: "upload" }, button);
  }

  /** Return a question with its answer. */
  function turn(item) {
    const about = item.tokens === AUTO ? [say("auto")] : [say("tokens", { tokens: item.tokens })];
    if (item.pictures.length > 1) about.push(say("about_pictures", { count: item.pictures.length }));
    if (item.region) about.push(say("about_part"));
    if (item.thinking) about.push(say("think"));
    const places = {
      answer: make("div", { class: "answer" }),
      text: make("div", { class: "text" }),
      notice: make("p", { class: "notice" }),
      files: make("p", { class: "files buttons" }),
      thoughts: make("details", { class: "thoughts" }, make("summary", { text: say("thoughts") }), make("p", {})),
      notes: make("p", { class: "notes" }),
      buttons: make("p", { class: "buttons" }),
    };
    const { answer, ...inside } = places;
    answer.append(...Object.values(inside));
    questions.set(item.message, { item, places });
    draw(item.message, item.answer);
    return make(
      "article",
      { class: "turn", "data-message": item.message },
      make("p", { class: "question", text: asked(item.text) }),
      make("p", { class: "asked", text: about.join(" · ") }),
      answer,
    );
  }

  /** Show an answer as it is now. */
  function draw(message, answer) {
    const { item, places } = questions.get(message);
    item.answer = answer;
    const running = isRunning(answer);
    places.answer.className = `answer ${running ? "running" : ""} ${FAILED.includes(answer.state) ? "failed" : ""}`;
    places.answer.dataset.state = answer.state;
    places.text.innerHTML = answer.html; // Made safe by the server, from the model's Markdown.
    for (const block of places.text.querySelectorAll("pre")) block.tabIndex = 0; // It may be wider than its place.
    places.notice.textContent = answer.notice;
    places.thoughts.hidden = !answer.thoughts;
    places.thoughts.lastChild.textContent = answer.thoughts;
    places.notes.textContent = answer.notes;
    places.files.replaceChildren(...answer.files.map(({ name, url }) => make("a", { href: url, download: name, text: `↓ ${name}` })));
    places.buttons.replaceChildren(...(running ? [] : offers(message, answer)));
  }

  /** Return the buttons under an answer that has ended. */
  function offers(message, answer) {
    const button = (name, title, onclick) => make("button", { type: "button", text: say(name), title, onclick });
    const found = [];
    if (answer.closer !== null) {
      const tokens = answer.closer;
      found.push(button("closer", say("tokens", { tokens }), () => again(message, { tokens, reworded: false })));
    }
    if (answer.retry) {
      const reworded = answer.state === "answered";
      found.push(button("retry", null, () => again(message, { tokens: null, reworded })));
    }
    if (answer.think) found.push(button("think", null, () => again(message, { tokens: null, reworded: false, thinking: true })));
    if (answer.text && navigator.clipboard) found.push(button("copy", null, () => copy(answer.text)));
    return found;
  }

  /** Copy an answer. */
  async function copy(text) {
    await navigator.clipboard.writeText(text);
    spoken.textContent = say("copied");
  }

  /** Take news of an answer. What has ended is spoken once, as a whole. */
  function hear({ message, ...answer }) {
    news.set(message, { answer, order: (heard += 1) });
    const known = questions.get(message);
    if (!known) return false;
    const ended = isRunning(known.item.answer) && !isRunning(answer);
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    draw(message, answer);
    if (atEnd) list.scrollTop = list.scrollHeight;
    if (ended) spoken.textContent = [answer.text, answer.notice].filter(Boolean).join(" ");
    return true;
  }

  /** Bring items up to date that were asked for when `since` news had been heard: what was heard later is newer. */
  function catchUp(items, since) {
    for (const item of items) {
      const known = news.get(item.message);
      if (known?.order > since) item.answer = known.answer;
    }
  }

  const answers = () => [...questions.values()].map(({ item }) => item);
  const running = () => answers().filter((item) => isRunning(item.answer));
  return { fill, add, hear, catchUp, running, heard: () => heard, has: (message) => questions.has(message) };
}
