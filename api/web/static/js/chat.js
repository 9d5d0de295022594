// The chat: what is said is kept until it is sent, answers come by looking again, and the form stays one link away.
"use strict";
(() => {
  const id = (name) => document.getElementById(name);
  const words = id("words").dataset, lang = document.documentElement.lang;
  const log = id("log"), say = id("say"), composer = id("composer");
  const language = { "Accept-Language": lang };
  const store = {
    read: (key, other) => { try { return JSON.parse(localStorage.getItem(key)) ?? other; } catch { return other; } },
    write: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a private window */ } },
  };
  const make = (tag, kind, text) => {
    const e = document.createElement(tag);
    if (kind) e.className = kind;
    if (text) e.textContent = text;
    return e;
  };

  // ---- three views of one page
  const body = document.body;
  const view = (name) => {
    body.dataset.view = name;
    body.classList.toggle("chatting", name === "chat");
    document.querySelectorAll("[data-part]").forEach((part) => { part.hidden = part.dataset.part !== name; });
    id("views").querySelectorAll("a").forEach((a) => {
      if (a.dataset.to === name) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    });
    document.querySelector(".tongue").hash = name; // another language leads to the same view
    if (name === "mine") mine();
    if (name === "chat") bottom(true);
  };
  const route = (fallback) => {
    const name = location.hash.slice(1);
    view(["chat", "form", "mine"].includes(name) ? name : fallback);
  };

  // ---- what is shown
  const scroll = id("scroll");
  let stays = true; // at the end, however much is added there: only a hand moves away from it
  const near = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160;
  scroll.addEventListener("scroll", () => { stays = near(); }, { passive: true });
  const bottom = (always) => {
    if (!always && !stays) return;
    scroll.scrollTop = scroll.scrollHeight;
    stays = true;
  };

  const line = (text) => {
    const row = make("div", /^\d{4} \d{5}$/.test(text.trim()) ? "code big" : "");
    text.split(/(https?:\/\/[^\s]+)/).forEach((piece, i) => {
      if (i % 2 === 0) return row.append(piece);
      const a = make("a", "", piece);
      a.href = piece;
      a.rel = "noopener";
      row.append(a);
    });
    return row;
  };
  const said = (text, buttons) => {
    let lines = text.split("\n");
    if (buttons.length) lines = lines.filter((l) => !buttons.some((b, i) => l === `${i + 1} – ${b.title}`));
    const box = make("div", "told");
    let paragraph = null;
    for (const l of lines) {
      if (!l.trim()) paragraph = null;
      else {
        if (!paragraph) box.append(paragraph = make("div", "para"));
        paragraph.append(line(l));
      }
    }
    return box;
  };
  const picture = (address) => {
    const a = make("a", "sent-shot"), img = make("img");
    const large = address.startsWith("/") ? address.replace(/\/320$/, "/1600") : address;
    a.href = large;
    img.src = address;
    img.alt = words.photo;
    img.addEventListener("load", () => bottom());
    a.append(img);
    return a;
  };
  let open = null; // the choices of the last question
  const settle = (box, title) => box.querySelectorAll("button").forEach((b) => {
    b.disabled = true;
    if (b.dataset.title === title) b.classList.add("chosen");
  });
  const answered = (text) => { // by a press, by its number, in another window or before this page was opened
    const titles = open ? [...open.children].map((b) => b.dataset.title) : [];
    const title = titles.find((t, i) => t === text || String(i + 1) === text);
    if (title) settle(open, title);
  };
  const press = (box, choice) => {
    settle(box, choice.title);
    queue({ text: choice.title, payload: choice.payload });
  };
  const choices = (buttons) => {
    const box = make("div", "choices");
    buttons.forEach((choice, i) => {
      const b = make("button", "btn big", `${i + 1} · ${choice.title}`);
      b.type = "button";
      b.dataset.title = choice.title;
      b.addEventListener("click", () => press(box, choice));
      box.append(b);
    });
    open = box;
    return box;
  };
  const bubble = (m) => {
    const own = m.direction === "in", item = make("div", own ? "me" : "us");
    const box = make("div", "bubble" + (own ? " me" : "") + (m.kind === "danger" ? " danger" : ["receipt", "followed"].includes(m.kind) ? " receipt" : ""));
    box.append(make("span", "unseen", (own ? words.you : words.us) + ": "));
    if (m.text) box.append(said(m.text, m.buttons || []));
    if (m.lat != null) {
      const place = make("div", "row place");
      place.append(id("add-place").querySelector("svg").cloneNode(true), words.place);
      box.append(place);
    }
    if (m.kind === "danger") {
      for (const number of m.text.split("\n").pop().match(/\b\d{3,11}\b/g) || []) {
        const call = make("a", "btn danger big", `${words.call} ${number}`);
        call.href = "tel:" + number;
        box.append(call);
      }
    }
    const shots = (m.photos || []).map(picture);
    if (shots.length) {
      const all = make("div", "sent-shots");
      all.append(...shots);
      item.append(all);
    }
    if (m.text || m.lat != null) item.prepend(box);
    if (m.buttons && m.buttons.length) item.append(choices(m.buttons));
    return item;
  };

  // ---- what waits to be sent: words survive a reload, pictures are in memory only
  const outbox = store.read("vticket_outbox", []).filter((m) => {
    if (!m.photos) return true;
    say.value = m.text || "";
    note(words.lost);
    return false;
  });
  const files = new Map(), shown = new Map();
  const keep = () => store.write("vticket_outbox", outbox.map(({ id, text, lat, lon, accuracy, payload, photos }) =>
    ({ id, text, lat, lon, accuracy, payload, photos })));
  function note(text) {
    id("net").textContent = text;
    id("net").hidden = !text;
  }
  const state = (m, text, failed) => {
    const mark = shown.get(m.id)?.querySelector(".state");
    if (!mark) return; // it has arrived all the same, and stands there as said
    mark.replaceChildren(text);
    mark.classList.toggle("bad", Boolean(failed));
  };
  const lay = (m) => {
    const pictures = (files.get(m.id) || []).map((f) => URL.createObjectURL(f));
    const item = bubble({ direction: "in", text: m.text, lat: m.lat, photos: pictures });
    item.append(make("span", "state xs muted", words.waiting));
    shown.set(m.id, item);
    log.append(item);
    bottom(true);
  };
  const newID = () => (crypto.randomUUID ? crypto.randomUUID()
    : [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join(""));
  const queue = (m, pictures = []) => {
    m.id = newID();
    m.photos = pictures.length;
    files.set(m.id, pictures);
    outbox.push(m);
    keep();
    lay(m);
    drain();
  };

  // A network that is half dead brings no answer: words are waited for 20 s, looks 15 s, and nothing of an old network is
  // waited for on a new one. Whatever arrived nevertheless is known by its client_id.
  const running = new Set(); // what ends each request
  const ask = (path, method = "GET") => {
    const asked = new AbortController(), end = () => { running.delete(end); asked.abort(); };
    running.add(end);
    setTimeout(end, 15000);
    return fetch(path, { method, headers: language, signal: asked.signal });
  };
  const form = (m) => {
    const f = new FormData();
    f.append("client_id", m.id);
    if (m.text) f.append("text", m.text);
    if (m.payload) f.append("payload", m.payload);
    if (m.lat != null) { f.append("lat", m.lat); f.append("lon", m.lon); f.append("accuracy_m", m.accuracy || 0); }
    (files.get(m.id) || []).forEach((file) => f.append("photo", file, file.name));
    return f;
  };
  const post = (m) => new Promise((done) => {
    const x = new XMLHttpRequest();
    x.open("POST", "/api/v1/chat/messages");
    x.setRequestHeader("Accept-Language", lang);
    x.timeout = m.photos ? 5 * 60 * 1000 : 20000;
    const end = () => x.abort();
    running.add(end);
    x.upload.addEventListener("progress", (e) => {
      if (m.photos && e.lengthComputable) state(m, words.progress.replace("%d", Math.round(100 * e.loaded / e.total)));
    });
    x.addEventListener("loadend", () => { running.delete(end); done(x); });
    x.send(form(m));
  });
  const begin = async () => {
    if (words.known === "true") return true;
    try {
      const answer = await ask("/chat", "POST");
      if (answer.ok) words.known = "true";
      return answer.ok;
    } catch { return false; }
  };
  const done = (m) => {
    const at = outbox.indexOf(m);
    if (at < 0) return;
    outbox.splice(at, 1);
    keep();
  };
  const problemOf = (x) => { try { return JSON.parse(x.responseText); } catch { return {}; /* not ours */ } };
  const refuse = (m, x) => {
    const problem = problemOf(x);
    const drop = make("button", "btn", words.drop);
    drop.type = "button";
    drop.addEventListener("click", () => { shown.get(m.id)?.remove(); say.focus(); });
    state(m, `${words.failed}. ${problem.detail || problem.title || ""} `, true);
    shown.get(m.id)?.querySelector(".state")?.append(drop);
    if (m.text && !say.value && !m.payload) say.value = m.text;
    done(m);
  };
  let draining = false, again = 0, wait = 3000;
  const later = () => {
    note(navigator.onLine ? words.busy : words.offline);
    outbox.forEach((m) => state(m, words.waiting));
    clearTimeout(again);
    again = setTimeout(drain, wait);
    wait = Math.min(2 * wait, 30000);
  };
  async function drain() {
    if (draining || !outbox.length) return;
    draining = true;
    try { await sendAll(); } finally { draining = false; }
  }
  async function sendAll() {
    let strangers = 0;
    while (outbox.length) {
      const m = outbox[0];
      if (!(await begin())) { later(); break; }
      state(m, words.sending);
      const x = await post(m);
      if (x.status === 202) {
        state(m, words.sent);
        done(m);
        note("");
        wait = 3000;
        soon();
      } else if (x.status === 401 && strangers++ < 1) {
        words.known = "false";
      } else if (x.status >= 400 && x.status < 500 && x.status !== 429 || ["photos_many", "photos_full"].includes(problemOf(x).code)) {
        refuse(m, x);
      } else { later(); break; }
    }
  }

  // ---- what has been said
  let last = "", looking = 0, busy = false, since = 0;
  const take = (m) => {
    last = m.id;
    if (m.direction === "in") answered((m.text || "").trim());
    const mine = m.client_id && shown.get(m.client_id);
    if (mine) { // it is there already; its pictures stay those of this device until the page is opened again
      mine.querySelector(".state").remove();
      shown.delete(m.client_id);
      const sent = outbox.find((o) => o.id === m.client_id);
      if (sent) done(sent); // whatever its answer was, it is there
      return;
    }
    if (!m.text && m.lat == null && !m.photos.length) return;
    const item = bubble(m), waiting = shown.size ? [...shown.values()][0] : null;
    if (waiting && m.direction === "in") log.insertBefore(item, waiting);
    else log.append(item);
  };
  const look = async () => {
    clearTimeout(looking);
    if (busy || document.hidden || words.known !== "true") return plan();
    busy = true;
    try {
      for (let more = true; more;) {
        const answer = await ask("/api/v1/chat/messages" + (last ? "?after=" + last : ""));
        if (answer.status === 401) words.known = "false";
        if (!answer.ok) break;
        const { messages } = await answer.json();
        messages.forEach(take);
        if (messages.length) bottom();
        more = messages.length === 200;
      }
    } catch { /* offline: the next look tells */ }
    id("loading").hidden = true;
    busy = false;
    plan();
  };
  function plan() {
    clearTimeout(looking);
    if (document.hidden) return;
    const quiet = Date.now() - since;
    looking = setTimeout(look, quiet < 60000 ? 2000 : quiet < 300000 ? 5000 : 15000);
  }
  function soon() {
    since = Date.now();
    clearTimeout(looking);
    looking = setTimeout(look, 400);
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("online", () => {
    running.forEach((end) => end());
    note("");
    wait = 500; // what was ended tries again
    drain();
    soon();
  });
  window.addEventListener("offline", () => note(words.offline));

  // ---- writing
  const grow = () => { say.rows = Math.min(5, say.value.split("\n").length); };
  say.value = say.value || store.read("vticket_typed", "");
  say.addEventListener("input", () => { store.write("vticket_typed", say.value); grow(); });
  say.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || matchMedia("(pointer: coarse)").matches) return;
    e.preventDefault();
    composer.requestSubmit();
  });
  let chosen = [], shrinking = 0;
  const tray = () => vticketPhoto.show(id("chosen"), chosen, words.remove, (i) => { chosen.splice(i, 1); tray(); say.focus(); });
  id("add-photo").addEventListener("click", () => id("files").click());
  id("files").addEventListener("change", async () => {
    const picked = [...id("files").files];
    id("files").value = "";
    const room = Number(words.max) - chosen.length;
    note(words.preparing);
    shrinking++;
    const { pictures, faults } = await vticketPhoto.take(picked, room, words);
    shrinking--;
    chosen.push(...pictures);
    note(faults.join(" "));
    tray();
    say.focus();
  });
  composer.addEventListener("submit", (e) => {
    e.preventDefault();
    const text = say.value.trim();
    if (shrinking || (!text && !chosen.length)) return say.focus();
    queue({ text }, chosen);
    say.value = "";
    store.write("vticket_typed", "");
    grow();
    chosen = [];
    tray();
  });

  // ---- a place
  const panel = id("place-panel"), map = panel.querySelector(".pin-map");
  let pin = null;
  const choose = (p, text) => {
    pin = p;
    id("place-words").textContent = text;
    id("place-send").hidden = !p;
  };
  const close = () => {
    panel.hidden = true;
    id("add-place").setAttribute("aria-expanded", "false");
    choose(null, "");
    id("add-place").focus();
  };
  id("add-place").addEventListener("click", () => {
    if (!panel.hidden) return close();
    panel.hidden = false;
    id("add-place").setAttribute("aria-expanded", "true");
    choose(null, words.choosePlace);
    if (vticketPin.open(map, null, (p) => choose(p, words.marked))) choose(null, words.drag);
    id("place-gps").focus();
  });
  id("place-gps").addEventListener("click", async () => {
    choose(null, words.locating);
    try {
      const p = await vticketPin.locate();
      if (panel.hidden) return;
      vticketPin.open(map, p, (moved) => choose(moved, words.marked));
      choose(p, vticketPin.told(p));
      id("place-send").focus();
    } catch (e) { choose(null, e.message); }
  });
  id("place-send").addEventListener("click", () => {
    if (pin) queue({ lat: pin.lat, lon: pin.lon, accuracy: pin.accuracy });
    close();
  });
  id("place-cancel").addEventListener("click", close);

  // ---- my reports
  const day = (at) => new Intl.DateTimeFormat(lang === "en" ? "en-GB" : "vi", { weekday: "long", day: "numeric", month: lang === "en" ? "long" : "numeric", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(at));
  const card = (t) => {
    const item = make("li", "card row wrap"), about = make("div", "grow col");
    const name = id("words").querySelector(`[data-state="${t.state}"]`);
    const title = make("h3"), page = make("a", "", t.title);
    if (t.track) page.href = t.track;
    title.append(page);
    about.append(title);
    if (t.place) about.append(make("p", "small muted", t.place));
    const top = make("div", "row wrap");
    top.append(make("span", "code", `${t.code.slice(0, 4)} ${t.code.slice(4)}`),
      make("span", "chip " + (name ? name.dataset.tone : ""), name ? name.textContent : t.state));
    about.append(top);
    const open = ["new", "assigned", "in_progress", "waiting"].includes(t.state);
    if (open && t.promise_due) about.append(make("span", "small muted", words.minePromise.replace("%d", day(t.promise_due))));
    const ask = make("button", "btn big", words.mineAsk);
    ask.type = "button";
    ask.addEventListener("click", () => {
      location.hash = "#chat";
      queue({ text: `${words.mineAsk}: ${t.code.slice(0, 4)} ${t.code.slice(4)}`, payload: "status:" + t.code });
    });
    item.append(about, ask);
    return item;
  };
  async function mine() {
    const status = id("mine-status");
    status.textContent = id("mine").children.length ? "" : words.mineEmpty;
    if (words.known !== "true") return;
    try {
      const answer = await ask("/api/v1/chat/tickets");
      if (!answer.ok) throw new Error();
      const { tickets } = await answer.json();
      status.textContent = tickets.length ? "" : words.mineEmpty;
      id("mine").replaceChildren(...tickets.map(card));
    } catch { status.textContent = words.mineFailed; }
  }

  // ---- begin
  id("views").hidden = false;
  id("loading").hidden = words.known !== "true";
  outbox.forEach(lay);
  route(words.refused === "true" ? "form" : "chat");
  window.addEventListener("hashchange", () => route("chat"));
  if (!navigator.onLine) note(words.offline);
  since = Date.now();
  grow();
  look();
  drain();
})();
