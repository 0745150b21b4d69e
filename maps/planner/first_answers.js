// What the page must know before it can ask for a map: asked for by the first of the modules (maps/joined.py), so that the
// answers are on their way while the others start.

import { ask } from "./api.js";

const PATHS = ["/v1/extent", "/v1/categories", "/v1/caller"];

const askAll = () => Promise.all(PATHS.map((path) => ask(path)));
let asked = askAll();
asked.catch(() => {}); // told to who awaits it below

/** Extent, categories and caller; `onFailure` is told each error, and a promise of it says when to ask again. */
export async function firstAnswers(onFailure) {
  for (;;) {
    try {
      return await asked;
    } catch (error) {
      await onFailure(error);
      asked = askAll();
    }
  }
}
