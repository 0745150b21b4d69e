// What stands on the map when there is nothing to see: loading, nothing found, refused.

import { byId, make } from "./elements.js";

export function showProgress(isLoading) {
  byId("progress").hidden = !isLoading;
}

/** @param message null, or `{kind, title, text, detail, action: {text, run}}`; the detail is in the service's English */
export function showMessage(message) {
  const element = byId("message");
  element.hidden = !message;
  element.className = `message card ${message?.kind ?? ""}`;
  element.replaceChildren();
  if (!message) return;
  element.append(make("strong", {}, message.title));
  if (message.text) element.append(make("p", {}, message.text));
  if (message.detail) element.append(make("p", { className: "quiet", lang: "en" }, message.detail));
  if (message.action) element.append(make("button", { type: "button", onclick: message.action.run }, message.action.text));
}
