// Photos before they are sent: a phone's 12 megapixels say no more than 2560 pixels do, and cost minutes on a slow line.
"use strict";
(() => {
  const side = 2560, quality = 0.85, most = 20 << 20;

  const draw = (picture) => new Promise((done, failed) => {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("not drawn"))), "image/jpeg", quality);
  });

  // shrink returns a smaller picture, or the file as it is when it is small already or the browser cannot read it.
  const shrink = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const large = Math.max(picture.width, picture.height) > side || file.size > 4 << 20;
      const blob = large ? await draw(picture) : null;
      picture.close();
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  };

  // show fills a list with the chosen pictures, each with a button that takes it out again.
  const show = (list, files, label, remove) => {
    list.querySelectorAll("img").forEach((img) => URL.revokeObjectURL(img.src));
    list.replaceChildren(...files.map((file, i) => {
      const item = document.createElement("li"), img = document.createElement("img");
      const button = document.createElement("button");
      img.src = URL.createObjectURL(file);
      img.alt = file.name;
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", `${label} ${i + 1}`);
      button.addEventListener("click", () => remove(i));
      item.append(img, button);
      return item;
    }));
    list.hidden = files.length === 0;
  };

  window.vticketPhoto = { shrink, show, most };
})();
