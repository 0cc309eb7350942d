// What makes pages handier. Every page works without it.
"use strict";

// Ask before what can't be undone.
document.addEventListener("submit", (event) => {
  const question = event.submitter && event.submitter.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
  }
});

// What was typed before a session ended is sent on by itself once the same person has signed in again.
for (const form of document.querySelectorAll("form[data-sends-itself]")) {
  form.requestSubmit();
}

// A ballot tells how many are chosen, and warns before it would be refused.
for (const form of document.querySelectorAll("form[data-choose-max]")) {
  const [least, most] = [Number(form.dataset.chooseMin), Number(form.dataset.chooseMax)];
  const told = form.querySelector("[data-chosen]");
  const count = () => {
    const chosen = form.querySelectorAll("[name=entries]:checked").length;
    told.textContent = form.dataset.chooseText.replace("{chosen}", chosen).replace("{most}", most);
    told.classList.toggle("text-danger", chosen > most || (chosen > 0 && chosen < least));
  };
  form.addEventListener("change", count);
  count();
}

// A ballot with marks tells how far it is filled in; where each rank is given once, the last one who gets it keeps it.
for (const form of document.querySelectorAll("form[data-marks]")) {
  const told = form.querySelector("[data-chosen]");
  const names = new Set([...form.elements].map((field) => field.name).filter((name) => name.startsWith("mark.")));
  const written = () => [...names].map((name) => form.elements[name].value).filter((mark) => mark !== "");
  const tell = () => {
    const sum = written().reduce((total, mark) => total + (Number(mark) || 0), 0);
    told.textContent = form.dataset.marksText.replace("{marked}", written().length).replace("{all}", names.size)
      .replace("{sum}", sum).replace("{most}", form.dataset.marksMost);
    told.classList.toggle("text-danger", sum > Number(form.dataset.marksMost || Infinity));
  };
  form.addEventListener("change", (event) => {
    if ("marksOnce" in form.dataset && event.target.value !== "?") {
      for (const field of form.querySelectorAll("select")) {
        if (field !== event.target && field.value === event.target.value) field.value = "";
      }
    }
    tell();
  });
  form.addEventListener("input", tell);
  tell();
}

// A table of rows gets another blank row.
for (const table of document.querySelectorAll("[data-rows]")) {
  const button = table.querySelector("[data-add-row]");
  button.classList.remove("d-none");
  button.addEventListener("click", () => {
    const rows = table.querySelectorAll("tbody tr");
    const blank = rows[rows.length - 1].cloneNode(true);
    for (const field of blank.querySelectorAll("input")) field.value = "";
    for (const told of blank.querySelectorAll(".invalid-feedback")) told.remove();
    rows[rows.length - 1].after(blank);
    blank.querySelector("input, select").focus();
  });
}

// Text areas grow with what is typed into them.
for (const area of document.querySelectorAll("textarea")) {
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", grow);
  grow();
}

// Why a request in the background came to nothing is told where its answer would have stood: as text, never as markup.
document.addEventListener("htmx:responseError", (event) => {
  event.detail.target.textContent = event.detail.xhr.responseText;
});
document.addEventListener("htmx:sendError", (event) => {
  event.detail.target.textContent = event.detail.target.dataset.offline || "";
});

// A number that can be moved has a slider beside it.
for (const field of document.querySelectorAll("input[data-slider]")) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", className: "cut-slider", min: field.min, max: field.max });
  slider.step = field.dataset.slider;
  slider.value = field.value;
  slider.setAttribute("aria-label", field.labels[0].textContent);
  slider.addEventListener("input", () => { field.value = slider.value; });
  slider.addEventListener("change", () => field.form.requestSubmit());
  field.addEventListener("input", () => { slider.value = field.value; });
  field.after(slider);
}
