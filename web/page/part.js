/** The rectangle over a picture: drawn and adjusted by mouse, finger or keys. Edges are fractions: left, top, right, bottom. */

import { make, say } from "./words.js";

const SMALLEST = 0.02;
const STEP = 0.02;

const within = (value, low = 0, high = 1) => Math.min(Math.max(value, low), high);

/** Return a rectangle moved by fractions, inside the picture. */
export function moved([left, top, right, bottom], across, down) {
  const x = within(across, -left, 1 - right);
  const y = within(down, -top, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** Return a rectangle with the named edges ("lt", "rb") moved by fractions. */
export function resized([left, top, right, bottom], edges, across, down) {
  if (edges.includes("l")) left = within(left + across, 0, right - SMALLEST);
  if (edges.includes("r")) right = within(right + across, left + SMALLEST, 1);
  if (edges.includes("t")) top = within(top + down, 0, bottom - SMALLEST);
  if (edges.includes("b")) bottom = within(bottom + down, top + SMALLEST, 1);
  return [left, top, right, bottom];
}

/** Make the rectangle work. `mayDraw` says whether the whole picture is shown; `changed` is told each rectangle, or null. */
export function createPart(mayDraw, changed) {
  const frame = document.querySelector("#frame");
  const box = document.querySelector("#part");
  const mark = document.querySelector("#mark");
  let part = null;
  let drag = null;

  /** Show the rectangle where it is. */
  function show() {
    box.hidden = part === null || !mayDraw();
    mark.textContent = say(part ? "unmark" : "mark");
    frame.classList.toggle("marking", part !== null);
    if (!part) return;
    const [left, top, right, bottom] = part.map((edge) => Math.round(100 * edge));
    box.style.left = `${100 * part[0]}%`;
    box.style.top = `${100 * part[1]}%`;
    box.style.width = `${100 * (part[2] - part[0])}%`;
    box.style.height = `${100 * (part[3] - part[1])}%`;
    box.setAttribute("aria-label", say("marked", { left, top, right, bottom }));
  }

  /** Take a rectangle, or none. */
  function set(edges) {
    part = edges;
    show();
  }

  /** Take a rectangle, and tell of it. */
  function change(edges) {
    set(edges);
    changed(part);
  }

  /** Return where a pointer is, in fractions of the frame. */
  function place(event) {
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
  }

  /** Begin to draw, to move or to resize; a finger draws only after "Mark a part", for it scrolls otherwise. */
  function take(event) {
    const edges = event.target.dataset?.edges;
    const onBox = box.contains(event.target);
    if (event.button !== 0 || !mayDraw() || (event.pointerType === "touch" && part === null)) return;
    const at = place(event);
    drag = { at, from: onBox ? part : null, edges: edges ?? null, before: part };
    frame.setPointerCapture(event.pointerId);
    if (!onBox) event.preventDefault();
  }

  /** Follow the pointer. */
  function follow(event) {
    if (!drag) return;
    const [x, y] = place(event);
    const [across, down] = [x - drag.at[0], y - drag.at[1]];
    if (drag.edges) set(resized(drag.from, drag.edges, across, down));
    else if (drag.from) set(moved(drag.from, across, down));
    else if (Math.abs(across) > SMALLEST && Math.abs(down) > SMALLEST) {
      const [xs, ys] = [[x, drag.at[0]], [y, drag.at[1]]];
      set([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
    }
  }

  /** Let go; what was no drag changes nothing. */
  function release() {
    if (drag && part !== drag.before) change(part);
    drag = null;
  }

  /** Move or resize by keys. */
  function press(event) {
    const [across, down] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] ?? [];
    if (across !== undefined) {
      event.preventDefault();
      change(event.shiftKey ? resized(part, "rb", across, down) : moved(part, across, down));
    } else if (event.key === "Escape" || event.key === "Delete") {
      toggle();
    }
  }

  /** Mark the middle, or remove the mark. */
  function toggle() {
    change(part ? null : [0.25, 0.25, 0.75, 0.75]);
    if (part && mayDraw()) box.focus();
    else mark.focus();
  }

  box.append(...["lt", "rt", "lb", "rb"].map((edges) => make("span", { "data-edges": edges })));
  frame.addEventListener("pointerdown", take);
  frame.addEventListener("pointermove", follow);
  frame.addEventListener("pointerup", release);
  frame.addEventListener("pointercancel", () => (drag ? change(drag.before) : null, (drag = null)));
  box.addEventListener("keydown", press);
  return { set, show, toggle, edges: () => part };
}
