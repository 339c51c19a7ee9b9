/** The page: what is open, and what happens when something is dropped, chosen, asked, stopped or deleted. */

import * as api from "./api.js";
import { AUTO } from "./dial.js";
import { calm, complain, tell } from "./notices.js";
import { createList } from "./list.js";
import { createStrip, entriesOf } from "./strip.js";
import { createTalk } from "./talk.js";
import { createViewer } from "./viewer.js";
import { makeReceiver } from "./receiving.js";
import { make, say, speak, want, wanted } from "./words.js";

const LOADING_PAUSE = 1000; // Milliseconds between looks at a model that is not ready.
const LOST_PAUSE = 2000; // Milliseconds between attempts to reach the server.

const at = (selector) => document.querySelector(selector);
const question = at("#question");
const languages = at("#language");
const think = at("#think input");
let state = null;
let conversation = null;
let items = [];
let entries = [];
let current = [];
let source = null;

const viewer = createViewer(fail, marked);
const strip = createStrip(pick);
const list = createList({ open, remove });
const talk = createTalk({ again, pick: pickUpload });
makeReceiver(receive);

/** Say what went wrong; if the server cannot be reached, wait for it. */
function fail(error) {
  if (error.lost) reconnect();
  else if ("said" in error || error instanceof Error) complain(error.message);
}

/** Do something that may be refused; return whether it worked. */
async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}

/** Try to reach the server until it answers, then catch up. */
async function reconnect() {
  tell("lost", say("lost") || "…");
  if (reconnect.waits) return;
  reconnect.waits = true;
  for (;;) {
    await new Promise((wake) => setTimeout(wake, LOST_PAUSE));
    try {
      await getState();
      break;
    } catch (error) {
      if (!error.lost) complain(error.message);
    }
  }
  reconnect.waits = false;
  tell("lost", "");
  if (conversation !== null) await attempt(() => load(conversation));
  else showView();
}

/** Ask how things stand; speak the language, list the conversations, fit the dial. */
async function getState() {
  const before = state;
  state = await api.getState(wanted());
  if (before?.language !== state.language) speakLanguage();
  if (state.dial && !before?.dial) {
    const kept = sessionStorage.getItem("tokens");
    viewer.dial.fit(state.dial, kept === AUTO ? kept : Number(kept) || state.detail);
    viewer.refresh();
  }
  at("#think").hidden = !state.thinking;
  const { name, device, health, said } = state.model;
  at("#model").textContent = name ? `${name} · ${device}` : "";
  tell("model", health === "ready" ? "" : said);
  list.fill(state.conversations, conversation);
  if (health !== "ready") setTimeout(() => getState().catch(fail), LOADING_PAUSE);
}

/** Put the language's words everywhere. */
function speakLanguage() {
  speak(state.language, state.texts);
  languages.replaceChildren(...state.languages.map(({ code, name }) => make("option", { value: code, text: name })));
  languages.value = state.language;
  at("#what-kinds").textContent = say("what_kinds", { example: say("example") });
  viewer.speak();
  nameFold();
  if (state.dial) viewer.dial.fit(state.dial, viewer.dial.tokens() ?? state.detail);
  if (conversation !== null && items.length) fill();
}

/** Show the first view, or the open conversation. */
function showView() {
  document.body.dataset.view = entries.length ? "open" : "empty";
}

/** Open a conversation, or none; the address says which. */
async function open(wished) {
  const id = wished === null ? "" : `#${wished}`;
  if (location.hash !== id) history.pushState(null, "", id || location.pathname);
  conversation = wished;
  at("#list").hidePopover?.();
  calm();
  if (wished === null) take({ items: [], current: [] });
  else if (!(await attempt(() => load(wished)))) take({ items: [], current: [] });
  list.fill(state.conversations, conversation);
}

/** Fetch a conversation and show it. */
async function load(id) {
  const since = talk.heard();
  const told = await api.getConversation(id);
  talk.catchUp(told.items, since);
  if (id === conversation) take(told);
}

/** Show what a conversation consists of. */
function take(told) {
  items = told.items;
  current = told.current;
  fill();
  listen();
}

/** Show all items again. */
function fill() {
  talk.fill(conversation, items);
  showPictures();
  showRunning();
}

/** Show the pictures again: there are others now. */
function showPictures() {
  entries = entriesOf(items);
  strip.fill(conversation, entries);
  showView();
  showCurrent();
}

/** Show which pictures the next question is about; the last of them stays in view. */
function showCurrent() {
  const known = entries.filter(({ picture }) => picture && current.includes(picture.id));
  const shown = known.find(({ picture }) => picture.id === viewer.picture()?.id) ?? known[0];
  viewer.show(shown?.picture ?? null, shown?.name ?? "");
  strip.mark(entries, current, shown?.picture.id);
  showSubject();
}

/** Say above the question what it is about, where that is not plain. */
function showSubject() {
  const about = [];
  if (current.length > 1) about.push(say("about_pictures", { count: current.length }));
  if (viewer.part.edges()) about.push(say("about_part"));
  at("#subject").replaceChildren(...about.map((text) => make("span", { class: "tag", text })));
}

/** Ask about the one picture of which a part was marked. */
async function marked(part) {
  if (part && current.length > 1) {
    await attempt(() => setCurrent([viewer.picture().id]));
    showCurrent();
  } else {
    showSubject();
  }
}

/** Ask about a picture or page: alone, or (`joins`) with the others, or no longer. */
async function pick(entry, joins) {
  await attempt(async () => {
    const { id } = entry.picture ?? (await openPage(entry));
    const others = current.filter((each) => each !== id);
    const chosen = joins === undefined ? [id] : joins ? [...others, id] : others;
    if (joins !== undefined) viewer.part.set(null);
    await setCurrent(chosen.length ? chosen : [id]);
    if (joins !== false) viewer.show(entry.picture, entry.name);
  });
  showCurrent();
}

/** Have a page drawn. */
async function openPage(entry) {
  entry.picture = await api.openPage(conversation, entry.item.message, entry.page);
  entry.item.pictures.push(entry.picture);
  return entry.picture;
}

/** Ask about an earlier upload again. */
async function pickUpload(item) {
  const first = entries.find((entry) => entry.item.message === item.message);
  if (item.pages || item.pictures.length === 1) await pick(first);
  else await attempt(() => setCurrent(item.pictures.map(({ id }) => id)));
  showCurrent();
}

/** Tell the server what the next question is about. */
async function setCurrent(chosen) {
  await api.choose(conversation, chosen);
  current = chosen;
}

/** Return the open conversation; begin one if there is none. */
async function theConversation() {
  if (conversation === null) {
    conversation = await api.begin();
    history.pushState(null, "", `#${conversation}`);
  }
  return conversation;
}

/** Send files, one after the other. */
async function receive(files) {
  let together = false;
  calm();
  for (const file of files) {
    const name = file.name || say("pasted");
    if (file.size > state.most_bytes) {
      complain(say("too_big", { name, most: Math.floor(state.most_bytes / 2 ** 20) }));
      continue;
    }
    tell("sending", say("sending", { name }));
    together = (await attempt(() => send(file, name, together))) || together;
  }
  tell("sending", "");
  if (!together) return;
  await attempt(() => load(conversation));
  await attempt(getState);
  focusField();
}

/** Go to the field of the question; with a finger it would bring up the keyboard, over the picture. */
function focusField() {
  if (matchMedia("(pointer: fine)").matches) question.focus();
}

/** Send one file. */
async function send(file, name, together) {
  const into = await theConversation();
  await api.upload(into, file, name, together);
}

/** Ask what was typed, or a task. */
async function ask(text) {
  const tokens = viewer.dial.tokens() ?? state.detail;
  const asked = { text, pictures: current, tokens, region: viewer.part.edges(), thinking: state.thinking && think.checked };
  if (!current.length) {
    complain(say("picture_first"));
    return false;
  }
  calm();
  const worked = await attempt(async () => show((await api.question(conversation, asked)).item));
  if (worked) attempt(getState); // The conversation has a title now, and is the newest.
  return worked;
}

/** Ask a question again: as a new one, or, where it has no answer yet, in its place. */
async function again(message, how) {
  calm();
  await attempt(async () => {
    const { item } = await api.again(conversation, message, how);
    if (item.message === message) await load(conversation);
    else show(item);
    focusField(); // The button that was pressed may be gone.
  });
}

/** Show a question that was just asked, and follow its answer. */
function show(item) {
  if (talk.has(item.message)) return;
  talk.catchUp([item], 0);
  items.push(item);
  talk.add(conversation, item);
  showRunning();
  listen();
}

/** Offer Stop while something runs. */
function showRunning() {
  at("#stop").hidden = talk.running().length === 0;
}

/** Follow the answers of the open conversation, for as long as somebody looks. */
function listen() {
  if (source?.of === conversation && source.events.readyState !== EventSource.CLOSED) return;
  source?.events.close();
  source = null;
  if (conversation === null || document.hidden) return;
  const mine = { of: conversation, events: api.events(conversation), broken: false };
  source = mine;
  mine.events.addEventListener("answer", (event) => hear(mine, JSON.parse(event.data)));
  mine.events.addEventListener("title", (event) => list.rename(mine.of, JSON.parse(event.data).title));
  mine.events.addEventListener("open", () => {
    if (mine.broken) tell("lost", "");
    if (mine.broken || talk.running().length) attempt(() => load(mine.of)); // Something may have been missed.
    mine.broken = false;
  });
  mine.events.addEventListener("error", () => {
    if (source !== mine) return;
    mine.broken = true;
    if (mine.events.readyState === EventSource.CLOSED) reconnect();
    else tell("lost", say("lost"));
  });
}

/** Take news of an answer; of a question that was asked elsewhere, fetch all. */
function hear(from, news) {
  if (from !== source) return;
  const known = talk.hear(news);
  showRunning();
  if (!known) attempt(() => load(conversation));
}

/** Delete a conversation, after asking. */
async function remove(id) {
  if (!(await attempt(() => api.remove(id)))) return;
  if (id === conversation) await open(null);
  await attempt(getState);
}

/** Stop the answer that is being written. */
function stop() {
  const [first] = talk.running();
  if (first) attempt(() => api.stop(conversation, first.message));
}

/** Send the question in the field, and empty it if it was taken. */
async function submit(event) {
  event.preventDefault();
  const text = question.value.trim();
  if (!text || submit.busy) return;
  submit.busy = true;
  if (await ask(text)) question.value = "";
  submit.busy = false;
}

/** Send on Enter, but not while a word is being composed, as in Chinese. */
function typed(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
}

/** Say what the fold of the picture does, on a phone. */
function nameFold() {
  const fold = at("#fold");
  fold.textContent = say(fold.getAttribute("aria-expanded") === "true" ? "hide_picture" : "show_picture");
}

/** Hide or show the picture, on a phone. */
function fold() {
  at("#fold").setAttribute("aria-expanded", at("#fold").getAttribute("aria-expanded") !== "true");
  nameFold();
}

/** Open what the address names. */
async function openAddress() {
  const id = Number(location.hash.slice(1));
  await open(id > 0 ? id : null);
}

/** Begin. */
async function start() {
  at("#composer").addEventListener("submit", submit);
  question.addEventListener("keydown", typed);
  at("#stop").addEventListener("click", stop);
  at("#fold").addEventListener("click", fold);
  at("#new").addEventListener("click", () => open(null));
  for (const chip of document.querySelectorAll("[data-ask]")) chip.addEventListener("click", () => ask(chip.dataset.ask));
  think.checked = sessionStorage.getItem("think") === "true";
  think.addEventListener("change", () => sessionStorage.setItem("think", think.checked));
  languages.addEventListener("change", () => {
    want(languages.value);
    attempt(getState);
  });
  addEventListener("popstate", openAddress);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && conversation !== null) attempt(() => load(conversation));
    else listen();
  });
  if (await attempt(getState)) await openAddress();
}

start();
