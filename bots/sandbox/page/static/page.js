// The sandbox's page: it asks once a second how the chat stands and what went over the wire, and draws what is new.
import { el, kinds, names, notes, places, samplePhoto } from "./words.js";

const $ = id => document.getElementById(id);
const here = { platform: "telegram", person: "", after: 0, drawn: "", mode: null, chosen: [], stages: [], view: null };

const stage = () => here.stages.find(s => s.key === here.platform);
const can = act => stage().acts.includes(act);

async function ask(path, fields) {
  const options = {};
  if (fields) {
    options.method = "POST";
    options.body = new FormData();
    for (const [name, value] of fields) options.body.append(name, value);
  }
  const res = await fetch(path, options);
  const said = await res.json();
  if (!res.ok) throw new Error(said.error);
  return said;
}

let toastEnds;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

async function post(path, fields) {
  try {
    const said = await ask(path, fields);
    await refresh();
    return said;
  } catch (fault) {
    toast("Không làm được: " + fault.message);
    return null;
  }
}

const act = (kind, more = []) =>
  post("api/act", [["platform", here.platform], ["person", here.person], ["act", kind], ...more]);

// --- what does not change by itself: platforms, people, what can be done

function drawStage() {
  $("platforms").replaceChildren(...here.stages.map(s => el("button", {
    type: "button", className: "btn", "aria-pressed": s.key === here.platform, dataset: { key: s.key },
    onclick: () => choose(s.key, s.people[0].id),
  }, names[s.key], el("span", { className: "state" }))));
  const add = el("button", {
    type: "button", className: "btn plain",
    onclick: () => { $("newcomer").hidden = !$("newcomer").hidden; $("newcomer-name").focus(); },
  }, "+ Người mới");
  $("people").replaceChildren(...stage().people.map(p => el("button", {
    type: "button", className: "btn", "aria-pressed": p.id === here.person, title: p.id,
    onclick: () => choose(here.platform, p.id),
  }, p.name)), add);
  $("fault-kind").replaceChildren(...stage().faults.map(k => el("option", { value: k }, kinds[k])));
  for (const span of document.querySelectorAll(".here")) span.textContent = names[here.platform];
  secondsMatter();
  drawActs();
}

function drawActs() {
  const view = here.view || {};
  const place = () => { $("place").hidden = !$("place").hidden; };
  const all = [
    ["photos", "Ảnh", () => $("files").click()],
    ["photos", "Ảnh mẫu", async () => { here.chosen.push(await samplePhoto()); drawChosen(); }],
    ["place", here.platform === "zalo_bot" ? "Vị trí (bot không nhận)" : "Vị trí", place],
    ["sticker", "Nhãn dán", () => act("sticker")],
    ["voice", "Ghi âm", () => act("voice")],
    ["start", "Bắt đầu", () => act("start")],
    ["comment", "Bình luận", () => setMode({ act: "comment", says: "Bình luận công khai dưới bài của trang" })],
    ["follow", "Quan tâm", () => act("follow"), view.follows],
    ["unfollow", "Bỏ quan tâm", () => act("unfollow"), !view.follows],
    ["block", "Chặn", () => act("block"), view.blocked],
    ["unblock", "Bỏ chặn", () => act("unblock"), !view.blocked],
  ];
  $("acts").replaceChildren(...all.filter(([kind, , , off]) => can(kind) && !off).map(([, text, onclick]) =>
    el("button", { type: "button", className: "btn", onclick }, text)));
}

function choose(platform, person) {
  Object.assign(here, { platform, person, drawn: "", view: null, chosen: [] });
  setMode(null);
  $("place").hidden = true;
  $("newcomer").hidden = true;
  history.replaceState(null, "", `#${platform}/${person}`);
  drawStage();
  drawChosen();
  refresh();
}

function secondsMatter() {
  $("fault-seconds").parentElement.style.visibility = $("fault-kind").value === "throttled" ? "visible" : "hidden";
}

// --- the chat

function left(seconds) {
  if (seconds === 0) return "đã hết";
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `còn ${Math.floor(hours / 24)} ngày ${hours % 24} giờ`;
  return hours > 0 ? `còn ${hours} giờ ${Math.floor(seconds % 3600 / 60)} phút` : `còn ${Math.ceil(seconds / 60)} phút`;
}

function drawStanding(view) {
  const said = view.windows.map(w =>
    el("span", { className: "chip " + (w.seconds ? "ok" : "bad") }, `${notes[w.kind]}: ${left(w.seconds)}`));
  if (view.windows.length === 0 && ["zalo", "facebook"].includes(here.platform)) {
    said.push(el("span", { className: "chip warn" }, "Chưa nhắn: chưa được phép trả lời"));
  }
  if (view.blocked) said.push(el("span", { className: "chip bad" }, "Đã chặn"));
  if (view.follows) said.push(el("span", { className: "chip ok" }, "Đang quan tâm"));
  said.push(el("span", {}, "mã " + here.person));
  $("standing").replaceChildren(...said);
}

const at = time => new Date(time).toLocaleTimeString("vi-VN");

function words(b) {
  switch (b.kind) {
    case "place": return b.note === "unsupported" ? "Vị trí (nền tảng không chuyển tiếp)"
      : `Vị trí: ${b.lat}, ${b.lon}` + (b.text ? `\n${b.text}` : "");
    case "sticker": return "Nhãn dán 👍";
    case "voice": return "Ghi âm, 1 giây";
    case "template": return "Tin mẫu " + b.text;
    default: return b.gone ? b.text || "(ảnh)" : b.text;
  }
}

function foot(b) {
  const parts = [el("span", {}, at(b.at))];
  if (notes[b.note]) parts.push(el("span", {}, notes[b.note]));
  if (b.kind === "comment") parts.push(el("span", {}, "bình luận công khai"));
  if (b.edits) parts.push(el("span", {}, "đã sửa"));
  if (b.gone) parts.push(el("span", {}, "đã thu hồi"));
  if (b.mark) parts.push(el("span", { title: b.mark }, b.mark === "/-strong" ? "👍 đã nhận" : b.mark));
  if (b.mine && !b.gone && b.id) {
    if (can("edit") && b.text && b.kind !== "photos") {
      parts.push(el("button", { type: "button", onclick: () => setMode({
        act: "edit", message: b.id, says: "Đang sửa tin đã gửi", text: b.text,
      }) }, "Sửa"));
    }
    if (can("unsend")) {
      parts.push(el("button", { type: "button", onclick: () => act("unsend", [["message", b.id]]) }, "Thu hồi"));
    }
  }
  return el("div", { className: "foot" }, ...parts);
}

function drawBubble(b, last) {
  if (kinds[b.kind] && !b.id) return el("div", { className: "event" }, kinds[b.kind] + (b.text ? ` “${b.text}”` : ""));
  const shown = [];
  if (b.photos?.length) {
    shown.push(el("div", { className: "photos" }, ...b.photos.map(src => el("img", { src, alt: "Ảnh trong tin nhắn" }))));
  }
  if (words(b)) shown.push(el("div", { className: "words" }, words(b)));
  if (b.link) shown.push(el("a", { href: b.link, rel: "noreferrer" }, b.link));
  if (b.params) {
    shown.push(el("dl", {}, ...Object.entries(b.params).map(([name, value]) => el("dd", {}, `${name}: ${value}`))));
  }
  for (const reply of b.replies || []) shown.push(el("div", { className: "reply" }, "Trang trả lời: " + reply));
  const choices = (b.buttons || []).map(c => el("button", {
    type: "button", className: "btn",
    onclick: () => act("press", [["message", b.id], ["data", c.Data], ["text", c.Title]]),
  }, c.Title));
  if (b.ask_place && last) {
    choices.push(el("button", {
      type: "button", className: "btn", onclick: () => { $("place").hidden = false; $("place-lat").focus(); },
    }, b.ask_place));
  }
  // Messenger shows quick replies under the last message only
  if (choices.length && can("press") && (last || here.platform !== "facebook")) {
    shown.push(el("div", { className: "choices" }, ...choices));
  }
  return el("div", { className: "bubble" + (b.mine ? " mine" : "") + (b.gone ? " gone" : "") }, ...shown, foot(b));
}

function drawChat(view) {
  const text = JSON.stringify([view.chat, view.typing]);
  if (text === here.drawn) return;
  here.drawn = text;
  const log = $("log");
  const follow = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || !log.querySelector(".bubble");
  const list = view.chat.map((b, i) => drawBubble(b, i === view.chat.length - 1));
  if (view.typing) list.push(el("div", { className: "bubble typing" }, "1022 đang soạn tin…"));
  if (list.length === 0) list.push(el("p", { className: "empty" }, "Chưa có tin nào. Hãy nhắn như một người dân."));
  log.replaceChildren(...list);
  if (follow) log.scrollTop = log.scrollHeight;
  for (const img of log.querySelectorAll("img")) img.onload = () => { if (follow) log.scrollTop = log.scrollHeight; };
}

// --- the composer

function setMode(mode) {
  here.mode = mode;
  $("mode").hidden = !mode;
  $("mode-says").textContent = mode ? mode.says : "";
  if (mode) {
    if (mode.text) $("say").value = mode.text;
    $("say").focus();
  }
}

function drawChosen() {
  $("chosen").hidden = here.chosen.length === 0;
  $("chosen").replaceChildren(...here.chosen.map((file, i) => el("li", {}, el("button", {
    type: "button", title: "Bỏ ảnh này", onclick: () => { here.chosen.splice(i, 1); drawChosen(); },
  }, el("img", { src: URL.createObjectURL(file), alt: file.name })))));
}

async function send() {
  const text = $("say").value.trim();
  let sent = null;
  if (here.mode && text) {
    sent = await act(here.mode.act, [["text", text], ["message", here.mode.message || ""]]);
  } else if (here.chosen.length) {
    sent = await act("photos", [["text", text], ...here.chosen.map(file => ["photo", file])]);
  } else if (text) {
    sent = await act("text", [["text", text]]);
  }
  if (!sent) return;
  $("say").value = "";
  here.chosen = [];
  setMode(null);
  drawChosen();
}

// --- the wire

function short(path) {
  const bare = path.split("?")[0].replace(/\/bot[^/]+\//, "/bot…/").replace(/^\/facebook\/(v[\d.]+)\/\d{9,}\//, "/facebook/$1/…/");
  return bare.length > 48 ? "…" + bare.slice(-47) : bare;
}

function status(e) {
  if (!e.done) return el("span", { className: "chip warn" }, "đang chờ");
  if (e.status === 0) return el("span", { className: "chip bad" }, "đứt");
  const refused = e.status >= 400 || /^\{\s*"(error":\s*-|ok":\s*false)/.test(e.answer) || /"error":\s*(-|\{)/.test(e.answer);
  return el("span", { className: "chip " + (refused ? "bad" : "ok") }, String(e.status));
}

// gist is what a body says to a person, if it says anything, else its beginning.
function gist(body) {
  const said = /(?:^|")(?:text|message|caption)"?: "?([^"{[\n][^"\n]*)/m.exec(body);
  const what = /"event_name": "([^"]*)"/.exec(body);
  if (said || what) return [what?.[1], said && `“${said[1].replaceAll("\\n", " ")}”`].filter(Boolean).join(" ");
  return body.replace(/[\s"{}[\]]+/g, " ").trim().slice(0, 200);
}

function drawExchange(e) {
  const block = (title, header, body) => [el("h3", {}, title),
    ...(header?.length ? [el("pre", { className: "header", tabIndex: 0 }, header.join("\n"))] : []),
    ...(body ? [el("pre", { tabIndex: 0 }, body)] : [])];
  const way = e.direction === "in" ? `Vticket → ${names[e.platform]}` : `${names[e.platform]} → Vticket`;
  const open = document.getElementById("x" + e.id)?.querySelector("details").open || false;
  return el("li", { id: "x" + e.id, dataset: { platform: e.platform } }, el("details", { open },
    el("summary", {},
      el("span", { className: "way " + e.direction }, way),
      el("span", { className: "what" }, `${e.method} ${short(e.path)}`), status(e),
      el("span", { className: "gist" }, `${at(e.at)} · ${e.done ? e.millis + " ms · " : ""}${gist(e.body)}`)),
    el("div", { className: "raw" }, ...block(`${e.method} ${e.path}`, e.header, e.body),
      ...block(e.done ? `Trả lời ${e.status || "không có"} · ${e.millis} ms` : "Chưa trả lời", e.answer_header, e.answer))));
}

function drawTraffic(fresh) {
  for (const e of fresh) {
    const old = document.getElementById("x" + e.id);
    if (old) old.replaceWith(drawExchange(e));
    else $("traffic").prepend(drawExchange(e));
  }
  while ($("traffic").children.length > 300) $("traffic").lastChild.remove();
  filterTraffic();
}

function filterTraffic() {
  let shown = 0;
  for (const li of $("traffic").children) {
    li.hidden = $("only").checked && li.dataset.platform !== here.platform;
    if (!li.hidden) shown++;
  }
  $("quiet").hidden = shown > 0;
}

// --- the controls

function drawControls(view) {
  for (const button of $("platforms").children) {
    const key = button.dataset.key;
    const faults = view.faults[key];
    button.querySelector(".state").replaceChildren(...[
      view.webhooks[key] ? null : el("span", { className: "chip warn" }, "chưa nối"),
      faults ? el("span", { className: "chip bad" }, `${faults} lỗi`) : null,
    ].filter(Boolean));
  }
  const faults = view.faults[here.platform];
  $("fault-left").hidden = !faults;
  $("fault-left").firstElementChild.textContent = `Còn ${faults} lượt gửi sẽ hỏng.`;
  $("aged").textContent = view.hours ? `Đã đẩy tới ${view.hours} giờ.` : "";
  $("webhook").textContent = view.webhooks[here.platform] ||
    "Chưa nối: sản phẩm chưa chạy, hoặc nền tảng đã ngắt vì gửi mãi không được.";
  $("connect").hidden = !["zalo", "facebook"].includes(here.platform);
}

// --- once a second

let asking = null;
async function refresh() {
  asking?.abort();
  const mine = asking = new AbortController();
  const query = new URLSearchParams({ platform: here.platform, person: here.person, after: here.after });
  try {
    const res = await fetch("api/view?" + query, { signal: mine.signal });
    if (!res.ok) throw new Error(String(res.status));
    const view = await res.json();
    const acts = JSON.stringify([here.view?.blocked, here.view?.follows]);
    here.view = view;
    here.after = view.next;
    $("lost").hidden = true;
    drawStanding(view);
    drawChat(view);
    drawTraffic(view.traffic);
    drawControls(view);
    if (acts !== JSON.stringify([view.blocked, view.follows])) drawActs();
    asking = null;
  } catch (fault) {
    if (fault.name === "AbortError") return; // by a newer question
    asking = null;
    if (here.after > 0 && fault.message === "400") location.reload(); // another sandbox, without this person
    $("lost").hidden = false;
  }
}

function setPane(pane) {
  document.body.dataset.pane = pane;
  for (const b of document.querySelectorAll(".panes button")) b.setAttribute("aria-pressed", b.dataset.pane === pane);
}

function wire() {
  $("composer").onsubmit = e => { e.preventDefault(); send(); };
  $("say").onkeydown = e => {
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); send(); }
  };
  $("mode-end").onclick = () => { $("say").value = ""; setMode(null); };
  $("files").onchange = () => { here.chosen.push(...$("files").files); $("files").value = ""; drawChosen(); };
  $("place-known").replaceChildren(...places.map(([name], i) => el("option", { value: i }, name)));
  const fill = () => { [, $("place-lat").value, $("place-lon").value] = places[$("place-known").value]; };
  $("place-known").onchange = fill;
  fill();
  $("place").onsubmit = async e => {
    e.preventDefault();
    const [name, lat] = places[$("place-known").value];
    const text = here.platform === "zalo" && lat === $("place-lat").value ? name : "";
    const place = [["lat", $("place-lat").value], ["lon", $("place-lon").value], ["text", text]];
    if (await act("place", place)) $("place").hidden = true;
  };
  $("newcomer").onsubmit = async e => {
    e.preventDefault();
    const who = await post("api/people", [["platform", here.platform], ["name", $("newcomer-name").value]]);
    if (!who) return;
    $("newcomer-name").value = "";
    here.stages = (await ask("api/stages")).stages;
    choose(here.platform, who.id);
  };
  $("fault-kind").onchange = secondsMatter;
  const fault = calls => post("api/faults", [["platform", here.platform], ["kind", $("fault-kind").value],
    ["calls", calls], ["seconds", $("fault-seconds").value]]);
  $("faults").onsubmit = e => { e.preventDefault(); fault($("fault-calls").value); };
  $("mend").onclick = () => fault(0);
  $("clock").onclick = e => { if (e.target.dataset.hours) post("api/clock", [["hours", e.target.dataset.hours]]); };
  $("connect").onclick = async () => {
    if (await post("api/connect", [["platform", here.platform]])) toast("Đã nối.");
  };
  $("only").onchange = filterTraffic;
  $("clear").onclick = () => { $("traffic").replaceChildren(); filterTraffic(); };
  for (const b of document.querySelectorAll(".panes button")) b.onclick = () => setPane(b.dataset.pane);
  setPane("talk");
}

async function begin() {
  const { product, stages } = await ask("api/stages");
  here.stages = stages;
  $("product").href = product + "/";
  $("console").href = product + "/console";
  wire();
  const [platform, person] = location.hash.slice(1).split("/");
  const known = stages.find(s => s.key === platform) || stages[0];
  choose(known.key, (known.people.find(p => p.id === person) || known.people[0]).id);
  setInterval(() => asking || refresh(), 1000);
}

begin();
