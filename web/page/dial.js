/** The dial: a slider over numbers of visual tokens, with the levels as its marks. */

import { make, say } from "./words.js";

const STEPS = 12; // From one level to the next: so all levels stand equally far apart.
export const AUTO = "auto"; // The first stop: the level is chosen for each picture.

/** Return what the slider stops at, auto and numbers of tokens, and the levels that this model can use. */
export function stopsOf(dial, also) {
  const levels = [];
  for (const level of dial.levels) {
    const tokens = Math.min(level.tokens, dial.max);
    if (tokens > (levels.at(-1)?.tokens ?? dial.min)) levels.push({ ...level, tokens });
  }
  const stops = new Set([dial.min, ...(also === AUTO ? [] : [also])]);
  let from = dial.min;
  for (const { tokens } of levels) {
    for (let step = 1; step <= STEPS; step += 1) stops.add(Math.round(from * (tokens / from) ** (step / STEPS)));
    from = tokens;
  }
  const auto = { ...dial.auto, tokens: AUTO };
  return { stops: [AUTO, ...[...stops].sort((one, other) => one - other)], levels: [auto, ...levels] };
}

/** Make the slider work; `changed` is told each number of tokens. */
export function createDial(changed) {
  const slider = document.querySelector("#tokens");
  const marks = document.querySelector("#levels");
  let stops = [];
  let levels = [];

  const tokens = () => stops[slider.value];

  /** Show where the slider stands, to the eye and to a screen reader. */
  function show() {
    const level = levels.find((each) => each.tokens === tokens());
    slider.style.setProperty("--done", slider.value / slider.max);
    slider.setAttribute(
      "aria-valuetext",
      nameOf(level),
    );
    for (const mark of marks.children) mark.setAttribute("aria-pressed", mark.value === String(tokens()));
  }

  /** Return the words for where the slider stands: at a level, or between two. */
  function nameOf(level) {
    if (tokens() === AUTO) return level.label;
    return level ? say("level_tokens", { level: level.label, tokens: tokens() }) : say("tokens", { tokens: tokens() });
  }

  /** Turn the dial to auto, or to the stop that is next to a number of tokens. */
  function turn(wanted) {
    const distance = (stop) => (stop === wanted ? -1 : stop === AUTO || wanted === AUTO ? Infinity : Math.abs(stop - wanted));
    slider.value = stops.reduce((best, stop, index) => (distance(stop) < distance(stops[best]) ? index : best), 0);
    show();
  }

  /** Turn the dial as a person does. */
  function choose(wanted) {
    turn(wanted);
    changed(tokens());
  }

  /** Go to the next level up or down. */
  function leap(event) {
    const up = event.key === "PageUp";
    if (!up && event.key !== "PageDown") return;
    event.preventDefault();
    const at = Number(slider.value);
    const place = (level) => stops.indexOf(level.tokens);
    const next = up ? levels.find((level) => place(level) > at) : levels.findLast((level) => place(level) < at);
    choose(next?.tokens ?? (up ? stops.at(-1) : stops[0]));
  }

  /** Take what the server says of the model's dial. */
  function fit(dial, wanted) {
    ({ stops, levels } = stopsOf(dial, wanted === AUTO ? AUTO : Math.min(wanted, dial.max)));
    slider.max = stops.length - 1;
    slider.disabled = false;
    const at = levels.map((level) => stops.indexOf(level.tokens));
    document.querySelector("#stops").replaceChildren(...at.map((index) => make("option", { value: index })));
    marks.replaceChildren(
      ...levels.map((level) =>
        make("button", { type: "button", value: level.tokens, title: level.purpose, text: level.label, tabindex: -1 }),
      ),
    );
    at.forEach((index, mark) => marks.children[mark].style.setProperty("--at", `${(100 * index) / slider.max}%`));
    turn(wanted);
  }

  slider.addEventListener("input", () => choose(tokens()));
  slider.addEventListener("keydown", leap);
  marks.addEventListener("click", (event) => event.target.value && choose(event.target.value === AUTO ? AUTO : Number(event.target.value)));
  return { fit, turn, tokens };
}
