// A ticket's page works without this. It keeps what is typed until it is sent, shows what is new, previews photos
// before they are sent, and knows a few keys.
(function () {
  "use strict";
  var root = document.getElementById("ticket");
  if (!root) return;
  var code = root.dataset.code;
  var query = new URLSearchParams(location.search);

  // What is typed stays in this tab until it is sent: a lost session or a dead battery of the network loses nothing.
  function key(field) { return "vticket:" + code + ":" + field.form.closest("[data-verb]").dataset.verb + ":" + field.name; }
  function kept(field) { return field.closest("[data-verb]") && /^(textarea|text)$/.test(field.type) && field.name !== "version"; }
  function fields() { return Array.prototype.filter.call(root.querySelectorAll("textarea, input"), kept); }
  function each(do_) { try { fields().forEach(do_); } catch (e) { /* storage may be forbidden */ } }
  function forget(verb) {
    try {
      Object.keys(sessionStorage).forEach(function (k) {
        if (k.indexOf("vticket:" + code + ":" + verb + ":") === 0) sessionStorage.removeItem(k);
      });
    } catch (e) { /* as above */ }
  }
  function restore() {
    each(function (field) {
      var was = sessionStorage.getItem(key(field));
      if (was === null || field.value !== field.defaultValue || was === field.value) return;
      field.value = was;
      var details = field.closest("details");
      if (details && !root.querySelector("details.verb[open]")) details.open = true;
    });
  }
  root.addEventListener("input", function (e) {
    touched = Date.now();
    if (!kept(e.target)) return;
    try { sessionStorage.setItem(key(e.target), e.target.value); } catch (err) { /* as above */ }
  });
  if (query.get("done")) forget(query.get("done").split("_")[0]); // "resolve_kept" is a resolve too

  // One press is one form: console.js sees to that. Here the button says that it is busy.
  root.addEventListener("submit", function (e) {
    sending = true;
    var button = e.target.querySelector("button");
    setTimeout(function () { button.textContent = root.dataset.busy; }, 0);
  });
  window.addEventListener("pageshow", function (e) { if (e.persisted) location.reload(); });

  // Photos, with their sizes, before they are sent.
  var largest = 20 * 1024 * 1024;
  function size(bytes) {
    var text = bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
    return document.documentElement.lang === "vi" ? text.replace(".", ",") : text;
  }

  // Who chooses a proof that looks like what was reported is told so before it is sent. The measure is models/photos's:
  // which of 9 by 8 cells are brighter than the next. The server measures for itself.
  function cellsOf(picture) {
    var canvas = document.createElement("canvas"), side = 128, means = [], bits = [], x, y;
    canvas.width = 9 * side;
    canvas.height = 8 * side;
    var pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    for (y = 0; y < 8; y++) {
      for (x = 0; x < 9; x++) {
        var dots = pen.getImageData(x * side, y * side, side, side).data, sum = 0;
        for (var i = 0; i < dots.length; i += 4) sum += 299 * dots[i] + 587 * dots[i + 1] + 114 * dots[i + 2];
        means.push(sum);
        if (x > 0) bits.push(means[y * 9 + x - 1] > sum);
      }
    }
    return bits;
  }
  function alike(a, b) { return a.filter(function (bit, i) { return bit !== b[i]; }).length <= 6; }
  function compare(picture, item) {
    var mine = cellsOf(picture);
    root.querySelectorAll("[data-before] img").forEach(function (shown) {
      var before = new Image();
      before.onload = function () {
        if (item.querySelector(".doubt") || !alike(cellsOf(before), mine)) return;
        var doubt = document.createElement("p");
        doubt.className = "doubt small";
        doubt.textContent = "⚠ " + root.dataset.same;
        item.append(doubt);
      };
      before.src = shown.src;
    });
  }

  root.addEventListener("change", function (e) {
    if (!e.target.matches("[data-photos]")) return;
    var list = e.target.closest(".field").querySelector(".preview");
    list.textContent = "";
    Array.prototype.forEach.call(e.target.files, function (file) {
      var item = document.createElement("li"), picture = document.createElement("img"), words = document.createElement("p");
      picture.alt = file.name;
      picture.src = URL.createObjectURL(file);
      picture.onload = function () {
        compare(picture, item);
        URL.revokeObjectURL(picture.src);
      };
      words.className = "xs" + (file.size > largest ? " over" : "");
      words.textContent = size(file.size) + (file.size > largest ? ": " + root.dataset.tooLarge : "");
      item.append(picture, words);
      list.append(item);
    });
  });

  // What is new, every 15 seconds, while somebody looks. A page nobody touches stops asking: the session may end.
  var touched = Date.now(), sending = false, told = "";
  ["pointerdown", "keydown", "scroll"].forEach(function (name) {
    addEventListener(name, function () { touched = Date.now(); }, { passive: true });
  });
  function typing() {
    if (sending || root.querySelector("details.verb[open]")) return true;
    return fields().some(function (f) { return f.value !== f.defaultValue; }) ||
      Array.prototype.some.call(root.querySelectorAll("input[type=file]"), function (f) { return f.files.length > 0; });
  }
  function look() {
    if (document.hidden || sending || Date.now() - touched > 20 * 60 * 1000) return;
    fetch(location.pathname, { credentials: "same-origin", redirect: "error" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      if (!text) return;
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("ticket");
      if (!fresh || fresh.dataset.mark === root.dataset.mark) return;
      if (typing()) {
        if (told !== fresh.dataset.mark) document.getElementById("ticket-said").textContent = root.dataset.news;
        document.getElementById("ticket-said").classList.remove("unseen");
        document.getElementById("ticket-said").classList.add("notice", "warn");
        told = fresh.dataset.mark;
        return;
      }
      var focus = document.activeElement && document.activeElement.id;
      root.dataset.mark = fresh.dataset.mark;
      root.replaceChildren.apply(root, Array.prototype.slice.call(fresh.childNodes));
      if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
    }).catch(function () { /* offline: the next look may do better */ });
  }
  setInterval(look, 15000);

  // The bar under the thumb opens the form that is here already.
  function open(verb) {
    var details = document.getElementById("verb-" + verb);
    if (!details) return false;
    root.querySelectorAll("details.verb[open]").forEach(function (other) { if (other !== details) other.open = false; });
    details.open = true;
    details.querySelector("summary").scrollIntoView({ block: "start" }); // an open one may have no box of its own
    var first = details.querySelector("textarea, input:not([type=hidden]), select, button");
    if (first) first.focus();
    return true;
  }
  root.addEventListener("click", function (e) {
    var link = e.target.closest(".thumb a");
    if (link && open(link.hash.replace("#verb-", ""))) e.preventDefault();
  });

  var keys = { a: "assign", e: "resolve", r: "reply", n: "note" };
  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape") {
      var details = root.querySelector("details.verb[open]");
      if (details) { details.open = false; details.querySelector("summary").focus(); }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || !keys[e.key] || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    if (open(keys[e.key])) e.preventDefault();
  });

  restore();
})();
