// Files are sent one by one while the form is still being filled in, pictures as large as they are kept. Without this
// they come with the form.
"use strict";
{
  const SIDE = 2560; // what the server keeps, see files/images.py
  const WORTH_IT = 1024 * 1024; // bytes; smaller pictures are made smaller only where they have more pixels than that
  const QUALITY = 0.85;

  // Some browsers put noise into what is read from a canvas, so that nobody is recognised by it.
  const isTrue = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.fillStyle = "rgb(10, 120, 230)";
    pen.fillRect(0, 0, 2, 2);
    const read = pen.getImageData(0, 0, 2, 2).data;
    return [10, 120, 230, 255].every((part, at) => read[at] === part && read[at + 12] === part);
  };

  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap || !isTrue()) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < WORTH_IT) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const made = await new Promise((done) => canvas.toBlob(done, file.type, QUALITY));
      const isBetter = made && made.type === file.type && made.size < file.size;
      return isBetter ? new File([made], file.name, { type: file.type }) : file;
    } catch {
      return file; // what this browser can't read is for the server to look at
    }
  };

  const send = (box, form, file, bar) => new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("form", box.dataset.form);
    body.append("field", box.dataset.field);
    body.append("kind", box.dataset.kind);
    body.append("file", file, file.name);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status === 200) done({ kept: JSON.parse(request.responseText) });
      else done({ told: request.responseText || box.dataset.failed });
    });
    request.addEventListener("error", () => done({ told: box.dataset.failed }));
    request.open("POST", box.dataset.uploads);
    request.setRequestHeader("HX-Request", "true"); // so that a refusal is a sentence, not a page
    request.send(body);
  });

  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn btn-sm btn-link", textContent: words });
    made.addEventListener("click", act);
    return made;
  };

  for (const box of document.querySelectorAll("[data-uploads]")) {
    const input = box.querySelector("input[type=file]");
    const list = box.querySelector("[data-list]");
    let last = Promise.resolve(); // one after the other

    const show = (line, kept) => {
      const shown = box.querySelector("template").content.cloneNode(true);
      for (const field of shown.querySelectorAll("input")) field.value = kept.id;
      shown.querySelector("[data-name]").textContent = kept.name;
      if (!input.multiple) for (const other of list.querySelectorAll("[type=checkbox]")) other.checked = true;
      if ([...list.querySelectorAll("[type=hidden]")].some((other) => other.value === String(kept.id))) line.remove();
      else line.replaceWith(shown);
    };

    const start = (file, line) => {
      line.replaceChildren(file.name, " ");
      line.dataset.state = "sending";
      const bar = document.createElement("progress");
      Object.assign(bar, { max: 1, value: 0, className: "w-100 d-block" });
      bar.setAttribute("aria-label", file.name);
      line.append(bar);
      last = last.then(async () => {
        const small = await smaller(file);
        const answer = small.size > Number(box.dataset.most)
          ? { told: box.dataset.tooLarge } : await send(box, input.form, small, bar);
        if (answer.kept) return show(line, answer.kept);
        line.dataset.state = "failed";
        bar.remove();
        const told = document.createElement("span");
        Object.assign(told, { className: "text-danger", textContent: answer.told });
        told.setAttribute("role", "alert");
        line.append(told, button(box.dataset.again, () => start(file, line)),
          button(box.dataset.leave, () => line.remove()));
      });
    };

    input.addEventListener("change", () => {
      for (const file of input.files) {
        const line = document.createElement("li");
        line.className = "mb-1";
        list.append(line);
        start(file, line);
      }
      input.value = ""; // they are on their way, and must not come with the form as well
    });

    input.form.addEventListener("submit", (event) => {
      const waits = list.querySelector("[data-state=sending]");
      const failed = list.querySelector("[data-state=failed]");
      if (!waits && !failed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (waits) last.then(() => input.form.requestSubmit(event.submitter));
      else window.alert(box.dataset.left);
    }, true);
  }

  for (const box of document.querySelectorAll("[data-upload-limit]")) {
    const input = box.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      const isLarge = [...input.files].some((file) => file.size > Number(box.dataset.most));
      input.setCustomValidity(isLarge ? box.dataset.tooLarge : "");
      input.reportValidity();
    });
  }
}
