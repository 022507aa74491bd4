// The page of a campaign's performance: courses follow the figures, and fields show only where they mean something.
(function () {
    "use strict";

    function follow(root) {
        root.querySelectorAll("[data-performance-chart]").forEach(function (said) {
            const canvas = document.getElementById(said.dataset.performanceChart);
            const chart = canvas && window.Chart && window.Chart.getChart(canvas);
            if (!chart) {
                return;
            }
            const next = JSON.parse(said.dataset.value);
            chart.data.labels = next.labels;
            next.datasets.forEach(function (part, place) {
                if (chart.data.datasets[place]) {
                    chart.data.datasets[place].data = part.data;
                }
            });
            chart.update("none");
            canvas.parentElement.setAttribute("aria-label", said.dataset.text);
        });
    }

    function fit(form) {
        const shown = {
            first: form.elements.period.value === "own",
            last: form.elements.period.value === "own",
            other: form.elements.against.value === "campaign",
        };
        Object.keys(shown).forEach(function (name) {
            form.querySelector('[data-field="' + name + '"]').hidden = !shown[name];
        });
    }

    document.addEventListener("DOMContentLoaded", function () {
        const form = document.querySelector("[data-performance-question]");
        if (!form) {
            return;
        }
        fit(form);
        form.addEventListener("change", function () {
            fit(form);
        });
        document.body.addEventListener("htmx:afterSettle", function () {
            follow(document);
        });
        document.addEventListener("visibilitychange", function () {
            const figures = document.getElementById("performance-figures");
            if (!document.hidden && figures && window.htmx && !document.getElementById("performance-paused").checked) {
                window.htmx.ajax("GET", figures.getAttribute("hx-get"), { target: figures, swap: "outerHTML" });
            }
        });
    });
})();
