// Who the service takes us for: asked once, as another key begins a new page.

import { ask } from "./api.js";

let answer = null;

/** `{role, unit, sees: {reports, small_counts}}`. */
export function whoAsks() {
  answer ??= ask("/v1/caller").catch((error) => {
    answer = null;
    throw error;
  });
  return answer;
}
