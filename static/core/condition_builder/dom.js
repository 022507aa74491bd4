/* Small makers of elements for the condition builder. Text is always text, never markup. */
"use strict";

(() => {
  function el(tag, attrs = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attrs)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  /* options: [{value, label, section?}]; sections become groups of the list. */
  function select(label, options, value, onchange, attrs = {}) {
    const made = el("select", { "aria-label": label, ...attrs });
    let group = made;
    let section = null;
    for (const option of options) {
      if (option.section && option.section !== section) {
        section = option.section;
        group = el("optgroup", { label: section });
        made.append(group);
      }
      group.append(el("option", { value: option.value }, option.label));
    }
    made.value = value ?? "";
    made.addEventListener("change", () => onchange(made.value));
    return made;
  }

  function input(label, value, oninput, attrs = {}) {
    const made = el("input", { type: "text", "aria-label": label, autocomplete: "off", ...attrs });
    made.value = value ?? "";
    made.addEventListener("input", () => oninput(made.value));
    return made;
  }

  function button(text, onclick, attrs = {}) {
    return el("button", { type: "button", onclick, ...attrs }, text);
  }

  function icon(name, label, onclick) {
    const sign = el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);
    return el("button", { type: "button", class: "rb-icon", title: label, "aria-label": label, onclick }, sign);
  }

  /* A text field that opens a list of names; `onpick` gets {kind, id, name, note}; `name` is what is chosen. */
  function picker(setup, kinds, onpick, { many = false, name = () => "", label = "Choose" } = {}) {
    const text = input(label, name(), () => {}, {
      "data-picker-text": true, placeholder: "Type a part of the name", role: "combobox",
      "aria-expanded": "false", "aria-autocomplete": "list",
    });
    const root = el("div", {
      class: "promo-picker", "data-picker": true, "data-picker-many": many, "data-kinds": kinds.join(","),
      "data-url": setup.lookUp,
    }, text);
    root.addEventListener("picked", (event) => {
      if (event.detail) onpick(event.detail);
    });
    // What was typed and not chosen means nothing: the field says again what is chosen.
    if (!many) text.addEventListener("blur", () => { text.value = name(); });
    return root;
  }

  Object.assign(globalThis.FanfareConditions, { el, select, input, button, icon, picker });
})();
