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
  if (id("on-map") && window.L) id("on-map").addEventListener("click", () => {
    show(known());
    const { lat, lng } = map.map.getCenter();
    place({ lat, lon: lng }, words.marked);
    map.querySelector(".pin-canvas").focus();
  });
  else if (id("on-map")) id("on-map").hidden = true;
  id("unlocate").addEventListener("click", () => {
    place(null, "");
    if (map) map.hidden = true;
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
    const files = [...input.files];
    status.textContent = files.length > Number(words.max) ? words.tooMany : words.preparing;
    const over = files.length > Number(words.max);
    busy++;
    chosen = await Promise.all(files.slice(0, Number(words.max)).map(vticketPhoto.shrink));
    busy--;
    put();
    if (!over) status.textContent = "";
  });

  let sent = false;
  form.addEventListener("submit", (e) => {
    if (sent || busy > 0) return e.preventDefault();
    sent = true;
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
