// Small helpers for the page's own elements. Text is always set as text, never as HTML.

/** Make an element: `make("p", { className: "quiet" }, "text", child)`. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

/** A row of buttons of which one is pressed. */
export function choices(element, options, chosen, onChoose) {
  const focused = options.findIndex((_, index) => element.children[index] === document.activeElement);
  element.replaceChildren(
    ...options.map(({ value, text, label }) => {
      const button = make("button", { type: "button", textContent: text, onclick: () => onChoose(value) });
      button.dataset.value = value ?? "";
      button.setAttribute("aria-pressed", String(value === chosen));
      if (label) button.setAttribute("aria-label", label);
      return button;
    }),
  );
  element.children[focused]?.focus();
}
