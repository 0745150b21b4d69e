// An answer that follows the state: only the latest question counts, and what is already answered isn't asked again.

import { addressOf, latestOnly, Lost, Problem, wasDropped } from "./api.js";

/**
 * @param {Object} listener
 * @param {(answer: Object, parameters: Object) => void} listener.take
 * @param {(error: Problem) => void} listener.fail
 * @param {(isBusy: boolean) => void} [listener.wait]
 * @returns {(path: string, parameters: Object) => Promise<void>}
 */
export function createLoader({ take, fail, wait = () => {} }) {
  const ask = latestOnly();
  let asked = null;
  return async (path, parameters) => {
    const question = addressOf(path, parameters);
    if (question === asked) return;
    asked = question;
    wait(true);
    try {
      take(await ask(path, parameters), parameters);
    } catch (error) {
      if (wasDropped(error)) return;
      asked = null;
      if (error instanceof Problem) fail(error);
      else if (!(error instanceof Lost)) throw error; // a lost connection is told once for all, see `connection`
    }
    wait(false);
  };
}
