// Checks while typing in a filing form. The server checks the same and decides; this only tells early.

const number = (text) => (text === "" || text == null ? null : Number(String(text).replaceAll(",", "")));
const round = (value) => Math.round(value * 1e6) / 1e6;

function check(field) {
  const note = document.getElementById(field.getAttribute("aria-describedby"));
  if (!note) return;
  const value = number(field.value);
  const said = [];
  if (value !== null && Number.isNaN(value)) said.push(field.dataset.notNumber);
  if (value !== null && !Number.isNaN(value)) {
    const before = number(field.dataset.before);
    const plan = number(field.dataset.plan);
    if (field.dataset.stands !== undefined && before !== null && value < before) said.push(field.dataset.backwards);
    if (field.dataset.adds !== undefined && before !== null) {
      const total = round(before + value);
      const share = plan ? ` (${((total / plan) * 100).toFixed(1)}%)` : "";
      said.push(`${field.dataset.totalWord} ${total.toLocaleString()}${share}`);
      if (plan && total > plan) said.push(field.dataset.exceeds);
      if (value < 0) said.push(field.dataset.negative);
    }
  }
  note.textContent = said.join(" · ");
  const worse = said.some((text) => [field.dataset.notNumber, field.dataset.backwards, field.dataset.exceeds, field.dataset.negative].includes(text));
  note.classList.toggle("text-warn", worse);
}

/** The cumulated amount: shown while the period's own is typed, and the period's own while it is typed. */
function tieTotal(total) {
  const own = document.getElementById(total.dataset.totalOf);
  if (!own) return;
  const before = number(own.dataset.before) ?? 0;
  own.addEventListener("input", (event) => {
    if (event.detail === "from-total") return;
    const value = number(own.value);
    total.value = "";
    total.placeholder = value === null || Number.isNaN(value) ? "" : String(round(before + value));
  });
  total.addEventListener("input", () => {
    const value = number(total.value);
    if (value === null || Number.isNaN(value)) return;
    own.value = String(round(value - before));
    own.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "from-total" }));
  });
}

export function checkFiling(root) {
  root.querySelectorAll("[data-total-of]").forEach(tieTotal);
  for (const field of root.querySelectorAll("[data-check]")) {
    field.addEventListener("input", () => check(field));
    check(field);
  }
}
