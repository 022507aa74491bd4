// The calendar without loading whole pages: links that change the board fetch the same page and exchange its
// inside. Everything works without this file, too.
"use strict";

(() => {
  const page = () => document.getElementById("calendar-page");
  const panel = () => document.getElementById("calendar-details");
  let asking = null;

  /* The board -------------------------------------------------------------------------------------------- */
  function placeOf() {
    const bar = document.activeElement?.closest?.(".cal-bar");
    const board = document.getElementById("calendar-board");
    return {
      key: bar?.dataset.key,
      lane: bar?.closest("[data-lane]")?.dataset.lane,
      href: document.activeElement?.getAttribute?.("href"),
      inside: page().contains(document.activeElement),
      name: document.activeElement?.textContent?.trim().slice(0, 40),
      at: board ? [board.scrollLeft, board.scrollTop] : null,
    };
  }

  function comeBack(place, keepsScroll) {
    const board = document.getElementById("calendar-board");
    if (board && place.at) {
      board.scrollLeft = place.at[0];
      if (keepsScroll) board.scrollTop = place.at[1];
    }
    if (!place.inside) return;
    const links = [...page().querySelectorAll("a[data-board]")];
    const bars = place.key ? [...page().querySelectorAll(`.cal-bar[data-key="${CSS.escape(place.key)}"]`)] : [];
    const bar = bars.find((one) => one.closest("[data-lane]")?.dataset.lane === place.lane) || bars[0];
    const same = bar?.querySelector(".cal-open") || links.find((one) => one.textContent.trim().slice(0, 40) === place.name);
    (same || document.querySelector(".cal-open"))?.focus({ preventScroll: true });
  }

  async function show(url, { pushes = true, keepsScroll = true } = {}) {
    const place = placeOf();
    const mine = (asking = {});
    page().classList.add("cal-is-loading");
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("calendar-page");
      if (mine !== asking) return;
      if (!answer.ok || !fresh) throw new Error(String(answer.status));
      const root = page();
      root.className = fresh.className;
      root.replaceChildren(...document.importNode(fresh, true).childNodes);
      if (pushes) history.pushState({ calendar: true }, "", url);
      document.dispatchEvent(new CustomEvent("calendar:shown"));
      comeBack(place, keepsScroll);
    } catch {
      if (mine === asking) location.assign(url);
    } finally {
      page()?.classList.remove("cal-is-loading");
    }
  }

  /* The panel of details --------------------------------------------------------------------------------- */
  let opener = null;

  async function openDetails(link) {
    const key = link.closest(".cal-bar, tr")?.dataset.key;
    if (!panel().contains(link)) opener = key ? { key, link } : { link };
    const answer = await fetch(link.href, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return location.assign(link.href);
    hush();
    panel().innerHTML = await answer.text();
    panel().hidden = false;
    panel().scrollTop = 0;
    panel().querySelector("h2")?.focus({ preventScroll: true });
  }

  function closeDetails() {
    if (panel().hidden) return false;
    panel().hidden = true;
    panel().replaceChildren();
    const link = opener?.link.isConnected
      ? opener.link
      : document.querySelector(`[data-key="${CSS.escape(opener?.key || "")}"] a`);
    link?.focus({ preventScroll: true });
    opener = null;
    return true;
  }

  /* What a bar says, beside the pointer or the focus ------------------------------------------------------- */
  const tip = () => document.getElementById("calendar-tip");

  function tell(target) {
    const text = target?.dataset.tip;
    if (!text || target.classList.contains("is-moving")) return hush();
    const box = target.getBoundingClientRect();
    const bubble = tip();
    bubble.textContent = text;
    bubble.hidden = false;
    const left = Math.min(Math.max(box.left, 8), innerWidth - bubble.offsetWidth - 8);
    const below = box.bottom + 6 + bubble.offsetHeight < innerHeight;
    bubble.style.left = `${Math.max(left, 8)}px`;
    bubble.style.top = `${below ? box.bottom + 6 : box.top - 6 - bubble.offsetHeight}px`;
  }

  function hush() {
    tip().hidden = true;
  }

  document.addEventListener("pointerover", (event) => tell(event.target.closest?.("[data-tip]")));
  document.addEventListener("focusin", (event) => tell(event.target.matches?.(":focus-visible") ? event.target.closest("[data-tip]") : null));
  document.addEventListener("pointerdown", hush);
  document.addEventListener("scroll", hush, true);

  /* Clicks ------------------------------------------------------------------------------------------------- */
  const isPlain = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element) || !isPlain(event)) return;
    if (target.closest("[data-close]")) return void closeDetails();
    if (target.closest("[data-calendar-help]")) return document.getElementById("calendar-keys").showModal();
    const menu = target.closest(".cal-menu");
    document.querySelectorAll(".cal-menu[open]").forEach((one) => {
      if (one !== menu && !target.closest(".promo-options")) one.open = false;
    });
    const link = target.closest("a");
    if (link?.hasAttribute("data-board")) {
      event.preventDefault();
      hush();
      return void show(link.href, { keepsScroll: link.closest(".cal-grid") !== null });
    }
    if (link?.hasAttribute("data-details")) {
      event.preventDefault();
      return void openDetails(link);
    }
    if (link) return;
    const bar = target.closest(".cal-bar");
    if (bar) bar.querySelector(".cal-open").click();
    else if (!target.closest(".cal-details, dialog, .move-notice")) closeDetails();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("[data-calendar-filters]");
    if (!form) return;
    event.preventDefault();
    const asked = [...new FormData(form)].filter(([, value]) => value !== "");
    const known = new Set(asked.map(([name]) => name));
    const query = new URLSearchParams(asked.filter(([name]) => !(name.endsWith("-text") && known.has(name.slice(0, -5)))));
    show(`${location.pathname}?${query}`, { keepsScroll: false });
  });

  addEventListener("popstate", () => show(location.href, { pushes: false }));
  document.addEventListener("calendar:refresh", () => {
    if (page()) show(location.href, { pushes: false });
  });
  document.addEventListener("calendar:close-details", () => closeDetails());

  /* Whoever was sent here sees what he was sent to. */
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector(".cal-in-focus")?.scrollIntoView({ block: "center", inline: "nearest" });
  });
})();
