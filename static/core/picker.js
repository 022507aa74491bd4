/* Picking a product, SKU, collection or segment by its name: a list opens while one types. */
"use strict";

(() => {
  if (window.fanfarePicker) return;
  const WAIT = 200;
  const BAR = 80; // pixels: the buttons at the bottom of the page
  let open = null;

  function close() {
    if (!open) return;
    open.list.remove();
    open.text.setAttribute("aria-expanded", "false");
    open.text.removeAttribute("aria-activedescendant");
    open.text.removeAttribute("aria-controls");
    open = null;
  }

  function say(root, hit) {
    const value = root.querySelector("[data-picker-value]");
    const note = root.querySelector("[data-picker-note]");
    if (value) value.value = hit ? `${hit.kind}:${hit.id}` : "";
    if (note) note.textContent = hit ? hit.note : "";
    root.dispatchEvent(new CustomEvent("picked", { detail: hit, bubbles: true }));
    if (value) value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function choose(hit) {
    const { root, text } = open;
    text.value = root.hasAttribute("data-picker-many") ? "" : hit.name;
    clearTimeout(root.waiting);
    close();
    say(root, hit);
  }

  function option(hit, number) {
    const item = document.createElement("li");
    item.id = `promo-option-${number}`;
    item.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = hit.name;
    const note = document.createElement("small");
    note.textContent = hit.note;
    item.append(name, note);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(hit);
    });
    return item;
  }

  function show(root, text, hits) {
    close();
    const list = document.createElement("ul");
    list.className = "promo-options";
    list.setAttribute("role", "listbox");
    list.id = "promo-options";
    list.setAttribute("aria-label", "What has this name");
    if (hits.length) list.append(...hits.map(option));
    else {
      const none = document.createElement("li");
      none.className = "promo-none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = "Nothing has this name.";
      list.append(none);
    }
    root.append(list);
    place(text, list);
    open = { root, text, list, hits, at: -1 };
    text.setAttribute("aria-expanded", "true");
    text.setAttribute("aria-controls", list.id);
  }

  /* Over everything: the boxes around a field may cut off what leaves them. */
  function place(text, list) {
    const box = text.getBoundingClientRect();
    const isLow = box.bottom + list.offsetHeight + BAR > window.innerHeight && box.top > list.offsetHeight;
    list.style.left = `${box.left}px`;
    list.style.minWidth = `${box.width}px`;
    list.style.top = isLow ? "auto" : `${box.bottom + 4}px`;
    list.style.bottom = isLow ? `${window.innerHeight - box.top + 4}px` : "auto";
  }

  function move(step) {
    const items = [...open.list.querySelectorAll("[role=option]:not([aria-disabled])")];
    if (!items.length) return;
    open.at = (open.at + step + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === open.at)));
    items[open.at].scrollIntoView({ block: "nearest" });
    open.text.setAttribute("aria-activedescendant", items[open.at].id);
  }

  async function look(root, text) {
    const typed = text.value.trim();
    const query = new URLSearchParams({ kinds: root.dataset.kinds, q: typed });
    const answer = await fetch(`${root.dataset.url}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { results } = await answer.json();
    if (text.value.trim() === typed && document.activeElement === text) show(root, text, results);
  }

  document.addEventListener("input", (event) => {
    const text = event.target.closest?.("[data-picker-text]");
    if (!text) return;
    const root = text.closest("[data-picker]");
    close(); // What was found for other letters must not change under a pointer about to choose.
    if (!root.hasAttribute("data-picker-many")) say(root, null);
    clearTimeout(root.waiting);
    root.waiting = setTimeout(() => look(root, text), WAIT);
  });

  document.addEventListener("focusin", (event) => {
    const text = event.target.closest?.("[data-picker-text]");
    if (!text || text.value) return;
    look(text.closest("[data-picker]"), text);
  });

  document.addEventListener("focusout", (event) => {
    if (open && event.target === open.text) close();
  });

  document.addEventListener("keydown", (event) => {
    if (!open || event.target !== open.text) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      if (open.hits.length) choose(open.hits[Math.max(open.at, 0)]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("scroll", () => {
    if (open) place(open.text, open.list);
  }, true);
  window.addEventListener("resize", close);

  window.fanfarePicker = { close };
})();
