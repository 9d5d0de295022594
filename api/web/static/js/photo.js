// Photos before they are sent: a phone's 12 megapixels say no more than 2560 pixels do, and cost minutes on a slow line.
"use strict";
(() => {
  const side = 2560, quality = 0.85, most = 20 << 20, head = 1 << 18;

  // exif returns what a camera wrote into a JPEG beside the picture (where, when), as the segment that holds it: null
  // without. The browser draws a picture upright: the segment says no more that it is to be turned. The bytes are those
  // at the beginning of the file.
  const exif = (bytes) => {
    try {
      const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 2, end; file.getUint16(0) === 0xffd8 && bytes[at] === 0xff && bytes[at + 1] !== 0xda; at = end) {
        end = at + 2 + file.getUint16(at + 2);
        if (bytes[at + 1] !== 0xe1 || String.fromCharCode(...bytes.subarray(at + 4, at + 10)) !== "Exif\0\0") continue;
        if (end > bytes.length) return null;
        const segment = bytes.slice(at, end), tiff = new DataView(segment.buffer, 10);
        const little = tiff.getUint16(0) === 0x4949, first = tiff.getUint32(4, little);
        for (let i = tiff.getUint16(first, little), entry = first + 2; i > 0; i--, entry += 12) {
          if (tiff.getUint16(entry, little) !== 0x0112) continue; // orientation: a short, or a long where one is lax
          if (tiff.getUint16(entry + 2, little) === 4) tiff.setUint32(entry + 8, 1, little);
          else tiff.setUint16(entry + 8, 1, little);
        }
        return segment;
      }
    } catch { /* not as a camera writes it */ }
    return null;
  };

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
      const told = exif(new Uint8Array(await file.slice(0, head).arrayBuffer()));
      const parts = told ? [blob.slice(0, 2), told, blob.slice(2)] : [blob]; // right behind the start of the JPEG
      return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  };

  // readable tells whether a file begins as a JPEG, a PNG or a WebP does.
  const readable = async (file) => {
    const bytes = new Uint8Array(await file.slice(0, 12).arrayBuffer());
    const text = String.fromCharCode(...bytes);
    return text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG") || (text.startsWith("RIFF") && text.endsWith("WEBP"));
  };

  // take makes pictures of chosen files, room for so many, and says in words what it had to leave out.
  const take = async (files, room, words) => {
    const pictures = [], faults = files.length > room ? [words.tooMany] : [];
    for (const file of files.slice(0, Math.max(0, room))) {
      if (!(await readable(file))) {
        faults.push(`${file.name}: ${words.unreadable}`);
        continue;
      }
      const small = await shrink(file);
      if (small.size > most) faults.push(`${file.name}: ${words.tooLarge}`);
      else pictures.push(small);
    }
    return { pictures, faults };
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

  window.vticketPhoto = { take, shrink, show, exif };
})();
