// Keys of the calendar: arrows go from bar to bar, letters do what can be clicked, too.
"use strict";

(() => {
  const bars = () => [...document.querySelectorAll("#calendar-board .cal-bar")].filter((one) => one.offsetParent !== null);
  const linkOf = (bar) => bar.querySelector(".cal-open");
  const middle = (box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });

  /* One stop for Tab: inside, arrows. */
  function rove() {
    const all = bars();
    const chosen = all.find((bar) => bar.classList.contains("cal-in-focus")) || all[0];
    for (const bar of all) {
      for (const link of bar.querySelectorAll("a")) link.tabIndex = -1;
    }
    if (chosen) linkOf(chosen).tabIndex = 0;
  }

  function go(bar) {
    if (!bar) return;
    for (const link of document.querySelectorAll('#calendar-board .cal-open[tabindex="0"]')) link.tabIndex = -1;
    linkOf(bar).tabIndex = 0;
    linkOf(bar).focus({ preventScroll: true });
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /* Along the row to the next bar; up and down to what is nearest there. */
  function next(bar, key) {
    const here = bar.getBoundingClientRect();
    const at = middle(here);
    const track = bar.parentElement;
    const others = bars().filter((one) => one !== bar).map((one) => ({ one, box: one.getBoundingClientRect() }));
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const side = key === "ArrowRight" ? 1 : -1;
      const row = others.filter(({ one, box }) => one.parentElement === track && Math.abs(middle(box).y - at.y) < 8 && side * (box.left - here.left) > 0);
      row.sort((a, b) => side * (a.box.left - b.box.left));
      if (row.length) return row[0].one;
      const all = bars();
      return all[all.indexOf(bar) + side];
    }
    const side = key === "ArrowDown" ? 1 : -1;
    const beyond = others.filter(({ box }) => side * (middle(box).y - at.y) > 8);
    const nearest = Math.min(...beyond.map(({ box }) => side * (middle(box).y - at.y)));
    const row = beyond.filter(({ box }) => side * (middle(box).y - at.y) - nearest < 8);
    const away = ({ box }) => Math.max(box.left - here.right, here.left - box.right, 0) * 10 + Math.abs(box.left - here.left);
    row.sort((a, b) => away(a) - away(b));
    return row[0]?.one;
  }

  function move(target, key) {
    target.dispatchEvent(new CustomEvent("calendar:move", { bubbles: true, detail: { move: key } }));
  }

  const press = (bar, selector) => bar.querySelector(selector)?.click();
  const onBar = {
    m: (bar) => bar.dataset.move && move(bar, bar.dataset.move),
    t: (bar) => press(bar, ".cal-mark-tiers"),
    c: (bar) => press(bar, ".cal-mark-clash"),
    r: (bar) => press(bar, ".cal-mark-waiting"),
    Home: () => go(bars()[0]),
    End: () => go(bars().at(-1)),
  };
  const onPage = {
    ",": () => document.querySelector("[data-key-before]")?.click(),
    ".": () => document.querySelector("[data-key-after]")?.click(),
    0: () => document.querySelector("[data-key-today]")?.click(),
    "?": () => document.getElementById("calendar-keys")?.showModal(),
  };

  const isTyping = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!document.getElementById("calendar-page") || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      document.querySelectorAll(".cal-menu[open]").forEach((one) => { one.open = false; });
      return void document.dispatchEvent(new CustomEvent("calendar:close-details"));
    }
    const bar = event.target.closest?.("#calendar-board .cal-bar");
    const act = (bar && event.key.startsWith("Arrow") ? () => go(next(bar, event.key)) : null)
      || (bar && onBar[event.key] && (() => onBar[event.key](bar)))
      || onPage[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-move-now]");
    if (button) move(button, button.dataset.moveNow);
  });

  document.addEventListener("DOMContentLoaded", rove);
  document.addEventListener("calendar:shown", rove);
})();
