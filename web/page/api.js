/** What the server offers, a function a call. A refusal is thrown with the server's own sentence. */

/** A refusal: `message` is a sentence for the person; "" if the server gave none, or could not be reached. */
export class Refusal extends Error {
  /** `lost` is true where the server did not answer at all. */
  constructor(said, lost = false) {
    super(said);
    this.lost = lost;
  }
}

/** Ask the server; return the response if it is a good one. */
async function ask(method, path, options = {}) {
  let response;
  try {
    response = await fetch(path, { method, ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Refusal("", true);
  }
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw new Refusal(told.said ?? "");
  }
  return response;
}

/** Ask for JSON, and send some if there is a body. */
async function json(method, path, body, options = {}) {
  if (body !== undefined) {
    options = { ...options, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  }
  const response = await ask(method, path, options);
  return response.status === 204 ? null : response.json();
}

/** The end of an address for a setting of the dial. */
function setting(tokens, part) {
  return `tokens=${tokens}` + (part ? `&region=${part.map((edge) => edge.toFixed(4)).join()}` : "");
}

const base = (conversation) => `/api/conversations/${conversation}`;

export const getState = (language) => json("GET", `/api/state?language=${encodeURIComponent(language)}`);
export const begin = async () => (await json("POST", "/api/conversations")).id;
export const remove = (conversation) => json("DELETE", base(conversation));
export const getConversation = (conversation) => json("GET", base(conversation));
export const choose = (conversation, pictures) => json("PUT", `${base(conversation)}/current`, { pictures });
export const openPage = (conversation, message, page) =>
  json("POST", `${base(conversation)}/documents/${message}/pages/${page}`);
export const question = (conversation, asked) => json("POST", `${base(conversation)}/questions`, asked);
export const again = (conversation, message, how) => json("POST", `${base(conversation)}/questions/${message}/again`, how);
export const stop = (conversation, message) => json("POST", `${base(conversation)}/questions/${message}/stop`);
export const events = (conversation) => new EventSource(`${base(conversation)}/events`);

/** Send a file; with `together` it joins the pictures that the next question is about. */
export async function upload(conversation, file, name, together) {
  const headers = { "X-Name": encodeURIComponent(name), "Content-Type": file.type || "application/octet-stream" };
  if (together) headers["X-Together"] = "1";
  return (await ask("POST", `${base(conversation)}/pictures`, { body: file, headers })).json();
}

export const copyOf = (picture, side) => `/api/pictures/${picture}/copy?side=${side}`;
export const thumbnailOf = (conversation, message, page) =>
  `${base(conversation)}/documents/${message}/thumbnails/${page}`;

/** The grid that a picture, or a part of it, is read at; its tokens, seconds and memory. */
export const plan = (picture, tokens, part, signal) =>
  json("GET", `/api/pictures/${picture}/plan?${setting(tokens, part)}`, undefined, { signal });

/** The very pixels that the model gets. */
export const seen = async (picture, tokens, part, signal) =>
  (await ask("GET", `/api/pictures/${picture}/seen?${setting(tokens, part)}`, { signal })).blob();
