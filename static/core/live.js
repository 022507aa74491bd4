/* Parts of a page that stay current by themselves.

   <div data-live="URL" data-live-seconds="15"> ... <section id="numbers" data-part> ... </section> ... </div>

   The same page is asked for again while somebody looks at it; each part whose text is another one is replaced.
   What has the focus keeps it, open details stay open, and a part in which somebody marks text waits. */
"use strict";

(() => {
    const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex]";

    function placeOf(part) {
        const focused = document.activeElement;
        if (!focused || !part.contains(focused)) return null;
        return {href: focused.getAttribute("href"), at: [...part.querySelectorAll(FOCUSABLE)].indexOf(focused)};
    }

    function focusAgain(part, place) {
        const all = [...part.querySelectorAll(FOCUSABLE)];
        const same = place.href === null ? undefined : all.find((one) => one.getAttribute("href") === place.href);
        const target = same || all[Math.min(place.at, all.length - 1)];
        if (target) target.focus({preventScroll: true});
    }

    function isMarked(part) {
        const selection = document.getSelection();
        return Boolean(selection && !selection.isCollapsed && selection.rangeCount && part.contains(selection.anchorNode));
    }

    function replace(part, fresh) {
        const place = placeOf(part);
        const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
        part.replaceChildren(...fresh.childNodes);
        for (const id of open) {
            const one = document.getElementById(id);
            if (one) one.open = true;
        }
        if (place) focusAgain(part, place);
    }

    function begin(root) {
        const known = new Map();
        const trouble = root.querySelector("[data-live-trouble]");
        let isAsking = false;

        async function look() {
            if (document.hidden || isAsking) return;
            isAsking = true;
            try {
                const answer = await fetch(root.dataset.live, {headers: {"X-Fanfare-Live": "1"}, credentials: "same-origin"});
                if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
                const page = new DOMParser().parseFromString(await answer.text(), "text/html");
                for (const part of root.querySelectorAll("[data-part]")) {
                    const fresh = page.getElementById(part.id);
                    if (!fresh) continue;
                    const text = fresh.innerHTML;
                    if (text === known.get(part.id) || isMarked(part)) continue;
                    known.set(part.id, text);
                    if (part.innerHTML !== text) replace(part, document.importNode(fresh, true));
                }
                if (trouble) trouble.hidden = true;
            } catch {
                if (trouble) trouble.hidden = false;
            } finally {
                isAsking = false;
            }
        }

        window.setInterval(look, 1000 * Number(root.dataset.liveSeconds));
        document.addEventListener("visibilitychange", look);
        root.addEventListener("live:look", look);
    }

    document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-live]").forEach(begin));
})();
