// The planning contest: a sheet's total follows while its aspects are typed.

function total(row) {
  const texts = [...row.querySelectorAll("input.score")].map((field) => field.value.trim());
  const numbers = texts.map(Number);
  const sound = texts.every((text) => text !== "") && numbers.every((one) => Number.isFinite(one));
  row.querySelector("[data-total]").textContent = sound ? String(Number(numbers.reduce((sum, one) => sum + one, 0).toFixed(2))) : "";
}

function check(field) {
  const value = Number(field.value.trim());
  const wrong = field.value.trim() !== "" && (!Number.isFinite(value) || value < 0 || value > Number(field.dataset.most));
  field.setAttribute("aria-invalid", String(wrong));
  field.classList.toggle("is-invalid", wrong);
}

export function addUpSheets(root) {
  for (const row of root.querySelectorAll("[data-total-row]")) {
    total(row);
    row.addEventListener("input", (event) => {
      if (event.target.matches("input.score")) check(event.target);
      total(row);
    });
  }
}
