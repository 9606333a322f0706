// Reviewing a report with the keyboard; without it the same form works by mouse.
import "./review.css";

/** j/k move, space picks, a accepts, r rejects, e opens the correction; text and record show each other. */
export function reviewReports(root) {
  const page = root.querySelector("[data-review]");
  if (!page) return;
  const rows = [...page.querySelectorAll("ol.marks > li[data-slot]")];
  let at = -1;

  function show(index, scroll = true) {
    if (!rows.length) return;
    at = Math.max(0, Math.min(rows.length - 1, index));
    page.querySelectorAll(".here").forEach((one) => one.classList.remove("here"));
    rows[at].classList.add("here");
    rows[at].scrollIntoView({ block: "nearest" });
    const mark = page.querySelector(`mark[data-slot="${CSS.escape(rows[at].dataset.slot)}"]`);
    mark?.classList.add("here");
    if (scroll) mark?.scrollIntoView({ block: "center" });
  }

  function decide(word) {
    const row = rows[at];
    if (!row) return;
    const form = row.closest("form");
    if (!form.querySelector('input[name="pick"]:checked')) row.querySelector('input[name="pick"]').checked = true;
    form.requestSubmit(form.querySelector(`button[value="${word}"]`));
  }

  page.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-slot]");
    if (mark) show(rows.findIndex((row) => row.dataset.slot === mark.dataset.slot), false);
    const row = event.target.closest("li[data-slot]");
    if (row) show(rows.indexOf(row));
  });
  page.querySelector("[data-pick-all]")?.addEventListener("change", (event) => {
    page.querySelectorAll('input[name="pick"]').forEach((one) => (one.checked = event.target.checked));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const pick = rows[at]?.querySelector('input[name="pick"]');
    const doing = {
      j: () => show(at + 1),
      k: () => show(at - 1),
      " ": () => pick && (pick.checked = !pick.checked),
      a: () => decide("accept"),
      r: () => decide("reject"),
      e: () => rows[at]?.querySelector("details.mend")?.toggleAttribute("open"),
    }[event.key];
    if (doing) {
      event.preventDefault();
      doing();
    }
  });
}
