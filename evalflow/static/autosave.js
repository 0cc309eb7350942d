// What was typed and not sent stands in its form again.
"use strict";
{
  const PASSED_OVER = ["hidden", "file", "password", "submit", "button"];

  const fill = (form, pairs) => {
    const kept = new Map();
    for (const [name, value] of pairs) kept.set(name, [...(kept.get(name) || []), value]);
    for (const field of form.elements) {
      const values = kept.get(field.name);
      if (!field.name || PASSED_OVER.includes(field.type)) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = Boolean(values && values.includes(field.value));
      } else if (values && values.length) {
        field.value = values.shift();
        field.dispatchEvent(new Event("input")); // it grows with its words; the form itself does not hear of it
      } else continue;
      for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    }
  };

  for (const form of document.querySelectorAll("form[data-unsent]")) {
    const { fields, of } = JSON.parse(form.dataset.unsent);
    fill(form, fields);
    form.querySelector("[data-restored]").hidden = false;
    const version = form.elements.version;
    form.querySelector("[data-changed]").hidden = !of || !version || version.value === of;
  }

  // Who objects may have no account, and nobody else should have their words before they are sent: they are kept in this
  // tab of this browser, until it is closed.
  const nameOf = (path) => `unsent ${path}`;
  for (const done of document.querySelectorAll("[data-done]")) sessionStorage.removeItem(nameOf(done.dataset.done));
  for (const form of document.querySelectorAll("form[data-keeps-here]")) {
    const name = nameOf(new URL(form.action).pathname);
    const line = form.querySelector("[data-kept-here]");
    const typed = () => [...form.elements].filter((field) => field.name && !PASSED_OVER.includes(field.type));
    const kept = sessionStorage.getItem(name);
    const isAnswer = Boolean(form.querySelector(".is-invalid, [role=alert]")); // it holds what was sent just now
    if (kept && !isAnswer) fill(form, JSON.parse(kept));
    line.hidden = !kept;
    form.addEventListener("input", () => {
      sessionStorage.setItem(name, JSON.stringify(typed().map((field) => [field.name, field.value])));
      line.hidden = false;
    });
    line.querySelector("[data-discard]").addEventListener("click", () => {
      sessionStorage.removeItem(name);
      form.reset();
      line.hidden = true;
    });
  }
}
