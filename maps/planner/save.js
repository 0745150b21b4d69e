// Files of the service, kept by the browser: asked with the key, which a plain link could not carry.

import { request } from "./api.js";
import { make } from "./elements.js";

/** Ask for a file and save it under a name; a Problem if the service refuses it. */
export async function save(path, parameters, name) {
  const answer = await request(path, parameters);
  const address = URL.createObjectURL(await answer.blob());
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
