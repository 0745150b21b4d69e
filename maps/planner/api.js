// Questions to the service. An error is either a Problem (the service refused, and says why) or Lost.

import { forgetKey, keyHeader } from "./key.js";

/** Says "lost" when a question did not reach the service, and "back" when one did. */
export const connection = new EventTarget();

/** The service refused: its problem+json (RFC 9457). */
export class Problem extends Error {
  constructor({ title, detail, status, pointer }) {
    super(detail || title || `HTTP ${status}`);
    Object.assign(this, { title, status, pointer });
  }
}

/** The service was not reached, or its answer broke off. */
export class Lost extends Error {}

/** A path with its parameters; one that is null is left out, a list is repeated. */
export function addressOf(path, parameters) {
  const given = Object.entries(parameters).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]));
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Ask with the key; the answer is a good one, or it is thrown as a Problem. Parameters as in `addressOf`. */
export async function request(path, parameters = {}, { headers, signal } = {}) {
  const answer = await reached(fetch(addressOf(path, parameters), { signal, headers: { ...headers, ...keyHeader() } }));
  if (answer.ok) return answer;
  if (answer.status === 401) forgetKey();
  const problem = await answer.json().catch(() => ({}));
  throw new Problem({ title: answer.statusText, ...problem, status: answer.status });
}

/* What came over the wire. */
async function reached(coming) {
  try {
    const come = await coming;
    connection.dispatchEvent(new Event("back"));
    return come;
  } catch (error) {
    if (wasDropped(error)) throw error;
    connection.dispatchEvent(new Event("lost"));
    throw new Lost(error.message);
  }
}

/** Ask for JSON. */
export async function ask(path, parameters = {}, signal = undefined) {
  const headers = { accept: "application/geo+json, application/json;q=0.9" };
  const answer = await request(path, parameters, { headers, signal });
  return reached(answer.json());
}

/** A question of which only the latest asking counts: an earlier one still under way is dropped. */
export function latestOnly() {
  let current = null;
  return async (path, parameters) => {
    current?.abort();
    current = new AbortController();
    return ask(path, parameters, current.signal);
  };
}

export const wasDropped = (error) => error.name === "AbortError";
