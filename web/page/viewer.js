/** The picture: as it was sent, or as the model sees it at the dial's setting; its grid, tokens, seconds, memory. */

import * as api from "./api.js";
import { createDial } from "./dial.js";
import { createPart } from "./part.js";
import { make, say } from "./words.js";

const PATIENCE = 120; // Milliseconds without a change, after which the server is asked.
const LARGEST = 1600; // Pixels of the longest side of the copy that is shown.

/** Make the viewer work; `failed` is told of what went wrong, `marked` that a part was marked or is no longer. */
export function createViewer(failed, marked) {
  const frame = document.querySelector("#frame");
  const shown = document.querySelector("#shown");
  const grid = document.querySelector("#grid");
  const showGrid = document.querySelector("#show-grid");
  const plan = document.querySelector("#plan");
  const views = [...document.querySelectorAll("[name=view]")];
  let picture = null;
  let name = "";
  let planned = null;
  let waiting = 0;
  let running = new AbortController();

  const seesIt = () => views.find((view) => view.checked).value === "seen";
  const dial = createDial((tokens) => {
    sessionStorage.setItem("tokens", tokens);
    look("seen");
    later();
  });
  const part = createPart(() => frame.dataset.part !== "alone", (edges) => {
    marked(edges);
    later();
  });

  /** Switch to a view. */
  function look(view) {
    for (const each of views) each.checked = each.value === view;
  }

  /** Ask for the plan and the preview once the hand rests. */
  function later() {
    frame.setAttribute("aria-busy", "true");
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PATIENCE);
  }

  /** Show what the settings say now. An older answer never comes after a newer one: its request is given up. */
  async function refresh() {
    clearTimeout(waiting);
    running.abort();
    if (!picture || dial.tokens() === undefined) {
      frame.removeAttribute("aria-busy");
      return;
    }
    const { signal } = (running = new AbortController());
    frame.setAttribute("aria-busy", "true");
    try {
      const settings = [picture.id, dial.tokens(), part.edges(), signal];
      const [told, blob] = await Promise.all([api.plan(...settings), seesIt() ? api.seen(...settings) : null]);
      if (!signal.aborted) await draw(told, blob, signal);
    } catch (error) {
      if (error.name !== "AbortError") failed(error);
    } finally {
      if (!signal.aborted) frame.removeAttribute("aria-busy");
    }
  }

  /** Show a plan, and the picture in the view that was asked for. */
  async function draw(told, blob, signal) {
    planned = told;
    sayPlan();
    if (!blob) {
      asSent();
      return;
    }
    const address = URL.createObjectURL(blob);
    const { width, height } = told;
    await load(address, { view: "seen", width, height, alt: say("seen_named", { name, width, height }), signal });
    URL.revokeObjectURL(address);
  }

  /** Show the picture as it was sent. */
  function asSent() {
    load(api.copyOf(picture.id, LARGEST), { view: "sent", width: picture.width, height: picture.height, alt: name });
  }

  /** Put an image into the frame once it is there. */
  async function load(address, { view, width, height, alt, signal }) {
    const image = new Image();
    image.src = address;
    await image.decode().catch(() => {});
    if (signal?.aborted || (view === "sent" && seesIt())) return;
    if (shown.getAttribute("src") !== address) shown.src = address;
    Object.assign(shown, { alt });
    shown.dataset.view = view;
    frame.dataset.part = view === "seen" && part.edges() ? "alone" : "";
    frame.style.setProperty("--width", width);
    frame.style.setProperty("--height", height);
    part.show();
    drawGrid();
  }

  /** Lay the grid over the picture, or over the part of it that is read. */
  function drawGrid() {
    grid.hidden = !showGrid.checked || !planned;
    if (grid.hidden) return;
    const [left, top, right, bottom] = (frame.dataset.part === "alone" ? null : part.edges()) ?? [0, 0, 1, 1];
    grid.style.inset = `${100 * top}% ${100 * (1 - right)}% ${100 * (1 - bottom)}% ${100 * left}%`;
    grid.style.setProperty("--rows", planned.rows);
    grid.style.setProperty("--columns", planned.columns);
  }

  /** Say what the setting costs. */
  function sayPlan() {
    const { tokens, rows, columns, width, height, seconds, mib } = planned;
    const costs = [`${columns} × ${rows}`, `${width} × ${height} px`];
    if (seconds !== null) costs.push(say("about_seconds", { seconds: seconds < 10 ? seconds.toFixed(1) : Math.round(seconds) }));
    if (mib !== null) costs.push(say("memory", { mib: Math.round(mib) }));
    plan.replaceChildren(make("strong", { text: say("tokens", { tokens }) }), ` · ${costs.join(" · ")}`);
    plan.dataset.tokens = tokens;
  }

  /** Show another picture; the mark belongs to the one before. */
  function show(next, called) {
    name = called;
    if (next?.id === picture?.id) return;
    picture = next;
    if (part.edges()) {
      part.set(null);
      marked(null);
    }
    if (picture && !seesIt()) asSent();
    refresh();
  }

  /** Say everything again, in another language. */
  function speak() {
    part.show();
    if (planned) sayPlan();
  }

  document.querySelector("#mark").addEventListener("click", () => {
    if (!part.edges()) look("sent");
    part.toggle();
  });
  showGrid.addEventListener("change", drawGrid);
  for (const view of views) view.addEventListener("change", refresh);
  return { dial, part, show, refresh, speak, picture: () => picture };
}
