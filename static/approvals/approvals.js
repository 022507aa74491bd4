// Keys of the inbox and of the page of a request. Everything they do can be reached with Tab, too.
"use strict";

(() => {
  const page = () => document.querySelector("[data-approval-page]");
  const help = () => document.querySelector("[data-approval-keys]");
  const titles = () => [...document.querySelectorAll("a.approval-title")];

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

  function move(step) {
    const links = titles();
    const here = links.indexOf(document.activeElement);
    const next = here === -1 ? (step > 0 ? 0 : links.length - 1) : here + step;
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  }

  function open() {
    const links = titles();
    if (links.includes(document.activeElement)) document.activeElement.click();
    else if (links.length) links[0].focus();
  }

  function toDecision() {
    const button = document.querySelector(".approval-box button[name='verdict']");
    button?.scrollIntoView({ block: "center" });
    button?.focus();
  }

  function toComment() {
    const field = document.querySelector("#approval-comment") || document.querySelector("#approval-text");
    field?.scrollIntoView({ block: "center" });
    field?.focus();
  }

  const ofList = { j: () => move(1), k: () => move(-1), o: open };
  const ofPage = {
    a: toDecision,
    c: toComment,
    u: () => window.location.assign(page().dataset.inbox),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !help()) return;
    if (help().open) return;
    const act = event.key === "?" ? () => help().showModal() : (page() ? ofPage : ofList)[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-mention]")?.dataset.mention;
    const field = document.querySelector("#approval-text");
    if (!name || !field) return;
    const before = field.value && !/\s$/.test(field.value) ? " " : "";
    field.value += `${before}@${name} `;
    field.focus();
  });
})();
