// The form, made easier: the phone's place, pictures seen before they are sent, nothing sent twice.
"use strict";
(() => {
  const id = (name) => document.getElementById(name);
  const words = id("words").dataset, form = id("report"), input = id("photo"), status = id("sending");
  let chosen = [], busy = 0;

  const place = (p, say) => {
    id("lat").value = p ? p.lat.toFixed(6) : "";
    id("lon").value = p ? p.lon.toFixed(6) : "";
    id("accuracy").value = (p && p.accuracy) || "";
    id("located-words").textContent = say;
    id("located").hidden = !say;
    id("unlocate").hidden = !p;
  };

  const map = form.querySelector(".pin-map");
  const known = () => (id("lat").value ? { lat: Number(id("lat").value), lon: Number(id("lon").value) } : null);
  const show = (at) => {
    if (vticketPin.open(map, at, (p) => place(p, words.marked)) && id("on-map")) id("on-map").setAttribute("aria-expanded", "true");
  };
  id("locate").hidden = false;
  id("unlocate").hidden = !known();
  id("here").addEventListener("click", async () => {
    place(known(), words.locating);
    try {
      const p = await vticketPin.locate();
      place(p, vticketPin.told(p));
      show(p);
    } catch (e) {
      place(known(), e.message);
    }
  });
  const hide = () => {
    if (map) map.hidden = true;
    if (id("on-map")) id("on-map").setAttribute("aria-expanded", "false");
  };
  if (id("on-map") && window.L) id("on-map").addEventListener("click", () => {
    const at = known();
    if (!map.hidden) {
      hide();
      return place(at, at ? words.kept : "");
    }
    show(at);
    if (!at) place(null, words.drag); // where nobody has put it the pin says nothing
    map.querySelector(".pin-canvas").focus();
  });
  else if (id("on-map")) id("on-map").hidden = true;
  id("unlocate").addEventListener("click", () => {
    place(null, "");
    hide();
    id("here").focus();
  });

  const put = () => {
    const list = new DataTransfer();
    chosen.forEach((file) => list.items.add(file));
    input.files = list.files;
    vticketPhoto.show(id("thumbs"), chosen, words.remove, (i) => {
      chosen.splice(i, 1);
      put();
      input.focus();
    });
  };
  input.addEventListener("change", async () => {
    const most = Number(words.max) - form.querySelectorAll("[name=kept]:checked").length;
    const tell = (text) => { id("photo-status").textContent = text; };
    tell(words.preparing);
    busy++;
    const { pictures, faults } = await vticketPhoto.take([...input.files], most, words);
    busy--;
    chosen = pictures;
    put();
    tell(faults.join(" "));
  });

  // What was typed survives a reload, until it was sent.
  const typed = ["house", "street", "ward", "text", "phone"].map(id), key = "vticket_form";
  const draft = {
    read: () => { try { return JSON.parse(sessionStorage.getItem(key)) || {}; } catch { return {}; } },
    write: (v) => { try { sessionStorage.setItem(key, JSON.stringify(v)); } catch { /* a private window */ } },
  };
  if (typed.every((field) => !field.value)) {
    const was = draft.read();
    if (!was.sent) typed.forEach((field) => { field.value = was[field.id] || ""; });
  }
  const note = () => draft.write(Object.fromEntries(typed.map((field) => [field.id, field.value])));
  form.addEventListener("input", note);
  if (words.refused === "true") note(); // it was sent, and was not taken

  let sent = false;
  form.addEventListener("submit", (e) => {
    if (sent || busy > 0) return e.preventDefault();
    sent = true;
    draft.write({ sent });
    status.textContent = words.submitting;
    id("send").classList.add("busy");
    id("send").setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => { // back from the report: the form may be sent again
    sent = false;
    status.textContent = "";
    id("send").classList.remove("busy");
    id("send").removeAttribute("aria-disabled");
  });
  if (id("fault")) (form.querySelector("[aria-invalid=true]") || id("fault")).scrollIntoView({ block: "center" });
})();
