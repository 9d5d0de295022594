// One place, once: where the phone is, or a pin. The map's library is loaded when somebody asks for it.
"use strict";
(() => {
  const id = (name) => document.getElementById(name);
  const words = id("words").dataset, form = id("where"), map = form.querySelector(".pin-map"), onMap = id("on-map");

  // place keeps a point, or none, and says how it stands; the main button is the one that is to be pressed next.
  const place = (p, say) => {
    id("lat").value = p ? p.lat.toFixed(6) : "";
    id("lon").value = p ? p.lon.toFixed(6) : "";
    id("accuracy").value = (p && p.accuracy) || "";
    id("located").textContent = say;
    id("located").hidden = !say;
    id("located").classList.toggle("ok", Boolean(p) && !(p.accuracy > 100));
    id("located").classList.toggle("warn", Boolean(p) && p.accuracy > 100);
    id("unlocate").hidden = !p;
    next();
  };
  const known = () => (id("lat").value ? { lat: Number(id("lat").value), lon: Number(id("lon").value) } : null);
  const next = () => {
    const ready = Boolean(known() || id("address").value.trim());
    id("send").classList.toggle("primary", ready);
    id("here").classList.toggle("primary", !ready);
  };

  const load = () => new Promise((done, failed) => {
    if (window.L) return done();
    const sheet = document.createElement("link"), script = document.createElement("script");
    sheet.rel = "stylesheet";
    sheet.href = onMap.dataset.sheet;
    script.src = onMap.dataset.script;
    script.onload = done;
    script.onerror = failed;
    document.head.append(sheet, script);
  });

  id("locate").hidden = false;
  if (known()) place(known(), words.kept);
  next();
  id("address").addEventListener("input", next);
  id("here").addEventListener("click", async () => {
    place(null, words.locating);
    try {
      const p = await vticketPin.locate();
      place(p, vticketPin.told(p));
      if (map && !map.hidden) vticketPin.open(map, p, (moved) => place(moved, words.marked));
    } catch (e) {
      place(null, e.message);
    }
  });
  if (onMap) onMap.addEventListener("click", async () => {
    try {
      await load();
    } catch {
      return place(known(), words.noMap);
    }
    const at = known();
    vticketPin.open(map, at, (moved) => place(moved, words.marked));
    onMap.setAttribute("aria-expanded", "true");
    if (!at) place(null, words.drag);
    map.querySelector(".pin-canvas").focus();
  });
  id("unlocate").addEventListener("click", () => {
    place(null, "");
    if (map) map.hidden = true;
    if (onMap) onMap.setAttribute("aria-expanded", "false");
    id("here").focus();
  });

  let sent = false;
  form.addEventListener("submit", (e) => {
    if (sent) return e.preventDefault();
    sent = true;
    id("sending").textContent = words.submitting;
    id("send").classList.add("busy");
    id("send").setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    sent = false;
    id("sending").textContent = "";
    id("send").classList.remove("busy");
    id("send").removeAttribute("aria-disabled");
  });
})();
