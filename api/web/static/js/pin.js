// A place: where the phone is, and a map whose middle is the pin. Without the map's library the phone's place is enough.
"use strict";
(() => {
  const words = document.getElementById("words").dataset;

  const locate = () => new Promise((found, failed) => {
    if (!navigator.geolocation) return failed(new Error(words.nowhere));
    navigator.geolocation.getCurrentPosition(
      (p) => found({ lat: p.coords.latitude, lon: p.coords.longitude, accuracy: Math.ceil(p.coords.accuracy) }),
      (e) => failed(new Error(e.code === e.PERMISSION_DENIED ? words.denied : words.nowhere)),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 10000 },
    );
  });

  const told = (place) => (place.accuracy > 100 ? words.rough : words.located).replace("%d", place.accuracy);

  // outlines draws the wards' borders of what the map shows: they stand in for tiles.
  const outlines = (map) => {
    const layer = L.layerGroup().addTo(map);
    let wanted = 0;
    const draw = async () => {
      const b = map.getBounds(), mine = ++wanted;
      const box = [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()];
      if (box[2] - box[0] > 0.5 || box[3] - box[1] > 0.5) return;
      try {
        const answer = await fetch("/areas.json?bbox=" + box.map((d) => d.toFixed(3)).join(","));
        const { areas } = await answer.json();
        if (mine !== wanted || !answer.ok) return;
        layer.clearLayers();
        for (const area of areas) {
          L.polygon(area.rings.map((ring) => ring.map(([lon, lat]) => [lat, lon])), { className: "pin-area", interactive: false })
            .bindTooltip(area.name, { permanent: true, direction: "center", className: "pin-name" }).addTo(layer);
        }
      } catch { /* the map is poorer, the pin is as good */ }
    };
    map.on("moveend", draw);
    draw();
  };

  // open shows the map of a part of the page; moved is told where the pin is whenever it comes to rest.
  const open = (box, at, moved) => {
    if (!box || !window.L) return null;
    box.hidden = false;
    if (!box.map) {
      const canvas = box.querySelector(".pin-canvas"), { lat, lon, tiles, credit, label } = box.dataset;
      box.map = L.map(canvas, { center: [lat, lon], zoom: tiles ? 15 : 14, minZoom: 11, attributionControl: Boolean(credit) });
      canvas.setAttribute("aria-label", label);
      canvas.setAttribute("role", "application");
      if (credit) box.map.attributionControl.setPrefix(false);
      if (tiles) L.tileLayer(tiles, { attribution: credit, maxZoom: 19 }).addTo(box.map);
      else outlines(box.map);
      box.map.on("moveend", () => {
        const { lat, lng } = box.map.getCenter();
        box.moved({ lat, lon: lng });
      });
    }
    box.moved = () => {};
    box.map.invalidateSize();
    if (at) box.map.setView([at.lat, at.lon], box.dataset.tiles ? 17 : 14, { animate: false });
    box.moved = moved;
    return box.map;
  };

  window.vticketPin = { locate, told, open };
})();
