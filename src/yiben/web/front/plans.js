// The Gantt chart of a plan can be edited by drag and by keys: both only fill in the table's form,
// which works without them. A chart says its first day and how wide a day is.

const DAY = 24 * 3600 * 1000;

function iso(time) {
  return new Date(time).toISOString().slice(0, 10);
}

function shifted(day, days) {
  return iso(Date.parse(`${day}T00:00:00Z`) + days * DAY);
}

/** Shows a bar at the day that its input holds. */
function show(group, input, width) {
  const days = Math.round((Date.parse(input.value) - Date.parse(input.dataset.first)) / DAY);
  if (Number.isNaN(days) || days === 0) {
    group.removeAttribute("transform");
    group.removeAttribute("data-moved");
    return;
  }
  group.setAttribute("transform", `translate(${days * width} 0)`);
  group.setAttribute("data-moved", "");
}

function tip(host, event, text) {
  let note = host.querySelector(".gantt-tip");
  if (!text) {
    note?.remove();
    return;
  }
  if (!note) {
    note = document.createElement("div");
    note.className = "gantt-tip";
    host.append(note);
  }
  note.textContent = text;
  note.style.left = `${Math.min(event.clientX + 12, window.innerWidth - 190)}px`;
  note.style.top = `${event.clientY - 34}px`;
}

function editable(host, svg, form) {
  const width = Number(svg.dataset.day);
  for (const group of svg.querySelectorAll("g[data-node]")) {
    const input = form.querySelector(`[data-node-day="${CSS.escape(group.dataset.node)}"]`);
    if (!input) continue;
    input.dataset.first = form.elements.namedItem(`was.${group.dataset.node}`).value || input.value;
    group.dataset.drag = "";
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "slider");
    group.setAttribute("aria-label", input.getAttribute("aria-label"));
    const tell = () => group.setAttribute("aria-valuetext", input.value);
    const put = (day) => {
      input.value = day;
      input.classList.toggle("is-draft", day !== input.dataset.first);
      show(group, input, width);
      tell();
    };
    input.addEventListener("input", () => put(input.value));
    group.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }[event.key];
      if (!step || !input.value) return;
      event.preventDefault();
      put(shifted(input.value, step));
    });
    drag(host, group, input, width, put);
    show(group, input, width);
    tell();
  }
}

function drag(host, group, input, width, put) {
  let from = null;
  group.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !input.value) return;
    from = { x: event.clientX, day: input.value };
    group.setPointerCapture(event.pointerId);
  });
  group.addEventListener("pointermove", (event) => {
    if (!from) return;
    const day = shifted(from.day, Math.round((event.clientX - from.x) / width));
    if (day !== input.value) put(day);
    tip(host, event, `${input.dataset.first} → ${day}`);
  });
  const end = (event) => {
    if (!from) return;
    const moved = from.day !== input.value;
    from = null;
    tip(host, event, "");
    if (moved) input.form.elements.why?.focus({ preventScroll: true });
  };
  group.addEventListener("pointerup", end);
  group.addEventListener("pointercancel", end);
}

/** Opens a long chart at today. */
function scrollToToday(host, svg) {
  const today = svg.querySelector(".today");
  if (!today) return;
  const names = host.querySelector(".gantt-names")?.offsetWidth ?? 0;
  host.scrollLeft = Math.max(0, Number(today.getAttribute("x1")) - (host.clientWidth - names) / 3);
}

/** A sheet of A4 across is about so many pixels wide. */
const SHEET = 1000;

function fitOnPaper() {
  for (const host of document.querySelectorAll("[data-gantt]")) {
    host.style.setProperty("--print-zoom", Math.min(1, SHEET / host.scrollWidth));
  }
}

window.addEventListener("beforeprint", fitOnPaper);

export function editPlans(root) {
  for (const host of root.querySelectorAll("[data-gantt]")) {
    const svg = host.querySelector("svg");
    if (!svg) continue;
    scrollToToday(host, svg);
    const form = document.getElementById(host.dataset.form);
    if (form) editable(host, svg, form);
  }
}
