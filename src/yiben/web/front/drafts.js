// Drafts: what is typed into a form marked data-draft is kept in this browser until it is saved,
// so that a dropped line, a closed phone or a switch of language loses nothing.

const PREFIX = "yiben-draft:";

function values(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file" || field.type === "password") continue;
    if (field.type === "submit") continue;
    const now = field.type === "checkbox" ? field.checked : field.value;
    const before = field.type === "checkbox" ? field.defaultChecked : original(field);
    if (now !== before) kept[field.name] = now;
  }
  return kept;
}

function original(field) {
  if (field.tagName !== "SELECT") return field.defaultValue;
  const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return chosen ? chosen.value : "";
}

function store(key, form, note) {
  const kept = values(form);
  try {
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify({ at: Date.now(), kept }));
    else localStorage.removeItem(key);
    tell(note, kept, false);
  } catch {
    // A full or forbidden store only means that this browser keeps no draft.
  }
}

function tell(note, kept, restored) {
  if (!note) return;
  const count = Object.keys(kept).length;
  note.hidden = count === 0;
  note.querySelector("[data-draft-count]").textContent = count;
  note.querySelector("[data-draft-restored]").hidden = !restored;
}

function restore(key, form, note) {
  let found;
  try {
    found = JSON.parse(localStorage.getItem(key));
  } catch {
    return;
  }
  if (!found) return;
  for (const [name, value] of Object.entries(found.kept)) {
    const field = form.elements.namedItem(name);
    if (!field) continue;
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
    field.classList?.add("is-draft");
  }
  tell(note, found.kept, true);
}

export function keepDrafts(root) {
  // A page that shows what was saved names the drafts that are no longer needed.
  for (const done of root.querySelectorAll("[data-draft-done]")) {
    try {
      localStorage.removeItem(PREFIX + done.dataset.draftDone);
    } catch {
      // Nothing was kept either.
    }
  }
  for (const form of root.querySelectorAll("form[data-draft]")) {
    const key = PREFIX + form.dataset.draft;
    const note = form.querySelector("[data-draft-note]");
    restore(key, form, note);
    form.addEventListener("input", () => store(key, form, note));
    // The server's copy could not be sent: say so instead of showing the last time that it could.
    form.addEventListener("htmx:sendError", () => {
      const state = form.querySelector("[data-offline]");
      if (state) state.textContent = state.dataset.offline;
    });
    note?.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
      form.reset();
      form.querySelectorAll(".is-draft").forEach((field) => field.classList.remove("is-draft"));
      store(key, form, note);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
