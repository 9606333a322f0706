// What a page does beyond plain HTML. Every page is readable and every form works without it.
import "@tabler/core/dist/css/tabler.min.css";
import "./face.css";
import "./plans.css";
import "./screen.css";
import "./print.css";
import htmx from "htmx.org";
import { addUpSheets } from "./contest.js";
import { keepDrafts } from "./drafts.js";
import { checkFiling } from "./filing.js";
import { editPlans } from "./plans.js";
import { reviewReports } from "./review.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
window.htmx = htmx;

/** Charts are fetched only by pages that have one. */
async function drawCharts(root) {
  const places = root.querySelectorAll("[data-chart]");
  if (places.length) (await import("./charts.js")).draw(places);
}

/** A menu closes when the next one opens, on Escape, and on a click elsewhere. */
function tendMenus() {
  const close = (keep) =>
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (menu !== keep) menu.open = false;
    });
  document.addEventListener("click", (event) => close(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(null);
  });
}

/** Selects and sliders marked data-submit send their form when they change. */
function submitOnChange(event) {
  const field = event.target.closest("[data-submit]");
  if (field?.form) field.form.requestSubmit();
}

/** A box in a table's head ticks or unticks all boxes of its form that bear the name it says. */
function tickAll(event) {
  const head = event.target.closest("[data-tick-all]");
  if (!head) return;
  for (const box of head.form.elements) if (box.type === "checkbox" && box.name === head.dataset.tickAll) box.checked = head.checked;
}

/** The as-of slider says its day while it moves; the page follows when it is let go. */
function tellSlider(event) {
  const slider = event.target.closest("[data-days]");
  if (!slider) return;
  const day = JSON.parse(document.getElementById(slider.dataset.days).textContent)[slider.value];
  slider.form.elements.as_of.value = day.at;
  slider.form.querySelector("output").textContent = day.said;
}

/** A stage line too long for a phone opens at the stage at hand. */
function showStage(root) {
  const now = root.querySelector('.stages [aria-current="step"]');
  if (now) now.parentElement.scrollLeft = now.offsetLeft - now.parentElement.clientWidth / 2;
}

function ready(root) {
  showStage(root);
  drawCharts(root);
  keepDrafts(root);
  addUpSheets(root);
  checkFiling(root);
  editPlans(root);
  reviewReports(root);
}

document.documentElement.classList.add("has-js");
document.addEventListener("change", submitOnChange);
document.addEventListener("change", tickAll);
document.addEventListener("input", tellSlider);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (button) window.print();
});
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) ready(event.target);
});
tendMenus();
ready(document);
