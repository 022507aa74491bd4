/* The steps of a campaign: fields that depend on others, several things by name, rows, the preview beside. */
"use strict";

(() => {
  const WAIT = 400;

  /* "a=X Y;b!=": shown if a is X or Y and b is not empty. */
  function valueOf(form, name) {
    const named = form.elements[name];
    if (!named) return "";
    return (named instanceof RadioNodeList ? named.value : named.value) ?? "";
  }

  function holds(form, condition) {
    const isNot = condition.includes("!=");
    const [name, wanted] = condition.split(isNot ? "!=" : "=");
    const value = valueOf(form, name);
    const isOne = wanted === "" ? value === "" : wanted.split(" ").includes(value);
    return isNot ? !isOne : isOne;
  }

  function arrange(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(";").every((one) => holds(form, one));
    }
    for (const section of form.querySelectorAll("details.wiz-section")) {
      const fields = [...section.querySelectorAll(".wiz-field")];
      section.hidden = fields.length > 0 && fields.every((field) => field.hidden);
    }
  }

  function chip(name, hit) {
    const item = document.createElement("li");
    const value = document.createElement("input");
    value.type = "hidden";
    value.name = name;
    value.value = `${hit.kind}:${hit.id}`;
    const text = document.createElement("span");
    text.textContent = hit.name;
    const note = document.createElement("small");
    note.textContent = hit.note;
    const out = document.createElement("button");
    out.type = "button";
    out.setAttribute("data-unpick", "");
    out.setAttribute("aria-label", `Take ${hit.name} out`);
    out.textContent = "×";
    item.append(value, text, note, out);
    return item;
  }

  document.addEventListener("picked", (event) => {
    const many = event.target.closest("[data-many]");
    if (!many || !event.detail) return;
    const { kind, id } = event.detail;
    const chips = many.querySelector("[data-chips]");
    const isThere = [...chips.querySelectorAll("input")].some((one) => one.value === `${kind}:${id}`);
    if (!isThere) chips.append(chip(many.dataset.name, event.detail));
    changed(many);
  });

  document.addEventListener("click", (event) => {
    const out = event.target.closest("[data-unpick]");
    if (out) {
      const many = out.closest("[data-many]");
      out.closest("li").remove();
      many.querySelector("[data-picker-text]").focus();
      changed(many);
    }
    const step = event.target.closest("[data-wizard-step]");
    if (step) document.querySelector(`.wiz-rail [data-step="${step.dataset.wizardStep}"]`)?.click();
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add);
  });

  function addRow(button) {
    const rows = button.closest("[data-rows]");
    const all = rows.querySelectorAll("[data-row]");
    const row = all[all.length - 1].cloneNode(true);
    for (const input of row.querySelectorAll("input")) {
      input.value = "";
      input.name = input.name.replace(/-\d+-/, `-${all.length}-`);
    }
    button.before(row);
    row.querySelector("input:not([type=hidden])").focus();
  }

  function changed(part) {
    part.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* The preview ------------------------------------------------------------------------------------------ */
  const box = () => document.querySelector("[data-wizard-preview]");
  let waiting = 0;
  let shown = null;
  let asked = 0;

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT);
  }

  async function look() {
    const form = document.querySelector("[data-wizard]");
    const place = box();
    if (!form || !place) return;
    const data = new FormData(form);
    const text = new URLSearchParams([...data].filter(([, value]) => typeof value === "string")).toString();
    if (text === shown) return;
    shown = text;
    const mine = ++asked;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(place.dataset.url, {
        method: "POST",
        body: text,
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      if (answer.ok && mine === asked) place.innerHTML = await answer.text();
    } finally {
      place.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("[data-wizard]");
    if (!form) return;
    arrange(form);
    document.querySelector(".wiz-here")?.scrollIntoView({ block: "nearest", inline: "center" });
    for (const kind of ["input", "change"]) {
      form.addEventListener(kind, () => {
        arrange(form);
        soon();
      });
    }
    form.addEventListener("click", soon);
    const wrong = form.querySelector(".wiz-wrong");
    if (wrong) {
      wrong.closest("details")?.setAttribute("open", "");
      wrong.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }
    look();
  });
})();
